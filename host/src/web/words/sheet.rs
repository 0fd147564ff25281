//! What becomes of the rows of a sheet, as people read it.

use super::tone::Tone;
use crate::store::words::RunState;

/// What the contract's word for a row is for people; `is_done` where it is not only looked at.
pub(crate) fn row(outcome: &str, is_done: bool) -> (Tone, &str) {
    match outcome {
        "linked" if is_done => (Tone::Good, "Linked"),
        "linked" => (Tone::Good, "Will be linked"),
        "re-linked" if is_done => (Tone::Good, "Linked anew"),
        "re-linked" => (Tone::Good, "Will be linked anew"),
        "already-linked" => (Tone::Good, "Linked already"),
        "path-missing" => (Tone::Off, "No path: nothing was asked for"),
        "unknown-file-id" => (Tone::Bad, "No file has this File ID"),
        "no-id" => (Tone::Bad, "The File ID is missing"),
        "path-not-found" => (Tone::Bad, "Nothing is at that path"),
        "is-a-folder" => (Tone::Bad, "The path is a folder"),
        "other-drive" => (Tone::Bad, "In another drive"),
        "unsupported-type" => (Tone::Bad, "A file type that can't follow"),
        "too-large" => (Tone::Bad, "Too large"),
        "format-mismatch" => (Tone::Bad, "Another format"),
        "duplicate-file-id" => (Tone::Bad, "The same File ID twice"),
        "ambiguous" => (Tone::Bad, "The path can mean several files"),
        "unreadable-cell" => (Tone::Bad, "A cell can't be read"),
        "forbidden-path" => (Tone::Bad, "A path that may not be followed"),
        "access-denied" => (Tone::Bad, "No access"),
        "subfolder" => (Tone::Bad, "In a folder, which is left out here"),
        "malware" => (Tone::Bad, "Malware was found in it"),
        "package" => (Tone::Bad, "A notebook, which can't follow"),
        "shortcut" => (Tone::Bad, "A shortcut to another drive"),
        other => (Tone::Bad, other),
    }
}

/// How an upload came out; none where it is as with any run.
pub(crate) fn upload(state: RunState) -> Option<(Tone, &'static str)> {
    Some(match state {
        RunState::Complete => (Tone::Good, "Linked"),
        RunState::Running => (Tone::Wait, "Being linked"),
        RunState::Incomplete => (Tone::Bad, "Not all rows were linked"),
        RunState::Interrupted => (Tone::Bad, "Broken off: the host was ended"),
        RunState::Waiting | RunState::Failed | RunState::Planned => return None,
    })
}

/// The same for what taking an upload back has come to, as the end of a count.
pub(crate) fn undone(word: &str) -> &str {
    match word {
        "files" => "back to what they followed before",
        "contents" => "with the content that they had",
        "left-alone" => "left alone: linked anew or released since",
        "removed" => "left alone: in the bin, or removed for good",
        "damaged" => "left alone: the bytes that they had are damaged",
        other => other,
    }
}
