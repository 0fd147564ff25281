#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod astray;
mod displaced;
mod histories;
mod stories;

use std::{collections::BTreeMap, time::Duration};

use super::*;
use crate::{
    contract::{ItemRef, LineOutcome, Outcome, Role},
    fake::{Fake, FakeItem, run},
    import::import_files,
};

fn pdf(id: &str, content: &str) -> FakeItem {
    FakeItem::file(id, &format!("{id}.pdf"), format!("%PDF-1.7 {content}"))
}

fn many(count: usize) -> Vec<FakeItem> {
    (0..count).map(|number| pdf(&format!("I{number}"), "first")).collect()
}

/// A fake whose items are all in the library.
fn imported(items: Vec<FakeItem>) -> Fake {
    let references: Vec<ItemRef> = items.iter().map(FakeItem::reference).collect();
    let fake = Fake::new(items);
    for some in references.chunks(5) {
        let outcomes = run(&fake, import_files(&fake, Role::Administrator, some)).unwrap();
        assert!(
            outcomes
                .iter()
                .all(|outcome| matches!(outcome.outcome, Outcome::Imported(_)))
        );
    }
    fake.requests.borrow_mut().clear();
    fake
}

/// Runs to the end, with a new ledger.
fn sync(fake: &Fake) -> Result<BTreeMap<String, LineOutcome>, CallError> {
    sync_with(fake, Options::default())
}

fn sync_with(fake: &Fake, options: Options) -> Result<BTreeMap<String, LineOutcome>, CallError> {
    fake.lines.borrow_mut().clear();
    go_on(fake, options, None)?;
    Ok(lines(fake))
}

fn go_on(fake: &Fake, options: Options, mut cursor: Option<String>) -> Result<(), CallError> {
    for _ in 0..1000 {
        let report = run(fake, step(fake, cursor.as_deref(), options.clone()))?;
        assert!(report.cursor.len() <= 64 * 1024);
        if report.stage == Stage::Done {
            return Ok(());
        }
        if let Some(pause) = report.pause {
            run(fake, fake.wait(Duration::from_secs(pause.into())));
        }
        cursor = Some(report.cursor);
    }
    panic!("a run without an end");
}

/// The ledger, by item.
fn lines(fake: &Fake) -> BTreeMap<String, LineOutcome> {
    let files = fake.files.borrow();
    let item = |id: &String| {
        let (file, _) = files.iter().find(|(file, _)| file.id == *id).unwrap();
        file.link.clone().unwrap().source.item
    };
    let lines = fake.lines.borrow();
    lines.iter().map(|(id, line)| (item(id), line.outcome)).collect()
}

fn content(fake: &Fake, item: &str) -> Vec<u8> {
    let files = fake.files.borrow();
    let of_item = |file: &crate::contract::LibraryFile| file.link.as_ref().unwrap().source.item == item;
    files.iter().find(|(file, _)| of_item(file)).unwrap().1.clone()
}
