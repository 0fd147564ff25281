//! Marks on links: what was told of their items, or seen of them. Pure.

use super::{judge, note::Note};
use crate::{
    contract::{Change, LinkState, ManagedFile, Policy},
    item::Item,
};

/// What an entry means for a link; none if nothing.
pub(super) fn change(file: &ManagedFile, item: &Item, policy: &Policy) -> Option<Change> {
    let was_waiting = file.waiting.is_some();
    if item.deleted() {
        let known = file.state == LinkState::SourceGone || file.suspected;
        return (!known).then(|| marked(file, was_waiting, true, file.note.clone()));
    }
    let note = Note::of(file);
    if judge::nothing_new(file, item, policy) && note.other.is_none() {
        return file.suspected.then(|| marked(file, false, false, None));
    }
    Some(marked(file, true, false, note.seen(item.clone()).text()))
}

/// What a link is to say from now on.
pub(super) fn marked(file: &ManagedFile, waiting: bool, suspected: bool, note: Option<String>) -> Change {
    Change {
        file: file.file.id.clone(),
        waiting,
        suspected,
        note,
    }
}

/// The id of the item that a file follows.
pub(super) fn item_of(file: &ManagedFile) -> Option<&str> {
    file.file.link.as_ref().map(|link| link.source.item.as_str())
}
