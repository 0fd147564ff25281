//! What has changed in a drive.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, SeqAccess, Visitor},
};

use super::{
    ITEM_SELECT, JSON,
    errors::GraphError,
    http::{Request, address, same_origin},
    read::{Told, Unreadable, object},
    salvage::Entry,
    segment,
};
use crate::item::Item;

/// Entries a page of changes, at most; the ancestors of what has changed come on top.
const CHANGES_PAGE: u32 = 1000;
/// Entries of a page that is asked for where one was too large.
const SMALL_PAGE: u32 = 200;
/// More entries than this are not read at once: they would not fit into the memory.
const MOST_ENTRIES: usize = 20_000;
/// What is said of more. It is looked for in the words of serde, which has no other place for it.
const TOO_MANY: &str = "more entries than can be read at once";

/// The longest link that is taken. It goes into cursors.
const LONGEST_LINK: usize = 16 * 1024;

/// Some of the items of a drive, each in its present state. Of an item that comes twice, the later one counts.
#[derive(Debug, Clone)]
pub struct ChangePage {
    /// The items.
    pub value: Vec<Item>,
    /// Entries that are no items as they should be, by their ids where they have one.
    pub odd: Vec<Option<String>>,
    /// The following page.
    pub next: Option<String>,
    /// Where the next round begins. Only the last page has it.
    pub delta: Option<String>,
}

/// The same as it comes.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct RawPage<T> {
    #[serde(deserialize_with = "bounded")]
    value: Vec<T>,
    #[serde(rename = "@odata.nextLink", default)]
    next: Option<String>,
    #[serde(rename = "@odata.deltaLink", default)]
    delta: Option<String>,
}

impl ChangePage {
    fn read(body: &[u8]) -> Result<Self, Unreadable> {
        let too_much = |error: Unreadable| match error {
            Unreadable::Shape(text) if text.contains(TOO_MANY) => Unreadable::TooMuch,
            error => error,
        };
        let read = object::<RawPage<Told>>(body).map_err(too_much);
        let page = match read {
            Err(Unreadable::Shape(_)) => object::<RawPage<Entry>>(body).map_err(too_much)?,
            Err(error) => return Err(error),
            Ok(page) => {
                return Ok(Self {
                    value: page.value.into_iter().map(Item::from).collect(),
                    odd: Vec::new(),
                    next: page.next,
                    delta: page.delta,
                });
            }
        };
        let (mut value, mut odd) = (Vec::new(), Vec::new());
        for entry in page.value {
            match entry {
                Entry::Sound(item) => value.push(*item),
                Entry::Odd(id) => odd.push(id),
            }
        }
        Ok(Self {
            value,
            odd,
            next: page.next,
            delta: page.delta,
        })
    }
}

/// A list that is not longer than [`MOST_ENTRIES`].
fn bounded<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Entries<T>(std::marker::PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
        type Value = Vec<T>;

        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("a list of entries")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            while let Some(entry) = list.next_element()? {
                if entries.len() == MOST_ENTRIES {
                    return Err(A::Error::custom(TOO_MANY));
                }
                entries.push(entry);
            }
            Ok(entries)
        }
    }
    deserializer.deserialize_seq(Entries(std::marker::PhantomData))
}

/// The first page of all items of a drive.
#[must_use]
pub fn changes(api: &str, drive: &str) -> Request {
    let drive = segment(drive);
    Request::new(
        format!("{api}/v1.0/drives/{drive}/root/delta?$top={CHANGES_PAGE}&$select={ITEM_SELECT}"),
        JSON,
    )
}

/// No items: only where a round begins that tells what changes from now on.
#[must_use]
pub fn changes_from_now(api: &str, drive: &str) -> Request {
    let drive = segment(drive);
    Request::new(
        format!("{api}/v1.0/drives/{drive}/root/delta?token=latest&$top={CHANGES_PAGE}&$select={ITEM_SELECT}"),
        JSON,
    )
}

/// Reads a page of changes, and takes its links only if they stay on the API's origin.
///
/// # Errors
/// When the body is not a page, leads away, or leads nowhere: a round that ends without saying so is not complete.
pub fn change_page(body: &[u8], api_origin: &str) -> Result<ChangePage, Unreadable> {
    let page = ChangePage::read(body)?;
    let link = match (&page.next, &page.delta) {
        (Some(link), None) | (None, Some(link)) => link,
        _ => return Err(Unreadable::Shape("a page of changes needs one link".to_owned())),
    };
    if !same_origin(link, api_origin) {
        return Err(Unreadable::ForeignPage);
    }
    if link.len() > LONGEST_LINK {
        return Err(Unreadable::Shape("a link is too long".to_owned()));
    }
    Ok(page)
}

/// The same page with fewer entries, as far as a link can ask for that. The same link again where it does already.
#[must_use]
pub fn smaller(link: &str) -> String {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let is_size = |option: &str| {
        let name = option.split('=').next().unwrap_or_default();
        name.eq_ignore_ascii_case("$top") || name.eq_ignore_ascii_case("%24top")
    };
    let size = format!("$top={SMALL_PAGE}");
    let others = query.split('&').filter(|option| !option.is_empty() && !is_size(option));
    let options: Vec<&str> = others.chain([size.as_str()]).collect();
    format!("{path}?{}", options.join("&"))
}

/// Whether a round can begin at this link of Microsoft's. Some would be followed for ever and tell nothing: one that still
/// asks for the latest state (microsoft-graph-docs#2317), one of another drive, and one that leaves out the mark of what
/// was deleted.
#[must_use]
pub fn is_beginning(link: &str, drive: &str) -> bool {
    let Some(parts) = address(link) else { return false };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().to_ascii_lowercase();
    let (path, query) = parts.path.split_once('?').unwrap_or((parts.path, ""));
    let (path, query) = (decoded(path), decoded(query));
    let latest = path.contains("token='latest'") || path.contains("token=latest");
    let mut options = query
        .split('&')
        .map(|option| option.split_once('=').unwrap_or((option, "")));
    let tells = options.all(|(name, value)| match name.trim_start_matches('$') {
        "token" => value != "latest" && value != "'latest'",
        "select" => value.split(',').any(|member| member == "deleted"),
        _ => true,
    });
    let (_, named) = path
        .split_once("/drives/")
        .or_else(|| path.split_once("/drives('"))
        .unwrap_or_default();
    let named = named.split(['/', '\'']).next().unwrap_or_default();
    let ours = named.is_empty() || named == drive.to_ascii_lowercase();
    !latest && tells && ours
}

/// Whether Microsoft has lost track of where a round began, so that it must begin anew. There are many words for it,
/// and only links that were stored can get this answer.
#[must_use]
pub fn lost_track(error: &GraphError) -> bool {
    let codes = [
        "resyncRequired",
        "resyncChangesApplyDifferences",
        "resyncChangesUploadDifferences",
        "resyncApplyDifferences",
        "resyncUploadDifferences",
        "syncStateNotFound",
        "syncStateInvalid",
    ];
    matches!(error.status, 400 | 404 | 410) || codes.iter().any(|code| error.says(code))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use serde_json::json;

    use super::*;
    use crate::graph::Head;

    const API: &str = "https://graph.example";

    #[test]
    fn a_page_that_leads_nowhere_is_no_end() {
        assert!(change_page(br#"{"value":[]}"#, API).is_err());
        let both =
            br#"{"value":[],"@odata.nextLink":"https://graph.example/a","@odata.deltaLink":"https://graph.example/b"}"#;
        assert!(change_page(both, API).is_err());
        let end = br#"{"value":[],"@odata.deltaLink":"https://graph.example/b"}"#;
        assert!(change_page(end, API).unwrap().delta.is_some());
        assert!(change_page(end, "https://other.example").is_err());
    }

    #[test]
    fn a_select_that_left_out_the_mark_of_deletion_would_make_the_dead_look_alive() {
        assert!(changes(API, "b!a").url.contains(",deleted"));
        assert!(changes_from_now(API, "b!a").url.contains(",deleted"));
    }

    #[test]
    fn a_link_that_would_be_silent_for_ever_is_no_beginning() {
        let at = |rest: &str| format!("{API}/v1.0/drives/b!a/root/delta{rest}");
        for good in [
            "?token=abc",
            "(token='abc')",
            "?$top=1000&$select=id,deleted&token=abc",
            "?$select=id%2Cdeleted&token=latestish",
            "?token=",
        ] {
            assert!(is_beginning(&at(good), "b!A"), "{good}");
        }
        for silent in [
            "?token=latest",
            "(token='abc')?token=latest",
            "(token='latest')",
            "?%74oken=LATEST&$top=5",
            "?token='latest'",
            "?token=abc&$select=id,name",
        ] {
            assert!(!is_beginning(&at(silent), "b!a"), "{silent}");
        }
        assert!(!is_beginning(&at("?token=abc"), "b!other"));
        assert!(is_beginning(
            &format!("{API}/v1.0/drives('b%21a')/root/delta?token=x"),
            "b!a"
        ));
        assert!(is_beginning(&format!("{API}/v1.0/me/drive/root/delta?token=x"), "b!a"));
        assert!(!is_beginning("nonsense", "b!a"));
    }

    #[test]
    fn a_page_is_asked_for_with_fewer_entries_once() {
        let link = format!("{API}/v1.0/drives/b!a/root/delta?$top=1000&$select=id&token=x%2B");
        let small = smaller(&link);
        assert_eq!(
            small,
            format!("{API}/v1.0/drives/b!a/root/delta?$select=id&token=x%2B&$top=200")
        );
        assert_eq!(smaller(&small), small);
        assert_eq!(
            smaller("https://x/delta(token='a')"),
            "https://x/delta(token='a')?$top=200"
        );
    }

    #[test]
    fn an_odd_entry_is_told_by_its_id_and_too_many_are_too_much() {
        let body = br#"{"value":[{"id":"A","name":"a.pdf","file":{}},null,{"id":"B","name":null},{"id":"C","size":"7"},
            {"name":"x"}],"@odata.deltaLink":"https://graph.example/b"}"#;
        let page = change_page(body, API).unwrap();
        assert_eq!((page.value.len(), page.value[0].id.as_str()), (1, "A"));
        let odd: Vec<Option<&str>> = page.odd.iter().map(Option::as_deref).collect();
        assert_eq!(odd, [None, Some("B"), Some("C"), None]);

        let many = vec![r#"{"id":"A"}"#; MOST_ENTRIES + 1].join(",");
        let body = format!(r#"{{"value":[{many}],"@odata.deltaLink":"https://graph.example/b"}}"#);
        assert_eq!(change_page(body.as_bytes(), API).unwrap_err(), Unreadable::TooMuch);
    }

    #[test]
    fn the_relatives_of_gone_are_known() {
        for (status, code, lost) in [
            (410, "", true),
            (410, "resyncRequired", true),
            (400, "", true),
            (409, "ResyncChangesApplyDifferences", true),
            (403, "accessDenied", false),
            (503, "", false),
        ] {
            let body = json!({ "error": { "code": code } }).to_string();
            let error = GraphError::read(&Head::new(status, vec![]), body.as_bytes());
            assert_eq!(lost_track(&error), lost, "{status} {code}");
        }
    }
}
