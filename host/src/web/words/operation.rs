//! What operations do and how they stand, in words.

use super::tone::Tone;
use crate::service::{
    ItemState, OperationKind, OperationState,
    api::{ItemProgress, Operation},
};

/// What is being done, as the title of its page.
pub(crate) fn name(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Import => "Import",
        OperationKind::Sync => "Sync",
        OperationKind::Plan => "Look what would change",
        OperationKind::CheckSheet => "Check of a sheet",
        OperationKind::LinkSheet => "Link by a sheet",
        OperationKind::UndoUpload => "Taking an upload back",
        OperationKind::Verify => "Look at the library's bytes",
        OperationKind::Backup => "Backup",
        OperationKind::Prune => "Letting go of what is over its time",
    }
}

fn state(state: OperationState) -> (Tone, &'static str) {
    match state {
        OperationState::Running => (Tone::Wait, "At work"),
        OperationState::Done => (Tone::Good, "Done"),
        OperationState::Failed => (Tone::Bad, "Failed"),
        OperationState::Stopped => (Tone::Off, "Stopped"),
        OperationState::Interrupted => (Tone::Bad, "Interrupted: the host was ended"),
    }
}

/// How it came out. An import that has come to its end is not well if a file of it has not.
pub(crate) fn how(operation: &Operation) -> (Tone, &'static str) {
    let is_missing = |item: &ItemProgress| matches!(item.state, ItemState::Failed | ItemState::Refused);
    if operation.state == OperationState::Done && operation.progress.items.iter().any(is_missing) {
        return (Tone::Bad, "Ended, but not every file came in");
    }
    state(operation.state)
}

/// What a word of the counts is for people.
pub(crate) fn counted(kind: OperationKind, word: &str) -> &str {
    match kind {
        OperationKind::UndoUpload => super::sheet::undone(word),
        OperationKind::Backup => match word {
            "copied" => "of them new",
            "lacking" => "lacking, since the library has lost them",
            word => word,
        },
        OperationKind::Sync | OperationKind::Plan => super::outcome(word).1,
        OperationKind::CheckSheet | OperationKind::LinkSheet => super::sheet::row(word, true).1,
        _ => super::item_word(word),
    }
}
