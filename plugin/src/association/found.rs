//! An item that was found, in whichever way: by asking for it, or in the list of the whole drive.

use std::rc::Rc;

use super::grown::Grown;
use crate::{contract::EntryKind, item::Item, paths};

/// The longest mark of a place that a library takes, in bytes.
const PLACE_AT_MOST: usize = 1 << 10;

/// An item.
#[derive(Clone)]
pub(crate) enum Found {
    /// The drive itself.
    Drive,
    /// It was asked for.
    Asked(Rc<Item>),
    /// It is in the list of the drive, at this number.
    Listed(Rc<Grown>, u32),
}

impl Found {
    /// Empty for the drive itself.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Drive => "",
            Self::Asked(place) => &place.id,
            Self::Listed(tree, number) => tree.id(*number),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Drive => "",
            Self::Asked(place) => &place.name,
            Self::Listed(tree, number) => tree.name(*number),
        }
    }

    /// From the drive on, with slashes between names; empty for the drive itself.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Drive => String::new(),
            Self::Asked(place) => {
                let folder = match place.folders() {
                    Some((told, decoded)) if told.contains('%') => decoded,
                    Some((told, _)) => told,
                    None => String::new(),
                };
                if folder.is_empty() {
                    place.name.clone()
                } else {
                    format!("{folder}/{}", place.name)
                }
            }
            Self::Listed(tree, number) => tree.path(*number).unwrap_or_default(),
        }
    }

    pub(super) fn kind(&self) -> EntryKind {
        match self {
            Self::Drive => EntryKind::Folder,
            Self::Asked(place) => place.kind(),
            Self::Listed(tree, number) => tree.kind(*number),
        }
    }

    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::Drive => None,
            Self::Asked(place) => place.size(),
            Self::Listed(tree, number) => tree.size(*number),
        }
    }

    pub(super) fn web_url(&self) -> Option<&str> {
        match self {
            Self::Drive => None,
            Self::Asked(place) => place.web_url.as_deref(),
            Self::Listed(tree, number) => tree.web_url(*number),
        }
    }

    pub(super) fn infected(&self) -> bool {
        match self {
            Self::Drive => false,
            Self::Asked(place) => place.infected(),
            Self::Listed(tree, number) => tree.infected(*number),
        }
    }

    /// The mark of where it is: see [`paths::place`]. One that no library takes is none: the file follows its item all the
    /// same, and is not found by its place if the item is saved anew.
    pub(super) fn place(&self) -> Option<String> {
        let folder = match self {
            Self::Drive => None,
            Self::Asked(place) => place.parent(),
            Self::Listed(tree, number) => tree.parent(*number),
        };
        let place = folder.map(|folder| paths::place(folder, self.name()));
        place.filter(|place| place.len() <= PLACE_AT_MOST)
    }
}
