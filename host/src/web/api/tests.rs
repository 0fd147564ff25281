//! What programs are told of the API, held against what it is.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use super::*;

fn document() -> Value {
    serde_json::from_str(described()).unwrap()
}

#[test]
fn the_description_has_the_addresses_that_answer_and_no_others() {
    let document = document();
    let mut told = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            told.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let all = routes().all();
    let all: BTreeSet<String> = all
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(told, all);
}

#[test]
fn all_that_it_leads_to_is_there_and_it_says_nothing_for_builders_of_this_program() {
    let text = described();
    let document = document();
    for part in text.split("\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
    }
    assert!(!text.contains("[`"), "a link for builders: {:?}", text.find("[`"));
}

/// `UPDATE_DOCS=1` writes it anew.
#[test]
fn the_description_is_the_one_that_is_kept() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let described = format!("{}\n", described());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &described).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == described,
        "docs/openapi.json is not what the API is: `UPDATE_DOCS=1 cargo test -p clientpoint-host api::tests` writes it anew"
    );
}
