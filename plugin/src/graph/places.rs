//! Finding items by where they are: by path, by sharing link, or by listing the whole drive. What is asked for here is
//! little, since it is asked for a hundred thousand times.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::{
    JSON,
    http::{Request, same_origin},
    owners::GraphDrive,
    read::{Unreadable, object},
    segment,
};
use crate::contract::EntryKind;

const SELECT: &str = "id,name,size,webUrl,parentReference,file,folder,root,package,remoteItem,malware,deleted";
/// Has the item's `listItemUniqueId`, by which pages of SharePoint name it.
const UNIQUE_ID: &str = "sharepointIds";

/// Entries a page of a listing of the whole drive, at most.
const LISTING_PAGE: u32 = 1000;
/// Entries of a folder that are looked through for names alike. Twenty folders fit into one answer.
const FOLDER_PAGE: u32 = 400;

/// An item, as far as it takes to know what it is and where.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Place {
    /// Opaque, case-sensitive.
    pub id: String,
    /// With its ending.
    pub name: String,
    #[serde(deserialize_with = "lenient")]
    size: Option<u64>,
    /// Where a person can look at it.
    pub web_url: Option<String>,
    parent_reference: Parent,
    file: Facet,
    folder: Facet,
    root: Facet,
    package: Facet,
    remote_item: Facet,
    malware: Facet,
    deleted: Facet,
    sharepoint_ids: Option<SharepointIds>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SharepointIds {
    list_item_unique_id: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Parent {
    id: Option<String>,
    drive_id: Option<String>,
    path: Option<String>,
}

/// Whether a facet is there.
#[derive(Debug, Clone, Copy, Default)]
struct Facet(bool);

impl<'de> Deserialize<'de> for Facet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let there: Option<IgnoredAny> = Option::deserialize(deserializer)?;
        Ok(Self(there.is_some()))
    }
}

/// A size that is none is as good as unknown.
fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let number: Option<serde_json::Number> = Option::deserialize(deserializer)?;
    Ok(number.and_then(|number| number.as_u64()))
}

impl Place {
    /// What it is. A pointer to another drive has the facets of its target as well, so it is asked for first.
    #[must_use]
    pub const fn kind(&self) -> EntryKind {
        if self.remote_item.0 {
            EntryKind::Shortcut
        } else if self.package.0 {
            EntryKind::Package
        } else if self.folder.0 || self.root.0 {
            EntryKind::Folder
        } else if self.file.0 {
            EntryKind::File
        } else {
            EntryKind::Other
        }
    }

    /// Bytes, as far as known.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// Whether Microsoft found malware in it.
    #[must_use]
    pub const fn infected(&self) -> bool {
        self.malware.0
    }

    /// Whether it is gone.
    #[must_use]
    pub const fn deleted(&self) -> bool {
        self.deleted.0
    }

    /// Whether it is the drive itself.
    #[must_use]
    pub const fn is_root(&self) -> bool {
        self.root.0
    }

    /// Its GUID in SharePoint, in lower case and without braces, where it was asked for.
    #[must_use]
    pub fn unique_id(&self) -> Option<String> {
        let id = self.sharepoint_ids.as_ref()?.list_item_unique_id.as_deref()?;
        Some(id.trim_matches(['{', '}']).to_ascii_lowercase())
    }

    /// The folder it lies in.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.parent_reference.id.as_deref()
    }

    /// The drive it lies in.
    #[must_use]
    pub fn drive(&self) -> Option<&str> {
        self.parent_reference.drive_id.as_deref()
    }

    /// The path of its folder in the drive, without slashes at its ends: as it is told, and percent-decoded, since
    /// nobody says which it is. None where it is not told.
    #[must_use]
    pub fn folders(&self) -> Option<(String, String)> {
        let path = self.parent_reference.path.as_deref()?;
        let (_, told) = path.split_once("root:").unwrap_or(("", ""));
        let told = told.trim_matches('/');
        let decoded = percent_decode_str(told)
            .decode_utf8()
            .map_or_else(|_| told.to_owned(), Into::into);
        Some((told.to_owned(), decoded))
    }
}

/// Some of all items of a drive, and the following page.
#[derive(Debug, Deserialize)]
pub struct Listing {
    /// The items.
    pub value: Vec<Place>,
    /// The following page.
    #[serde(rename = "@odata.nextLink", default)]
    pub next: Option<String>,
}

/// The entries of a folder.
#[derive(Debug, Deserialize)]
pub struct Folder {
    /// Some of them, if there are many.
    pub value: Vec<Place>,
}

/// The drive itself.
#[must_use]
pub fn drive(api: &str, drive: &str) -> Request {
    let drive = segment(drive);
    Request::new(
        format!("{api}/v1.0/drives/{drive}?$select=id,name,driveType,webUrl"),
        JSON,
    )
}

/// Reads the answer to [`drive`].
///
/// # Errors
/// When it is no drive.
pub fn read_drive(body: &[u8]) -> Result<GraphDrive, Unreadable> {
    object(body)
}

/// Where in the API the item at a path is, for a question in a batch. The path has names with slashes between them.
#[must_use]
pub fn at_path(drive: &str, path: &str) -> String {
    // The colon behind keeps a name such as `photo` from being read as a part of the API (onedrive-api-docs#1020).
    format!("/drives/{}/root:/{}:?$select={SELECT}", segment(drive), encoded(path))
}

/// The letters of a path that can't stand in an address as they are; all beyond ASCII count as one.
pub fn encoded_letters(path: &str) -> impl Iterator<Item = char> {
    let odd =
        |letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '/' | '-' | '.' | '_' | '~' | '!' | ',');
    path.chars()
        .filter(move |letter| odd(*letter))
        .map(|letter| match letter.is_ascii() {
            true => letter,
            false => char::REPLACEMENT_CHARACTER,
        })
}

/// Where in the API the item of an id is.
#[must_use]
pub fn place_of(drive: &str, item: &str) -> String {
    format!("/drives/{}/items/{}?$select={SELECT}", segment(drive), segment(item))
}

/// Where in the API the item behind an address is.
#[must_use]
pub fn shared(url: &str) -> String {
    format!("/shares/u!{}/driveItem?$select={SELECT}", URL_SAFE_NO_PAD.encode(url))
}

/// Where in the API the item behind the address of a page is, with its GUID in SharePoint.
#[must_use]
pub fn shared_page(url: &str) -> String {
    format!("{},{UNIQUE_ID}", shared(url))
}

/// Where in the API an item is that is known by its id.
#[must_use]
pub fn placed(drive: &str, id: &str) -> String {
    format!("/drives/{}/items/{}?$select={SELECT}", segment(drive), segment(id))
}

/// Where in the API the drive's own folder is.
#[must_use]
pub fn top(drive: &str) -> String {
    format!("/drives/{}/root?$select={SELECT}", segment(drive))
}

/// Where in the API the entries of a folder are. An empty path is the root.
#[must_use]
pub fn entries(drive: &str, path: &str) -> String {
    let place = match path {
        "" => "root".to_owned(),
        path => format!("root:/{}:", encoded(path)),
    };
    let select = "id,name,parentReference,file,folder,package,remoteItem";
    format!(
        "/drives/{}/{place}/children?$top={FOLDER_PAGE}&$select={select}",
        segment(drive)
    )
}

/// The first page of everything in a drive; with the GUIDs in SharePoint where they are wanted, since they are long.
#[must_use]
pub fn listing(api: &str, drive: &str, unique_ids: bool) -> Request {
    let drive = segment(drive);
    let more = if unique_ids {
        format!(",{UNIQUE_ID}")
    } else {
        String::new()
    };
    let url = format!("{api}/v1.0/drives/{drive}/root/delta?$top={LISTING_PAGE}&$select={SELECT}{more}");
    listing_page(&url)
}

/// A following page.
#[must_use]
pub fn listing_page(url: &str) -> Request {
    Request::new(url, JSON)
}

/// Reads a page, and takes its link only if it stays on the API's origin.
///
/// # Errors
/// When the body is no page, or leads away.
pub fn read_listing(body: &[u8], api_origin: &str) -> Result<Listing, Unreadable> {
    let page: Listing = object(body)?;
    match &page.next {
        Some(next) if !same_origin(next, api_origin) => Err(Unreadable::ForeignPage),
        _ => Ok(page),
    }
}

fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len() + 16);
    for name in path.split('/') {
        if !encoded.is_empty() {
            encoded.push('/');
        }
        // Writing into a string does not fail.
        let _ = write!(encoded, "{}", segment(name));
    }
    encoded
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn names_are_encoded_one_by_one() {
        let path = at_path("b!a", "A b/100%#?.pdf");
        assert!(
            path.starts_with("/drives/b!a/root:/A%20b/100%25%23%3F.pdf:?$select="),
            "{path}"
        );
        assert!(entries("b!a", "").starts_with("/drives/b!a/root/children?"));
        assert!(entries("b!a", "A").starts_with("/drives/b!a/root:/A:/children?"));
    }

    #[test]
    fn an_address_is_asked_for_as_a_token() {
        let path = shared("https://contoso.sharepoint.com/:w:/s/Team/abc?e=1");
        let token = "u!aHR0cHM6Ly9jb250b3NvLnNoYXJlcG9pbnQuY29tLzp3Oi9zL1RlYW0vYWJjP2U9MQ";
        assert!(path.starts_with(&format!("/shares/{token}/driveItem?")), "{path}");
    }

    #[test]
    fn a_place_is_read_with_what_tells_its_kind() {
        let place: Place = object(
            br#"{"id":"1","name":"a","size":-1,"folder":null,"file":{},"deleted":{},
                "parentReference":{"driveId":"b!a","id":"0","path":"/drives/b!a/root:/A%20b"}}"#,
        )
        .unwrap();
        assert_eq!(
            (place.kind(), place.size(), place.deleted()),
            (EntryKind::File, None, true)
        );
        assert_eq!(place.folders(), Some(("A%20b".to_owned(), "A b".to_owned())));
        assert_eq!((place.drive(), place.parent()), (Some("b!a"), Some("0")));
    }
}
