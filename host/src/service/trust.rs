//! Holding a plugin's answers against what was asked and what has happened: nothing in them is taken on trust.

use clientpoint_engine::{
    calls::Answer,
    contract::{
        clientpoint::content_source::types::ItemRef,
        exports::clientpoint::content_source::content_import::{self as contract, Outcome},
    },
};

use crate::{
    Error, Result,
    service::ItemOutcome,
    store::{Store, files},
};

/// The outcomes of an import, if they account for the items asked for and for what has come into the library. What they
/// say of files is the catalogue's word, not the plugin's.
///
/// # Errors
///
/// `Error::PluginStopped` if they don't, with the files that have come in.
pub(in crate::service) async fn of_import(
    store: &Store,
    asked: &[ItemRef],
    brought_in: &[(ItemRef, String)],
    answered: Result<Answer<Vec<contract::ItemOutcome>>>,
) -> Result<Answer<Vec<ItemOutcome>>> {
    let outcomes = match answered {
        Ok(Ok(outcomes)) => outcomes,
        Ok(Err(error)) if brought_in.is_empty() => return Ok(Err(error)),
        Ok(Err(_)) => return Err(lied("it said that nothing was done", brought_in)),
        Err(Error::PluginStopped(reason)) => return Err(lied(&reason, brought_in)),
        Err(error) => return Err(error),
    };
    let matches = outcomes.len() == asked.len()
        && outcomes
            .iter()
            .zip(asked)
            .all(|(outcome, asked)| outcome.item == *asked);
    if !matches {
        let what = "its outcomes are not those of the files asked for, one each and in their order";
        return Err(lied(what, brought_in));
    }
    let mut rows = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        let came_in = brought_in
            .iter()
            .find(|(item, _)| *item == outcome.item)
            .map(|(_, file)| file.as_str());
        let (claimed, is_new) = match &outcome.outcome {
            Outcome::Imported(imported) => (Some(imported.file.id.clone()), true),
            Outcome::AlreadyImported(file) => (Some(file.id.clone()), false),
            Outcome::Refused(_) | Outcome::Failed(_) => (None, false),
        };
        if is_new != came_in.is_some() || (is_new && claimed.as_deref() != came_in) {
            let what = "what it says of a file is not what has happened to it";
            return Err(lied(what, brought_in));
        }
        let file = match &claimed {
            Some(id) => Some(followed(store, id, &outcome.item, brought_in).await?),
            None => None,
        };
        let mut row = ItemOutcome::from(outcome);
        row.file = file.map(Into::into);
        rows.push(row);
    }
    Ok(Ok(rows))
}

/// A file that does follow the item.
async fn followed(
    store: &Store,
    id: &str,
    item: &ItemRef,
    brought_in: &[(ItemRef, String)],
) -> Result<files::LibraryFile> {
    let file = match files::get(store, id).await {
        Ok(file) => Some(file),
        Err(Error::NotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    let follows = |file: &files::LibraryFile| {
        let link = file.link.as_ref();
        link.is_some_and(|link| link.drive == item.drive && link.item == item.item)
    };
    file.filter(follows)
        .ok_or_else(|| lied("it names a file that does not follow what was asked for", brought_in))
}

/// An error that tells of the files that are there nevertheless.
fn lied(what: &str, brought_in: &[(ItemRef, String)]) -> Error {
    let files: Vec<&str> = brought_in.iter().map(|(_, file)| file.as_str()).collect();
    Error::PluginStopped(match files.as_slice() {
        [] => format!("{what}; nothing came into the library"),
        files => format!(
            "{what}; look at these files, which have come into the library: {}",
            files.join(", ")
        ),
    })
}
