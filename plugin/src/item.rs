//! An item of a drive, as far as anything is decided by it: `graph` fills it from what Microsoft tells, flows see nothing
//! else of it, and notes at files keep it.

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::contract::{EntryKind, Subfolders};

/// An item of a drive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Opaque, case-sensitive.
    pub id: String,
    /// The name, ending included.
    pub name: String,
    #[serde(with = "Kind")]
    pub(crate) kind: EntryKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    /// Moves when the bytes move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_mark: Option<String>,
    /// Moves when anything moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mark: Option<String>,
    /// Where a person can look at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    /// The folder's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_folder: Option<bool>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) infected: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) deleted: bool,
    // What only matters where an item is looked for is not kept.
    #[serde(skip)]
    pub(crate) is_root: bool,
    #[serde(skip)]
    pub(crate) drive: Option<String>,
    /// The folder's path, as it is told.
    #[serde(skip)]
    pub(crate) folder: Option<String>,
    #[serde(skip)]
    pub(crate) unique_id: Option<String>,
}

/// The words for what an item is.
#[derive(Serialize, Deserialize)]
#[serde(remote = "EntryKind", rename_all = "kebab-case")]
enum Kind {
    File,
    Folder,
    Package,
    Shortcut,
    Other,
}

impl Item {
    /// What the item is.
    #[must_use]
    pub const fn kind(&self) -> EntryKind {
        self.kind
    }

    /// Bytes. Not always true: see `verify`.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// The mark of the content. Where the one that moves with the bytes is missing, the one that moves with everything
    /// stands in; it moves more often, which costs a look too many and misses nothing.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.content_mark.as_deref().or(self.mark.as_deref())
    }

    /// Whether a mark that was noted earlier is one of the item's: like is compared with like. Pages of changes leave the
    /// mark of the content out at times, so that what was noted may be the one or the other.
    #[must_use]
    pub fn is_marked(&self, version: &str) -> bool {
        let marks = [self.content_mark.as_deref(), self.mark.as_deref()];
        marks.contains(&Some(version))
    }

    /// Whether the mark that moves with the content is there.
    #[must_use]
    pub const fn has_content_mark(&self) -> bool {
        self.content_mark.is_some()
    }

    /// Whether this is, as far as the metadata tells, the same content as another reading of the same item. The mark of
    /// the content moves with the name, too (microsoft-graph-docs#9205), and is left out at times: then an equal hash says as much.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        let alike = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let unmarked = self.version().is_none() && other.version().is_none();
        let both = self.has_content_mark() && other.has_content_mark();
        let marked = match both {
            true => alike(&self.content_mark, &other.content_mark),
            false => alike(&self.mark, &other.mark) || unmarked,
        };
        let comparable = both && self.name == other.name;
        let hash = self.hash();
        let same_bytes = self.size() == other.size() && hash == other.hash();
        same_bytes && (marked || (hash.is_some() && !comparable))
    }

    /// The quickXorHash, in base64. None if none is published (empty files, files just edited).
    #[must_use]
    pub fn hash(&self) -> Option<&str> {
        self.hash.as_deref()
    }

    /// What the source takes the content for.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// Whether the entry tells of an item that is gone. Of such, little more than the id is told.
    #[must_use]
    pub const fn deleted(&self) -> bool {
        self.deleted
    }

    /// Whether Microsoft found malware in it.
    #[must_use]
    pub const fn infected(&self) -> bool {
        self.infected
    }

    /// Whether it is the drive itself.
    #[must_use]
    pub const fn is_root(&self) -> bool {
        self.is_root
    }

    /// Its GUID in SharePoint, in lower case and without braces, where it was asked for.
    #[must_use]
    pub fn unique_id(&self) -> Option<&str> {
        self.unique_id.as_deref()
    }

    /// The drive it lies in.
    #[must_use]
    pub fn drive(&self) -> Option<&str> {
        self.drive.as_deref()
    }

    /// The folder it lies in, by its id.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.parent.as_deref()
    }

    /// Whether it lies in a folder. None where its parent is not named.
    #[must_use]
    pub const fn in_folder(&self) -> Option<bool> {
        self.in_folder
    }

    /// The path of its folder in the drive, without slashes at its ends: as it is told, and percent-decoded, since
    /// nobody says which it is. None where it is not told.
    #[must_use]
    pub fn folders(&self) -> Option<(String, String)> {
        let told = self.folder.as_deref()?;
        let decoded = percent_decode_str(told).decode_utf8();
        let decoded = decoded.map_or_else(|_| told.to_owned(), Into::into);
        Some((told.to_owned(), decoded))
    }

    /// Whether it lies in a folder, where the policy leaves files in folders out. An item whose parent is not named
    /// counts as one at the root.
    #[must_use]
    pub fn out_of_reach(&self, subfolders: Subfolders) -> bool {
        self.in_folder == Some(true) && subfolders != Subfolders::Browse
    }

    /// When the content was last changed: RFC 3339, UTC.
    #[must_use]
    pub fn modified(&self) -> Option<&str> {
        self.modified.as_deref()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::graph;

    fn item(json: &str) -> Item {
        graph::told(json.as_bytes()).unwrap()
    }

    #[test]
    fn marks_are_compared_like_with_like() {
        let read = |marks: &str, hash: &str| {
            item(&format!(
                r#"{{"id":"1","size":3,{marks}"file":{{"hashes":{{"quickXorHash":"{hash}"}}}}}}"#
            ))
        };
        let hash = "aCgDG9jwBhDc4Q1ybAMZFAAAAAA=";
        let whole = read(r#""cTag":"c1","eTag":"e1","#, hash);
        let listed = read(r#""eTag":"e1","#, hash);
        let renamed = read(r#""cTag":"c2","eTag":"e2","name":"b","#, hash);
        let moved = read(r#""cTag":"c2","eTag":"e2","#, hash);
        let changed = read(r#""cTag":"c3","eTag":"e3","#, "bCgDG9jwBhDc4Q1ybAMZFAAAAAA=");
        assert!(whole.is_marked("c1") && whole.is_marked("e1") && !whole.is_marked("e2"));
        assert!(whole.same_content(&listed) && whole.same_content(&renamed) && !whole.same_content(&changed));
        assert!(!whole.same_content(&moved), "its hash may be that of before");
        // Without a hash the marks alone decide.
        let bare = |marks: &str| read(marks, "");
        assert!(bare(r#""cTag":"c1","eTag":"e1","#).same_content(&bare(r#""eTag":"e1","#)));
        assert!(bare(r#""cTag":"c1","eTag":"e2","#).same_content(&bare(r#""cTag":"c1","eTag":"e1","#)));
        assert!(!bare(r#""cTag":"c1","#).same_content(&bare(r#""eTag":"e1","#)));
    }

    #[test]
    fn r31_a_file_in_a_folder_is_out_of_reach_unless_folders_can_be_browsed() {
        let item = item(r#"{"parentReference":{"path":"/drives/b!abc/root:/Team/A"},"file":{}}"#);
        assert!(item.out_of_reach(Subfolders::None));
        assert!(item.out_of_reach(Subfolders::Associate));
        assert!(!item.out_of_reach(Subfolders::Browse));
    }
}
