//! Text for people: pages of lines, tables and sizes. Where a line ends is said by this code alone: whatever is in a line,
//! a name that somebody made up included, stays in it, and commands no terminal.

use std::fmt::Write;

use clientpoint_engine::text::one_line;
use unicode_width::UnicodeWidthStr;

/// Lines for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page(Vec<String>);

impl Page {
    /// One line.
    pub fn of(line: impl AsRef<str>) -> Self {
        let mut page = Self::default();
        page.line(line);
        page
    }

    /// Rows under a heading, in columns as wide as what is in them.
    pub fn table<const N: usize>(heading: [&'static str; N], rows: &[[String; N]]) -> Self {
        Table::under(heading).page(rows)
    }

    /// Adds a line. What would break it is written down.
    pub fn line(&mut self, line: impl AsRef<str>) {
        self.0.push(one_line(line.as_ref()).into_owned());
    }

    /// Adds the lines of another page.
    pub fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The lines, without their ends.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// A table that comes page by page. A column gets wider where something later needs more room than what was there before.
pub struct Table<const N: usize> {
    heading: Option<[&'static str; N]>,
    widths: [usize; N],
}

impl<const N: usize> Table<N> {
    /// With this heading.
    pub fn under(heading: [&'static str; N]) -> Self {
        Self {
            heading: Some(heading),
            widths: heading.map(str::width),
        }
    }

    /// The next rows; under the heading, if they are the first.
    pub fn page(&mut self, rows: &[[String; N]]) -> Page {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| row.each_ref().map(|cell| one_line(cell)))
            .collect();
        for row in &rows {
            for (widest, cell) in self.widths.iter_mut().zip(row) {
                *widest = (*widest).max(cell.width());
            }
        }
        let mut page = Page::default();
        if let Some(heading) = self.heading.take() {
            page.line(aligned(&self.widths, heading.into_iter()));
        }
        for row in &rows {
            page.line(aligned(&self.widths, row.iter().map(AsRef::as_ref)));
        }
        page
    }
}

fn aligned<'a>(widths: &[usize], cells: impl Iterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (cell, widest) in cells.zip(widths) {
        let gap = widest.saturating_sub(cell.width()) + 2;
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', gap));
    }
    line.truncate(line.trim_end().len());
    line
}

/// Bytes in the unit that fits.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut scaled = bytes as f64;
    let mut unit = "B";
    for next in UNITS {
        if scaled < 1024.0 {
            break;
        }
        scaled /= 1024.0;
        unit = next;
    }
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = write!(text, "{scaled:.1} {unit}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[[&str; 2]]) -> Vec<String> {
        let rows: Vec<[String; 2]> = rows.iter().map(|row| row.map(String::from)).collect();
        Page::table(["A", "NAME"], &rows).lines().map(String::from).collect()
    }

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let lines = ["A     NAME", "1000  ä", "2     long"];
        assert_eq!(table(&[["1000", "ä"], ["2", "long"]]), lines);
    }

    #[test]
    fn a_hostile_name_breaks_neither_its_line_nor_its_column() {
        let lines = ["A              NAME", "a\\n1\\u{202e}b  forged?", "見積           next"];
        assert_eq!(table(&[["a\n1\u{202e}b", "forged?"], ["見積", "next"]]), lines);
        assert_eq!(
            Page::of("a\u{2028}b\u{1b}[2J\r").lines().collect::<Vec<_>>(),
            ["a\\u{2028}b\\u{1b}[2J\\r"]
        );
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(524_288_000), "500.0 MiB");
    }
}
