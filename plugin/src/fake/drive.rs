//! Microsoft Graph and the host that has the bytes, as far as the tests need them.

use serde_json::{Value, json};

use super::{Answer, Fake};
use crate::{contract::ItemRef, graph::Request, quick_xor::QuickXor};

pub(crate) const API: &str = "https://graph.example";
pub(crate) const CONTENT: &str = "https://content.example";
pub(crate) const DRIVE: &str = "b!drive";

/// An item of the drive.
#[derive(Debug, Clone)]
pub(crate) struct FakeItem {
    pub(crate) id: String,
    pub(crate) json: Value,
    pub(crate) bytes: Vec<u8>,
}

impl FakeItem {
    /// A sound file at the root.
    pub(crate) fn file(id: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let mut item = Self {
            id: id.to_owned(),
            json: json!({
                "id": id, "name": name, "file": {}, "eTag": "\"e,1\"", "webUrl": format!("https://contoso.example/{id}"),
                "parentReference": { "driveId": DRIVE, "id": "ROOT", "path": format!("/drives/{DRIVE}/root:") },
            }),
            bytes: vec![],
        };
        item.set_bytes(bytes);
        item
    }

    /// New content, with new marks.
    pub(crate) fn set_bytes(&mut self, bytes: impl Into<Vec<u8>>) {
        self.bytes = bytes.into();
        let mut hash = QuickXor::new();
        hash.update(&self.bytes);
        self.json["size"] = json!(self.bytes.len());
        self.json["file"]["hashes"] = json!({ "quickXorHash": hash.finish() });
        self.json["cTag"] = json!(format!("\"c:{},{}\"", hash.finish(), self.bytes.len()));
    }

    /// The same item with a member of its metadata replaced.
    pub(crate) fn with(mut self, pointer: &str, value: Value) -> Self {
        match self.json.pointer_mut(pointer) {
            Some(member) => *member = value,
            None => self.json[pointer.trim_start_matches('/')] = value,
        }
        self
    }

    pub(crate) fn reference(&self) -> ItemRef {
        reference(&self.id)
    }
}

pub(crate) fn reference(item: &str) -> ItemRef {
    ItemRef {
        drive: DRIVE.to_owned(),
        item: item.to_owned(),
    }
}

impl Fake {
    pub(super) fn drive_answers(&self, request: &Request) -> Answer {
        let url = request.url.split('?').next().unwrap();
        let items = self.items.borrow();
        if url == format!("{API}/v1.0/drives/{}/root/children", DRIVE) {
            let all: Vec<_> = items.values().map(|item| &item.json).collect();
            return Answer::new(200, json!({ "value": all }).to_string());
        }
        if let Some(id) = url.strip_prefix(&format!("{CONTENT}/")) {
            return items.get(id).map_or_else(not_found, |item| bytes(item, request));
        }
        let place = url.strip_prefix(&format!("{API}/v1.0"));
        if let Some(found) = place.and_then(|place| self.place_answer(place)) {
            return found.map_or_else(not_found, |item| Answer::new(200, item.to_string()));
        }
        let path = url
            .strip_prefix(&format!("{API}/v1.0/drives/{DRIVE}/items/"))
            .unwrap_or_default();
        let (id, what) = path.split_once('/').unwrap_or((path, ""));
        match (items.get(id), what) {
            (Some(item), "") => Answer::new(200, item.json.to_string()),
            (Some(_), "content") => {
                let ticket = self.tickets.replace(self.tickets.get() + 1);
                Answer::new(302, "").with("Location", format!("{CONTENT}/{id}?ticket={ticket}"))
            }
            _ => not_found(),
        }
    }
}

fn not_found() -> Answer {
    Answer::new(
        404,
        r#"{"error":{"code":"itemNotFound","message":"The resource could not be found."}}"#,
    )
}

fn bytes(item: &FakeItem, request: &Request) -> Answer {
    let range = request
        .headers
        .iter()
        .find(|(name, _)| *name == "range")
        .map(|(_, value)| value.as_str());
    let whole = item.bytes.len();
    let Some(range) = range else {
        return Answer::new(200, item.bytes.clone()).with("Content-Length", whole.to_string());
    };
    let from: usize = range
        .strip_prefix("bytes=")
        .unwrap()
        .strip_suffix('-')
        .unwrap()
        .parse()
        .unwrap();
    if from >= whole {
        return Answer::new(416, "");
    }
    Answer::new(206, &item.bytes[from..])
        .with("Content-Length", (whole - from).to_string())
        .with("Content-Range", format!("bytes {from}-{}/{whole}", whole - 1))
}
