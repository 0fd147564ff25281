//! The whole drive, as far as it takes to find paths in it. It may have a million items, so it is kept flat, and what the
//! sheet does not ask for is left out of a large one.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{
    arena::{Paged, Texts},
    grown::{Grown, Kept, Node, hash, name_hash},
};
use crate::{contract::EntryKind, graph, item::Item};

/// From this size on, in bytes, files are only kept if a path of the sheet ends with their name: then there are fewer
/// suggestions.
const ALL_KEPT: usize = 24 << 20;
/// A larger tree, in bytes, is given up: together with the most rows it would fill the memory.
const KEPT: usize = 112 << 20;
/// What a node takes beside its texts, in bytes: itself, its number, and its places in the two orders.
const NODE: usize = size_of::<Node>() + 24 + size_of::<(u32, u32, u32)>() + size_of::<(u32, u32)>();

/// Items by number, in the order in which they were heard of.
pub(super) struct Tree {
    nodes: Paged<Node>,
    texts: Texts,
    /// The first node of each hash of an id.
    numbers: BTreeMap<u64, u32>,
    root: Option<u32>,
    /// Hashes of the last names of the paths that are looked for, in order.
    wanted: Vec<u32>,
    /// The GUIDs that are looked for.
    ids: BTreeSet<String>,
    /// Those that were found.
    known: BTreeMap<String, u32>,
    /// Whether GUIDs are told at all.
    tells_ids: bool,
}

impl Tree {
    /// For these paths, and these GUIDs.
    pub(super) fn new<'a>(paths: impl Iterator<Item = &'a str>, ids: BTreeSet<String>) -> Self {
        let mut wanted: Vec<u32> = paths.map(|path| name_hash(last_name(path))).collect();
        wanted.sort_unstable();
        wanted.dedup();
        Self {
            nodes: Paged::new(),
            texts: Texts::new(),
            numbers: BTreeMap::new(),
            root: None,
            wanted,
            ids,
            known: BTreeMap::new(),
            tells_ids: false,
        }
    }

    /// Whether the drive's own folder has come.
    pub(super) const fn has_root(&self) -> bool {
        self.root.is_some()
    }

    /// Takes an item; of one that comes twice, the later counts. False if there are too many.
    pub(super) fn take(&mut self, item: &Item) -> bool {
        if !graph::is_id(&item.id) {
            return true;
        }
        let unique_id = item.unique_id();
        self.tells_ids |= unique_id.is_some();
        let unique_id = unique_id.filter(|id| self.ids.contains(*id));
        let is_wanted = unique_id.is_some() || self.wanted.binary_search(&name_hash(&item.name)).is_ok();
        let size = self.size();
        let number = match self.find(&item.id) {
            Some(number) => Some(number),
            None if item.deleted() => return true,
            None if !is_wanted && item.kind() != EntryKind::Folder && size >= ALL_KEPT => return true,
            None if size >= KEPT => return false,
            None => self.add(&item.id),
        };
        let Some(number) = number else { return true };
        let kept = self.kept(item, is_wanted);
        self.known.extend(unique_id.map(|id| (id.to_owned(), number)));
        if item.is_root() {
            self.root = Some(number);
        }
        if let Some(node) = self.nodes.get_mut(number) {
            node.item = kept;
        }
        true
    }

    /// None for what is gone, or has a name that none can have.
    fn kept(&mut self, item: &Item, is_wanted: bool) -> Option<Kept> {
        if item.deleted() {
            return None;
        }
        let parent = item.parent().and_then(|id| self.find(id).or_else(|| self.add(id)));
        let web_url = item.web_url.as_deref().filter(|_| is_wanted);
        Some(Kept {
            name: self.texts.push(&item.name)?,
            parent,
            kind: item.kind(),
            size: item.size(),
            web_url: web_url.and_then(|url| self.texts.push(url)),
            infected: item.infected(),
        })
    }

    fn find(&self, id: &str) -> Option<u32> {
        let mut at = self.numbers.get(&hash(id)).copied();
        while let Some(number) = at {
            let node = self.nodes.get(number)?;
            if self.texts.get(node.id) == id {
                return at;
            }
            at = node.next;
        }
        None
    }

    /// None for an id that none can be.
    fn add(&mut self, id: &str) -> Option<u32> {
        let node = Node {
            id: self.texts.push(id)?,
            next: self.numbers.get(&hash(id)).copied(),
            item: None,
        };
        let number = self.nodes.push(node)?;
        self.numbers.insert(hash(id), number);
        Some(number)
    }

    fn size(&self) -> usize {
        self.texts.size() + self.nodes.len() * NODE
    }

    /// None if the drive's own folder never came.
    pub(super) fn grown(self) -> Option<Rc<Grown>> {
        let Self {
            nodes,
            texts,
            numbers,
            root,
            wanted,
            known,
            tells_ids,
            ids: _,
        } = self;
        drop(numbers);
        let root = root?;
        let there = || {
            (0_u32..)
                .zip(nodes.iter())
                .filter_map(|(number, node)| Some((number, node.item.as_ref()?)))
        };
        let mut children = Vec::with_capacity(there().count());
        let mut named = Vec::new();
        for (number, item) in there().filter(|(number, _)| *number != root) {
            let Some(parent) = item.parent else { continue };
            let name = name_hash(texts.get(item.name));
            children.push((parent, name, number));
            if item.kind == EntryKind::File && wanted.binary_search(&name).is_ok() {
                named.push((name, number));
            }
        }
        children.sort_unstable();
        named.sort_unstable();
        Some(Rc::new(Grown {
            nodes,
            texts,
            root,
            children,
            named,
            known,
            tells_ids,
        }))
    }
}

pub(super) fn last_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
