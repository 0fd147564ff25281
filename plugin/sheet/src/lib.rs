//! The sheet in which an Administrator ties library files to items of the drive: two columns, "File ID" and "Sharepoint
//! File Path", anywhere in a workbook or in comma separated text. Pure: bytes in, rows out.
//!
//! Sheets come from people, by way of many programs, and a sheet may be hostile. So everything is bounded before it is
//! unpacked into memory, cells are read one by one, and whatever can't be understood is refused with the way out rather
//! than guessed at.
//!
//! - [`kind`]: what the bytes are, and the refusal of what is not read here.
//! - `package`, `xml`: the parts of a workbook, and the pieces of a part. `guard` measures them while they are unpacked,
//!   by `lexer`; `wide` is for parts in UTF-16.
//! - `book`: the list of sheets, shared texts, formats of dates. `cells`: a sheet's cells in the order of the file, each
//!   of them a `cell` first, and what stands behind them; `area`, `formula` and `days` are what they are made of.
//! - `workbook`: the sheet that is wanted among all of a workbook. `text`: comma separated text.
//! - `model`: what all of these speak of. `texts`: texts that cells share.
//! - `columns`: the header row, and the two columns below it; `headers`: titles, and what nearly fits; `behind`: merged
//!   cells and links, given to the rows.
//! - [`id`]: File IDs as spreadsheets spell them.

mod area;
mod behind;
mod book;
mod cell;
mod cells;
mod columns;
mod days;
mod formula;
mod guard;
mod headers;
pub mod id;
pub mod kind;
mod lexer;
mod model;
mod package;
mod text;
mod texts;
mod wide;
mod workbook;
mod xml;

use cells::Placed;
use columns::Collector;
use formula::Link;
use model::TEXT_AT_MOST;
use workbook::Source;

pub use model::{COLUMNS_AT_MOST, Cell, Limits, Line, Problem, Row, Sheet, SheetError, Value};

/// Reads the two columns.
///
/// # Errors
/// When the sheet can't be read, or has not what it needs.
pub fn read(bytes: &[u8], limits: Limits) -> Result<Sheet, SheetError> {
    let (sheet, _) = find(bytes, limits)?;
    Ok(sheet)
}

/// Tells all rows of the sheet that [`read`] finds, up to the last one that it gives, some at a time. `tell` ends it with
/// false.
///
/// # Errors
/// As [`read`].
pub async fn copy(
    bytes: &[u8],
    limits: Limits,
    mut tell: impl AsyncFnMut(Vec<Line>) -> bool,
) -> Result<(), SheetError> {
    let (sheet, source) = find(bytes, limits)?;
    let last = sheet.rows.last().map_or(sheet.header, |row| row.number);
    let mut lines = Lines::new(last);
    match source {
        Some(source) => {
            let linked = source.linked(last, COLUMNS_AT_MOST);
            let Source {
                mut book,
                number,
                path,
                links,
            } = source;
            book.again();
            let Some(cells) = book.cells(number)? else {
                return Ok(());
            };
            let mut cells = cells.leniently();
            while let Some(mut placed) = cells.next(|column| column < COLUMNS_AT_MOST)? {
                // As text alone, it would be a path that nobody has looked behind.
                if placed.column == path && placed.link == Link::Computed {
                    placed.cell = Cell::Uncalculated;
                }
                let link = linked
                    .get(&(placed.row, placed.column))
                    .and_then(|link| links.get(*link));
                if let (Link::None, Some((_, target))) = (&placed.link, link) {
                    placed.link = Link::To(target.clone());
                }
                if let Some(some) = lines.take(placed)
                    && !tell(some).await
                {
                    return Ok(());
                }
            }
        }
        None => {
            let mut cells = text::Pull::new(bytes)?;
            while let Some(placed) = cells.next()? {
                if let Some(some) = lines.take(placed)
                    && !tell(some).await
                {
                    return Ok(());
                }
            }
        }
    }
    tell(lines.rest()).await;
    Ok(())
}

/// The sheet, and the workbook that it was found in; none for text.
fn find(bytes: &[u8], limits: Limits) -> Result<(Sheet, Option<Source<'_>>), SheetError> {
    if bytes.len() as u64 > limits.bytes {
        return Err(too_large_a_file(limits.bytes));
    }
    match kind::of(bytes)? {
        kind::Format::Workbook => {
            let (sheet, source) = workbook::find(bytes, limits)?;
            Ok((sheet, Some(source)))
        }
        kind::Format::Text => {
            let mut collector = Collector::new(String::new(), limits);
            let mut cells = text::Pull::new(bytes)?;
            while let Some(placed) = cells.next()? {
                collector.field(placed, cells.last_line())?;
            }
            Ok((columns::choose(vec![collector.end(&[], &[])?], &[])?, None))
        }
    }
}

/// The refusal of a file that is too large to be looked at.
#[must_use]
pub fn too_large_a_file(limit: u64) -> SheetError {
    SheetError::new(
        Problem::TooLarge,
        format!(
            "the file is larger than {} MB: copy the columns \"File ID\" and \"Sharepoint File Path\" into a new workbook, and upload that",
            limit / (1024 * 1024)
        ),
    )
}

/// Rows that are handed over at a time.
const LINES: usize = 512;

/// Puts cells together to rows.
struct Lines {
    last: u32,
    open: Option<Line>,
    whole: Vec<Line>,
}

impl Lines {
    const fn new(last: u32) -> Self {
        Self {
            last,
            open: None,
            whole: Vec::new(),
        }
    }

    /// Takes a cell, and gives rows that are whole once there are some.
    fn take(&mut self, placed: Placed) -> Option<Vec<Line>> {
        let Placed { row, column, cell, .. } = placed;
        let number = row.saturating_add(1);
        if number > self.last {
            return None;
        }
        if self.open.as_ref().is_some_and(|open| open.number != number) {
            self.whole.extend(self.open.take());
        }
        let open = self.open.get_or_insert(Line {
            number,
            cells: Vec::new(),
            links: Vec::new(),
        });
        if column < COLUMNS_AT_MOST {
            let place = column as usize;
            if open.cells.len() <= place {
                open.cells.resize(place + 1, Cell::Empty);
            }
            if let Some(there) = open.cells.get_mut(place) {
                *there = shortened(cell);
            }
            if let Link::To(target) = placed.link {
                open.links.push((column, target));
            }
        }
        (self.whole.len() >= LINES).then(|| std::mem::take(&mut self.whole))
    }

    fn rest(mut self) -> Vec<Line> {
        self.whole.extend(self.open);
        self.whole
    }
}

fn shortened(cell: Cell) -> Cell {
    match cell {
        Cell::Text(text) if text.len() > TEXT_AT_MOST => Cell::Text(text.chars().take(TEXT_AT_MOST).collect()),
        cell => cell,
    }
}

#[cfg(test)]
mod bomb;
#[cfg(test)]
mod tests;
