//! The whole drive, as far as it takes to find paths in it. It may have a million items, so it is kept flat, and what the
//! sheet does not ask for is left out of a large one.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
};

use super::arena::{Paged, Text, Texts};
use crate::{contract::EntryKind, item::Item, paths};

/// From this size on, in bytes, files are only kept if a path of the sheet ends with their name: then there are fewer
/// suggestions.
const ALL_KEPT: usize = 24 << 20;
/// A larger tree, in bytes, is given up: together with the most rows it would fill the memory.
const KEPT: usize = 112 << 20;
/// What a node takes beside its texts, in bytes: itself, its number, and its places in the two orders.
const NODE: usize = size_of::<Node>() + 24 + size_of::<(u32, u32, u32)>() + size_of::<(u32, u32)>();
/// Folders inside of folders, at most.
const DEEPEST: usize = 200;
/// Twins that are told of.
const TWINS: usize = 4;

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

struct Node {
    id: Text,
    /// Another one whose id has the same hash.
    next: Option<u32>,
    /// None for one that was only named as a parent, and for one that is gone.
    item: Option<Kept>,
}

struct Kept {
    name: Text,
    parent: Option<u32>,
    kind: EntryKind,
    size: Option<u64>,
    web_url: Option<Text>,
    infected: bool,
}

/// A tree that is complete.
pub(crate) struct Grown {
    nodes: Paged<Node>,
    texts: Texts,
    root: u32,
    /// Folder, hash of the name, and number of each item, in this order.
    children: Vec<(u32, u32, u32)>,
    /// Hash of the name, and number, of each file that could be looked for, in this order.
    named: Vec<(u32, u32)>,
    /// The items whose GUIDs are looked for.
    known: BTreeMap<String, u32>,
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
        if item.id.is_empty() {
            return true;
        }
        let unique_id = item.unique_id().map(str::to_owned);
        self.tells_ids |= unique_id.is_some();
        let unique_id = unique_id.filter(|id| self.ids.contains(id));
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
        self.known.extend(unique_id.map(|id| (id, number)));
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

/// The same for all spellings of a name. Names that only share it are told apart by [`paths::key`].
fn name_hash(name: &str) -> u32 {
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
