//! A list that is shown while it comes: to people page by page, to programs as one document at its end.

use clientpoint_host::{Result, rows::Rows};
use serde::Serialize;
use serde_json::Value;

use super::{
    output::Output,
    show::{Page, Table},
    terminal::Terminal,
};

/// A list under way.
pub struct Listing<'t, const N: usize> {
    terminal: &'t Terminal,
    table: Table<N>,
    rows: Rows,
    count: u64,
}

impl<'t, const N: usize> Listing<'t, N> {
    /// With this heading for people.
    pub fn under(heading: [&'static str; N], terminal: &'t Terminal) -> Self {
        Self {
            terminal,
            table: Table::under(heading),
            rows: Rows::default(),
            count: 0,
        }
    }

    /// Shows more rows.
    ///
    /// # Errors
    ///
    /// The disk's.
    pub fn add<R: Serialize>(&mut self, rows: &[R], cells: impl Fn(&R) -> [String; N]) -> Result<()> {
        self.count += rows.len() as u64;
        if self.terminal.is_for_programs() {
            return rows.iter().try_for_each(|row| self.rows.push(row));
        }
        if !rows.is_empty() {
            // That it can't be written is told at the end, with the rest of the result.
            let cells: Vec<[String; N]> = rows.iter().map(cells).collect();
            let _ = self.terminal.show(&self.table.page(&cells));
        }
        Ok(())
    }

    /// Whether it has no row yet.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All rows are there: the document, which has them at this place, and what people are told under them.
    pub fn end(self, document: Value, place: &str, text: Page) -> Output {
        Output::done(document, text).with_list(place, self.rows)
    }
}
