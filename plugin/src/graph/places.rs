//! Finding items by where they are: by path, by sharing link, or by listing the whole drive. What is asked for here is
//! little, since it is asked for a hundred thousand times.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    JSON,
    http::{Request, same_origin},
    owners::GraphDrive,
    read::{Page, Told, Unreadable, object},
    segment,
};
use crate::item::Item;

const SELECT: &str = "id,name,size,webUrl,parentReference,file,folder,root,package,remoteItem,malware,deleted";
/// Has the item's `listItemUniqueId`, by which pages of SharePoint name it.
const UNIQUE_ID: &str = "sharepointIds";

/// Entries a page of a listing of the whole drive, at most.
const LISTING_PAGE: u32 = 1000;
/// Entries of a folder that are looked through for names alike. Twenty folders fit into one answer.
const FOLDER_PAGE: u32 = 400;

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

/// Reads a page, and takes its link only if it stays on the API's origin. An entry that can't be read may be the one that
/// is looked for.
///
/// # Errors
/// When the body is no page, leads away, or has an entry that can't be read.
pub fn read_listing(body: &[u8], api_origin: &str) -> Result<Page<Item>, Unreadable> {
    let page: Page<Told> = object(body)?;
    match &page.next {
        Some(next) if !same_origin(next, api_origin) => Err(Unreadable::ForeignPage),
        _ => Ok(page.map(Item::from)),
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
}
