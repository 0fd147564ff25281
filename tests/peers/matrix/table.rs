//! The table of `docs/fault-matrix.md`: read, filled in, written.

use std::collections::BTreeMap;

use super::{Column, rows::ROWS};

const BEGIN: &str = "<!-- The table is written by the test `the_table_says_what_happens`. -->\n";
const END: &str = "<!-- The end of the table. -->\n";

/// The columns after the first two, which are the rows' own: what they are by, and what the first table's head calls
/// theirs begins with.
const COLUMNS: [(&str, &str); 7] = [
    ("import", "import"),
    ("sync", "sync"),
    ("association", "association"),
    ("rclone", "rclone "),
    ("rclone-debian", "Debian's rclone "),
    ("onedrive", "Debian's onedrive "),
    ("graph-client", "microsoft-graph-client "),
];

/// Heads and cells by column.
pub struct Table(BTreeMap<&'static str, (String, BTreeMap<String, String>)>);

impl Table {
    /// Takes what the document has: the columns of peers that do not take part now stay as they are.
    pub fn read(document: &str) -> Self {
        let mut rows = part(document).lines().filter(|line| line.starts_with('|')).map(cells);
        let heads = rows.next().unwrap_or_default();
        let rows: Vec<Vec<&str>> = rows.skip(1).collect();
        let column = |(kind, head): (&'static str, &'static str)| {
            let index = heads.iter().position(|cell| cell.starts_with(head));
            let cell =
                |row: &Vec<&str>| Some((row.first()?.trim_matches('`').to_owned(), row.get(index?)?.to_string()));
            let text = index.map_or(head, |index| heads[index]).trim().to_owned();
            (kind, (text, rows.iter().filter_map(cell).collect()))
        };
        Self(COLUMNS.map(column).into())
    }

    /// Puts a column in the place of the one that the document has.
    pub fn set(&mut self, kind: &'static str, head: &str, column: Column) {
        let cells = column.into_iter().map(|(row, cell)| (row.to_owned(), cell)).collect();
        self.0.insert(kind, (head.to_owned(), cells));
    }

    /// As [`Table::set`], but a column of another version stays as it is, and its head is given.
    pub fn set_if_same(&mut self, kind: &'static str, head: &str, column: Column) -> Result<(), String> {
        match self.0.get(kind) {
            Some((known, _)) if known != head => Err(known.clone()),
            _ => {
                self.set(kind, head, column);
                Ok(())
            }
        }
    }

    /// The document with this table.
    pub fn write(&self, document: &str) -> String {
        let mut lines = vec![line(
            ["fault", "what happens"]
                .into_iter()
                .chain(self.columns().map(|(head, _)| head)),
        )];
        lines.push("|---".repeat(2 + COLUMNS.len()) + "|");
        for row in &ROWS {
            let name = format!("`{}`", row.name);
            let cells = self
                .columns()
                .map(|(_, cells)| cells.get(row.name).map_or("", String::as_str));
            lines.push(line([name.as_str(), row.what].into_iter().chain(cells)));
        }
        let table = lines.join("\n") + "\n";
        document.replacen(
            &format!("{BEGIN}{}{END}", part(document)),
            &format!("{BEGIN}{table}{END}"),
            1,
        )
    }

    fn columns(&self) -> impl Iterator<Item = (&str, &BTreeMap<String, String>)> {
        COLUMNS
            .iter()
            .filter_map(|(kind, _)| self.0.get(kind))
            .map(|(head, cells)| (head.as_str(), cells))
    }
}

/// What is between the two marks.
fn part(document: &str) -> &str {
    let (_, rest) = document
        .split_once(BEGIN)
        .expect("the document has a mark where the table begins");
    rest.split_once(END)
        .expect("the document has a mark where the table ends")
        .0
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.map(|cell| format!(" {cell} ")).collect();
    format!("|{}|", cells.join("|"))
}
