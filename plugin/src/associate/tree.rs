//! The whole drive, as far as it takes to find paths in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{
    locate::{Located, Spot},
    near::{Patience, SUGGESTIONS, nearest},
};
use crate::{graph::Place, model::EntryKind, paths};

/// From this number of items on, files are only kept if a path of the sheet ends with their name: then there are fewer
/// suggestions.
const ALL_KEPT: usize = 300_000;
/// More items than this are not kept: the drive is too large to be listed.
const KEPT: usize = 900_000;
/// Folders inside of folders, at most.
const DEEPEST: usize = 200;
/// Twins that are told of.
const TWINS: usize = 4;
/// Names of a folder that are compared for one path.
const SIBLINGS: usize = 5_000;

/// Items by number, in the order in which they were heard of.
pub(super) struct Tree {
    numbers: BTreeMap<Rc<str>, u32>,
    nodes: Vec<Node>,
    kept: usize,
    root: Option<u32>,
    /// The last names of the paths that are looked for.
    wanted: BTreeSet<String>,
}

struct Node {
    id: Rc<str>,
    /// None for one that was only named as a parent, and for one that is gone.
    item: Option<Item>,
}

struct Item {
    name: Box<str>,
    parent: Option<u32>,
    kind: EntryKind,
    size: Option<u64>,
    web_url: Option<Box<str>>,
    infected: bool,
}

/// A tree that is complete.
pub(super) struct Grown {
    nodes: Vec<Node>,
    root: u32,
    children: BTreeMap<(u32, Box<str>), u32>,
    /// Further children of the same name, but for how accents are written.
    twins: BTreeMap<u32, Vec<u32>>,
    by_name: BTreeMap<String, Vec<u32>>,
}

impl Tree {
    /// For these paths.
    pub(super) fn new<'a>(paths: impl Iterator<Item = &'a String>) -> Self {
        let last = |path: &String| paths::key(path.rsplit('/').next().unwrap_or_default());
        Self {
            numbers: BTreeMap::new(),
            nodes: Vec::new(),
            kept: 0,
            root: None,
            wanted: paths.map(last).collect(),
        }
    }

    /// Takes an item; of one that comes twice, the later counts. False if there are too many.
    pub(super) fn take(&mut self, place: Place) -> bool {
        if place.id.is_empty() {
            return true;
        }
        let is_wanted = self.wanted.contains(&paths::key(&place.name));
        let number = match self.numbers.get(place.id.as_str()) {
            Some(number) => *number,
            None if place.deleted() => return true,
            None if !is_wanted && place.kind() != EntryKind::Folder && self.kept >= ALL_KEPT => return true,
            None => self.number(&place.id),
        };
        if self.kept >= KEPT {
            return false;
        }
        let item = (!place.deleted()).then(|| Item {
            parent: place.parent().map(|parent| self.number(parent)),
            kind: place.kind(),
            size: place.size(),
            infected: place.infected(),
            web_url: place.web_url.as_deref().filter(|_| is_wanted).map(Into::into),
            name: place.name.as_str().into(),
        });
        if place.is_root() {
            self.root = Some(number);
        }
        if let Some(node) = self.nodes.get_mut(number as usize) {
            self.kept += usize::from(node.item.is_none() && item.is_some());
            node.item = item;
        }
        true
    }

    fn number(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let id: Rc<str> = id.into();
        self.numbers.insert(id.clone(), number);
        self.nodes.push(Node { id, item: None });
        number
    }

    /// None if the drive's own folder never came.
    pub(super) fn grown(self) -> Option<Grown> {
        drop(self.numbers);
        let root = self.root?;
        let mut children = BTreeMap::new();
        let mut twins: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut by_name: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (number, node) in (0_u32..).zip(&self.nodes) {
            let Some(item) = &node.item else { continue };
            let Some(parent) = item.parent.filter(|_| number != root) else {
                continue;
            };
            let key = paths::key(&item.name);
            if self.wanted.contains(&key) && item.kind == EntryKind::File {
                by_name.entry(key.clone()).or_default().push(number);
            }
            let first = *children.entry((parent, key.into())).or_insert(number);
            if first != number {
                twins.entry(first).or_default().push(number);
            }
        }
        Some(Grown {
            nodes: self.nodes,
            root,
            children,
            twins,
            by_name,
        })
    }
}

impl Grown {
    /// What is at a path in lower case.
    pub(super) fn find(&self, path: &str) -> Spot {
        let mut at = vec![self.root];
        for name in path.split('/') {
            let next = at.iter().flat_map(|folder| self.called(*folder, name));
            at = next.take(TWINS).collect();
        }
        let mut items: Vec<Rc<Located>> = at.iter().filter_map(|at| self.located(*at)).map(Rc::new).collect();
        match items.len() {
            0 | 1 => items.pop().map_or(Spot::Nothing, Spot::Item),
            _ => Spot::Twins(items),
        }
    }

    /// The children of that name: where there are twins, the one that is written like that, if there is one.
    fn called(&self, folder: u32, name: &str) -> Vec<u32> {
        let Some(first) = self.child(folder, &paths::key(name)) else {
            return Vec::new();
        };
        let Some(others) = self.twins.get(&first) else {
            return vec![first];
        };
        let all = std::iter::once(first).chain(others.iter().copied());
        let is_written = |number: &u32| self.item(*number).is_some_and(|item| item.name.to_lowercase() == name);
        match all.clone().find(is_written) {
            Some(exact) => vec![exact],
            None => all.collect(),
        }
    }

    fn child(&self, folder: u32, key: &str) -> Option<u32> {
        self.children.get(&(folder, key.into())).copied()
    }

    fn item(&self, number: u32) -> Option<&Item> {
        self.nodes.get(number as usize)?.item.as_ref()
    }

    fn located(&self, number: u32) -> Option<Located> {
        let item = self.item(number)?;
        let id = |number: u32| Some(self.nodes.get(number as usize)?.id.as_ref().to_owned());
        Some(Located {
            id: id(number)?,
            parent: item.parent.and_then(id),
            name: item.name.as_ref().to_owned(),
            path: self.path(number)?,
            kind: item.kind,
            size: item.size,
            web_url: item.web_url.as_deref().map(str::to_owned),
            infected: item.infected,
        })
    }

    /// None for what hangs in the air.
    fn path(&self, number: u32) -> Option<String> {
        let mut names = Vec::new();
        let mut at = number;
        while at != self.root {
            let item = self.item(at)?;
            names.push(item.name.as_ref());
            at = item.parent?;
            if names.len() > DEEPEST {
                return None;
            }
        }
        names.reverse();
        Some(names.join("/"))
    }

    /// Paths that a path which leads nowhere could have meant: the same name elsewhere, or nearly the same name where
    /// the path stops leading anywhere.
    pub(super) fn near(&self, key: &str, patience: &Patience) -> Vec<String> {
        let last = key.rsplit('/').next().unwrap_or_default();
        let mut found: Vec<String> = Vec::new();
        let mut add = |path: Option<String>| {
            if let Some(path) = path.filter(|path| found.len() < SUGGESTIONS && !found.contains(path)) {
                found.push(path);
            }
        };
        let elsewhere = self.by_name.get(last).into_iter().flatten();
        elsewhere.take(SUGGESTIONS).for_each(|number| add(self.path(*number)));
        let names: Vec<&str> = key.split('/').collect();
        let mut at = self.root;
        for (depth, name) in names.iter().enumerate() {
            if let Some(child) = self.child(at, name) {
                at = child;
                continue;
            }
            let rest = names.get(depth + 1..).unwrap_or_default();
            let siblings = self
                .children
                .range((at, "".into())..)
                .take_while(|((folder, _), _)| *folder == at);
            let siblings = siblings
                .take(SIBLINGS)
                .map(|((_, name), number)| (name.as_ref(), *number));
            let folders = |(_, number): &(&str, u32)| {
                rest.is_empty() || self.item(*number).is_some_and(|item| item.kind == EntryKind::Folder)
            };
            for near in nearest(name, siblings.filter(folders), patience) {
                // As far as the rest of the path leads from there.
                let end = rest.iter().try_fold(near, |at, name| self.child(at, name));
                add(self.path(end.unwrap_or(near)));
            }
            break;
        }
        found
    }
}
