//! Comma separated text, cell by cell, with the row numbers that a spreadsheet program would show.

use super::{Cell, Problem, SheetError, kind};

/// The longest field, in bytes.
const FIELD: usize = 64 * 1024;

/// What a field can be separated by: Excel takes the semicolon where the comma stands in numbers.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// The cells, one after the other.
pub(super) struct Pull<'a> {
    rest: &'a str,
    separator: char,
    row: u32,
    column: u32,
}

impl<'a> Pull<'a> {
    /// # Errors
    /// When the text is not in UTF-8.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, SheetError> {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(text).map_err(|_| kind::not_utf8())?;
        let (separator, row, rest) = match told_separator(text) {
            Some((separator, rest)) => (separator, 1, rest),
            None => (likely_separator(text), 0, text),
        };
        Ok(Self {
            rest,
            separator,
            row,
            column: 0,
        })
    }

    /// The next cell that is not blank.
    ///
    /// # Errors
    /// When a field has no end.
    pub(super) fn next(&mut self) -> Result<Option<(u32, u32, Cell)>, SheetError> {
        while !self.rest.is_empty() {
            let field = field(self.rest, self.separator);
            let (row, column) = (self.row, self.column);
            if field.length > FIELD {
                return Err(SheetError::new(
                    Problem::TooLarge,
                    format!(
                        "row {} has a field that is longer than any path: is a quote missing?",
                        row + 1
                    ),
                ));
            }
            self.go_behind(field.length);
            let text = field.text();
            if !text.trim().is_empty() {
                return Ok(Some((row, column, Cell::Text(text))));
            }
        }
        Ok(None)
    }

    fn go_behind(&mut self, length: usize) {
        let rest = self.rest.get(length..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix(self.separator) {
            self.rest = after;
            self.column = self.column.saturating_add(1);
            return;
        }
        let after = rest.strip_prefix('\r').unwrap_or(rest);
        self.rest = after.strip_prefix('\n').unwrap_or(after);
        self.row = self.row.saturating_add(1);
        self.column = 0;
    }
}

/// A field as it stands in the text.
struct Field<'a> {
    written: &'a str,
    quoted: bool,
    /// Up to the separator or the end of the line, in bytes.
    length: usize,
}

impl Field<'_> {
    fn text(&self) -> String {
        if self.quoted {
            self.written.replace("\"\"", "\"")
        } else {
            self.written.to_owned()
        }
    }
}

fn field(text: &str, separator: char) -> Field<'_> {
    let ends = |text: &str| text.find([separator, '\r', '\n']).unwrap_or(text.len());
    let Some(inner) = text.strip_prefix('"') else {
        let length = ends(text);
        return Field {
            written: text.get(..length).unwrap_or_default(),
            quoted: false,
            length,
        };
    };
    let mut from = 0;
    let close = loop {
        let rest = inner.get(from..).unwrap_or_default();
        match rest.find('"') {
            None => break inner.len(),
            Some(at) if rest.get(at + 1..).is_some_and(|after| after.starts_with('"')) => from += at + 2,
            Some(at) => break from + at,
        }
    };
    // What stands between the closing quote and the separator is lost, as it is in spreadsheet programs.
    let after = inner.get(close..).unwrap_or_default();
    Field {
        written: inner.get(..close).unwrap_or_default(),
        quoted: true,
        length: 1 + close + ends(after),
    }
}

/// A first line `sep=;` is for Excel.
fn told_separator(text: &str) -> Option<(char, &str)> {
    let (line, rest) = text.split_once('\n')?;
    let line = line.trim_end_matches('\r').trim_matches('"');
    let separator = line.strip_prefix("sep=")?.chars().next()?;
    SEPARATORS.contains(&separator).then_some((separator, rest))
}

/// The separator that the line with the headers has most of; of the first line, if there is none.
fn likely_separator(text: &str) -> char {
    let header = |line: &&str| {
        let line = line.to_lowercase();
        line.contains("file") && line.contains("path")
    };
    let line = text
        .lines()
        .take(1000)
        .find(header)
        .or_else(|| text.lines().next())
        .unwrap_or_default();
    let count = |separator: char| line.matches(separator).count();
    SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|separator| count(*separator))
        .unwrap_or(',')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn all(text: &[u8]) -> Result<Vec<(u32, u32, String)>, SheetError> {
        let mut cells = Pull::new(text)?;
        let mut all = Vec::new();
        while let Some((row, column, cell)) = cells.next()? {
            let Cell::Text(text) = cell else {
                unreachable!("{cell:?}")
            };
            all.push((row, column, text));
        }
        Ok(all)
    }

    fn cells(text: &str) -> Vec<(u32, u32, String)> {
        all(text.as_bytes()).unwrap()
    }

    fn of(cells: &[(u32, u32, &str)]) -> Vec<(u32, u32, String)> {
        cells
            .iter()
            .map(|(row, column, text)| (*row, *column, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn fields_may_be_quoted_and_rows_are_counted_as_people_see_them() {
        let text = "a,\"b \"\"c\"\", d\"\r\n\r\n\"two\nlines\",x\ny";
        let expected = [
            (0, 0, "a"),
            (0, 1, "b \"c\", d"),
            (2, 0, "two\nlines"),
            (2, 1, "x"),
            (3, 0, "y"),
        ];
        assert_eq!(cells(text), of(&expected));
    }

    #[test]
    fn the_separator_is_told_or_guessed_from_the_headers() {
        assert_eq!(cells("sep=;\na;b,c"), of(&[(1, 0, "a"), (1, 1, "b,c")]));
        let title = "Our files, all of them\nFile ID;Sharepoint File Path\n1;a,b,c.docx";
        assert!(cells(title).contains(&(2, 1, "a,b,c.docx".to_owned())));
        assert_eq!(
            cells("\u{feff}File ID\tPath of file\n"),
            of(&[(0, 0, "File ID"), (0, 1, "Path of file")])
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_and_other_encodings_are_refused() {
        let endless = format!("a\n\"{}", "x".repeat(FIELD));
        let error = all(endless.as_bytes()).unwrap_err();
        assert!(error.message.starts_with("row 2 "), "{error}");
        let error = all(b"File ID,\xfcber").unwrap_err();
        assert_eq!(error.problem, Problem::NotUtf8);
        assert_eq!(cells("\"open"), of(&[(0, 0, "open")]));
        assert_eq!(cells("\"a\"b,c"), of(&[(0, 0, "a"), (0, 1, "c")]));
    }
}
