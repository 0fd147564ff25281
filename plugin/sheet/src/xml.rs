//! XML, piece by piece, out of a part that is measured while it is unpacked.

use std::{
    borrow::Cow,
    io::{BufRead, Read},
};

use quick_xml::{
    Error, Reader,
    escape::{resolve_xml_entity, unescape},
    events::{BytesRef, BytesStart, Event},
};

use super::{
    guard::{Measured, damaged},
    model::{Problem, SheetError, TEXT_AT_MOST},
};

/// A part, open.
pub(super) struct Xml<'b, S: Read> {
    reader: Reader<Measured<'b, S>>,
    buffer: Vec<u8>,
}

impl<'b, S: Read> Xml<'b, S> {
    pub(super) fn new(part: Measured<'b, S>) -> Self {
        let mut reader = Reader::from_reader(part);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.check_comments = false;
        config.expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::with_capacity(1024),
        }
    }

    /// The next piece; an element without content has an end, too.
    ///
    /// # Errors
    /// When the part is damaged, or beyond a bound.
    pub(super) fn next(&mut self) -> Result<Event<'_>, SheetError> {
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => Ok(event),
            Err(error) => Err(match (self.reader.get_mut().refusal(), error) {
                (Some(refusal), _) => refusal,
                (None, Error::Encoding(_)) => other_encoding(),
                (None, _) => damaged(),
            }),
        }
    }

    /// Unpacks what is left of the part: that its bytes are the right ones is known at its end only.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub(super) fn finish(mut self) -> Result<(), SheetError> {
        let part = self.reader.get_mut();
        loop {
            match part.fill_buf().map(<[u8]>::len) {
                Ok(0) => return Ok(()),
                Ok(some) => part.consume(some),
                Err(_) => return Err(part.refusal().unwrap_or_else(damaged)),
            }
        }
    }
}

fn other_encoding() -> SheetError {
    SheetError::new(
        Problem::Damaged,
        "a part of the workbook is neither in UTF-8 nor in UTF-16: open it in Excel or LibreOffice, save it anew as \
         .xlsx, and upload that",
    )
}

/// The names of attributes, without their prefixes, and their values as they are written. Ends where they are malformed.
pub(super) struct Attributes<'e>(&'e str);

/// The attributes of an element.
pub(super) fn attributes<'e>(element: &'e BytesStart<'_>) -> Attributes<'e> {
    Attributes(element.attributes_raw())
}

impl<'e> Iterator for Attributes<'e> {
    type Item = (&'e str, &'e str);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.0.split_once('=')?;
        let rest = rest.trim_ascii_start();
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let (value, rest) = rest.strip_prefix(quote)?.split_once(quote)?;
        self.0 = rest;
        let name = name.trim_ascii();
        Some((name.rsplit_once(':').map_or(name, |(_, name)| name), value))
    }
}

/// A value as it is meant.
pub(super) fn meant(value: &str) -> Cow<'_, str> {
    unescape(value).unwrap_or(Cow::Borrowed(value))
}

/// The longest text of a cell, in bytes: what is longer than any cell is cut.
const LONGEST: usize = TEXT_AT_MOST * 4;

/// Adds a text, as far as a cell has room. Its pieces are measured one by one, but there may be any number of them.
pub(super) fn push(text: &str, into: &mut String) {
    let room = LONGEST.saturating_sub(into.len());
    let end = text.floor_char_boundary(room.min(text.len()));
    into.push_str(text.get(..end).unwrap_or_default());
}

/// Adds what `&amp;` and the like stand for.
pub(super) fn resolve(reference: &BytesRef<'_>, into: &mut String) {
    if into.len() > LONGEST {
        return;
    }
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        into.push(letter);
    } else if let Some(text) = resolve_xml_entity(&reference.xml10_content()) {
        into.push_str(text);
    }
}

/// `_x0041_` is how workbooks write letters that XML has no room for; in units of UTF-16.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    let mut marks = text.match_indices("_x").map(|(at, _)| at);
    let Some(first) = marks.find(|at| unit(text, *at).is_some()) else {
        return Cow::Borrowed(text);
    };
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let (head, mut rest) = text.split_at_checked(first).unwrap_or(("", text));
    units.extend(head.encode_utf16());
    while let Some(letter) = rest.chars().next() {
        let taken = match unit(rest, 0) {
            Some(unit) => {
                units.push(unit);
                ESCAPED
            }
            None => {
                units.extend(letter.encode_utf16(&mut [0; 2]).iter());
                letter.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    Cow::Owned(String::from_utf16_lossy(&units))
}

/// The length of `_x0041_`.
const ESCAPED: usize = 7;

fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + ESCAPED)?.strip_prefix("_x")?.strip_suffix('_')?;
    let sound = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_told_without_their_prefixes_and_end_where_they_are_malformed() {
        let all = |text| Attributes(text).collect::<Vec<_>>();
        assert_eq!(
            all(r#" r = "B2" r:id='a"b' x="" "#),
            [("r", "B2"), ("id", "a\"b"), ("x", "")]
        );
        assert_eq!(all(r#" a="1" b=2 c="3""#), [("a", "1")]);
        assert_eq!(all(r#" a="1"#), []);
    }

    #[test]
    fn letters_that_xml_has_no_room_for_are_read() {
        for (written, text) in [
            ("a_x0041_b", "aAb"),
            ("_xD83D__xDE00_", "😀"),
            ("_x005F_x0041_", "_x0041_"),
            ("_x00", "_x00"),
            ("a_x12b_x0042_ü", "a_x12bBü"),
            ("_x+041_", "_x+041_"),
        ] {
            assert_eq!(unescaped(written), text);
        }
    }
}
