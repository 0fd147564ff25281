//! Reading what Microsoft Graph answers, tolerantly: unknown members are passed over, and members that are missing now
//! and then are optional.

use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::{contract::EntryKind, item::Item, quick_xor};

/// An item as Microsoft tells it. Which of the facets is there says what the item is.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DriveItem {
    id: String,
    name: String,
    size: Option<serde_json::Number>,
    e_tag: Option<String>,
    c_tag: Option<String>,
    web_url: Option<String>,
    last_modified_date_time: Option<String>,
    parent_reference: Option<ParentReference>,
    file: Option<FileFacet>,
    folder: Option<IgnoredAny>,
    root: Option<IgnoredAny>,
    package: Option<IgnoredAny>,
    remote_item: Option<IgnoredAny>,
    malware: Option<IgnoredAny>,
    deleted: Option<IgnoredAny>,
    sharepoint_ids: Option<SharepointIds>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ParentReference {
    id: Option<String>,
    drive_id: Option<String>,
    path: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FileFacet {
    mime_type: Option<String>,
    hashes: Option<Hashes>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Hashes {
    quick_xor_hash: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SharepointIds {
    list_item_unique_id: Option<String>,
}

/// An item that is read from Microsoft's JSON, which notes of earlier versions have as well.
#[derive(Debug, Deserialize)]
#[serde(from = "DriveItem")]
pub struct Told(pub Item);

impl From<Told> for Item {
    fn from(told: Told) -> Self {
        told.0
    }
}

impl From<DriveItem> for Told {
    fn from(item: DriveItem) -> Self {
        let kind = item.kind();
        let (media_type, hashes) = item.file.map(|file| (file.mime_type, file.hashes)).unwrap_or_default();
        let hash = hashes.and_then(|hashes| hashes.quick_xor_hash);
        let place = item.parent_reference.unwrap_or_default();
        let path = place.path.as_deref();
        let unique_id = item.sharepoint_ids.and_then(|ids| ids.list_item_unique_id);
        Self(Item {
            id: item.id,
            name: named(item.name),
            kind,
            size: item.size.and_then(|size| size.as_u64()),
            content_mark: item.c_tag.filter(|mark| fits(mark, MARK_AT_MOST)),
            mark: item.e_tag.filter(|mark| fits(mark, MARK_AT_MOST)),
            web_url: item.web_url.filter(|url| fits(url, ADDRESS_AT_MOST)),
            modified: item.last_modified_date_time.and_then(|time| utc(&time)),
            hash: hash.and_then(|hash| quick_xor::normal(&hash)),
            media_type,
            in_folder: path.map(|path| !path.trim_end_matches('/').ends_with("root:")),
            folder: path.map(|path| {
                path.split_once("root:")
                    .map_or("", |(_, path)| path)
                    .trim_matches('/')
                    .to_owned()
            }),
            parent: place.id.filter(|id| fits(id, ID_AT_MOST)),
            drive: place.drive_id,
            infected: item.malware.is_some(),
            deleted: item.deleted.is_some(),
            is_root: item.root.is_some(),
            unique_id: unique_id.map(|id| id.trim_matches(['{', '}']).to_ascii_lowercase()),
        })
    }
}

/// The longest name that is taken as it is, in bytes. Microsoft's own are shorter.
const NAME_AT_MOST: usize = 2_000;
/// The longest ending of a name that says what the file is, with its dot.
const ENDING_AT_MOST: usize = 32;
/// The longest id of a folder, mark of a content and address, in bytes: a library takes none that are longer.
const ID_AT_MOST: usize = 512;
const MARK_AT_MOST: usize = 4 << 10;
const ADDRESS_AT_MOST: usize = 16 << 10;

/// Whether a library would take this text. What it would not take of one item would keep others from being written down
/// that are told of with it; such an item does without.
fn fits(text: &str, at_most: usize) -> bool {
    text.len() <= at_most && !text.contains('\0')
}

/// A name as a library takes it. An item can't do without one, so what no name has is shown as such, and of one without end
/// the middle is left out: its ending says what the file is.
fn named(name: String) -> String {
    if fits(&name, NAME_AT_MOST) {
        return name;
    }
    let shown = |letter| match letter {
        '\0' => char::REPLACEMENT_CHARACTER,
        letter => letter,
    };
    let name: String = name.chars().map(shown).collect();
    if name.len() <= NAME_AT_MOST {
        return name;
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| format!(".{ending}"));
    let ending = ending
        .filter(|ending| ending.len() <= ENDING_AT_MOST)
        .unwrap_or_default();
    let mut length = ending.len();
    let fits = |letter: &char| {
        length += letter.len_utf8();
        length <= NAME_AT_MOST
    };
    let stem: String = name.chars().take_while(fits).collect();
    stem + &ending
}

impl DriveItem {
    /// A pointer to another drive carries the facets of its target as well, so it is asked for first.
    const fn kind(&self) -> EntryKind {
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
}

/// RFC 3339, UTC.
fn utc(time: &str) -> Option<String> {
    let time = chrono::DateTime::parse_from_rfc3339(time).ok()?;
    Some(time.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

/// Reads an item, whatever is missing of it.
///
/// # Errors
/// When the body is none.
pub fn told(body: &[u8]) -> Result<Item, Unreadable> {
    object::<Told>(body).map(Item::from)
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

impl<T> Page<T> {
    /// The same of its entries.
    pub(super) fn map<U>(self, entry: impl Fn(T) -> U) -> Page<U> {
        Page {
            value: self.value.into_iter().map(entry).collect(),
            next: self.next,
        }
    }
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
    use crate::{
        contract::Subfolders,
        graph::{User, page},
    };

    fn item(json: &str) -> Item {
        told(json.as_bytes()).unwrap()
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
        assert_eq!(item.hash(), Some("aCgDG9jwBhDc4Q1ybAMZFAAAAAA="));
        assert_eq!(item.modified(), Some("2026-02-03T09:10:11Z"));
        assert!(!item.out_of_reach(Subfolders::None));
    }

    #[test]
    fn missing_and_empty_members_are_none() {
        let item = item(r#"{"id":"01A","name":"a","size":null,"file":{"hashes":{}},"folder":null}"#);
        assert_eq!(item.kind(), EntryKind::File);
        assert_eq!((item.size(), item.hash(), item.version()), (None, None, None));
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

    #[test]
    fn a_place_is_read_with_what_tells_its_kind() {
        let place = item(
            r#"{"id":"1","name":"a","size":-1,"folder":null,"file":{},"deleted":{},
                "parentReference":{"driveId":"b!a","id":"0","path":"/drives/b!a/root:/A%20b"}}"#,
        );
        assert_eq!(
            (place.kind(), place.size(), place.deleted()),
            (EntryKind::File, None, true)
        );
        assert_eq!(place.folders(), Some(("A%20b".to_owned(), "A b".to_owned())));
        assert_eq!((place.drive(), place.parent()), (Some("b!a"), Some("0")));
    }
}
