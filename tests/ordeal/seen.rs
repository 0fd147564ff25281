//! All that a person could see of a library, by the program's own words.

use std::{collections::BTreeMap, path::Path};

use crate::stage::Call;

/// A file: its name, its place (the bin is one), its bytes. By File ID where it was there from the beginning, else by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    name: String,
    place: String,
    bytes: String,
}

/// All files.
pub type Seen = BTreeMap<String, File>;

/// The last File ID of those that were there from the beginning.
const LAST: u64 = 100_008;

/// Looks at everything, and at whether each file has bytes that once were its own.
pub fn look(call: &Call, data: &Path, when: &str) -> Seen {
    let list = call.well(data, &["library", "list"]);
    let mut seen = Seen::new();
    for file in list["files"].as_array().unwrap() {
        let text = |key: &str| file[key].as_str().unwrap().to_string();
        let (id, name) = (text("id"), text("name"));
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        call.well(data, &["library", "read", &id, "-o", out.to_str().unwrap()]);
        let bytes = String::from_utf8(std::fs::read(out).unwrap()).unwrap();
        let letter = &name[..1];
        let whole = ["first", "second", "by hand", "by hand, again"].map(|text| format!("%PDF-1.7 {letter}: {text}"));
        // A file that was tied to an item by a sheet has the item's bytes after a sync.
        let tied = id.parse::<u64>().unwrap() > 100_005 && bytes.ends_with(": first");
        assert!(whole.contains(&bytes) || tied, "{when}: `{name}` ({id}) has {bytes:?}");
        let key = if id.parse::<u64>().unwrap() <= LAST {
            id
        } else {
            format!("new {name}")
        };
        let place = text("place");
        seen.insert(key, File { name, place, bytes });
    }
    for file in call.well(data, &["library", "bin"])["bin"].as_array().unwrap() {
        let text = |key: &str| file[key].as_str().unwrap().to_string();
        let binned = File {
            name: text("name"),
            place: format!("the bin, from {}", text("place")),
            bytes: String::new(),
        };
        assert!(seen.insert(text("id"), binned).is_none(), "{when}: {file} is in both");
    }
    for id in 100_001..=LAST {
        assert!(seen.contains_key(&id.to_string()), "{when}: file {id} is gone");
    }
    seen
}
