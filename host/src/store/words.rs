//! The words in the database, as types. A word of the database is a word of the output as well.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Error;

/// Types each of whose values is a word.
macro_rules! words {
    ($($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $value:ident = $word:literal,)+ })+) => { $(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$meaning])* $value,)+
        }

        impl $name {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// The word in the database and in output.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(word: String) -> Result<Self, Error> {
                let known = Self::ALL.iter().find(|value| value.as_str() == word);
                known.copied().ok_or_else(|| unknown(stringify!($name), &word))
            }
        }

        impl std::str::FromStr for $name {
            type Err = Error;

            /// As people write it.
            fn from_str(word: &str) -> Result<Self, Error> {
                let known = Self::ALL.iter().find(|value| value.as_str() == word);
                known.copied().ok_or_else(|| {
                    let all: Vec<&str> = Self::ALL.iter().map(|value| value.as_str()).collect();
                    Error::Settings(format!("`{}` is none of these: {}", word.escape_debug(), all.join(", ")))
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::try_from(String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, word: &str) -> bool {
                self.as_str() == word
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, word: &&str) -> bool {
                self.as_str() == *word
            }
        }
    )+ };
}

words! {
    /// How far a run is.
    RunState {
        /// It is under way, or its process has died, and another one goes on with it.
        Running = "running",
        /// An upload whose process has died, as people see it.
        Interrupted = "interrupted",
        /// Every file has its line.
        Complete = "complete",
        /// It was given up; every file has its line nevertheless.
        Incomplete = "incomplete",
        /// Its ledger does not add up, or an upload came to nothing.
        Failed = "failed",
        /// It has only looked.
        Planned = "planned",
    }

    /// What has set a run off.
    RunKind {
        /// The clock.
        Scheduled = "scheduled",
        /// A person.
        Manual = "manual",
        /// A person, to look at what it would do.
        Plan = "plan",
    }

    /// What a run is about.
    Subject {
        /// Files that follow items.
        Sync = "sync",
        /// The rows of a sheet.
        Association = "association",
    }

    /// What a run is, in one word.
    RunType {
        /// A sync that the clock has set off.
        Scheduled = "scheduled",
        /// A sync that a person has set off.
        Manual = "manual",
        /// A look at what a sync would do.
        Plan = "plan",
        /// The rows of a sheet.
        Upload = "upload",
    }

    /// What long work is about.
    OperationKind {
        /// Bringing files into the library.
        Import = "import",
        /// A run of the sync.
        Sync = "sync",
        /// Looking what a sync would do.
        Plan = "plan",
        /// Looking what carrying out a sheet would come to.
        CheckSheet = "check-sheet",
        /// Carrying out a sheet, or letting one file follow another item.
        LinkSheet = "link-sheet",
        /// Taking an upload back.
        UndoUpload = "undo-upload",
        /// Looking at the library's bytes.
        Verify = "verify",
    }

    /// How far long work is.
    OperationState {
        /// It is under way.
        Running = "running",
        /// It has come to its end; what became of single files is told with it.
        Done = "done",
        /// It ended by an error.
        Failed = "failed",
        /// Somebody has stopped it.
        Stopped = "stopped",
        /// The program that carried it out has ended before it.
        Interrupted = "interrupted",
    }

    /// How far a file of an import is, or what became of it.
    ItemState {
        /// Nothing was done about it yet.
        Waiting = "waiting",
        /// Its bytes come.
        Transferring = "transferring",
        /// All of its bytes are there, and are looked at.
        Checking = "checking",
        /// It came into the library.
        Imported = "imported",
        /// It was there already.
        AlreadyImported = "already-imported",
        /// It may not enter.
        Refused = "refused",
        /// It did not come.
        Failed = "failed",
        /// It was given up on its way.
        Stopped = "stopped",
        /// It was not begun.
        NotStarted = "not-started",
        /// The same as one before it.
        Duplicate = "duplicate",
    }

    /// How a file of the library stands, in one word.
    FileState {
        /// It follows its item, and has what that had at the last sync.
        Following = "following",
        /// People hold it: no sync touches it.
        Held = "held",
        /// The next sync brings its content, or tries to.
        Waiting = "waiting",
        /// Its item is not in the source any more.
        Gone = "gone",
        /// It does not follow while its drive is not the one that is chosen.
        Detached = "detached",
        /// It is the library's own.
        Own = "own",
        /// It has an item, and does not get its content: the ledger says why.
        NotFollowing = "not-following",
        /// The disk has lost its bytes, however it stands else.
        Damaged = "damaged",
    }

    /// What the files of the library are ordered by.
    LibraryOrder {
        /// The File ID.
        Id = "id",
        /// The name; upper and lower case of Latin letters make no difference.
        Name = "name",
        /// The time of the present revision, the newest first.
        Changed = "changed",
    }

    /// What becomes of the files that a run was given up before.
    GivenUp {
        /// They are due next time, first of all.
        Deferred = "deferred",
        /// The source does not let the connection read the drive.
        AccessLost = "access-lost",
        /// The sign-in of the person whose connection it is has ended.
        OwnerLost = "owner-lost",
        /// Something else has failed.
        Failed = "failed",
    }

    /// What became of a file in a run: the contract's words, and one of the host's own.
    LineOutcome {
        /// It has new content, which was verified.
        Updated = "updated",
        /// It has new content for which the source has no hash, or another one.
        Unverified = "unverified",
        /// It has the content of its item.
        Unchanged = "unchanged",
        /// Its item was gone, and is there again.
        SourceBack = "source-back",
        /// Its item has another format now.
        FormatMismatch = "format-mismatch",
        /// Its item is larger than a file may be.
        TooLarge = "too-large",
        /// Its item is not in the source any more.
        SourceGone = "source-gone",
        /// Its item was moved to where the policy does not reach.
        OutOfScope = "out-of-scope",
        /// The source does not let the connection read it.
        AccessLost = "access-lost",
        /// The sign-in of the person whose connection it is has ended: the host's word.
        OwnerLost = "owner-lost",
        /// The source has found malware in it.
        Malware = "malware",
        /// Somebody has it locked.
        Locked = "locked",
        /// A label protects it.
        Labelled = "labelled",
        /// The source asked for patience.
        Deferred = "deferred",
        /// Its new content did not come.
        Failed = "failed",
        /// A person holds it, or a guard waits for one.
        Held = "held",
    }

    /// The reasons of plugins that the host knows a way out of, beside that of the outcome.
    LineReason {
        /// So many would be gone at once that a person is to look.
        TooManyGone = "too-many-gone",
        /// The site of its drive has another address.
        SiteMoved = "site-moved",
        /// Where its item was, another one is.
        PathNowOtherItem = "path-now-other-item",
    }

    /// Why a run was given up.
    Reason {
        /// The world has moved since the plan that it is held to.
        PlanOutdated = "plan-outdated",
        /// It took longer than a run may.
        OutOfTime = "out-of-time",
        /// The source asked for more patience than a run has.
        Throttled = "throttled",
        /// The sign-in service can't be reached.
        SignInUnavailable = "sign-in-unavailable",
        /// The sign-in is not accepted any more.
        SignInRefused = "sign-in-refused",
        /// Somebody must sign in.
        SignInNeeded = "sign-in-needed",
        /// The drive is gone, or may not be read.
        DriveOutOfReach = "drive-out-of-reach",
        /// The source can't be reached.
        SourceUnavailable = "source-unavailable",
        /// The source answers what nobody understands.
        SourceUnusable = "source-unusable",
        /// The plugin broke off.
        PluginStopped = "plugin-stopped",
        /// Something of the host failed.
        Host = "host",
        /// The connection has another drive.
        DriveSwitched = "drive-switched",
        /// The connection was given up.
        Disconnected = "disconnected",
    }
}

fn unknown(what: &str, word: &str) -> Error {
    Error::Storage(format!(
        "the database has a {what} `{word}`, which this program does not know: a newer one may have written it"
    ))
}

/// Yes or no: 1 or 0 in the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Flag(pub bool);

impl From<i64> for Flag {
    fn from(number: i64) -> Self {
        Self(number != 0)
    }
}

impl std::ops::Not for Flag {
    type Output = bool;

    fn not(self) -> bool {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_it_was_written_and_an_unknown_one_is_refused() {
        for state in RunState::ALL {
            assert_eq!(RunState::try_from(state.to_string()).unwrap(), *state);
            assert_eq!(serde_json::json!(state), state.as_str());
        }
        let unknown = RunState::try_from("paused".to_owned()).unwrap_err().to_string();
        assert!(unknown.contains("`paused`"), "{unknown}");
    }

    #[test]
    fn what_becomes_of_files_has_the_words_of_the_contract_and_one_more() {
        use clientpoint_engine::{
            contract::clientpoint::content_source::managed_files::Outcome,
            words::{FromWord, Word},
        };
        let of_contract = |outcome: &LineOutcome| Outcome::from_word(outcome.as_str()).map(|outcome| outcome.word());
        let own: Vec<&LineOutcome> = LineOutcome::ALL
            .iter()
            .filter(|outcome| of_contract(outcome).is_none())
            .collect();
        assert_eq!(own, [&LineOutcome::OwnerLost]);
        assert_eq!(LineOutcome::ALL.len(), 16, "the contract has 15");
    }
}
