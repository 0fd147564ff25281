//! The words in the database, as types. A word of the database is a word of the output as well.

mod doctor;
mod library;
mod operations;
mod runs;
mod table;
mod troubles;

use serde::Serialize;

pub use doctor::{CheckStanding, CheckSubject};
pub use library::{FileState, LibraryOrder};
pub use operations::{ItemState, OperationKind, OperationState};
pub use runs::{GivenUp, LineOutcome, LineReason, Reason, RunKind, RunState, RunType, Subject};
pub use troubles::TroubleKind;

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
