//! Outcomes that are not what happened.

use crate::{
    bindings::{
        clientpoint::content_source::{content_library::LibraryFile, types::ItemRef},
        exports::clientpoint::content_source::content_import::{Failure, Imported, ItemOutcome, Outcome},
    },
    bytes,
};

/// The lie of that name about these items.
pub fn outcomes(lie: &str, items: &[ItemRef]) -> Option<Vec<ItemOutcome>> {
    let failed = |item: &ItemRef| outcome(item, Outcome::Failed(Failure::NotFound));
    let mut all: Vec<ItemOutcome> = items.iter().map(failed).collect();
    match lie {
        "fewer-outcomes" => drop(all.pop()),
        "more-outcomes" => all.push(failed(&items[0])),
        "other-items" => all[0].item.item = "never-asked-for".into(),
        "swapped-items" => all.swap(0, 1),
        "same-item-twice" => all[1] = failed(&items[0]),
        "claims-an-import" => {
            let imported = Imported {
                file: invented(&items[0]),
                warnings: Vec::new(),
            };
            all[0].outcome = Outcome::Imported(imported);
        }
        "claims-it-was-there" => all[0].outcome = Outcome::AlreadyImported(invented(&items[0])),
        _ => return None,
    }
    Some(all)
}

/// Brings a file in and says that it failed.
pub async fn commit_and_deny(items: &[ItemRef]) -> Vec<ItemOutcome> {
    bytes::committed(&items[0]).await.unwrap();
    items
        .iter()
        .map(|item| outcome(item, Outcome::Failed(Failure::NotFound)))
        .collect()
}

/// Brings a file in and says nothing at all.
pub async fn commit_and_trap(items: &[ItemRef]) -> ! {
    bytes::committed(&items[0]).await.unwrap();
    std::process::abort()
}

fn outcome(item: &ItemRef, outcome: Outcome) -> ItemOutcome {
    ItemOutcome {
        item: item.clone(),
        name: "Lie.pdf".into(),
        outcome,
        message: "a lie".into(),
    }
}

fn invented(item: &ItemRef) -> LibraryFile {
    LibraryFile {
        id: "100001".into(),
        name: "Lie.pdf".into(),
        place: "Company Wide".into(),
        revision: 1,
        size: 5,
        sha256: "0".repeat(64),
        link: Some(bytes::link(item, 5)),
    }
}
