//! Places in a sheet, as workbooks write them: `B2`, `B2:C9`.

/// The last row and column that a sheet can have, from 1.
const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;

/// A block of cells. Rows and columns count from 0; the last ones are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    /// The first and the last row.
    pub rows: (u32, u32),
    /// The first and the last column.
    pub columns: (u32, u32),
}

impl Area {
    /// None for what names no block of cells.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let (first, last) = (place(first)?, place(last)?);
        Some(Self {
            rows: (first.0.min(last.0), first.0.max(last.0)),
            columns: (first.1.min(last.1), first.1.max(last.1)),
        })
    }
}

/// Row and column of a cell, from 0.
pub(super) fn place(text: &str) -> Option<(u32, u32)> {
    let mut column = 0_u32;
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    while let Some(letter) = rest.bytes().next().filter(u8::is_ascii_alphabetic) {
        column = column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        rest = rest.get(1..).unwrap_or_default();
        if column > COLUMNS {
            return None;
        }
    }
    Some((row(rest.strip_prefix('$').unwrap_or(rest))?, column.checked_sub(1)?))
}

/// The number of a row, counted from 0.
pub(super) fn row(text: &str) -> Option<u32> {
    let sound = !text.is_empty() && text.len() <= 7 && text.bytes().all(|digit| digit.is_ascii_digit());
    let number: u32 = sound.then(|| text.parse().ok())??;
    number.checked_sub(1).filter(|row| *row < ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_far_as_a_sheet_goes() {
        assert_eq!(place("B2"), Some((1, 1)));
        assert_eq!(place("$xfd$1048576"), Some((1_048_575, 16_383)));
        for text in [
            "",
            "B",
            "2",
            "B0",
            "XFE1",
            "A1048577",
            "A99999999",
            "A-1",
            "A+1",
            "ÄA1",
            "A1 ",
        ] {
            assert_eq!(place(text), None, "{text}");
        }
        let area = Area {
            rows: (1, 8),
            columns: (1, 2),
        };
        assert_eq!(Area::read("B2:C9"), Some(area));
        assert_eq!(Area::read("C9:B2"), Some(area));
        assert_eq!(Area::read("B:B"), None);
        assert_eq!(Area::read("A1:B2:C3"), None);
    }
}
