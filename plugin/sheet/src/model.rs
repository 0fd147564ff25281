//! What is read of a sheet, within which limits, and why it is not read.

/// The longest text of a File ID or a path, in bytes. Microsoft's longest path has 400 characters, an address of it
/// with all of them percent-encoded some thousands of bytes.
pub(super) const CELL_AT_MOST: usize = 8 * 1024;
/// Columns that are copied into a report.
pub const COLUMNS_AT_MOST: u32 = 256;
/// The longest text that is copied into a report, in characters: what a cell of Excel can hold.
pub(super) const TEXT_AT_MOST: usize = 32_767;

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
    pub(super) fn new(problem: Problem, message: impl Into<String>) -> Self {
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

/// What one of the two cells holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Value {
    /// Nothing but blanks.
    #[default]
    Blank,
    /// Text.
    Text(String),
    /// Something that can't be taken: the cell's name (`B17`), and what is wrong with it.
    Unreadable(String, String),
}

impl Value {
    const fn length(&self) -> usize {
        match self {
            Self::Blank => 0,
            Self::Text(text) => text.len(),
            Self::Unreadable(cell, why) => cell.len() + why.len(),
        }
    }
}

impl Row {
    /// The bytes of its texts.
    pub(super) fn length(&self) -> usize {
        self.id.length() + self.path.length() + self.link.as_ref().map_or(0, String::len)
    }
}

/// The refusal of more text than is held.
pub(super) fn too_long(number: u32) -> SheetError {
    SheetError::new(
        Problem::TooLarge,
        format!("the paths of the first {number} rows are longer than can be held: upload the sheet in parts"),
    )
}

/// A column's name: `A`, `Z`, `AA`.
pub(super) fn column_name(column: u32) -> String {
    let mut left = u64::from(column) + 1;
    let mut letters = Vec::new();
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or(0)));
        left /= 26;
    }
    letters.iter().rev().collect()
}
