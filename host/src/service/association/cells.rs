//! The cells of a sheet, as the plugin reads it: for a copy of it.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use clientpoint_engine::contract::exports::clientpoint::content_source::association::{Cell, Line};

use super::answer::stopped;
use crate::{Result, service::Session, store::connections::Connection};

/// The most cells of a copy, and the most text in them, in bytes: a report is made in memory.
pub(in crate::service) const CELLS_AT_MOST: usize = 4_000_000;
const TEXT_AT_MOST: usize = 256 << 20;

/// The last row that a workbook can have.
const ROWS_AT_MOST: u32 = 1_048_576;

/// The sheet as the plugin reads it.
#[derive(Default)]
pub(in crate::service) struct Lines {
    pub(in crate::service) all: Vec<Line>,
    cells: usize,
    text: usize,
    /// Whether there was more.
    pub(in crate::service) cut: bool,
}

impl Lines {
    /// Takes some lines; false if there are too many. Those that no workbook has room for are left out.
    pub(in crate::service) fn take(&mut self, some: Vec<Line>) -> bool {
        for line in some {
            // A line without cells takes room, too.
            self.cells += line.cells.len() + 1;
            let length = |cell: &Cell| match cell {
                Cell::Text(text) | Cell::Error(text) => text.len(),
                _ => 0,
            };
            self.text += line.cells.iter().map(length).sum::<usize>();
            self.text += line.links.iter().map(|link| link.target.len()).sum::<usize>();
            if CELLS_AT_MOST < self.cells || TEXT_AT_MOST < self.text {
                self.cut = true;
                return false;
            }
            if ROWS_AT_MOST < line.number {
                self.cut = true;
                continue;
            }
            self.all.push(line);
        }
        true
    }
}

impl Session<'_> {
    /// The cells of the sheet, for a copy of it.
    pub(in crate::service) async fn lines(&self, connection: &Connection, bytes: Bytes) -> Result<Lines> {
        let lines = Arc::new(Mutex::new(Lines::default()));
        let taken = lines.clone();
        let take = move |some| taken.lock().unwrap_or_else(PoisonError::into_inner).take(some);
        let mut signed_in = self.signed_in(connection).await?;
        let (actor, sheet) = (self.actor(), self.sheet(bytes));
        let told = signed_in
            .look(async |plugin| plugin.cells(actor, sheet, take).await.map_err(stopped))
            .await?;
        signed_in.answered(told, None).await?;
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut *lines))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32, cells: usize) -> Line {
        Line {
            number,
            cells: vec![Cell::Empty; cells],
            links: Vec::new(),
        }
    }

    #[test]
    fn rows_that_no_workbook_has_room_for_are_left_out_and_the_others_stay() {
        let mut lines = Lines::default();
        assert!(lines.take(vec![line(1, 2), line(ROWS_AT_MOST + 1, 2), line(ROWS_AT_MOST, 2)]));
        let numbers: Vec<u32> = lines.all.iter().map(|line| line.number).collect();
        assert_eq!((numbers, lines.cut), (vec![1, ROWS_AT_MOST], true));
    }

    #[test]
    fn rows_without_cells_count_as_well() {
        let mut lines = Lines::default();
        for _ in 0..CELLS_AT_MOST / 1_000 {
            assert!(lines.take(vec![line(1, 0); 1_000]));
        }
        assert!(!lines.take(vec![line(1, 0)]) && lines.cut);
    }
}
