//! The stable words for why a line of the ledger says what it says: one table.

use crate::failure::Failure;

/// Why, where the outcome does not say all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A person holds the file.
    ByAPerson,
    /// The shrink guard waits for a person.
    TooManyGone,
    /// The file follows nothing.
    NoLink,
    /// The item is another one than when the plan was made.
    ChangedSinceThePlan,
    /// The item has another name now.
    Renamed,
    /// Another item is where the file's own was when people tied the file to it.
    PathNowOtherItem,
    /// The item is gone, and another one has its name and place.
    SavedAnew,
    /// The new bytes did not come.
    Failed(Failure),
}

impl Reason {
    /// The word. Hosts and people's scripts go by it: it never changes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ByAPerson => "by-a-person",
            Self::TooManyGone => "too-many-gone",
            Self::NoLink => "no-link",
            Self::ChangedSinceThePlan => "changed-since-the-plan",
            Self::Renamed => "renamed",
            Self::PathNowOtherItem => "path-now-other-item",
            Self::SavedAnew => "saved-anew",
            Self::Failed(Failure::NotFound) => "not-found",
            Self::Failed(Failure::AccessDenied) => "access-denied",
            Self::Failed(Failure::Locked) => "locked",
            Self::Failed(Failure::Labelled) => "labelled",
            Self::Failed(Failure::SiteClosed) => "site-closed",
            Self::Failed(Failure::SiteMoved) => "site-moved",
            Self::Failed(Failure::Throttled(_)) => "throttled",
            Self::Failed(Failure::Changing) => "changing",
            Self::Failed(Failure::Truncated) => "truncated",
            Self::Failed(Failure::Stalled) => "stalled",
            Self::Failed(Failure::Mismatch) => "mismatch",
            Self::Failed(Failure::NotTheFile) => "not-the-file",
            Self::Failed(Failure::SignInNeeded) => "sign-in-needed",
            Self::Failed(Failure::SourceError(_)) => "source-error",
            Self::Failed(Failure::Network) => "network",
            Self::Failed(Failure::NoSpace) => "no-space",
            Self::Failed(Failure::Library) => "library",
            Self::Failed(Failure::Other) => "other",
        }
    }
}
