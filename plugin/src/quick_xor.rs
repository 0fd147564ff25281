//! quickXorHash, the hash that OneDrive for work and SharePoint publish for each file.
//!
//! Every byte is XORed into a register of 160 bits, 11 bits further than the byte before, around the end; the length is
//! XORed into the last eight bytes. Since 11 and 160 have no common divisor, bytes that are 160 apart meet at the same
//! place. So the input is folded into 160 columns, a machine word at a time, and only the columns are rotated in.

use base64::{Engine, engine::general_purpose::STANDARD};

/// Number of columns, and of bits in the register.
const WIDTH: usize = 160;
/// Machine words in a row of columns.
const WORDS: usize = WIDTH / 8;

/// A hash under way. It takes bytes in pieces of any size and needs the same memory for any length.
#[derive(Debug, Clone)]
pub struct QuickXor {
    columns: [u64; WORDS],
    length: u64,
}

impl Default for QuickXor {
    fn default() -> Self {
        Self::new()
    }
}

impl QuickXor {
    /// Nothing hashed yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            columns: [0; WORDS],
            length: 0,
        }
    }

    /// How many bytes were taken so far.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.length
    }

    /// Whether no byte was taken so far.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Takes the bytes that follow.
    pub fn update(&mut self, bytes: &[u8]) {
        let column = self.column();
        let to_row_start = if column == 0 { 0 } else { WIDTH - column };
        let (head, rest) = bytes.split_at(to_row_start.min(bytes.len()));
        self.single(head);

        let mut rows = rest.chunks_exact(WIDTH);
        let mut columns = self.columns;
        for row in &mut rows {
            let (words, _) = row.as_chunks::<8>();
            for (cell, word) in columns.iter_mut().zip(words) {
                *cell ^= u64::from_le_bytes(*word);
            }
        }
        self.columns = columns;
        let tail = rows.remainder();
        self.length += (rest.len() - tail.len()) as u64;
        self.single(tail);
    }

    /// The hash of all bytes taken: 28 characters of base64.
    #[must_use]
    pub fn finish(&self) -> String {
        let mut register = [0_u64; 3];
        for (column, byte) in self.columns.iter().flat_map(|word| word.to_le_bytes()).enumerate() {
            add_at(&mut register, (column * 11) % WIDTH, byte);
        }
        let [low, middle, high] = register;
        let mut bytes = [0_u8; 24];
        for (place, byte) in bytes
            .iter_mut()
            .zip([low, middle, high].iter().flat_map(|word| word.to_le_bytes()))
        {
            *place = byte;
        }
        for (place, byte) in bytes.iter_mut().skip(12).zip(self.length.to_le_bytes()) {
            *place ^= byte;
        }
        STANDARD.encode(bytes.get(..WIDTH / 8).unwrap_or_default())
    }

    fn column(&self) -> usize {
        // The remainder is below 160, so it fits any usize.
        usize::try_from(self.length % WIDTH as u64).unwrap_or_default()
    }

    /// Takes bytes one at a time, none of them beyond the end of the row.
    fn single(&mut self, bytes: &[u8]) {
        let start = self.column();
        for (column, byte) in (start..).zip(bytes) {
            if let Some(word) = self.columns.get_mut(column / 8) {
                *word ^= u64::from(*byte) << (column % 8 * 8);
            }
        }
        self.length += bytes.len() as u64;
    }
}

/// XORs a byte into the register of 160 bits (64 + 64 + 32) at this bit, around the end.
fn add_at(register: &mut [u64; 3], bit: usize, byte: u8) {
    for step in 0..8 {
        let at = (bit + step) % WIDTH;
        let one = u64::from(byte >> step & 1);
        if let Some(word) = register.get_mut(at / 64) {
            *word ^= one << (at % 64);
        }
    }
}

/// A hash as published, in the form that [`QuickXor::finish`] gives. Some answers carry 40 hexadecimal digits instead
/// of base64. None if it is neither.
#[must_use]
pub fn normal(published: &str) -> Option<String> {
    let published = published.trim();
    let bytes = if published.len() == 40 {
        let digits: Option<Vec<u8>> = published
            .chars()
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        let (pairs, _) = digits.as_deref()?.as_chunks::<2>();
        pairs.iter().map(|[high, low]| high << 4 | low).collect()
    } else {
        STANDARD.decode(published).ok()?
    };
    (bytes.len() == WIDTH / 8).then(|| STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn hash(bytes: &[u8]) -> String {
        let mut hash = QuickXor::new();
        hash.update(bytes);
        hash.finish()
    }

    /// The definition, word for word: slow, and independent of the columns.
    fn by_definition(bytes: &[u8]) -> String {
        let mut bits = [false; WIDTH];
        for (i, byte) in bytes.iter().enumerate() {
            for bit in 0..8 {
                bits[(11 * i + bit) % WIDTH] ^= byte >> bit & 1 == 1;
            }
        }
        let mut register = [0_u8; 20];
        for (i, bit) in bits.iter().enumerate() {
            register[i / 8] |= u8::from(*bit) << (i % 8);
        }
        for (i, byte) in (bytes.len() as u64).to_le_bytes().iter().enumerate() {
            register[12 + i] ^= byte;
        }
        STANDARD.encode(register)
    }

    #[test]
    fn known_inputs_have_their_known_hashes() {
        for (input, expected) in [
            ("", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            ("Sg==", "SgAAAAAAAAAAAAAAAQAAAAAAAAA="),
            ("tbQ=", "taAFAAAAAAAAAAAAAgAAAAAAAAA="),
            ("0pZP", "0rDEEwAAAAAAAAAAAwAAAAAAAAA="),
            ("jRRDVA==", "jaDAEKgAAAAAAAAABAAAAAAAAAA="),
            ("eAV52qE=", "eChAHrQRCgAAAAAABQAAAAAAAAA="),
            ("luBZlaT6", "lgBHFipBCn0AAAAABgAAAAAAAAA="),
            ("qaApEj66lw==", "qQBFCiTgA11cAgAABwAAAAAAAAA="),
            ("/aNzzCFPS/A=", "/RjFHJgRgicsAR4ACAAAAAAAAAA="),
            ("n6Neh7p6fFgm", "nxiFFw6hCz3wAQsmCQAAAAAAAAA="),
            ("J9iPGCbfZSTNyw==", "J8DGIzBggm+UgQTNUgYAAAAAAAA="),
            ("i+UZyUGJKh+ISbk=", "iyhHBpIRhESo4AOIQ0IuAAAAAAA="),
            ("h490d57Pqz5q2rtT", "h3gEHe7giWeswgdq3MYupgAAAAA="),
            ("vPgoDjOfO6fm71RxLw==", "vMAHChwwg0/s4BTmdQcV4vACAAA="),
            ("XoJ1AsoR4fDYJrDqYs4=", "XhBEHQSgjAiEAx7YPgEs1CEGZwA="),
            ("gQaybEqS/4UlDc8e4IJm", "gDCALNigBEn8oxAlZ8AzPAAOQZg="),
            ("2fuxhBJXtpWFe8dOfdGeHw==", "O9tHLAghgSvYohKFyMMxnNCHaHg="),
            ("XBV6YKU9V7yMakZnFIxIkuU=", "HbplHsBQih5cgReMQYMRzkABRiA="),
            ("T6LYJIfDh81JrAK309H2JMJTXis=", "zBTHrspn3mEcohlJdIUAbjGNaNg="),
            ("DWAAX5/CIfrmErgZa8ot6ZraeSbu", "LR2Z0PjuRYGKQB/mhQAuMrAGZbQ="),
            (
                "NbYXsp5/K6mR+NmHwExjvWeWDJFnXTKWVlzYHoesp2E=",
                "wjuAuWDiq04qDt1R8hHWDDcwVoQ=",
            ),
            (
                "qQ70RB++JAR5ljNv3lJt1PpqETPsckopfonItu18Cr3E",
                "FkJaeg/0Z5+euShYlLpE2tJh+Lo=",
            ),
            (
                "Mb7EGva2rEE5fENDL85P+BsapHEEjv2/siVhKjvAQe02feExVOQSkfmuYzU/kTF1MaKjPmKF/w+cbvwfdWL8aQ==",
                "n1anP5NfvD4XDYWIeRPW3ZkPv1Y=",
            ),
        ] {
            assert_eq!(hash(&STANDARD.decode(input).unwrap()), expected, "input {input}");
        }
    }

    #[test]
    fn known_patterns_have_their_known_hashes() {
        let counted: Vec<u8> = (0..=255).collect();
        let long: Vec<u8> = (0..1 << 20).map(|i: u32| (i % 251) as u8).collect();
        for (input, expected) in [
            (b"a".to_vec(), "YQAAAAAAAAAAAAAAAQAAAAAAAAA="),
            (b"abc".to_vec(), "YRDDGAAAAAAAAAAAAwAAAAAAAAA="),
            (b"hello world\n".to_vec(), "aCgDG9jwBhDc4Q1ybAMZFAAAAAA="),
            (b"0123456789".to_vec(), "MIiBDGZAgxrY4AY4wgEAAAAAAAA="),
            (counted, "QkGEfSisZcA7k+FCh71r2dbCayY="),
            (vec![0; 160], "AAAAAAAAAAAAAAAAoAAAAAAAAAA="),
            (vec![255; 160], "AAAAAAAAAAAAAAAAoAAAAAAAAAA="),
            (vec![255; 161], "/wAAAAAAAAAAAAAAoQAAAAAAAAA="),
            (vec![b'A'; 1760], "AAAAAAAAAAAAAAAA4AYAAAAAAAA="),
            (vec![b'A'; 1761], "QQAAAAAAAAAAAAAA4QYAAAAAAAA="),
            (vec![0; 1 << 20], "AAAAAAAAAAAAAAAAAAAQAAAAAAA="),
            (long, "pVcWCkWK/HTa4DMyE2B1A1Y9XyM="),
        ] {
            assert_eq!(hash(&input), expected, "{} bytes", input.len());
        }
    }

    #[test]
    fn lengths_around_a_row_agree_with_the_definition() {
        let bytes: Vec<u8> = (0..2000_u32).map(|i| (i * 7 + i / 13) as u8).collect();
        for length in [0, 1, 7, 8, 9, 159, 160, 161, 319, 320, 321, 1759, 1760, 1761, 2000] {
            assert_eq!(
                hash(&bytes[..length]),
                by_definition(&bytes[..length]),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn the_pieces_do_not_matter() {
        let bytes: Vec<u8> = (0..1000_u32).map(|i| (i * 31 % 253) as u8).collect();
        let whole = hash(&bytes);
        for piece in [1, 3, 8, 11, 159, 160, 161, 333] {
            let mut split = QuickXor::new();
            bytes.chunks(piece).for_each(|chunk| split.update(chunk));
            assert_eq!(split.finish(), whole, "pieces of {piece}");
            assert_eq!(split.len(), 1000);
        }
    }

    #[test]
    fn hexadecimal_digits_are_read_and_nonsense_is_not() {
        let known = Some("aCgDG9jwBhDc4Q1ybAMZFAAAAAA=".to_owned());
        assert_eq!(normal("6828031bd8f00610dce10d726c03191400000000"), known);
        assert_eq!(normal("aCgDG9jwBhDc4Q1ybAMZFAAAAAA="), known);
        assert_eq!(normal(""), None);
        assert_eq!(normal("YQ=="), None);
        assert_eq!(normal("zz28031bd8f00610dce10d726c03191400000000"), None);
    }
}
