//! Changes of a drive. Each of them takes its place in the order of changes.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, Utc};

use super::{Drive, Item, ItemKind, segments};
use crate::{content::Source, ids};

impl Drive {
    /// Makes a file, or gives an existing one new content; folders on the way are made. Returns the file's id.
    pub fn put(&mut self, path: &str, source: Source, hash: String, now: DateTime<Utc>) -> anyhow::Result<String> {
        let kind = ItemKind::File { source, hash };
        let Some(existing) = self.find(path) else {
            return self.put_new(path, kind, now);
        };
        ensure!(
            matches!(existing.kind, ItemKind::File { .. }),
            "{path:?} is not a file, so it can't be given content"
        );
        let (id, parent, old) = (existing.id.clone(), existing.parent.clone(), existing.size);
        let item = self.change(&id, now)?;
        item.content_version += 1;
        item.size = size_of(&kind);
        item.kind = kind;
        let new = item.size;
        if let Some(parent) = parent {
            self.shrink(&parent, old);
            self.grow(&parent, new);
        }
        Ok(id)
    }

    /// Puts something that is not there yet.
    pub fn put_new(&mut self, path: &str, kind: ItemKind, now: DateTime<Utc>) -> anyhow::Result<String> {
        ensure!(self.find(path).is_none(), "{path:?} is there already");
        let (folder, name) = folder_and_name(path)?;
        let folder = self.mkdir(&folder, now)?;
        let id = self.add(&name, Some(folder.clone()), kind, now);
        self.entries(&folder)?.insert(name.to_lowercase(), id.clone());
        Ok(id)
    }

    /// Makes a folder and those it lies in, as far as they are missing. Returns its id.
    pub fn mkdir(&mut self, path: &str, now: DateTime<Utc>) -> anyhow::Result<String> {
        let mut at = self.root.clone();
        for name in segments(path) {
            let next = self.entries(&at)?.get(&name.to_lowercase()).cloned();
            at = match next {
                Some(id) => id,
                None => {
                    let id = self.add(name, Some(at.clone()), ItemKind::Folder(BTreeMap::new()), now);
                    self.entries(&at)?.insert(name.to_lowercase(), id.clone());
                    id
                }
            };
        }
        // So that a path through a file is refused, also where the file comes last.
        self.entries(&at)?;
        Ok(at)
    }

    /// Gives an item another name in the same folder.
    pub fn rename(&mut self, path: &str, name: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
        let (folder, _) = folder_and_name(path)?;
        self.relocate(path, &folder, name, now)
    }

    /// Moves an item into another folder, which is made if it is missing.
    pub fn move_to(&mut self, path: &str, folder: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
        let (_, name) = folder_and_name(path)?;
        let name = self.find(path).map_or(name, |item| item.name.clone());
        self.relocate(path, folder, &name, now)
    }

    /// Marks a file as infected.
    pub fn mark_malware(&mut self, path: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
        let id = self.existing(path)?.id.clone();
        self.change(&id, now)?.infected = true;
        Ok(())
    }

    /// Gives a file other bytes of the same length, as if somebody had just saved it.
    pub fn stir(&mut self, path: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
        let item = self.existing(path)?;
        let source = Source::Generated {
            size: item.size,
            // Far from the small numbers that tests choose.
            seed: u64::MAX - item.version,
        };
        let hash = source.quick_xor_hash()?;
        self.put(path, source, hash, now).map(|_| ())
    }

    fn relocate(&mut self, path: &str, folder: &str, name: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
        let item = self.existing(path)?;
        let (id, old_key, size) = (item.id.clone(), item.name.to_lowercase(), item.size);
        let old_parent = item.parent.clone().context("the root can't be renamed or moved")?;
        let target = format!("/{}/{name}", folder.trim_matches('/'));
        if let Some(taken) = self.find(&target) {
            ensure!(taken.id == id, "{target:?} is there already");
        }
        let inside = format!("{}/", self.path(self.existing(path)?).to_lowercase());
        ensure!(
            !format!("/{}/", folder.trim_matches('/'))
                .to_lowercase()
                .starts_with(&inside),
            "{path:?} can't be moved into itself"
        );

        let parent = self.mkdir(folder, now)?;
        self.entries(&old_parent)?.remove(&old_key);
        self.entries(&parent)?.insert(name.to_lowercase(), id.clone());
        self.shrink(&old_parent, size);
        self.grow(&parent, size);
        let item = self.change(&id, now)?;
        // The mark of the content moves with the name as well (microsoft-graph-docs#9205).
        item.content_version += u64::from(item.name != name);
        item.name = name.to_owned();
        item.parent = Some(parent);
        Ok(())
    }

    /// An item and all below it, parents first, with their paths from the item's folder: to be put elsewhere.
    pub fn tree(&self, path: &str) -> anyhow::Result<Vec<(String, ItemKind)>> {
        let item = self.existing(path)?;
        ensure!(item.parent.is_some(), "the root can't be moved");
        let mut found = vec![];
        let mut next = vec![(item.name.clone(), item)];
        while let Some((path, item)) = next.pop() {
            next.extend(
                self.children(item, None)
                    .map(|(_, child)| (format!("{path}/{}", child.name), child)),
            );
            found.push((path, item.kind.clone()));
        }
        Ok(found)
    }

    /// Puts what was taken from another drive by [`Drive::tree`] into a folder.
    pub fn plant(&mut self, folder: &str, tree: Vec<(String, ItemKind)>, now: DateTime<Utc>) -> anyhow::Result<()> {
        for (path, kind) in tree {
            let path = format!("{folder}/{path}");
            match kind {
                ItemKind::Folder(_) => self.mkdir(&path, now)?,
                other => self.put_new(&path, other, now)?,
            };
        }
        Ok(())
    }

    pub(super) fn existing(&self, path: &str) -> anyhow::Result<&Item> {
        self.find(path)
            .with_context(|| format!("there is no {path:?} in the drive {:?}", self.name))
    }

    /// An item that is about to be changed. Every change passes here.
    pub(super) fn change(&mut self, id: &str, now: DateTime<Utc>) -> anyhow::Result<&mut Item> {
        let item = self.items.get_mut(id).context("the item is gone")?;
        item.version += 1;
        item.modified = now;
        self.changes.note(item);
        Ok(item)
    }

    /// Counts so many bytes more in a folder and in those it lies in.
    pub(super) fn grow(&mut self, folder: &str, by: u64) {
        self.resize(folder, |size| size.saturating_add(by));
    }

    /// Counts so many bytes less.
    pub(super) fn shrink(&mut self, folder: &str, by: u64) {
        self.resize(folder, |size| size.saturating_sub(by));
    }

    fn resize(&mut self, folder: &str, resized: impl Fn(u64) -> u64) {
        let mut at = Some(folder.to_owned());
        while let Some(folder) = at.and_then(|id| self.items.get_mut(&id)) {
            folder.size = resized(folder.size);
            at = folder.parent.clone();
        }
    }

    pub(super) fn add(&mut self, name: &str, parent: Option<String>, kind: ItemKind, now: DateTime<Utc>) -> String {
        self.made += 1;
        let id = ids::item_id(&self.id, self.made);
        let size = size_of(&kind);
        if let Some(parent) = &parent {
            self.grow(parent, size);
        }
        let mut item = Item {
            id: id.clone(),
            guid: ids::guid(&id),
            name: name.to_owned(),
            parent,
            created: now,
            modified: now,
            version: self.changes.born + 1,
            content_version: self.changes.born + 1,
            infected: false,
            size,
            changed: 0,
            kind,
        };
        self.changes.note(&mut item);
        self.items.insert(id.clone(), item);
        id
    }

    pub(super) fn entries(&mut self, folder: &str) -> anyhow::Result<&mut BTreeMap<String, String>> {
        match self.items.get_mut(folder) {
            Some(Item {
                kind: ItemKind::Folder(children),
                ..
            }) => Ok(children),
            Some(Item { name, .. }) => bail!("{name:?} is not a folder"),
            None => bail!("the folder is gone"),
        }
    }
}

/// What something new counts: a folder begins empty.
fn size_of(kind: &ItemKind) -> u64 {
    match kind {
        ItemKind::File { source, .. } => source.size(),
        ItemKind::Folder(_) | ItemKind::Package | ItemKind::Shortcut { .. } => 0,
    }
}

fn folder_and_name(path: &str) -> anyhow::Result<(String, String)> {
    let mut names: Vec<&str> = segments(path).collect();
    let name = names.pop().context("the root can't be used as a file's path")?;
    Ok((names.join("/"), name.to_owned()))
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

    use super::*;
    use crate::drive::Owner;

    pub const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    pub fn drive() -> Drive {
        let owner = Owner::Site {
            id: "s".to_owned(),
            name: "Site".to_owned(),
        };
        Drive::new("Documents", owner, "https://x.example/d".to_owned(), NOW)
    }

    pub fn put(drive: &mut Drive, path: &str) -> String {
        let source = Source::new("text".into()).unwrap();
        let hash = source.quick_xor_hash().unwrap();
        drive.put(path, source, hash, NOW).unwrap()
    }

    #[test]
    fn a_file_keeps_its_id_through_new_content_rename_and_move() {
        let mut drive = drive();
        let id = put(&mut drive, "/Team/Plan.docx");
        assert_eq!(put(&mut drive, "/team/PLAN.docx"), id);
        drive.rename("/Team/Plan.docx", "Plan 2.docx", NOW).unwrap();
        drive.move_to("/Team/Plan 2.docx", "/Old/2025", NOW).unwrap();

        let item = drive.find("/old/2025/plan 2.DOCX").unwrap();
        assert_eq!(item.id, id);
        assert_eq!(drive.path(item), "/Old/2025/Plan 2.docx");
        // A rename moves the content's mark too, as was measured of the service.
        assert_eq!((item.version, item.content_version), (4, 3));
        assert!(drive.find("/Team/Plan.docx").is_none());
    }

    #[test]
    fn only_the_letter_case_of_a_name_can_be_changed() {
        let mut drive = drive();
        put(&mut drive, "/a.docx");
        drive.rename("/a.docx", "A.docx", NOW).unwrap();
        assert_eq!(drive.path(drive.find("/a.docx").unwrap()), "/A.docx");
    }

    #[test]
    fn a_folder_is_deleted_with_all_in_it() {
        let mut drive = drive();
        let id = put(&mut drive, "/Team/Deep/Plan.docx");
        drive.delete("/Team").unwrap();
        assert!(drive.get(&id).is_none());
        assert_eq!(drive.root().unwrap().size, 0);
    }

    #[test]
    fn the_size_of_a_folder_follows_what_is_in_it() {
        let mut drive = drive();
        put(&mut drive, "/Team/Deep/a.pdf");
        put(&mut drive, "/Team/b.pdf");
        let size = |drive: &Drive, path: &str| drive.find(path).unwrap().size;
        assert_eq!((size(&drive, "/"), size(&drive, "/Team/Deep")), (8, 4));

        drive.move_to("/Team/Deep", "/Other", NOW).unwrap();
        assert_eq!(
            (size(&drive, "/"), size(&drive, "/Team"), size(&drive, "/Other")),
            (8, 4, 4)
        );
        let longer = Source::Generated { size: 10, seed: 0 };
        drive.put("/Team/b.pdf", longer, String::new(), NOW).unwrap();
        assert_eq!((size(&drive, "/"), size(&drive, "/Team")), (14, 10));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut drive = drive();
        put(&mut drive, "/Team/a.docx");
        put(&mut drive, "/Team/b.docx");
        assert!(drive.rename("/Team/a.docx", "B.docx", NOW).is_err());
        assert!(drive.move_to("/Team", "/Team/Inner", NOW).is_err());
        assert!(drive.mkdir("/Team/a.docx", NOW).is_err());
        assert!(drive.delete("/").is_err());
        assert!(drive.delete("/nothing").is_err());
    }
}
