//! The words of the contract's enums: what stands in the catalogue, in the ledger and in every answer to people and
//! programs. Each is written down here alone, and none is ever changed.

use crate::contract::{
    clientpoint::content_source::{
        managed_files::{LinkState, Outcome},
        types::Verification,
    },
    exports::clientpoint::content_source::{
        association::{Outcome as RowOutcome, SheetProblem},
        content_import::{DriveKind, EntryKind, Failure, Refusal, Resolution},
        source::SignInProblem,
    },
};

/// Something of the contract that has a word.
pub trait Word {
    /// The word, in kebab-case.
    fn word(&self) -> &'static str;
}

/// Something that is read back from its word.
pub trait FromWord: Sized {
    /// What the word means; none for a word of a newer version.
    fn from_word(word: &str) -> Option<Self>;
}

macro_rules! words {
    ($of:ty { $($case:ident $(($what:tt))? = $word:literal,)+ }) => {
        impl Word for $of {
            fn word(&self) -> &'static str {
                match self {
                    $(Self::$case $(($what))? => $word,)+
                }
            }
        }
    };
    (both ways: $of:ty { $($case:ident = $word:literal,)+ }) => {
        words!($of { $($case = $word,)+ });

        impl FromWord for $of {
            fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$case),)+
                    _ => None,
                }
            }
        }
    };
}

words!(both ways: Verification {
    Verified = "verified",
    NoHash = "no-hash",
    Rewritten = "rewritten",
});

words!(both ways: LinkState {
    Following = "following",
    Pending = "pending",
    FormatMismatch = "format-mismatch",
    TooLarge = "too-large",
    SourceGone = "source-gone",
    OutOfScope = "out-of-scope",
    AccessLost = "access-lost",
    Malware = "malware",
    Locked = "locked",
    Labelled = "labelled",
    Failed = "failed",
});

words!(both ways: Outcome {
    Updated = "updated",
    Unverified = "unverified",
    Unchanged = "unchanged",
    SourceBack = "source-back",
    FormatMismatch = "format-mismatch",
    TooLarge = "too-large",
    SourceGone = "source-gone",
    OutOfScope = "out-of-scope",
    AccessLost = "access-lost",
    Malware = "malware",
    Locked = "locked",
    Labelled = "labelled",
    Deferred = "deferred",
    Failed = "failed",
    Held = "held",
});

words!(Refusal {
    UnsupportedType(_) = "unsupported-type",
    TooLarge(_) = "too-large",
    Folder = "folder",
    Subfolder = "subfolder",
    Package = "package",
    Shortcut = "shortcut",
    Malware = "malware",
    OtherDrive = "other-drive",
    UnknownKind = "unknown-kind",
});

words!(Failure {
    NotFound = "not-found",
    AccessDenied = "access-denied",
    Locked = "locked",
    Labelled = "labelled",
    Throttled(_) = "throttled",
    Changing = "changing",
    Truncated = "truncated",
    Stalled = "stalled",
    Mismatch = "mismatch",
    NotTheFile = "not-the-file",
    SignInNeeded = "sign-in-needed",
    SourceError(_) = "source-error",
    Network = "network",
    NoSpace = "no-space",
    Library = "library",
    Other = "other",
});

words!(EntryKind {
    File = "file",
    Folder = "folder",
    Package = "package",
    Shortcut = "shortcut",
    Other = "other",
});

words!(DriveKind {
    PersonalWork = "personal-work",
    SiteLibrary = "site-library",
});

words!(SignInProblem {
    WrongSettings = "wrong-settings",
    ExpiredSecret = "expired-secret",
    SignInAgain = "sign-in-again",
    Declined = "declined",
    AccountRefused = "account-refused",
    ConsentMissing = "consent-missing",
    Unavailable = "unavailable",
    Other = "sign-in-refused",
});

words!(SheetProblem {
    NotASheet = "not-a-sheet",
    OtherFormat = "other-format",
    Encrypted = "encrypted",
    Damaged = "damaged",
    TooLarge = "sheet-too-large",
    NotUtf8 = "not-utf8",
    MissingColumn = "missing-column",
    DoubledColumn = "doubled-column",
});

impl Word for RowOutcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::ReLinked(_) => "re-linked",
            Self::AlreadyLinked => "already-linked",
            Self::UnknownFileId => "unknown-file-id",
            Self::NoId => "no-id",
            Self::PathMissing => "path-missing",
            Self::PathNotFound(_) => "path-not-found",
            Self::IsAFolder => "is-a-folder",
            Self::OtherDrive => "other-drive",
            Self::UnsupportedType(_) => "unsupported-type",
            Self::TooLarge(_) => "too-large",
            Self::FormatMismatch(_) => "format-mismatch",
            Self::DuplicateFileId(_) => "duplicate-file-id",
            Self::Ambiguous(_) => "ambiguous",
            Self::UnreadableCell(_) => "unreadable-cell",
            Self::ForbiddenPath => "forbidden-path",
            Self::Refused(refusal) => refusal.word(),
            Self::AccessDenied => "access-denied",
            Self::Failed => "failed",
        }
    }
}

impl Word for Resolution {
    /// Why a text that a person has written leads to no item; that of one which does is never asked for.
    fn word(&self) -> &'static str {
        match self {
            Self::Item(_) => "item",
            Self::Several(_) => "ambiguous",
            Self::Nothing(_) => "not-found",
            Self::OtherDrive => "other-drive",
            Self::Denied => "access-denied",
            Self::Failed(_) => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_catalogue_is_read_as_it_was_written_and_nothing_else_is() {
        for state in ["following", "pending", "source-gone", "labelled", "failed"] {
            assert_eq!(LinkState::from_word(state).map(|state| state.word()), Some(state));
        }
        for verification in ["verified", "no-hash", "rewritten"] {
            let read = Verification::from_word(verification);
            assert_eq!(read.map(|read| read.word()), Some(verification));
        }
        assert!(LinkState::from_word("of-a-newer-version").is_none());
    }
}
