//! The words of `association` as plain Rust values. They mean what the WIT files say.

use crate::{
    model::{CallError, LibraryError, Refusal},
    sheet::SheetError,
};

/// Why a whole sheet was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssociationError {
    /// It can't be read.
    Sheet(SheetError),
    /// It is not the sheet's fault.
    Call(CallError),
}

impl From<SheetError> for AssociationError {
    fn from(error: SheetError) -> Self {
        Self::Sheet(error)
    }
}

impl From<CallError> for AssociationError {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<LibraryError> for AssociationError {
    fn from(error: LibraryError) -> Self {
        Self::Call(error.into())
    }
}

/// A file to be tied to an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The File ID.
    pub file: String,
    /// The item in the drive.
    pub item: String,
    /// Its name.
    pub name: String,
    /// Where a person can look at it.
    pub web_url: Option<String>,
    /// The mark of where it is now: see [`crate::paths::place`].
    pub place: Option<String>,
}

/// What became of a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It follows the item now.
    Bound,
    /// It has followed the item before.
    Unchanged,
    /// There is no such file any more.
    Missing,
}

/// What became of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RowOutcome {
    /// The file follows the item.
    Linked,
    /// It had followed the item of this name before.
    Relinked(String),
    /// It did so before.
    AlreadyLinked,
    /// No file has that ID.
    UnknownFileId,
    /// The row has no File ID.
    NoId,
    /// The row has no path.
    PathMissing,
    /// Nothing is there; the nearest there is.
    PathNotFound(Vec<String>),
    /// The path leads to a folder.
    IsAFolder,
    /// It leads to another drive.
    OtherDrive,
    /// The ending is not on the list.
    UnsupportedType(String),
    /// Bytes, and the limit.
    TooLarge(u64, u64),
    /// The endings of the library's file and of the item.
    FormatMismatch(String, String),
    /// Other rows with this File ID, and other paths.
    DuplicateFileId(Vec<u32>),
    /// The files that it could mean.
    Ambiguous(Vec<String>),
    /// The cell.
    UnreadableCell(String),
    /// The path may not be followed.
    ForbiddenPath,
    /// The policy leaves folders out.
    Subfolder,
    /// Another kind of item, or an infected one.
    Refused(Refusal),
    /// The source does not let the connection read it.
    AccessDenied,
    /// It could not be found out, or not be carried out.
    #[default]
    Failed,
}

impl RowOutcome {
    /// Whether the file follows the item from now on.
    #[must_use]
    pub const fn is_linkable(&self) -> bool {
        matches!(self, Self::Linked | Self::Relinked(_))
    }
}

/// A row and its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReport {
    /// From 1, as people see it.
    pub number: u32,
    /// The File ID, as it was read.
    pub file: String,
    /// The path, as it is written.
    pub path: String,
    /// What became of it.
    pub outcome: RowOutcome,
    /// In a sentence, with the warnings.
    pub message: String,
    /// What a person should know although the row is carried out, each in words.
    pub warnings: Vec<String>,
    /// Where the path leads, in the drive's own spelling.
    pub resolved: Option<String>,
    /// Whether the sheet does not show the row.
    pub hidden: bool,
}

/// All rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetReport {
    /// The sheet's name; empty for text.
    pub sheet: String,
    /// The number of the header row.
    pub header: u32,
    /// In the order of the sheet.
    pub rows: Vec<RowReport>,
}
