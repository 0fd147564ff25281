//! The words of `managed-files` and `sync` as plain Rust values. They mean what the WIT files say.

use crate::{model::LibraryFile, wording};

/// How a file stands to its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// It has the bytes of the link's version.
    Following,
    /// It waits to be looked at.
    Pending,
    /// Another ending.
    FormatMismatch,
    /// Above the limit.
    TooLarge,
    /// Not there any more.
    SourceGone,
    /// Moved to where the policy does not reach.
    OutOfScope,
    /// Not to be read any more.
    AccessLost,
    /// Infected.
    Malware,
    /// Locked.
    Locked,
    /// Closed by a label.
    Labelled,
    /// Could not be fetched.
    Failed,
}

/// A managed file and its link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedFile {
    /// The file.
    pub file: LibraryFile,
    /// How it stands.
    pub state: LinkState,
    /// Whether a person holds it.
    pub held: bool,
    /// Its place in the order of those that are due.
    pub waiting: Option<u64>,
    /// Whether its item may be gone.
    pub suspected: bool,
    /// What was left there.
    pub note: Option<String>,
    /// How many ClientPoints and Templates show it.
    pub shown_in: u32,
    /// The mark of where its item was when people tied it to the file.
    pub place: Option<String>,
}

/// How many files there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that follow an item of the drive.
    pub managed: u64,
    /// Those of them whose item may be gone.
    pub suspected: u64,
}

/// What is to be known of a link from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The File ID.
    pub file: String,
    /// Whether it waits.
    pub waiting: bool,
    /// Whether its item may be gone.
    pub suspected: bool,
    /// For later.
    pub note: Option<String>,
}

/// What became of a file in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineOutcome {
    /// New content, verified.
    Updated,
    /// New content that no hash confirmed.
    Unverified,
    /// The content of its item already.
    Unchanged,
    /// There again.
    SourceBack,
    /// Another ending.
    FormatMismatch,
    /// Above the limit.
    TooLarge,
    /// Not there any more.
    SourceGone,
    /// Moved to where the policy does not reach.
    OutOfScope,
    /// Not to be read any more.
    AccessLost,
    /// Infected.
    Malware,
    /// Locked.
    Locked,
    /// Closed by a label.
    Labelled,
    /// Next time.
    Deferred,
    /// Could not be fetched.
    Failed,
    /// Waits for a person.
    Held,
}

/// Another item, that is where a file's own was when people tied the file to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Its name.
    pub name: String,
    /// Its id; none where a note of an earlier version does not tell.
    pub item: Option<String>,
}

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What became of it.
    pub outcome: LineOutcome,
    /// Why, in a word.
    pub reason: String,
    /// The item's name.
    pub name: String,
    /// In a sentence.
    pub message: String,
}

impl Line {
    /// S3: with the warning that another item is where this one was when people tied the file to it.
    #[must_use]
    pub fn displaced_by(mut self, file: &str, other: Option<&Other>) -> Self {
        let Some(other) = other else { return self };
        self.message
            .push_str(&wording::displaced(file, &other.name, other.item.as_deref()));
        // What says more than that goes first.
        if matches!(self.reason.as_str(), "" | "renamed") {
            wording::DISPLACED.clone_into(&mut self.reason);
        }
        self
    }
}

/// What is known of an item whose bytes the file has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The mark of the content.
    pub version: Option<String>,
    /// Its name.
    pub name: String,
    /// Where a person can look at it.
    pub web_url: Option<String>,
}

/// A line, and how the file stands from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The File ID.
    pub file: String,
    /// What became of it.
    pub line: Line,
    /// How it stands.
    pub state: LinkState,
    /// Whether it is looked at again in the next run.
    pub waiting: bool,
    /// Whether its item may be gone.
    pub suspected: bool,
    /// For later.
    pub note: Option<String>,
    /// Takes the place of what the link says.
    pub known: Option<Known>,
}

/// What a run may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Leave alone what has changed since it was listed.
    pub exact: bool,
    /// Let any number of files turn gone.
    pub accept_gone: bool,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Asking what has changed.
    Listing,
    /// Looking at what may have changed.
    Working,
    /// Over.
    Done,
}

/// What a step has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// For the next step.
    pub cursor: String,
    /// How far the run is.
    pub stage: Stage,
    /// Seconds to wait before.
    pub pause: Option<u32>,
}

/// What the work on a file would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The File ID.
    pub file: String,
    /// Its present revision.
    pub revision: u64,
    /// As far as it can be told.
    pub outcome: LineOutcome,
    /// The item's name.
    pub name: String,
    /// Bytes.
    pub size: Option<u64>,
    /// The mark of the content.
    pub version: Option<String>,
    /// How many ClientPoints and Templates show it.
    pub shown_in: u32,
}
