//! Parts in UTF-16, which some programs write: into UTF-8, some at a time.

/// What is told of an encoding by the first bytes of a part, and what is left of it between two pieces.
pub(super) struct Wide {
    is_big: bool,
    /// Less than two units: half of one, or the first of a pair.
    rest: Vec<u8>,
}

impl Wide {
    /// None for all encodings in which a `<` is one byte.
    pub(super) fn told_by(first: &[u8]) -> Option<Self> {
        let is_big = match first {
            // So many zeros are UTF-32, which no program is known to write.
            [0xFF, 0xFE, 0, 0, ..] => return None,
            [0xFF, 0xFE, ..] | [b'<', 0, _, 0, ..] => false,
            [0xFE, 0xFF, ..] | [0, b'<', 0, _, ..] => true,
            _ => return None,
        };
        Some(Self {
            is_big,
            rest: Vec::new(),
        })
    }

    /// Takes the following bytes, and gives the text that they end. None if they are no text.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.rest.extend_from_slice(bytes);
        let mut units: Vec<u16> = self.rest.chunks_exact(2).filter_map(|pair| self.unit(pair)).collect();
        // The first of a pair waits for the second.
        if units.last().is_some_and(|last| (0xD800..0xDC00).contains(last)) {
            units.pop();
        }
        self.rest.drain(..units.len() * 2);
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.ok().map(String::into_bytes)
    }

    /// Whether nothing waits for more.
    pub(super) const fn is_whole(&self) -> bool {
        self.rest.is_empty()
    }

    fn unit(&self, pair: &[u8]) -> Option<u16> {
        let pair = pair.try_into().ok()?;
        Some(if self.is_big {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    const TEXT: &str = "\u{feff}<a>Büro 😀</a>";

    fn decoded(bytes: &[u8], size: usize) -> Option<String> {
        let mut wide = Wide::told_by(bytes)?;
        let mut text = Vec::new();
        for some in bytes.chunks(size) {
            text.extend(wide.take(some)?);
        }
        wide.is_whole().then(|| String::from_utf8(text).unwrap())
    }

    #[test]
    fn both_orders_are_read_however_the_bytes_come() {
        let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for size in 1..8 {
            for bytes in [&little, &big, &little[2..].to_vec(), &big[2..].to_vec()] {
                let text = decoded(bytes, size).unwrap();
                assert_eq!(text.trim_start_matches('\u{feff}'), TEXT.trim_start_matches('\u{feff}'));
            }
        }
    }

    #[test]
    fn half_a_letter_at_the_end_is_no_text_and_utf_8_is_left_alone() {
        let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&little[..little.len() - 1], 5), None);
        assert_eq!(decoded(b"\xFF\xFE\x00\xDCa\0", 5), None);
        assert!(Wide::told_by(b"<?xm").is_none() && Wide::told_by(b"\xEF\xBB\xBF<").is_none());
        assert!(Wide::told_by(b"").is_none());
    }
}
