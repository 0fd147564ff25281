//! Reading what Microsoft Graph answers, tolerantly: unknown members are passed over, and members that are missing now
//! and then are optional.

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned, de::IgnoredAny};

use crate::{
    contract::{EntryKind, Subfolders},
    quick_xor,
};

/// An item of a drive. Which of the facets is there says what the item is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DriveItem {
    /// Opaque, case-sensitive.
    pub id: String,
    /// The name, ending included.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<serde_json::Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_tag: Option<String>,
    /// Where a person can look at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified_date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_reference: Option<ParentReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<FileFacet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<Facet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<Facet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<Facet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_item: Option<Facet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    malware: Option<Facet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<Facet>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct ParentReference {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FileFacet {
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hashes: Option<Hashes>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Hashes {
    quick_xor_hash: Option<String>,
}

/// A facet that says all by being there.
#[derive(Debug, Clone, Serialize)]
struct Facet {}

impl<'de> Deserialize<'de> for Facet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self {})
    }
}

impl DriveItem {
    /// What the item is. A pointer to another drive carries the facets of its target as well, so it is asked for first.
    #[must_use]
    pub const fn kind(&self) -> EntryKind {
        if self.remote_item.is_some() {
            EntryKind::Shortcut
        } else if self.package.is_some() {
            EntryKind::Package
        } else if self.folder.is_some() || self.root.is_some() {
            EntryKind::Folder
        } else if self.file.is_some() {
            EntryKind::File
        } else {
            EntryKind::Other
        }
    }

    /// Bytes. Not always true: see `verify`.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size.as_ref()?.as_u64()
    }

    /// The mark of the content: it moves when the bytes move. `eTag` stands in where `cTag` is missing; it moves more
    /// often, which costs a look too many and misses nothing.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.c_tag.as_deref().or(self.e_tag.as_deref())
    }

    /// Whether a mark that was noted earlier is one of the item's: like is compared with like. Pages of changes leave
    /// `cTag` out at times, so that the mark that was noted may be the one or the other.
    #[must_use]
    pub fn is_marked(&self, version: &str) -> bool {
        let marks = [self.c_tag.as_deref(), self.e_tag.as_deref()];
        marks.contains(&Some(version))
    }

    /// Whether the mark that moves with the content is there.
    #[must_use]
    pub const fn has_content_mark(&self) -> bool {
        self.c_tag.is_some()
    }

    /// Whether this is, as far as the metadata tells, the same content as another reading of the same item. `cTag` moves
    /// with the name, too (microsoft-graph-docs#9205), and is left out at times: then an equal hash says as much.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        let alike = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let unmarked = self.version().is_none() && other.version().is_none();
        let both = self.has_content_mark() && other.has_content_mark();
        let marked = match both {
            true => alike(&self.c_tag, &other.c_tag),
            false => alike(&self.e_tag, &other.e_tag) || unmarked,
        };
        let comparable = both && self.name == other.name;
        let hash = self.hash();
        let same_bytes = self.size() == other.size() && hash == other.hash();
        same_bytes && (marked || (hash.is_some() && !comparable))
    }

    /// The quickXorHash, in base64. None if none is published (empty files, files just edited).
    #[must_use]
    pub fn hash(&self) -> Option<String> {
        let hashes = self.file.as_ref()?.hashes.as_ref()?;
        quick_xor::normal(hashes.quick_xor_hash.as_deref()?)
    }

    /// What the source takes the content for.
    #[must_use]
    pub fn mime_type(&self) -> Option<&str> {
        self.file.as_ref()?.mime_type.as_deref()
    }

    /// Whether the entry tells of an item that is gone. Of such, little more than the id is told.
    #[must_use]
    pub const fn deleted(&self) -> bool {
        self.deleted.is_some()
    }

    /// Whether it lies in a folder. None where its parent is not named.
    #[must_use]
    pub fn in_folder(&self) -> Option<bool> {
        let path = self.parent_reference.as_ref()?.path.as_deref()?;
        Some(!path.trim_end_matches('/').ends_with("root:"))
    }

    /// The folder it lies in, by its id.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.parent_reference.as_ref()?.id.as_deref()
    }

    /// Whether Microsoft found malware in it.
    #[must_use]
    pub const fn infected(&self) -> bool {
        self.malware.is_some()
    }

    /// Whether it lies in a folder, where the policy leaves files in folders out. An item whose parent is not named
    /// counts as one at the root.
    #[must_use]
    pub fn out_of_reach(&self, subfolders: Subfolders) -> bool {
        self.in_folder() == Some(true) && subfolders != Subfolders::Browse
    }

    /// When the content was last changed: RFC 3339, UTC.
    #[must_use]
    pub fn modified(&self) -> Option<String> {
        let time = chrono::DateTime::parse_from_rfc3339(self.last_modified_date_time.as_deref()?).ok()?;
        Some(time.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }
}

/// Some of a longer list.
#[derive(Debug, Clone, Deserialize)]
pub struct Page<T> {
    /// The entries.
    pub value: Vec<T>,
    /// The following page, to be asked for as it stands. None at the end.
    #[serde(rename = "@odata.nextLink", default)]
    pub next: Option<String>,
}

/// Why an answer with a good status is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is more in it than can be read at once.
    #[error("Microsoft Graph sends more at once than can be read")]
    TooMuch,
    /// The body is not what was asked for.
    #[error("Microsoft Graph answered something that is not the JSON expected: {0}")]
    Shape(String),
    /// The following page is said to be on another host.
    #[error("Microsoft Graph names a following page on another host")]
    ForeignPage,
}

/// Reads a single object.
///
/// # Errors
/// When the body is not such an object.
pub fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(body).map_err(|error| Unreadable::Shape(error.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::graph::{User, page};

    fn item(json: &str) -> DriveItem {
        object(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_file_is_read_with_its_marks() {
        let item = item(
            r#"{"id":"01A","name":"Plan.docx","size":18233,"eTag":"\"{0F},4\"","cTag":"\"c:{0F},2\"","unknown":{"a":1},
            "lastModifiedDateTime":"2026-02-03T10:10:11.5+01:00","parentReference":{"path":"/drives/b!abc/root:"},
            "file":{"mimeType":"x/y","hashes":{"quickXorHash":"6828031bd8f00610dce10d726c03191400000000"}}}"#,
        );
        assert_eq!(item.kind(), EntryKind::File);
        assert_eq!(item.size(), Some(18233));
        assert_eq!(item.version(), Some("\"c:{0F},2\""));
        assert_eq!(item.hash().as_deref(), Some("aCgDG9jwBhDc4Q1ybAMZFAAAAAA="));
        assert_eq!(item.modified().as_deref(), Some("2026-02-03T09:10:11Z"));
        assert!(!item.out_of_reach(Subfolders::None));
    }

    #[test]
    fn missing_and_empty_members_are_none() {
        let item = item(r#"{"id":"01A","name":"a","size":null,"file":{"hashes":{}},"folder":null}"#);
        assert_eq!(item.kind(), EntryKind::File);
        assert_eq!((item.size(), item.hash(), item.version()), (None, None, None));
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
    fn facets_say_what_an_item_is() {
        for (json, kind) in [
            (r#"{"folder":{"childCount":1}}"#, EntryKind::Folder),
            (r#"{"root":{}}"#, EntryKind::Folder),
            (r#"{"package":{"type":"oneNote"},"folder":{}}"#, EntryKind::Package),
            (r#"{"remoteItem":{"id":"x"},"file":{}}"#, EntryKind::Shortcut),
            (r#"{"id":"x"}"#, EntryKind::Other),
        ] {
            assert_eq!(item(json).kind(), kind, "{json}");
        }
    }

    #[test]
    fn r31_a_file_in_a_folder_is_out_of_reach_unless_folders_can_be_browsed() {
        let item = item(r#"{"parentReference":{"path":"/drives/b!abc/root:/Team/A"},"file":{}}"#);
        assert!(item.out_of_reach(Subfolders::None));
        assert!(item.out_of_reach(Subfolders::Associate));
        assert!(!item.out_of_reach(Subfolders::Browse));
    }

    #[test]
    fn a_page_may_be_empty_and_go_on_but_not_elsewhere() {
        let body = br#"{"value":[],"@odata.nextLink":"https://graph.example/v1.0/x?$skiptoken=a%20b"}"#;
        let read = page::<User>(body, "https://graph.example").unwrap();
        assert_eq!(
            read.next.as_deref(),
            Some("https://graph.example/v1.0/x?$skiptoken=a%20b")
        );
        assert_eq!(
            page::<User>(body, "https://other.example").unwrap_err(),
            Unreadable::ForeignPage
        );
        assert!(page::<User>(b"<html>", "https://graph.example").is_err());
        assert!(page::<User>(b"{}", "https://graph.example").is_err());
    }
}
