//! Holding a plugin's answers against what was asked and what has happened: nothing in them is taken on trust.

use crate::{
    Error, Result,
    contract::{
        clientpoint::content_source::types::ItemRef,
        exports::clientpoint::content_source::content_import::{self as contract, DrivePage, Entry, Outcome},
    },
    service::ItemOutcome,
    store::{Store, files},
};

/// The most that a list may weigh, whatever the number of its pages, in bytes.
const LIST_AT_MOST: usize = 64 << 20;

/// Counts the pages of a list, and what is in them.
pub(in crate::service) struct Pages {
    left: usize,
    weight: usize,
}

impl Pages {
    pub(in crate::service) fn new(at_most: usize) -> Self {
        Self {
            left: at_most,
            weight: 0,
        }
    }

    /// # Errors
    ///
    /// If the list has too many pages, or comes to too much: it is not cut short, since nobody would see that.
    pub(in crate::service) fn one_more(&mut self, weight: usize) -> wasmtime::Result<()> {
        self.weight = self.weight.saturating_add(weight);
        if self.left == 0 || LIST_AT_MOST < self.weight {
            return Err(wasmtime::Error::msg("its list has no end"));
        }
        self.left -= 1;
        Ok(())
    }
}

/// What an entry takes, in bytes.
pub(in crate::service) fn weight(entry: &Entry) -> usize {
    let words = [&entry.item.drive, &entry.item.item, &entry.name, &entry.reason];
    let modified = entry.modified.as_ref().map_or(0, String::len);
    size_of::<Entry>() + modified + words.into_iter().map(String::len).sum::<usize>()
}

/// What a page of drives takes, in bytes.
pub(in crate::service) fn drives_weight(page: &DrivePage) -> usize {
    let drives = page.drives.iter().map(|drive| {
        size_of_val(drive) + drive.id.len() + drive.name.len() + drive.web_url.as_ref().map_or(0, String::len)
    });
    let notes = page.notes.iter().map(|note| size_of_val(note) + note.len());
    drives.chain(notes).sum()
}

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
    answered: Result<Result<Vec<contract::ItemOutcome>, contract::Error>>,
) -> Result<Result<Vec<ItemOutcome>, contract::Error>> {
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
            .all(|(outcome, asked)| same(&outcome.item, asked));
    if !matches {
        let what = "its outcomes are not those of the files asked for, one each and in their order";
        return Err(lied(what, brought_in));
    }
    let mut rows = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        let came_in = brought_in
            .iter()
            .find(|(item, _)| same(item, &outcome.item))
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

fn same(one: &ItemRef, other: &ItemRef) -> bool {
    one.drive == other.drive && one.item == other.item
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
