//! Microsoft Graph as values: the requests that this plugin sends, and what the answers mean. Nothing here waits, reads
//! a clock or touches the network.

mod batch;
mod changes;
mod errors;
mod http;
mod owners;
mod places;
mod read;
mod salvage;
mod web;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub use batch::{BATCH, Batched, batch, batched, single};
pub use changes::{ChangePage, change_page, changes, changes_from_now, is_beginning, lost_track, smaller};
pub use errors::{GraphError, Meaning};
pub use http::{Address, Head, Request, address, origin, same_origin};
pub use owners::{GraphDrive, Site, User};
pub use places::{
    at_path, drive, encoded_letters, entries, listing, listing_page, place_of, read_drive, read_listing, shared,
    shared_page, top,
};
pub use read::{Page, Told, Unreadable, object, told};
pub use salvage::{item as read_item, items, page};
pub use web::{WebAddress, web_address};

/// Everything of an item that this plugin looks at, facets included: what `$select` does not name is not answered.
const ITEM_SELECT: &str = "id,name,size,eTag,cTag,webUrl,lastModifiedDateTime,parentReference,file,folder,root,\
    package,remoteItem,malware,deleted";
const DRIVE_SELECT: &str = "id,name,driveType,webUrl";

/// Entries a page of a folder. With more than this a page of long names could pass the bound on JSON answers.
const CHILDREN_PAGE: u32 = 200;
/// People or sites a page. Each of them costs one more request for its drives.
const OWNERS_PAGE: u32 = 50;

const JSON: &str = "application/json";

/// What may stand in a path segment as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b',');

/// Whether an id can stand in a URL as one segment, and in a library. Ids are opaque, and these are none that Microsoft
/// would give: an empty segment or one of dots would address something else, and no library takes a NUL.
#[must_use]
pub fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 512 && !id.contains('\0') && !id.bytes().all(|byte| byte == b'.')
}

/// Metadata of one item.
#[must_use]
pub fn item(api: &str, drive: &str, item: &str) -> Request {
    single(api, &by_id(drive, item))
}

/// Where in the API the metadata of an item is, for a question in a batch.
#[must_use]
pub fn by_id(drive: &str, item: &str) -> String {
    format!(
        "/drives/{}/items/{}?$select={ITEM_SELECT}",
        segment(drive),
        segment(item)
    )
}

/// Whether a drive answers at all: its root, and of that the id alone.
#[must_use]
pub fn root(api: &str, drive: &str) -> Request {
    single(api, &format!("/drives/{}/root?$select=id", segment(drive)))
}

/// The content of one item: answered by a redirect to a URL that opens it without credentials, for a while.
#[must_use]
pub fn content(api: &str, drive: &str, item: &str) -> Request {
    let url = format!("{api}/v1.0/drives/{}/items/{}/content", segment(drive), segment(item));
    Request::new(url, "*/*")
}

/// What a redirect led to, from this byte on. Partial content is only given where everything is accepted.
#[must_use]
pub fn redirected(url: &str, from: u64) -> Request {
    let request = Request::new(url, "*/*");
    if from == 0 {
        return request;
    }
    request.with("range", format!("bytes={from}-"))
}

/// The entries of a folder, or of the root.
#[must_use]
pub fn children(api: &str, drive: &str, folder: Option<&str>) -> Request {
    let folder = folder.map_or_else(|| "root".to_owned(), |id| format!("items/{}", segment(id)));
    let drive = segment(drive);
    children_page(&format!(
        "{api}/v1.0/drives/{drive}/{folder}/children?$top={CHILDREN_PAGE}&$select={ITEM_SELECT}"
    ))
}

/// A following page of a folder. Shortcuts to other drives are only listed where this is asked for; here they are
/// shown, with the reason why they can't be imported.
#[must_use]
pub fn children_page(url: &str) -> Request {
    Request::new(url, JSON).with("prefer", "Include-Feature=AddToOneDrive")
}

/// The people of the organization.
#[must_use]
pub fn users(api: &str) -> Request {
    list(&format!(
        "{api}/v1.0/users?$select=id,displayName,userPrincipalName&$top={OWNERS_PAGE}"
    ))
}

/// The OneDrive of a person. Not all their drives: those have hidden libraries of the system among them, and cost twice
/// as much.
#[must_use]
pub fn user_drive(api: &str, user: &str) -> Request {
    Request::new(
        format!("{api}/v1.0/users/{}/drive?$select={DRIVE_SELECT}", segment(user)),
        JSON,
    )
}

/// The sites of the organization, in all its regions. However many are asked for, a page has some six hundred
/// (msgraph-sdk-powershell#3404).
#[must_use]
pub fn sites(api: &str) -> Request {
    list(&format!(
        "{api}/v1.0/sites/getAllSites?$select=id,displayName,webUrl,isPersonalSite&$top={OWNERS_PAGE}"
    ))
}

/// The sites that a signed-in person can find. All members are asked for: a search with `$select` leaves the sites' names
/// out (microsoft-graph-docs#13345).
#[must_use]
pub fn found_sites(api: &str) -> Request {
    list(&format!("{api}/v1.0/sites?search=*&$top={OWNERS_PAGE}"))
}

/// The drive of the signed-in person.
#[must_use]
pub fn my_drive(api: &str) -> Request {
    Request::new(format!("{api}/v1.0/me/drive?$select={DRIVE_SELECT}"), JSON)
}

/// A drive by its id, with its owner.
#[must_use]
pub fn drive_by_id(api: &str, drive: &str) -> Request {
    Request::new(
        format!("{api}/v1.0/drives/{}?$select={DRIVE_SELECT},owner", segment(drive)),
        JSON,
    )
}

/// The default library of the organization's root site: there is one everywhere, and every right to read files opens it.
#[must_use]
pub fn root_library(api: &str) -> Request {
    Request::new(format!("{api}/v1.0/sites/root/drive?$select={DRIVE_SELECT}"), JSON)
}

/// The site at a path of a host; the host's root site for an empty path.
#[must_use]
pub fn site_at(api: &str, host: &str, path: &[String]) -> Request {
    let host = segment(host);
    let path: String = path.iter().map(|name| format!("/{}", segment(name))).collect();
    let path = if path.is_empty() { path } else { format!(":{path}") };
    Request::new(
        format!("{api}/v1.0/sites/{host}{path}?$select=id,displayName,webUrl,isPersonalSite"),
        JSON,
    )
}

/// The libraries of a site.
#[must_use]
pub fn site_drives(api: &str, site: &str) -> Request {
    list(&format!(
        "{api}/v1.0/sites/{}/drives?$select={DRIVE_SELECT}",
        segment(site)
    ))
}

/// A list, or a following page of one, as its link stands.
#[must_use]
pub fn list(url: &str) -> Request {
    Request::new(url, JSON)
}

/// The default library of a site.
#[must_use]
pub fn site_library(api: &str, site: &str) -> Request {
    Request::new(
        format!("{api}/v1.0/sites/{}/drive?$select={DRIVE_SELECT}", segment(site)),
        JSON,
    )
}

fn segment(id: &str) -> impl std::fmt::Display {
    utf8_percent_encode(id, SEGMENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://graph.example";

    #[test]
    fn ids_are_one_segment_whatever_is_in_them() {
        let request = item(API, "b!a-B_9", "../x?y#z/ü%");
        let expected = "https://graph.example/v1.0/drives/b!a-B_9/items/..%2Fx%3Fy%23z%2F%C3%BC%25?$select=";
        assert!(request.url.starts_with(expected), "{}", request.url);
    }

    #[test]
    fn segments_of_dots_and_empty_ones_are_no_ids() {
        assert!(is_id("01ABC") && is_id("a.b"));
        assert!(!is_id("") && !is_id(".") && !is_id("..") && !is_id(&"x".repeat(513)) && !is_id("01\0"));
    }

    #[test]
    fn every_facet_that_decides_is_selected() {
        let request = children(API, "b!a", None);
        for facet in [
            "file",
            "folder",
            "package",
            "remoteItem",
            "malware",
            "cTag",
            "parentReference",
        ] {
            assert!(request.url.contains(facet), "{facet}");
        }
        assert!(
            request
                .headers
                .contains(&("prefer", "Include-Feature=AddToOneDrive".to_owned()))
        );
    }

    #[test]
    fn a_range_is_asked_for_only_when_going_on() {
        assert!(
            redirected("https://x.example/a", 0)
                .headers
                .iter()
                .all(|(name, _)| *name != "range")
        );
        assert!(
            redirected("https://x.example/a", 7)
                .headers
                .contains(&("range", "bytes=7-".to_owned()))
        );
    }
}
