//! The sheet in which an Administrator ties library files to items of the drive: two columns, "File ID" and "Sharepoint
//! File Path", anywhere in a workbook or in comma separated text. Pure: bytes in, rows out.
//!
//! Sheets come from people, by way of many programs, and a sheet may be hostile. So everything is bounded before it is
//! unpacked into memory, cells are read one by one, and whatever can't be understood is refused with the way out rather
//! than guessed at.
//!
//! - [`kind`]: what the bytes are, and the refusal of what is not read here.
//! - `guard`: the bounds of an archive, found by unpacking it once into nothing.
//! - `workbook`, `text`: cells in the order of the file.
//! - `columns`: the header row, and the two columns below it.
//! - [`id`]: File IDs as spreadsheets spell them.

mod columns;
mod guard;
pub mod id;
pub mod kind;
mod lexer;
mod text;
mod workbook;

use columns::Collector;
pub use columns::Value;

/// The longest text of a File ID or a path, in bytes. Microsoft's longest path has 400 characters, an address of it
/// with all of them percent-encoded some thousands of bytes.
const CELL_AT_MOST: usize = 8 * 1024;
/// Columns that are copied into a report.
pub const COLUMNS_AT_MOST: u32 = 256;
/// The longest text that is copied into a report, in characters: what a cell of Excel can hold.
const TEXT_AT_MOST: usize = 32_767;

/// How much a sheet may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes.
    pub bytes: u64,
    /// The largest sum of everything that is packed in it, in bytes.
    pub unpacked: u64,
    /// The most rows that have a File ID or a path.
    pub rows: u32,
}

impl Limits {
    /// With what does not depend on the host's policy filled in.
    #[must_use]
    pub const fn new(bytes: u64, rows: u32) -> Self {
        Self {
            bytes,
            unpacked: 256 * 1024 * 1024,
            rows,
        }
    }
}

/// Why a sheet is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Neither a workbook nor text in columns.
    NotASheet,
    /// A workbook in a format that is not read here.
    OtherFormat,
    /// Protected by a password.
    Encrypted,
    /// It breaks off, or contradicts itself.
    Damaged,
    /// Beyond a bound.
    TooLarge,
    /// Text in another encoding than UTF-8.
    NotUtf8,
    /// A column is missing.
    MissingColumn,
    /// A column is there twice, or in two sheets.
    DoubledColumn,
}

/// A refused sheet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SheetError {
    /// What is wrong.
    pub problem: Problem,
    /// In a sentence with the way out.
    pub message: String,
}

impl SheetError {
    fn new(problem: Problem, message: impl Into<String>) -> Self {
        Self {
            problem,
            message: message.into(),
        }
    }
}

/// A row with something in one of the two columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// As people see it beside the row: from 1.
    pub number: u32,
    /// The cell under "File ID".
    pub id: Value,
    /// The cell under "Sharepoint File Path".
    pub path: Value,
    /// Where the path's cell links to, word for word as the sheet has it: an address, percent-encoded or not, or
    /// whatever else cells are linked to (`file:///…`, `mailto:…`, a path beside the workbook). None if it links to
    /// nothing, or only to a place in the workbook. A link can stand where the cell itself is blank.
    pub link: Option<String>,
    /// Whether the sheet does not show the row: a filter, a hand or a closed group hides it, or it has no height.
    pub hidden: bool,
    /// The row in which the File ID is written, if its cell is merged downwards over this one.
    pub id_from: Option<u32>,
    /// The row in which the path and its link are written, if that cell is merged downwards over this one.
    pub path_from: Option<u32>,
}

/// A sheet as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name; empty for text.
    pub name: String,
    /// The number of its header row.
    pub header: u32,
    /// The rows below, in the order of the file; those that have neither a File ID nor a path are left out.
    pub rows: Vec<Row>,
}

/// What is in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Days since 30 December 1899, as Excel counts them.
    Date(f64),
    /// `#N/A` and the like.
    Error(&'static str),
    /// A formula whose result was not stored.
    Uncalculated,
}

/// A row with all its cells, for a copy of the sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// From 1.
    pub number: u32,
    /// From the first column on; columns beyond [`COLUMNS_AT_MOST`] are left out.
    pub cells: Vec<Cell>,
}

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
    let (sheet, format) = find(bytes, limits)?;
    let last = sheet.rows.last().map_or(sheet.header, |row| row.number);
    let mut lines = Lines::new(last);
    match format {
        kind::Format::Workbook => {
            let mut book = workbook::open(bytes)?;
            let mut cells = workbook::Pull::new(&mut book, &sheet.name)?;
            while let Some((row, column, cell)) = cells.next(|column| column < COLUMNS_AT_MOST)? {
                if let Some(some) = lines.take(row, column, cell)
                    && !tell(some).await
                {
                    return Ok(());
                }
            }
        }
        kind::Format::Text => {
            let mut cells = text::Pull::new(bytes)?;
            while let Some((row, column, cell)) = cells.next()? {
                if let Some(some) = lines.take(row, column, cell)
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

fn find(bytes: &[u8], limits: Limits) -> Result<(Sheet, kind::Format), SheetError> {
    if bytes.len() as u64 > limits.bytes {
        return Err(too_large_a_file(limits.bytes));
    }
    let format = kind::of(bytes)?;
    let found = match format {
        kind::Format::Workbook => {
            guard::check(bytes, limits)?;
            workbook::find(bytes, limits)?
        }
        kind::Format::Text => {
            let mut collector = Collector::new(String::new(), limits);
            let mut cells = text::Pull::new(bytes)?;
            while let Some((row, column, cell)) = cells.next()? {
                collector.cell(row, column, cell)?;
            }
            columns::choose(vec![collector.end()?], &[])?
        }
    };
    Ok((found, format))
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
    fn take(&mut self, row: u32, column: u32, cell: Cell) -> Option<Vec<Line>> {
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
        });
        if column < COLUMNS_AT_MOST {
            let place = column as usize;
            if open.cells.len() <= place {
                open.cells.resize(place + 1, Cell::Empty);
            }
            if let Some(there) = open.cells.get_mut(place) {
                *there = shortened(cell);
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

/// A column's name: `A`, `Z`, `AA`.
fn column_name(column: u32) -> String {
    let mut left = u64::from(column) + 1;
    let mut letters = Vec::new();
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or(0)));
        left /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod bomb;
#[cfg(test)]
mod tests;
