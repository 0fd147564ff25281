//! Holding a plugin's answers against what was asked and what has happened: nothing in them is taken on trust.

use clientpoint_engine::{
    Result as EngineResult,
    calls::Answer,
    contract::{
        clientpoint::content_source::types::ItemRef, exports::clientpoint::content_source::content_import as contract,
    },
    trust::{self, claimed, lied},
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
    answered: EngineResult<Answer<Vec<contract::ItemOutcome>>>,
) -> Result<Answer<Vec<ItemOutcome>>> {
    let outcomes = match trust::of_import(asked, brought_in, answered)? {
        Ok(outcomes) => outcomes,
        Err(error) => return Ok(Err(error)),
    };
    let mut rows = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        let file = match claimed(&outcome) {
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
        .ok_or_else(|| lied("it names a file that does not follow what was asked for", brought_in).into())
}
