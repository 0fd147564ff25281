//! A drive: a tree of folders and files, each with an id that outlives renames and moves.
//!
//! Here it is looked at; `edit.rs` changes it, and `changes.rs` keeps what was changed, in the order of time.

mod changes;
mod edit;

use std::{collections::BTreeMap, ops::Bound};

use chrono::{DateTime, Utc};

use crate::{content::Source, ids};

pub(crate) use self::changes::{Change, Changes};

/// Whose drive it is, and so which `driveType` it has.
#[derive(Clone)]
pub(crate) enum Owner {
    /// A user's OneDrive: `business`.
    User { id: String, name: String, mail: String },
    /// Somebody's private OneDrive, in no company: `personal`.
    Consumer { id: String, name: String, mail: String },
    /// A library of a site: `documentLibrary`.
    Site { id: String, name: String },
}

impl Owner {
    pub fn id(&self) -> &str {
        match self {
            Self::User { id, .. } | Self::Consumer { id, .. } | Self::Site { id, .. } => id,
        }
    }
}

/// A OneDrive or a document library.
pub(crate) struct Drive {
    pub id: String,
    pub name: String,
    pub owner: Owner,
    pub web_url: String,
    pub created: DateTime<Utc>,
    root: String,
    items: BTreeMap<String, Item>,
    made: u64,
    changes: Changes,
}

/// A file, a folder, or something between.
pub(crate) struct Item {
    pub id: String,
    pub guid: String,
    pub name: String,
    /// The id of the folder it is in; `None` for the root only.
    pub parent: Option<String>,
    pub created: DateTime<Utc>,
    pub modified: DateTime<Utc>,
    /// Goes up with every change; in the eTag.
    pub version: u64,
    /// Goes up when the content changes; in the cTag.
    pub content_version: u64,
    pub infected: bool,
    /// Length of a file; of a folder, all that is in it.
    pub size: u64,
    /// Its place in the order of all changes in the drive.
    pub changed: u64,
    pub kind: ItemKind,
}

#[derive(Clone)]
pub(crate) enum ItemKind {
    /// The ids of its children, by their names in lower case: paths don't tell upper case from lower.
    Folder(BTreeMap<String, String>),
    File {
        source: Source,
        hash: String,
    },
    /// A OneNote notebook.
    Package,
    /// A shortcut to an item of another drive.
    Shortcut {
        drive: String,
        item: String,
    },
}

impl Item {
    pub fn is_folder(&self) -> bool {
        matches!(self.kind, ItemKind::Folder(_))
    }

    pub fn etag(&self) -> String {
        format!("\"{{{}}},{}\"", self.guid.to_uppercase(), self.version)
    }

    pub fn ctag(&self) -> String {
        format!("\"c:{{{}}},{}\"", self.guid.to_uppercase(), self.content_version)
    }
}

impl Drive {
    /// An empty drive.
    pub fn new(name: &str, owner: Owner, web_url: String, now: DateTime<Utc>) -> Self {
        let mut drive = Self {
            id: match owner {
                Owner::Consumer { .. } => ids::consumer_drive_id(&web_url),
                _ => ids::drive_id(&web_url),
            },
            name: name.to_owned(),
            owner,
            web_url,
            created: now,
            root: String::new(),
            items: BTreeMap::new(),
            made: 0,
            changes: Changes::default(),
        };
        drive.root = drive.add("root", None, ItemKind::Folder(BTreeMap::new()), now);
        drive
    }

    pub fn drive_type(&self) -> &'static str {
        match self.owner {
            Owner::User { .. } => "business",
            Owner::Consumer { .. } => "personal",
            Owner::Site { .. } => "documentLibrary",
        }
    }

    /// Whether everybody in the company can open it.
    pub fn is_shared(&self) -> bool {
        matches!(self.owner, Owner::Site { .. })
    }

    pub fn is_personal(&self) -> bool {
        matches!(self.owner, Owner::Consumer { .. })
    }

    pub fn root(&self) -> Option<&Item> {
        self.items.get(&self.root)
    }

    /// An item by its id; `root` is another name for the root's.
    pub fn get(&self, id: &str) -> Option<&Item> {
        self.items.get(if id == "root" { self.root.as_str() } else { id })
    }

    /// An item by its GUID, in any case.
    pub fn identified(&self, guid: &str) -> Option<&Item> {
        self.items.values().find(|item| item.guid.eq_ignore_ascii_case(guid))
    }

    /// An item by its path from the root.
    pub fn find(&self, path: &str) -> Option<&Item> {
        self.find_below(&self.root, segments(path))
    }

    /// An item by its path from another item.
    pub fn find_below<'p>(&self, id: &str, path: impl IntoIterator<Item = &'p str>) -> Option<&Item> {
        path.into_iter().try_fold(self.get(id)?, |item, name| match &item.kind {
            ItemKind::Folder(children) => self.get(children.get(&name.to_lowercase())?),
            _ => None,
        })
    }

    /// The children of a folder in the order of their names, beginning after a name in lower case.
    pub fn children<'a>(
        &'a self,
        folder: &'a Item,
        after: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a str, &'a Item)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let children = match &folder.kind {
            ItemKind::Folder(children) => Some(children.range::<str, _>((start, Bound::Unbounded))),
            _ => None,
        };
        children
            .into_iter()
            .flatten()
            .filter_map(|(key, id)| Some((key.as_str(), self.get(id)?)))
    }

    /// The path from the root: `/`, or `/Folder/File.docx`.
    pub fn path(&self, item: &Item) -> String {
        let mut names = vec![];
        let mut at = Some(item);
        while let Some(item) = at {
            let parent = item.parent.as_deref().and_then(|parent| self.get(parent));
            if parent.is_some() {
                names.push(item.name.as_str());
            }
            at = parent;
        }
        names.reverse();
        format!("/{}", names.join("/"))
    }
}

/// The names along a path, the slashes at either end being of no matter.
pub(crate) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty())
}
