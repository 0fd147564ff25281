//! What was changed in a drive, in the order of time, and what was deleted from it.
//!
//! Each item has one place in the order, that of its latest change, and so has each deleted one. A reader who knows
//! how far they have read finds all that came after in one step, however large the drive is.

use std::{collections::BTreeMap, ops::Bound};

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};

use super::{Drive, Item, ItemKind};
use crate::config::Resync;

/// The order of changes, and the recycle bin.
#[derive(Default)]
pub(crate) struct Changes {
    /// Ids by their places.
    order: BTreeMap<u64, String>,
    last: u64,
    bin: BTreeMap<String, Deleted>,
    /// Where the versions of items begin.
    pub(super) born: u64,
    /// How often the tokens given out so far were made useless, and how a reader should start again.
    expired: (u64, Option<Resync>),
    /// The status that useless tokens are answered with; `None`: 410, with advice.
    broken: Option<u16>,
}

/// An item that was deleted.
pub(crate) struct Deleted {
    pub item: Item,
    /// Where it was.
    pub path: String,
    /// Whether it went with the folder it was in.
    pub with_folder: bool,
}

/// The latest that happened to an item.
pub(crate) enum Change<'a> {
    /// It is there, perhaps in another state than before.
    Is(&'a Item),
    /// It is there no more.
    Was(&'a Deleted),
}

impl Changes {
    /// Puts an item at the end of the order.
    pub(super) fn note(&mut self, item: &mut Item) {
        self.order.remove(&item.changed);
        self.last += 1;
        item.changed = self.last;
        self.order.insert(self.last, item.id.clone());
    }
}

impl Drive {
    /// The place of the latest change.
    pub fn last_change(&self) -> u64 {
        self.changes.last
    }

    /// What was changed after a place, with the places, in order.
    pub fn changes_after(&self, place: u64) -> impl Iterator<Item = (u64, Change<'_>)> {
        self.changes
            .order
            .range((Bound::Excluded(place), Bound::Unbounded))
            .filter_map(|(place, id)| Some((*place, self.latest(id)?)))
    }

    /// What was changed at a place, if that was its latest change.
    pub fn change_at(&self, place: u64) -> Option<Change<'_>> {
        self.latest(self.changes.order.get(&place)?)
    }

    fn latest(&self, id: &str) -> Option<Change<'_>> {
        let was = || self.changes.bin.get(id).map(Change::Was);
        self.items.get(id).map(Change::Is).or_else(was)
    }

    /// Begins another life of the drive: no version of an item and no delta token is as in the one before.
    pub fn begin(&mut self, born: u64) {
        self.changes.born = born;
        self.changes.expired.0 = born;
        for item in self.items.values_mut() {
            item.version += born;
            item.content_version += born;
        }
    }

    /// How often delta tokens were made useless.
    pub fn token_epoch(&self) -> u64 {
        self.changes.expired.0
    }

    /// How a reader with a useless token should start again.
    pub fn resync(&self) -> Resync {
        self.changes.expired.1.unwrap_or(Resync::ApplyDifferences)
    }

    /// Makes all delta tokens useless that were given out so far.
    pub fn expire_tokens(&mut self, resync: Resync) {
        self.changes.broken = None;
        self.changes.expired = (self.changes.expired.0 + 1, Some(resync));
    }

    /// Makes all delta tokens useless that were given out so far, without a word of how to start again.
    pub fn break_tokens(&mut self, status: u16) {
        self.changes.expired.0 += 1;
        self.changes.broken = Some(status);
    }

    /// The status of a useless token, if it is not 410.
    pub fn broken(&self) -> Option<u16> {
        self.changes.broken
    }

    /// Deletes an item with all that is in it.
    pub fn delete(&mut self, path: &str) -> anyhow::Result<()> {
        let item = self.existing(path)?;
        let (id, key, size, path) = (item.id.clone(), item.name.to_lowercase(), item.size, self.path(item));
        let parent = item.parent.clone().context("the root can't be deleted")?;
        self.entries(&parent)?.remove(&key);
        self.shrink(&parent, size);

        let mut doomed = vec![(id, path, false)];
        while let Some((id, path, with_folder)) = doomed.pop() {
            let Some(mut item) = self.items.remove(&id) else {
                continue;
            };
            self.changes.note(&mut item);
            if let ItemKind::Folder(children) = &item.kind {
                let below = children.values().filter_map(|id| self.items.get(id));
                doomed.extend(below.map(|child| (child.id.clone(), format!("{path}/{}", child.name), true)));
            }
            let deleted = Deleted {
                item,
                path,
                with_folder,
            };
            self.changes.bin.insert(id, deleted);
        }
        Ok(())
    }

    /// Brings a deleted item back, with all that went with it: by its id, or by the path it had. Returns its id.
    pub fn restore(&mut self, what: &str, now: DateTime<Utc>) -> anyhow::Result<String> {
        let path = format!("/{}", what.trim_matches('/')).to_lowercase();
        let bin = &self.changes.bin;
        let deleted = bin
            .get(what)
            .or_else(|| {
                bin.values()
                    .filter(|deleted| deleted.path.to_lowercase() == path)
                    .max_by_key(|deleted| deleted.item.changed)
            })
            .with_context(|| format!("nothing called {what:?} was deleted from the drive {:?}", self.name))?;
        let (id, name, path) = (deleted.item.id.clone(), deleted.item.name.clone(), deleted.path.clone());
        let (size, parent) = (deleted.item.size, deleted.item.parent.clone());
        ensure!(self.find(&path).is_none(), "{path:?} is there already");
        let parent = parent
            .filter(|parent| self.items.contains_key(parent))
            .with_context(|| format!("the folder of {path:?} is gone too; restore it first"))?;

        self.entries(&parent)?.insert(name.to_lowercase(), id.clone());
        self.grow(&parent, size);
        let mut back = vec![id.clone()];
        while let Some(id) = back.pop() {
            let Some(Deleted { item, .. }) = self.changes.bin.remove(&id) else {
                continue;
            };
            if let ItemKind::Folder(children) = &item.kind {
                back.extend(children.values().cloned());
            }
            self.items.insert(id.clone(), item);
            self.change(&id, now)?;
        }
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

    use super::*;
    use crate::drive::edit::tests::{NOW, drive, put};

    /// Names after a place; deleted ones with a cross.
    fn names(drive: &Drive, place: u64) -> Vec<String> {
        drive
            .changes_after(place)
            .map(|(_, change)| match change {
                Change::Is(item) => item.name.clone(),
                Change::Was(deleted) => format!("{} †", deleted.item.name),
            })
            .collect()
    }

    #[test]
    fn each_item_stands_once_where_it_was_changed_last() {
        let mut drive = drive();
        put(&mut drive, "/a.pdf");
        put(&mut drive, "/Team/b.pdf");
        assert_eq!(names(&drive, 0), ["root", "a.pdf", "Team", "b.pdf"]);
        put(&mut drive, "/a.pdf");
        assert_eq!(names(&drive, 0), ["root", "Team", "b.pdf", "a.pdf"]);

        let place = drive.last_change();
        drive.rename("/Team", "Crew", NOW).unwrap();
        assert_eq!(names(&drive, place), ["Crew"]);
        drive.delete("/Crew").unwrap();
        assert_eq!(names(&drive, place), ["Crew †", "b.pdf †"]);
    }

    #[test]
    fn what_was_deleted_comes_back_as_it_was() {
        let mut drive = drive();
        let id = put(&mut drive, "/Team/Deep/b.pdf");
        put(&mut drive, "/Team/a.pdf");
        let folder = drive.find("/Team").unwrap().id.clone();
        drive.delete("/Team/a.pdf").unwrap();
        drive.delete("/Team").unwrap();

        assert!(drive.restore("/Team/Deep/b.pdf", NOW).is_err());
        assert_eq!(drive.restore("/team", NOW).unwrap(), folder);
        assert_eq!(drive.find("/Team/Deep/b.pdf").unwrap().id, id);
        assert_eq!(drive.root().unwrap().size, 4);
        // It had been deleted before the folder was.
        assert!(drive.find("/Team/a.pdf").is_none());
        drive.restore("/Team/a.pdf", NOW).unwrap();
        assert_eq!(drive.root().unwrap().size, 8);
        assert!(drive.restore("/Team/a.pdf", NOW).is_err());
    }

    #[test]
    fn a_name_that_was_taken_meanwhile_can_not_come_back() {
        let mut drive = drive();
        let first = put(&mut drive, "/a.pdf");
        drive.delete("/a.pdf").unwrap();
        put(&mut drive, "/a.pdf");
        assert!(drive.restore(&first, NOW).is_err());
        drive.rename("/a.pdf", "b.pdf", NOW).unwrap();
        assert_eq!(drive.restore("/a.pdf", NOW).unwrap(), first);
    }
}
