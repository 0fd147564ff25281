//! What a transfer is about, and what can keep it from its end.

use crate::{
    ask::Fault,
    contract::{ItemRef, LibraryError, ManagedFile, Policy, Refusal},
    displaced::Other,
    failure::Failure,
    graph::{GraphError, Meaning},
    item::Item,
    ports::{Level, Ports},
    retry::Trouble,
    rules::enter,
};

/// What one transfer is about.
#[derive(Debug)]
pub struct Job<'a, P> {
    /// The outside world.
    pub ports: &'a P,
    /// The origin of Microsoft Graph.
    pub api: &'a str,
    /// The item.
    pub source: &'a ItemRef,
    /// The limits in force.
    pub policy: &'a Policy,
    /// What becomes of the bytes.
    pub target: Target<'a>,
}

/// What becomes of the bytes.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// A new file of the library.
    New,
    /// New content for this file.
    Update {
        /// The file, as it was before.
        file: &'a ManagedFile,
        /// Whether to give up where the item has changed since its metadata was read.
        exact: bool,
        /// Another item, that is where this one was when people tied the file to it.
        other: Option<&'a Other>,
    },
}

/// Why a transfer ended without a new file.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    /// The file may not enter.
    Refused(Refusal),
    /// It did not come.
    Failed(Failure),
    /// Somebody else brought it in meanwhile, under this File ID.
    Already(String),
}

/// What keeps one download from becoming a whole file. The failure is what to say if nothing helps.
#[derive(Debug)]
pub(super) enum Setback {
    /// It may pass, and what was taken stays good.
    Again(Trouble, Failure),
    /// The URL is not accepted (any more): a new one is due.
    Renew(Failure),
    /// What was taken is worth nothing.
    StartOver(Failure),
    /// There is no point in going on.
    Stop(Stop),
}

impl From<Stop> for Setback {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Setback> for Stop {
    fn from(setback: Setback) -> Self {
        match setback {
            Setback::Again(_, failure) | Setback::Renew(failure) | Setback::StartOver(failure) => Self::Failed(failure),
            Setback::Stop(stop) => stop,
        }
    }
}

impl Target<'_> {
    /// The gate that the item has to pass: a file that the library has already is judged by the rules of following, and
    /// not again by those of entering.
    ///
    /// # Errors
    /// Why it may not pass.
    pub(super) fn admits(&self, item: &Item, policy: &Policy) -> Result<(), Refusal> {
        match self {
            Self::New => enter::may_enter(item, policy),
            Self::Update { file, .. } => enter::may_follow(item, &file.file.name, policy),
        }
    }
}

/// What a fault of Microsoft Graph means for one file.
pub(super) fn stop<P: Ports>(job: &Job<'_, P>, fault: Fault) -> Stop {
    let failure = match fault {
        Fault::Answered(error) => return answered(&error),
        Fault::Throttled(left) => Failure::Throttled(Some(left)),
        Fault::Unreachable => Failure::Network,
        Fault::Refused => {
            job.ports.log(
                Level::Warn,
                "the host refused a request for a download: see its rules for the network",
            );
            Failure::Network
        }
        Fault::Silent => Failure::Stalled,
        Fault::TooLong => {
            job.ports.log(Level::Warn, "Microsoft's answer is too long");
            Failure::Other
        }
        Fault::Unusable(text) => {
            job.ports.log(Level::Warn, &text);
            Failure::Other
        }
    };
    Stop::Failed(failure)
}

fn answered(error: &GraphError) -> Stop {
    Stop::Failed(match error.meaning() {
        Meaning::Malware => return Stop::Refused(Refusal::Malware),
        Meaning::SignIn => Failure::SignInNeeded,
        Meaning::Denied => Failure::AccessDenied,
        Meaning::NotFound => Failure::NotFound,
        Meaning::Locked => Failure::Locked,
        Meaning::Closed => Failure::SiteClosed,
        Meaning::Moved => Failure::SiteMoved,
        Meaning::Labelled => Failure::Labelled,
        Meaning::Changed => Failure::Changing,
        Meaning::Throttled => Failure::Throttled(None),
        Meaning::Transient | Meaning::BadRange | Meaning::Other => Failure::SourceError(error.status),
    })
}

/// What an error of the library means for one file, of which so many bytes were there.
pub(super) fn not_taken<P: Ports>(job: &Job<'_, P>, size: u64, error: LibraryError) -> Stop {
    match error {
        LibraryError::AlreadyLinked(id) => Stop::Already(id),
        LibraryError::TooLarge(limit) => Stop::Refused(Refusal::TooLarge((size, limit))),
        LibraryError::NoSpace => Stop::Failed(Failure::NoSpace),
        LibraryError::Conflict => Stop::Failed(Failure::Changing),
        error => {
            job.ports.log(Level::Warn, &error.words());
            Stop::Failed(Failure::Library)
        }
    }
}
