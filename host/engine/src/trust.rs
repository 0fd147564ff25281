//! Holding a plugin's answers against what was asked and what has happened: nothing in them is taken on trust.

use crate::{
    Error, Result,
    calls::Answer,
    contract::{
        clientpoint::content_source::types::ItemRef,
        exports::clientpoint::content_source::content_import::{ItemOutcome, Outcome},
    },
};

/// The outcomes of an import, if they account for the items asked for and for what has come into the library.
///
/// What they say of a file that was there before is not looked at: whether it follows the item is for whoever has the
/// library.
///
/// # Errors
///
/// `Error::PluginStopped` if they don't, with the files that have come in.
pub fn of_import(
    asked: &[ItemRef],
    brought_in: &[(ItemRef, String)],
    answered: Result<Answer<Vec<ItemOutcome>>>,
) -> Result<Answer<Vec<ItemOutcome>>> {
    let outcomes = match answered {
        Ok(Ok(outcomes)) => outcomes,
        Ok(Err(error)) if brought_in.is_empty() => return Ok(Err(error)),
        Ok(Err(_)) => return Err(lied("it said that nothing was done", brought_in)),
        Err(Error::PluginStopped(reason)) => return Err(lied(&reason, brought_in)),
        Err(error) => return Err(error),
    };
    let mut pairs = outcomes.iter().zip(asked);
    if outcomes.len() != asked.len() || !pairs.all(|(outcome, asked)| outcome.item == *asked) {
        let what = "its outcomes are not those of the files asked for, one each and in their order";
        return Err(lied(what, brought_in));
    }
    if !outcomes.iter().all(|outcome| is_what_happened(outcome, brought_in)) {
        return Err(lied(
            "what it says of a file is not what has happened to it",
            brought_in,
        ));
    }
    Ok(Ok(outcomes))
}

/// The File ID that an outcome names, of a file that is new or was there before.
pub fn claimed(outcome: &ItemOutcome) -> Option<&str> {
    match &outcome.outcome {
        Outcome::Imported(imported) => Some(&imported.file.id),
        Outcome::AlreadyImported(file) => Some(&file.id),
        Outcome::Refused(_) | Outcome::Failed(_) => None,
    }
}

/// An error that tells of the files that are there nevertheless.
pub fn lied(what: &str, brought_in: &[(ItemRef, String)]) -> Error {
    let files: Vec<&str> = brought_in.iter().map(|(_, file)| file.as_str()).collect();
    Error::PluginStopped(match files.as_slice() {
        [] => format!("{what}; nothing came into the library"),
        files => format!(
            "{what}; look at these files, which have come into the library: {}",
            files.join(", ")
        ),
    })
}

fn is_what_happened(outcome: &ItemOutcome, brought_in: &[(ItemRef, String)]) -> bool {
    let came_in = brought_in.iter().find(|(item, _)| *item == outcome.item);
    match (&outcome.outcome, came_in) {
        (Outcome::Imported(imported), Some((_, file))) => imported.file.id == *file,
        (Outcome::Imported(_), None) => false,
        (_, came_in) => came_in.is_none(),
    }
}
