//! Items by their paths, and library files that came by hand.

use serde_json::{Value, json};

use super::{API, Answer, DRIVE, Fake, FakeItem};
use crate::{
    contract::{Binding, Bound, ItemRef, LibraryFile, Link, Verification},
    graph::Request,
};

/// Where the drive is on the web.
pub(crate) const WEB: &str = "https://contoso.example/sites/Team/Shared%20Documents";

/// An item at a path, with all the folders that it lies in.
pub(crate) fn at(path: &str, json: Value) -> Vec<FakeItem> {
    let names: Vec<&str> = path.split('/').collect();
    let mut items = Vec::new();
    let mut parent = ("ROOT".to_owned(), String::new());
    items.push(item(&parent.0, "root", &parent, json!({ "root": {}, "folder": {} })));
    for (depth, name) in names.iter().enumerate() {
        let whole = names[..=depth].join("/");
        let facets = if depth + 1 == names.len() {
            json.clone()
        } else {
            json!({ "folder": {} })
        };
        let id = format!("ID-{}", whole.to_lowercase());
        items.push(item(&id, name, &parent, facets));
        parent = (id, format!("/{whole}"));
    }
    items
}

/// A file of a few bytes.
pub(crate) fn file_at(path: &str) -> Vec<FakeItem> {
    at(path, json!({ "file": {}, "size": 10 }))
}

fn item(id: &str, name: &str, (parent, folders): &(String, String), facets: Value) -> FakeItem {
    let mut json = json!({
        "id": id, "name": name, "webUrl": format!("{WEB}{folders}/{name}"),
        "parentReference": { "driveId": DRIVE, "id": parent, "path": format!("/drives/{DRIVE}/root:{folders}") },
    });
    let (Some(all), Value::Object(more)) = (json.as_object_mut(), facets) else {
        unreachable!("objects");
    };
    all.extend(more);
    FakeItem {
        id: id.to_owned(),
        json,
        bytes: vec![],
    }
}

impl Fake {
    /// A drive with these items, which may have folders in common.
    pub(crate) fn with_places(items: impl IntoIterator<Item = Vec<FakeItem>>) -> Self {
        Self::new(items.into_iter().flatten())
    }

    /// A library file that somebody has added by hand.
    pub(crate) fn add(&self, id: &str, name: &str) {
        let file = LibraryFile {
            id: id.to_owned(),
            name: name.to_owned(),
            place: "Company Wide".to_owned(),
            revision: 1,
            size: 3,
            sha256: String::new(),
            link: None,
        };
        self.files.borrow_mut().push((file, b"old".to_vec()));
    }

    pub(super) fn bound(&self, drive: &str, binding: Binding) -> Bound {
        let mut files = self.files.borrow_mut();
        let Some((file, _)) = files.iter_mut().find(|(file, _)| file.id == binding.file) else {
            return Bound::Missing;
        };
        let source = ItemRef {
            drive: drive.to_owned(),
            item: binding.item,
        };
        if file.link.as_ref().is_some_and(|link| link.source == source) {
            return Bound::Unchanged;
        }
        if let Some(place) = binding.place {
            self.bound_places.borrow_mut().insert(binding.file, place);
        }
        file.link = Some(Link {
            source,
            version: None,
            hash: String::new(),
            size: 0,
            verification: Verification::NoHash,
            name: binding.name,
            web_url: binding.web_url,
        });
        Bound::Bound
    }

    /// The drive itself.
    pub(super) fn drive_answer(&self, request: &Request) -> Option<Answer> {
        let url = request.url.split('?').next()?;
        let drive = json!({ "id": DRIVE, "name": "Documents", "driveType": "documentLibrary", "webUrl": WEB });
        (url == format!("{API}/v1.0/drives/{DRIVE}")).then(|| Answer::new(200, drive.to_string()))
    }

    /// An item by its path, the entries of a folder, or an item by its address. None for other questions.
    pub(super) fn place_answer(&self, url: &str) -> Option<Option<Value>> {
        let url = url.split('?').next()?;
        if let Some(token) = url.strip_prefix("/shares/u!") {
            let token = token.strip_suffix("/driveItem")?;
            let items = self.items.borrow();
            let shared = |item: &&FakeItem| item.json["shared"] == json!(token);
            return Some(items.values().find(shared).map(|item| item.json.clone()));
        }
        let path = url.strip_prefix(&format!("/drives/{DRIVE}/root"))?;
        let folder = path.strip_suffix("/children");
        let path = folder.unwrap_or(path).trim_matches(':').trim_start_matches('/');
        let path = percent_encoding::percent_decode_str(path)
            .decode_utf8()
            .ok()?
            .to_lowercase();
        let items = self.items.borrow();
        let id = if path.is_empty() {
            "ROOT".to_owned()
        } else {
            format!("ID-{path}")
        };
        let item = items.get(&id).map(|item| item.json.clone());
        if folder.is_none() {
            return Some(item);
        }
        let inside = |item: &&FakeItem| item.json["parentReference"]["id"] == json!(id) && item.id != "ROOT";
        let entries: Vec<_> = items.values().filter(inside).map(|item| item.json.clone()).collect();
        Some(item.map(|_| json!({ "value": entries })))
    }
}
