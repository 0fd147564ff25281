//! Comma separated text, cell by cell, with the row numbers that a spreadsheet program would show.

use super::{
    cells::Placed,
    formula::{self, Link},
    kind,
    model::{Cell, Problem, SheetError},
};

/// The longest field, in bytes.
const FIELD: usize = 64 * 1024;

/// What a field can be separated by: Excel takes the semicolon where the comma stands in numbers. Neither
/// the tab nor the bar can be in a path.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// The cells, one after the other.
pub(super) struct Pull<'a> {
    rest: &'a str,
    separator: char,
    row: u32,
    column: u32,
    /// Whether something but blanks was in the line that is under way.
    is_filled: bool,
    last: (u32, u32),
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
            is_filled: false,
            last: (0, 0),
        })
    }

    /// The last whole line that is not blank: its row, from 0, and how many fields it has, blank ones too.
    pub(super) const fn last_line(&self) -> (u32, u32) {
        self.last
    }

    /// The next cell that is not blank.
    ///
    /// # Errors
    /// When a field has no end.
    pub(super) fn next(&mut self) -> Result<Option<Placed>, SheetError> {
        while !self.rest.is_empty() {
            let (row, column) = (self.row, self.column);
            let field = field(self.rest, self.separator).ok_or_else(|| unclosed(row + 1))?;
            if field.length > FIELD {
                return Err(SheetError::new(
                    Problem::TooLarge,
                    format!(
                        "row {} has a field that is longer than any path: is a quote missing?",
                        row + 1
                    ),
                ));
            }
            let is_filled = !field.text.trim().is_empty();
            self.is_filled |= is_filled;
            self.go_behind(field.length);
            if is_filled {
                let (cell, link) = meant(field.text);
                return Ok(Some(Placed {
                    row,
                    column,
                    cell,
                    is_hidden: false,
                    link,
                }));
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
        if std::mem::take(&mut self.is_filled) {
            self.last = (self.row, self.column.saturating_add(1));
        }
        self.row = self.row.saturating_add(1);
        self.column = 0;
    }
}

/// A field.
struct Field {
    text: String,
    /// Up to the separator or the end of the line, in bytes.
    length: usize,
}

/// None if it begins with a quote that has no end where it could have one.
fn field(text: &str, separator: char) -> Option<Field> {
    let ends = |text: &str| text.find([separator, '\r', '\n']).unwrap_or(text.len());
    let Some(inner) = text.strip_prefix('"') else {
        let length = ends(text);
        let text = text.get(..length).unwrap_or_default().to_owned();
        return Some(Field { text, length });
    };
    let mut from = 0;
    let close = loop {
        let rest = inner.get(from..)?;
        let at = rest.find('"')?;
        match rest.get(at + 1..) {
            Some(after) if after.starts_with('"') => from += at + 2,
            _ => break from + at,
        }
    };
    let (quoted, after) = (inner.get(..close)?, inner.get(close + 1..)?);
    let behind = after.get(..ends(after))?;
    // A quote some lines below, with more text behind it, opens another field: the first one was never closed, and
    // the rows between them would be lost.
    if quoted.contains(['\r', '\n']) && !behind.trim().is_empty() {
        return None;
    }
    Some(Field {
        text: quoted.replace("\"\"", "\"") + behind.trim_end(),
        length: close + 2 + behind.len(),
    })
}

fn unclosed(row: u32) -> SheetError {
    SheetError::new(
        Problem::Damaged,
        format!(
            "the quote that opens in row {row} is not closed, and it would swallow the rows below: close it behind its \
             field, or take it away"
        ),
    )
}

/// Programs write `="00123"` for a text that Excel is to leave as it is; a link may be written as a formula, too.
fn meant(text: String) -> (Cell, Link) {
    let Some(formula) = text.trim().strip_prefix('=') else {
        return (Cell::Text(text), Link::None);
    };
    if let Some(inner) = formula
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inner| !inner.replace("\"\"", "").contains('"'))
    {
        return (super::cell::text_cell(&inner.replace("\"\"", "\"")), Link::None);
    }
    match formula::link(formula) {
        Some((link, Some(shown))) => (Cell::Text(shown), link),
        Some((link @ Link::Computed, None)) => (Cell::Text(text), link),
        _ => (Cell::Text(text), Link::None),
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
        while let Some(placed) = cells.next()? {
            match placed.cell {
                Cell::Text(text) => all.push((placed.row, placed.column, text)),
                Cell::Empty => {}
                cell => unreachable!("{cell:?}"),
            }
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
        assert_eq!(cells("\u{feff}sep=|\na|b,c"), of(&[(1, 0, "a"), (1, 1, "b,c")]));
        let bars = "File ID|Sharepoint File Path\n1|a;b,c.docx";
        assert!(cells(bars).contains(&(1, 1, "a;b,c.docx".to_owned())));
        let title = "Our files, all of them\nFile ID;Sharepoint File Path\n1;a,b,c.docx";
        assert!(cells(title).contains(&(2, 1, "a,b,c.docx".to_owned())));
        assert_eq!(
            cells("\u{feff}File ID\tPath of file\n"),
            of(&[(0, 0, "File ID"), (0, 1, "Path of file")])
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_and_other_encodings_are_refused() {
        let endless = format!("a\n\"{}\"", "x".repeat(FIELD));
        let error = all(endless.as_bytes()).unwrap_err();
        assert!(error.message.starts_with("row 2 "), "{error}");
        let error = all(b"File ID,\xfcber").unwrap_err();
        assert_eq!(error.problem, Problem::NotUtf8);
        for text in [
            "a,b\n1,\"open",
            "a,b\n1,\"open\n2,x\n3,y\n",
            "a,b\n1,\"open\n2,\"x\"\n",
            "a,b\r1,\"open\r2,y,\"x",
            "a,b\n1,\"say \"\"open\n",
        ] {
            let error = all(text.as_bytes()).unwrap_err();
            assert!(
                error.problem == Problem::Damaged
                    && error.message.contains("the quote that opens in row 2 is not closed"),
                "{error}"
            );
        }
        assert_eq!(cells("\"a\"b ,c"), of(&[(0, 0, "ab"), (0, 1, "c")]));
        assert_eq!(cells("\"a\nb\" ,c"), of(&[(0, 0, "a\nb"), (0, 1, "c")]));
        assert_eq!(cells("say \"a,c"), of(&[(0, 0, "say \"a"), (0, 1, "c")]));
    }

    #[test]
    fn r42_text_that_excel_is_to_leave_as_it_is_is_read_without_its_mark() {
        for (separator, written) in [
            (",", "=\"00123\""),
            (";", "=\"00123\""),
            ("\t", " =\"00123\" "),
            (",", "\"=\"\"00123\"\"\""),
        ] {
            let text = format!("File ID{separator}Path of file\n{written}{separator}=\"a.pdf\"");
            let rows = of(&[
                (0, 0, "File ID"),
                (0, 1, "Path of file"),
                (1, 0, "00123"),
                (1, 1, "a.pdf"),
            ]);
            assert_eq!(cells(&text), rows, "{text}");
        }
        assert_eq!(
            cells("=\"say \"\"a\"\"\",=\"\",=1+1"),
            of(&[(0, 0, "say \"a\""), (0, 2, "=1+1")])
        );
        let linked = "x;\"=HYPERLINK(\"\"https://x/a.pdf\"\";\"\"a.pdf\"\")\"";
        let mut pull = Pull::new(linked.as_bytes()).unwrap();
        pull.next().unwrap();
        let placed = pull.next().unwrap().unwrap();
        assert_eq!(placed.cell, Cell::Text("a.pdf".to_owned()));
        assert_eq!(placed.link, Link::To("https://x/a.pdf".to_owned()));
    }
}
