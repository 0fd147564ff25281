//! What is left of an answer in which something is odd: null where there must be a name, a size in words. One odd entry
//! costs its own certainty, and not the page.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    http::same_origin,
    is_id,
    read::{Page, Told, Unreadable, object},
};
use crate::item::Item;

/// Members of an item without which nobody can say what it is.
const ESSENTIAL: [&str; 10] = [
    "id",
    "name",
    "parentReference",
    "file",
    "folder",
    "root",
    "package",
    "remoteItem",
    "malware",
    "deleted",
];

/// Reads a page, and takes its link to the next one only if that stays on the API's origin. Of an odd entry, what can be
/// read of it is there; one that is nothing at all is left out.
///
/// # Errors
/// When the body is not a page, or leads away.
pub fn page<T: DeserializeOwned>(body: &[u8], api_origin: &str) -> Result<Page<T>, Unreadable> {
    let page = object(body).or_else(|_| {
        let page: Page<Salvaged<T>> = object(body)?;
        Ok(Page {
            value: page.value.into_iter().filter_map(|entry| entry.0).collect(),
            next: page.next,
        })
    })?;
    match &page.next {
        Some(next) if !same_origin(next, api_origin) => Err(Unreadable::ForeignPage),
        _ => Ok(page),
    }
}

/// Reads a page of items, in the same way.
///
/// # Errors
/// As [`page`].
pub fn items(body: &[u8], api_origin: &str) -> Result<Page<Item>, Unreadable> {
    Ok(page::<Told>(body, api_origin)?.map(Item::from))
}

/// Reads an item that was asked for by itself. What is odd about it and says nothing of what it is counts as unknown.
///
/// # Errors
/// When it can't be told what it is.
pub fn item(body: &[u8]) -> Result<Item, Unreadable> {
    let Told(read) = object::<Told>(body).or_else(|error| {
        let Value::Object(members) = object::<Value>(body)? else {
            return Err(error);
        };
        let is_odd = |name: &str| members.get(name).is_some_and(|value| !is_sound::<Told>(name, value));
        match ESSENTIAL.into_iter().find(|name| is_odd(name)) {
            Some(name) => Err(Unreadable::Shape(format!("the item's {name} is odd"))),
            None => salvaged(members).ok_or(error),
        }
    })?;
    match !is_id(&read.id) || read.name.is_empty() {
        true => Err(Unreadable::Shape(
            "the item has no id or no name that one can have".to_owned(),
        )),
        false => Ok(read),
    }
}

/// An entry, or as much of it as can be read.
struct Salvaged<T>(Option<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Salvaged<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::Object(members) => salvaged(members),
            _ => None,
        }))
    }
}

/// What can be read of an object all of whose members may be missing.
fn salvaged<T: DeserializeOwned>(members: Map<String, Value>) -> Option<T> {
    let sound = members.into_iter().filter(|(name, value)| is_sound::<T>(name, value));
    serde_json::from_value(Value::Object(sound.collect())).ok()
}

fn is_sound<T: DeserializeOwned>(name: &str, value: &Value) -> bool {
    let alone = Map::from_iter([(name.to_owned(), value.clone())]);
    serde_json::from_value::<T>(Value::Object(alone)).is_ok()
}

/// An entry of a page of changes.
pub(super) enum Entry {
    /// As it should be.
    Sound(Box<Item>),
    /// Something is odd about it. Its id, if it has one.
    Odd(Option<String>),
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
        let item = serde_json::from_value::<Told>(value).ok().filter(|_| id.is_some());
        Ok(item.map_or(Self::Odd(id), |item| Self::Sound(Box::new(item.into()))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::graph::Site;

    const API: &str = "https://graph.example";

    #[test]
    fn one_odd_entry_costs_a_page_no_more_than_what_is_odd_about_it() {
        let body =
            br#"{"value":[null,{"id":"1","displayName":7,"webUrl":"https://x/a"},"x",{"id":"2","displayName":"B"}]}"#;
        let sites = page::<Site>(body, API).unwrap().value;
        let titles: Vec<&str> = sites.iter().map(Site::title).collect();
        assert_eq!(titles, ["https://x/a", "B"]);
        assert!(page::<Site>(br#"{"value":7}"#, API).is_err());
    }

    #[test]
    fn what_no_library_takes_costs_an_item_no_more_than_that() {
        let body = serde_json::json!({
            "id": "1", "name": "a\0b.pdf", "eTag": "\0", "cTag": "x".repeat(5_000), "file": {},
            "webUrl": "https://x/\0", "parentReference": { "id": "\0" }
        });
        let read = item(body.to_string().as_bytes()).unwrap();
        assert_eq!(read.name, "a\u{fffd}b.pdf");
        assert_eq!(
            (read.version(), read.web_url.as_deref(), read.parent()),
            (None, None, None)
        );
        let long = format!("{}.pdf", "ä".repeat(3_000));
        let body = serde_json::json!({ "id": "1", "name": long, "file": {} });
        let name = item(body.to_string().as_bytes()).unwrap().name;
        assert_eq!(name, format!("{}.pdf", "ä".repeat(998)));
    }

    #[test]
    fn an_item_is_read_if_what_is_odd_does_not_say_what_it_is() {
        let odd = item(br#"{"id":"1","name":"a.pdf","size":"12","lastModifiedDateTime":5,"file":{}}"#).unwrap();
        assert_eq!((odd.size(), odd.name.as_str()), (None, "a.pdf"));
        for bad in [
            r#"{"id":"1","name":null,"file":{}}"#,
            r#"{"id":"1","file":{}}"#,
            r#"{"id":"1","name":"a.pdf","file":7}"#,
            r#"{"id":"1\u0000","name":"a.pdf","file":{}}"#,
            "null",
            "[]",
        ] {
            assert!(item(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
