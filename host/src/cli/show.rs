//! Text for people: pages of lines, tables and sizes. Where a line ends is said by this code alone: whatever is in a line,
//! a name that somebody made up included, stays in it, and commands no terminal.

use std::{fmt::Write, sync::Arc};

use chrono::{DateTime, Local, TimeZone};
use clientpoint_engine::text::one_line;
use unicode_width::UnicodeWidthStr;

use super::columns::Columns;

/// Lines for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page(Vec<Line>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Text(String),
    Row {
        columns: Arc<Columns>,
        cells: Vec<String>,
        is_heading: bool,
    },
}

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
        self.0.push(Line::Text(one_line(line.as_ref()).into_owned()));
    }

    /// Adds the lines of another page.
    pub fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The lines, without their ends, as wide as they are.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.lines_within(None)
    }

    /// The lines as they fit a terminal of this width, in which only what is no table goes beyond it; as wide as they are
    /// without one.
    pub fn lines_within(&self, width: Option<usize>) -> impl Iterator<Item = String> {
        self.0.iter().flat_map(move |line| match (line, width) {
            (Line::Text(text), _) => vec![text.clone()],
            (Line::Row { columns, cells, .. }, None) => vec![columns.aligned(cells)],
            (
                Line::Row {
                    columns,
                    cells,
                    is_heading,
                },
                Some(width),
            ) => columns.within(cells, *is_heading, width),
        })
    }
}

/// A table that comes page by page. A column gets wider where something later needs more room than what was there before.
pub struct Table<const N: usize> {
    heading: [&'static str; N],
    is_begun: bool,
    widths: [usize; N],
}

impl<const N: usize> Table<N> {
    /// With this heading.
    pub fn under(heading: [&'static str; N]) -> Self {
        Self {
            heading,
            is_begun: false,
            widths: heading.map(str::width),
        }
    }

    /// The next rows; under the heading, if they are the first.
    pub fn page(&mut self, rows: &[[String; N]]) -> Page {
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| one_line(cell).into_owned()).collect())
            .collect();
        for row in &rows {
            for (widest, cell) in self.widths.iter_mut().zip(row) {
                *widest = (*widest).max(cell.width());
            }
        }
        let columns = Arc::new(Columns {
            headings: self.heading.to_vec(),
            widths: self.widths.to_vec(),
        });
        let line = |cells, is_heading| Line::Row {
            columns: columns.clone(),
            cells,
            is_heading,
        };
        let mut page = Page::default();
        if !self.is_begun {
            self.is_begun = true;
            page.0.push(line(self.heading.map(String::from).to_vec(), true));
        }
        page.0.extend(rows.into_iter().map(|row| line(row, false)));
        page
    }
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

/// A moment as the host writes it, in UTC, with the time of this machine beside it where that is another.
pub fn moment(at: &str) -> String {
    beside(at, &Local)
}

fn beside<Z: TimeZone>(at: &str, zone: &Z) -> String {
    let Ok(utc) = DateTime::parse_from_rfc3339(at) else {
        return at.to_owned();
    };
    let (utc, here) = (utc.naive_utc(), utc.with_timezone(zone).naive_local());
    match (utc == here, utc.date() == here.date()) {
        (true, _) => at.to_owned(),
        (_, true) => format!("{at} ({} here)", here.format("%H:%M")),
        _ => format!("{at} ({} here)", here.format("%Y-%m-%d %H:%M")),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, Utc};

    use super::*;

    fn table(rows: &[[&str; 2]]) -> Vec<String> {
        let rows: Vec<[String; 2]> = rows.iter().map(|row| row.map(String::from)).collect();
        Page::table(["A", "NAME"], &rows).lines().collect()
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

    #[test]
    fn the_time_of_this_machine_stands_beside_utc_where_it_is_another() {
        let east = FixedOffset::east_opt(3600).unwrap();
        let at = "2026-03-02T05:30:00Z";
        assert_eq!(beside(at, &Utc), at);
        assert_eq!(beside(at, &east), "2026-03-02T05:30:00Z (06:30 here)");
        let late = "2026-03-02T23:30:00Z";
        assert_eq!(beside(late, &east), "2026-03-02T23:30:00Z (2026-03-03 00:30 here)");
        assert_eq!(beside("never", &east), "never");
    }

    #[test]
    fn a_table_fits_the_terminal_and_other_lines_stay() {
        let mut page = Page::table(
            ["FILE ID", "NAME"],
            &[["100001".into(), "a name that is much longer than that".into()]],
        );
        page.line("a line that is no row of a table stays as it is");
        let lines: Vec<String> = page.lines_within(Some(30)).collect();
        assert_eq!(lines[1], "100001   a name that is much …");
        assert_eq!(lines[2], "a line that is no row of a table stays as it is");
    }
}
