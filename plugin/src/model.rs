//! The words of the contract as plain Rust values, so that everything but the glue can be built and tested natively.
//!
//! They mean what the WIT files say; the comments here only add what Rust readers need.

use std::time::Duration;

/// An item of a drive, wherever it was moved or renamed to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemRef {
    /// The drive's id, case-sensitive.
    pub drive: String,
    /// The item's id inside that drive, case-sensitive.
    pub item: String,
}

/// An item, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The item.
    pub item: ItemRef,
    /// Its path, from the drive on.
    pub path: String,
}

/// What a text leads to that a person has given for an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// This item.
    Item(Candidate),
    /// Each of these could be meant.
    Several(Vec<Candidate>),
    /// Nothing; the nearest paths, and more words for why, if there are any.
    Nothing(Vec<String>, &'static str),
    /// Something in another drive, and what in this one is near.
    OtherDrive(Vec<String>),
    /// Microsoft does not let the connection look.
    Denied,
    /// It could not be found out, and why.
    Failed(String),
}

/// A text, and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// What it leads to.
    pub resolution: Resolution,
    /// The text without what could open a file to whoever has it.
    pub shown: String,
    /// In a sentence; empty for an item.
    pub message: String,
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// May connect, browse and import.
    Administrator,
    /// May use what is in the library.
    Member,
}

/// What may enter the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The largest file, in bytes; a file of exactly this size passes.
    pub max_file_bytes: u64,
    /// The most files one import takes.
    pub max_files_per_import: u32,
    /// Endings without the dot.
    pub file_types: Vec<String>,
    /// What folders are good for.
    pub subfolders: Subfolders,
    /// The largest sheet, in bytes.
    pub max_sheet_bytes: u64,
    /// The most rows of a sheet.
    pub max_sheet_rows: u32,
}

/// What folders are good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subfolders {
    /// Only files at the root.
    None,
    /// Browsing shows the root; a path given by hand may lead into folders.
    Associate,
    /// Folders can be opened while browsing.
    Browse,
}

/// Whose access a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The company's own credentials.
    Organization,
    /// One person's sign-in.
    User,
}

/// The connection this instance works for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Whose access it is.
    pub mode: Mode,
    /// The origin of Microsoft Graph: `https://host[:port]`, no path.
    pub api_origin: String,
    /// The drive that people chose.
    pub drive: Option<String>,
    /// The limits in force.
    pub policy: Policy,
}

/// How sure it is that the bytes are those of the source's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// The published hash equals the hash of the bytes.
    Verified,
    /// No hash is published; length and shape agreed.
    NoHash,
    /// Other bytes than published, twice the same.
    Rewritten,
}

/// What ties a library file to an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The item that the file follows.
    pub source: ItemRef,
    /// The mark of the content: `cTag`, or `eTag` where there is none.
    pub version: Option<String>,
    /// The quickXorHash of the bytes delivered, in base64.
    pub hash: String,
    /// The number of bytes delivered.
    pub size: u64,
    /// How sure the bytes are.
    pub verification: Verification,
    /// The name in the drive.
    pub name: String,
    /// Where a person can look at the item.
    pub web_url: Option<String>,
}

/// A file of the Content Library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryFile {
    /// Its File ID.
    pub id: String,
    /// Its name in the library.
    pub name: String,
    /// Where it stands, for people.
    pub place: String,
    /// Counts from 1.
    pub revision: u64,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
    /// The item it follows, if any.
    pub link: Option<Link>,
}

/// What the library answers when it does not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LibraryError {
    /// The connection may not do this.
    #[error("the library does not allow it")]
    Forbidden,
    /// More bytes than the library takes; the number is its limit.
    #[error("the library takes files of at most {0} bytes")]
    TooLarge(u64),
    /// No room.
    #[error("the library has no room")]
    NoSpace,
    /// A file with this File ID follows the same item already.
    #[error("the library has this item already, as file {0}")]
    AlreadyLinked(String),
    /// The draft holds another number of bytes than the link says.
    #[error("the library counted other bytes than the plugin")]
    SizeMismatch,
    /// The file was changed, held or unlinked meanwhile.
    #[error("the file was changed meanwhile, or is held")]
    Conflict,
    /// The storage does not answer.
    #[error("the library's storage does not answer: {0}")]
    Unavailable(String),
    /// Anything else, for a log.
    #[error("the library failed: {0}")]
    Other(String),
}

/// Why a file can't enter the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The ending, in lower case, is not on the list.
    UnsupportedType(String),
    /// Size as far as known, and the limit; bytes.
    TooLarge(u64, u64),
    /// A folder.
    Folder,
    /// A file in a folder, which the policy leaves out.
    Subfolder,
    /// A OneNote notebook or its like.
    Package,
    /// Points to another drive.
    Shortcut,
    /// Microsoft found malware in it.
    Malware,
    /// Belongs to another drive than the connection's.
    OtherDrive,
    /// None of the kinds that the plugin knows.
    UnknownKind,
}

/// Why a file that may enter did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The item is not there.
    NotFound,
    /// The connection may not read it.
    AccessDenied,
    /// Somebody has locked it.
    Locked,
    /// A protection label keeps it closed.
    Labelled,
    /// The whole site is locked or archived.
    SiteClosed,
    /// The whole site was moved to another address.
    SiteMoved,
    /// Microsoft asked for more patience than one call has.
    Throttled(Option<Duration>),
    /// It changed again and again while it was read.
    Changing,
    /// Fewer bytes came than were announced.
    Truncated,
    /// No data came for too long.
    Stalled,
    /// The bytes are not those that the metadata describes.
    Mismatch,
    /// An error page or message came instead of the file.
    NotTheFile,
    /// The connection's credentials are not accepted.
    SignInNeeded,
    /// An HTTP status that means none of the others.
    SourceError(u16),
    /// No connection to Microsoft.
    Network,
    /// The library has no room.
    NoSpace,
    /// The library did not take it.
    Library,
    /// Anything else.
    Other,
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the library now.
    Imported {
        /// The new library file.
        file: LibraryFile,
        /// Sentences for people.
        warnings: Vec<String>,
    },
    /// It was in the library before.
    AlreadyImported(LibraryFile),
    /// It may not enter.
    Refused(Refusal),
    /// It may enter, and did not.
    Failed(Failure),
}

/// The outcome of one item that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemOutcome {
    /// The item.
    pub item: ItemRef,
    /// Its name in the drive; empty where it never became known.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The same in a sentence with the way out.
    pub message: String,
}

/// Why a whole call was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The actor's role does not allow it.
    Forbidden,
    /// No drive was chosen yet.
    NoDrive,
    /// More files than this limit.
    TooMany(u32),
    /// The folder, drive or page is not there.
    NotFound,
    /// An address that can't lead to a drive, and which would.
    WrongAddress(String),
    /// What the connection may not see, and what an Administrator can do.
    AccessDenied(String),
    /// The credentials are not accepted.
    SignInNeeded(String),
    /// Microsoft asks for patience.
    Throttled(Option<Duration>),
    /// Microsoft or the library can't be reached or does not work.
    Unavailable(String),
    /// The host does not lend what the call takes.
    Withheld(String),
    /// Anything else.
    Other(String),
}

/// Whose drive it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriveKind {
    /// A person's OneDrive at work.
    PersonalWork,
    /// A document library of a site.
    SiteLibrary,
}

/// A drive that the connection can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drive {
    /// Its id.
    pub id: String,
    /// For people, with the owner or the site.
    pub name: String,
    /// Whose it is.
    pub kind: DriveKind,
    /// Where a person can look at it.
    pub web_url: Option<String>,
}

/// Some of the drives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrivePage {
    /// The drives.
    pub drives: Vec<Drive>,
    /// Handed back for the following page.
    pub next: Option<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A notebook or its like.
    Package,
    /// A pointer to another drive.
    Shortcut,
    /// Anything else.
    Other,
}

/// Whether an entry can be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It can.
    Importable,
    /// It is in the library, under this File ID.
    AlreadyImported(String),
    /// It can't.
    Refused(Refusal),
}

/// One row of what browsing shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The item.
    pub item: ItemRef,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes, if known.
    pub size: Option<u64>,
    /// RFC 3339, UTC.
    pub modified: Option<String>,
    /// Whether it can be imported.
    pub verdict: Verdict,
    /// The verdict in a sentence; empty for `Importable`.
    pub reason: String,
}

/// Some of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPage {
    /// The rows, in the source's order.
    pub entries: Vec<Entry>,
    /// Handed back for the following page.
    pub next: Option<String>,
}
