//! The places that elements tell: of a cell or row, or of a block of cells.

/// The longest name of an attribute that tells a place, with its `=`.
const KEY: usize = 4;
/// As much as a block of cells takes, and more.
pub(super) const PLACE: usize = 64;

/// Of the element under way.
pub(super) struct Places {
    /// Whether it tells any.
    are_told: bool,
    /// The name of its attribute under way.
    key: Vec<u8>,
    /// Whether that tells a place; and the place so far.
    is_place: bool,
    place: Vec<u8>,
}

impl Places {
    pub(super) fn new() -> Self {
        Self {
            are_told: false,
            key: Vec::with_capacity(KEY + 1),
            is_place: false,
            place: Vec::with_capacity(PLACE + 1),
        }
    }

    /// An element of this name begins.
    pub(super) fn begin(&mut self, name: &[u8]) {
        self.are_told = matches!(name, b"c" | b"f" | b"row" | b"dimensio");
        self.key.clear();
    }

    /// An element ends, and tells none.
    pub(super) const fn none(&mut self) {
        self.are_told = false;
    }

    /// The name of an attribute, as much of it as it takes to know it. Blanks around it do not count.
    pub(super) fn attribute(&mut self, bytes: &[u8]) {
        if self.are_told {
            for byte in bytes {
                if self.key.len() <= KEY && !byte.is_ascii_whitespace() {
                    self.key.push(*byte);
                }
            }
        }
    }

    pub(super) fn value_begins(&mut self) {
        self.is_place = matches!(self.key.as_slice(), b"r=" | b"ref=");
        self.key.clear();
    }

    /// More of the value.
    pub(super) fn value(&mut self, bytes: &[u8]) {
        if self.is_place {
            let room = (PLACE + 1).saturating_sub(self.place.len());
            let part = bytes.get(..bytes.len().min(room));
            self.place.extend_from_slice(part.unwrap_or_default());
        }
    }

    /// Whether the value that ends can be a place, if it is one.
    pub(super) fn value_ends(&mut self) -> bool {
        if !std::mem::take(&mut self.is_place) {
            return true;
        }
        let is_sound = self.place.len() <= PLACE && place_is_sound(&self.place);
        self.place.clear();
        is_sound
    }
}

/// Whether a value can be the place of a row or cell, or of a block of cells from its first to its last: their reader
/// counts without looking whether the numbers become too large.
pub(super) fn place_is_sound(value: &[u8]) -> bool {
    let mut first = None;
    value
        .split(|byte| *byte == b':')
        .all(|place| match (row_and_column(place), first) {
            (Some(place), Some((row, column))) => row <= place.0 && column <= place.1,
            (Some(place), None) => {
                first = Some(place);
                true
            }
            (None, _) => false,
        })
}

/// None for more letters or digits than the last cell of the largest sheet has. What follows them is for the reader to
/// refuse.
fn row_and_column(place: &[u8]) -> Option<(u32, u32)> {
    let letters = place.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (letters, rest) = place.split_at_checked(letters)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if letters.len() > 3 || digits > 7 {
        return None;
    }
    let row = rest
        .iter()
        .take(digits)
        .fold(0, |number, byte| number * 10 + u32::from(byte - b'0'));
    let column = letters.iter().fold(0, |number, byte| {
        number * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1
    });
    Some((row, column))
}
