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
//! - `book`: the list of sheets, shared texts, formats of dates. `cells`: a sheet's cells in the order of the file, and
//!   what stands behind them; `area`, `formula` and `days` are what they are made of.
//! - `workbook`: the sheet that is wanted among all of a workbook. `text`: comma separated text.
//! - `columns`: the header row, and the two columns below it; `headers`: titles, and what nearly fits; `behind`: merged
//!   cells and links, given to the rows.
//! - [`id`]: File IDs as spreadsheets spell them.

mod area;
mod behind;
mod book;
mod cells;
mod columns;
mod days;
mod formula;
mod guard;
mod headers;
pub mod id;
pub mod kind;
mod lexer;
mod package;
mod text;
mod wide;
mod workbook;
mod xml;

use cells::Placed;
use columns::Collector;
pub use columns::Value;
use formula::Link;
use workbook::Source;

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
    /// Protected by a password, or by a sensitivity label.
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
    Error(String),
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
    /// Where its cells link to: the column, from 0, and the address as the sheet has it. Links of a very large block of
    /// cells may be left out.
    pub links: Vec<(u32, String)>,
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
