//! Outcomes that are not what happened.

use crate::{
    bindings::{
        clientpoint::content_source::{
            connection,
            content_library::{self, LibraryFile},
            types::ItemRef,
        },
        exports::clientpoint::content_source::{
            association,
            content_import::{Candidate, Error, Failure, Imported, ItemOutcome, Outcome, Resolution, Resolved},
        },
    },
    bytes,
};

/// What texts are said to lead to: too few answers, or items that nobody could have meant.
pub fn resolved(lie: &str, texts: &[String]) -> Result<Vec<Resolved>, Error> {
    let item = ItemRef {
        drive: "b!somebody-else".into(),
        item: "01".into(),
    };
    let elsewhere = |text: &String| Resolved {
        resolution: Resolution::Item(Candidate {
            item: item.clone(),
            path: text.clone(),
        }),
        shown: text.clone(),
        message: String::new(),
    };
    match lie {
        "resolves-too-few" => Ok(texts.iter().skip(1).map(elsewhere).collect()),
        "resolves-elsewhere" => Ok(texts.iter().map(elsewhere).collect()),
        other => Err(Error::Other(format!("resolve: no such behaviour: {other}"))),
    }
}

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

/// Lets the first file of the library follow an item of the connection's drive.
pub async fn bind() -> String {
    bind_to(connection::current().drive.unwrap_or_default()).await
}

async fn bind_to(drive: String) -> String {
    let binding = content_library::Binding {
        file: "100001".into(),
        item: "01HOSTILE".into(),
        name: "a.pdf".into(),
        web_url: None,
        place: None,
    };
    match content_library::bind(drive, vec![binding]).await {
        Ok(bound) => format!("answered: {bound:?}"),
        Err(error) => format!("answered: {error:?}"),
    }
}

/// Whether there is a first file of the library.
pub async fn look_up() -> String {
    match content_library::stat(vec!["100001".into()]).await {
        Ok(found) => format!("found {}", found.iter().flatten().count()),
        Err(error) => format!("{error:?}"),
    }
}

/// Says of an upload something else than it did.
pub async fn association(lie: &str) -> Result<association::Report, association::Error> {
    let row = association::Row {
        number: 2,
        file: "100001".into(),
        path: "a.pdf".into(),
        outcome: association::Outcome::Linked,
        message: "linked".into(),
        warnings: Vec::new(),
        resolved: None,
        hidden: false,
    };
    let rows = match lie {
        "claims-links" => vec![row],
        "binds-and-denies" => {
            bind().await;
            Vec::new()
        }
        "binds-elsewhere" => {
            let answer = bind_to("b!drive".into()).await;
            return Err(association::Error::Call(crate::said(answer)));
        }
        "binds-and-traps" => {
            bind().await;
            std::process::abort()
        }
        _ => Vec::new(),
    };
    Ok(association::Report {
        sheet: String::new(),
        header: 1,
        rows,
    })
}
