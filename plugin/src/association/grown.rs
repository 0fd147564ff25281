//! The list of a drive when it is complete: what is where.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::arena::{Paged, Text, Texts};
use crate::{contract::EntryKind, paths};

/// Folders inside of folders, at most.
const DEEPEST: usize = 200;
/// Twins that are told of.
const TWINS: usize = 4;

/// An item by its number.
pub(super) struct Node {
    pub(super) id: Text,
    /// Another one whose id has the same hash.
    pub(super) next: Option<u32>,
    /// None for one that was only named as a parent, and for one that is gone.
    pub(super) item: Option<Kept>,
}

/// What is kept of it.
pub(super) struct Kept {
    pub(super) name: Text,
    pub(super) parent: Option<u32>,
    pub(super) kind: EntryKind,
    pub(super) size: Option<u64>,
    pub(super) web_url: Option<Text>,
    pub(super) infected: bool,
}

/// A tree that is complete.
pub(crate) struct Grown {
    pub(super) nodes: Paged<Node>,
    pub(super) texts: Texts,
    pub(super) root: u32,
    /// Folder, hash of the name, and number of each item, in this order.
    pub(super) children: Vec<(u32, u32, u32)>,
    /// Hash of the name, and number, of each file that could be looked for, in this order.
    pub(super) named: Vec<(u32, u32)>,
    /// The items whose GUIDs are looked for.
    pub(super) known: BTreeMap<String, u32>,
    pub(super) tells_ids: bool,
}

/// The same for all spellings of a name. Names that only share it are told apart by [`paths::key`].
pub(super) fn name_hash(name: &str) -> u32 {
    (hash(&paths::key(name)) >> 32) as u32
}

/// Equal for equal texts; others may share it.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Grown {
    /// What is at a path in lower case. More than one where names differ in how accents are written, and none of them is
    /// written as was asked for.
    pub(super) fn find(&self, path: &str) -> Vec<u32> {
        let mut at = vec![self.root];
        for name in path.split('/') {
            let next = at.iter().flat_map(|folder| self.written(*folder, name));
            at = next.take(TWINS).collect();
        }
        at
    }

    /// The children of that name. Of those that only differ in how accents are written, it is the one that is written
    /// like that, if there is one.
    fn written(&self, folder: u32, name: &str) -> Vec<u32> {
        let all = self.called(folder, &paths::key(name));
        let exact = all.iter().find(|number| paths::lower(self.name(**number)) == name);
        match (all.len(), exact) {
            (2.., Some(exact)) => vec![*exact],
            _ => all,
        }
    }

    /// The children with that key.
    fn called(&self, folder: u32, key: &str) -> Vec<u32> {
        let name = name_hash(key);
        let from = self
            .children
            .partition_point(|(at, hash, _)| (*at, *hash) < (folder, name));
        self.children
            .iter()
            .skip(from)
            .take_while(|(at, hash, _)| (*at, *hash) == (folder, name))
            .map(|(_, _, number)| *number)
            .filter(|number| paths::key(self.name(*number)) == key)
            .collect()
    }

    fn item(&self, number: u32) -> Option<&Kept> {
        self.nodes.get(number)?.item.as_ref()
    }

    pub(super) fn id(&self, number: u32) -> &str {
        self.nodes.get(number).map_or("", |node| self.texts.get(node.id))
    }

    pub(super) fn name(&self, number: u32) -> &str {
        self.item(number).map_or("", |item| self.texts.get(item.name))
    }

    /// The folder's id.
    pub(super) fn parent(&self, number: u32) -> Option<&str> {
        Some(self.id(self.item(number)?.parent?))
    }

    pub(super) fn kind(&self, number: u32) -> EntryKind {
        self.item(number).map_or(EntryKind::Other, |item| item.kind)
    }

    pub(super) fn size(&self, number: u32) -> Option<u64> {
        self.item(number)?.size
    }

    pub(super) fn web_url(&self, number: u32) -> Option<&str> {
        Some(self.texts.get(self.item(number)?.web_url?))
    }

    pub(super) fn infected(&self, number: u32) -> bool {
        self.item(number).is_some_and(|item| item.infected)
    }

    /// None for what hangs in the air.
    pub(super) fn path(&self, number: u32) -> Option<String> {
        let mut names = Vec::new();
        let mut at = number;
        while at != self.root {
            let item = self.item(at)?;
            names.push(self.texts.get(item.name));
            at = item.parent?;
            if names.len() > DEEPEST {
                return None;
            }
        }
        names.reverse();
        Some(names.join("/"))
    }

    /// Files with that key, wherever they are; of those that were looked for.
    pub(super) fn elsewhere(&self, key: &str) -> impl Iterator<Item = u32> {
        let name = name_hash(key);
        let from = self.named.partition_point(|(hash, _)| *hash < name);
        self.named
            .iter()
            .skip(from)
            .take_while(move |(hash, _)| *hash == name)
            .map(|(_, number)| *number)
            .filter(move |number| paths::key(self.name(*number)) == key)
    }

    /// The item with this GUID, if it was looked for.
    pub(super) fn known(&self, unique_id: &str) -> Option<u32> {
        let number = *self.known.get(unique_id)?;
        self.item(number).map(|_| number)
    }

    /// Whether Microsoft told the GUIDs of items.
    pub(super) const fn tells_ids(&self) -> bool {
        self.tells_ids
    }

    /// The drive's own folder.
    pub(super) const fn root(&self) -> u32 {
        self.root
    }

    /// The folder that an item lies in; none for the drive's own.
    pub(super) fn folder(&self, number: u32) -> Option<u32> {
        self.item(number)?.parent.filter(|_| number != self.root)
    }

    /// What is in a folder.
    pub(super) fn inside(&self, folder: u32) -> impl Iterator<Item = u32> {
        let from = self.children.partition_point(|(at, _, _)| *at < folder);
        let all = self.children.iter().skip(from);
        all.take_while(move |(at, _, _)| *at == folder)
            .map(|(_, _, number)| *number)
    }

    /// The numbers of all items, and some that stand for nothing.
    pub(super) fn numbers(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }
}
