#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod content;
mod pace;

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::{
    contract::{FailureKind, ItemOutcome, LibraryError, Outcome, Refusal, Role},
    fake::{API, Answer, CONTENT, Fake, FakeItem, Flavour, Piece, run},
    graph::Request,
    import::import_files,
};

const TEXT: &str = "%PDF-1.7 the quick brown fox jumps over the lazy dog";

fn pdf() -> FakeItem {
    FakeItem::file("A", "A.pdf", TEXT)
}

fn import(fake: &Fake, items: &[FakeItem]) -> Vec<ItemOutcome> {
    let items: Vec<_> = items.iter().map(FakeItem::reference).collect();
    run(fake, import_files(fake, Role::Administrator, &items)).unwrap()
}

/// Imports the one item of this drive.
fn import_one(fake: &Fake) -> Outcome {
    let item = fake.items.borrow().values().next().unwrap().clone();
    import(fake, &[item]).remove(0).outcome
}

fn imported(fake: &Fake) -> Vec<String> {
    match import_one(fake) {
        Outcome::Imported(Imported { warnings, .. }) => warnings,
        other => unreachable!("{other:?}"),
    }
}

fn kept(fake: &Fake) -> Vec<Vec<u8>> {
    fake.files.borrow().iter().map(|(_, bytes)| bytes.clone()).collect()
}

/// A script that answers the first so many requests for the bytes, and leaves the rest to the drive.
fn first_bodies(count: usize, mut answer: impl FnMut(&Request) -> Answer) -> impl FnMut(&Request) -> Option<Answer> {
    let mut left = count;
    move |request| {
        if left == 0 || !request.url.starts_with(CONTENT) {
            return None;
        }
        left -= 1;
        Some(answer(request))
    }
}

/// The first bytes, and then this.
fn half(then: Piece) -> Answer {
    let mut answer = Answer::new(200, &TEXT.as_bytes()[..20]).with("Content-Length", TEXT.len().to_string());
    answer.body.push(then);
    answer
}

fn without_hash(item: FakeItem) -> FakeItem {
    item.with("/file/hashes", json!({}))
}

#[test]
fn a_transfer_asks_for_metadata_then_content_then_the_bytes() {
    let fake = Fake::new([pdf()]);
    imported(&fake);
    let item = format!("{API}/v1.0/drives/b!drive/items/A");
    assert_eq!(
        fake.paths(),
        [item.clone(), format!("{item}/content"), format!("{CONTENT}/A")]
    );
}

#[test]
fn a_broken_transfer_goes_on_where_it_was_with_a_fresh_url() {
    for (then, least_seconds) in [(Piece::Break, 0), (Piece::Stall, 30)] {
        let fake = Fake::new([pdf()]).answering(first_bodies(1, move |_| half(then.clone())));
        imported(&fake);
        assert_eq!(kept(&fake), [TEXT.as_bytes()]);
        assert_eq!(fake.ranges(), ["bytes=20-"]);
        let paths = fake.paths();
        assert_eq!(paths.len(), 6, "metadata, content and bytes, twice: {paths:?}");
        assert!(fake.elapsed() >= Duration::from_secs(least_seconds));
    }
}

#[test]
fn a_body_that_ends_early_without_a_fault_is_gone_on_with() {
    let short = || Answer::new(200, &TEXT.as_bytes()[..20]).with("Content-Length", TEXT.len().to_string());
    let fake = Fake::new([pdf()]).answering(first_bodies(1, move |_| short()));
    imported(&fake);
    assert_eq!(
        (kept(&fake), fake.ranges()),
        (vec![TEXT.as_bytes().to_vec()], vec!["bytes=20-".to_owned()])
    );
}

#[test]
fn a_connection_closed_rudely_after_the_last_byte_is_good() {
    let fake = Fake::new([pdf()]).answering(first_bodies(1, |_| {
        let mut answer = Answer::new(200, TEXT).with("Content-Length", TEXT.len().to_string());
        answer.body.push(Piece::Break);
        answer
    }));
    imported(&fake);
    assert_eq!(fake.paths().len(), 3);
}

#[test]
fn an_endless_breaking_off_ends_with_the_attempts() {
    let fake = Fake::new([pdf()]).answering(first_bodies(usize::MAX, |_| half(Piece::Break)));
    let outcome = import_one(&fake);
    assert_eq!(outcome, Outcome::Failed(FailureKind::Truncated));
    assert_eq!(kept(&fake), Vec::<Vec<u8>>::new());
}

#[test]
fn an_answer_to_a_range_that_does_not_fit_starts_over() {
    let fitting = |request: &Request| request.headers.iter().any(|(name, _)| *name == "range");
    for odd in [
        Answer::new(200, TEXT).with("Content-Length", TEXT.len().to_string()),
        Answer::new(416, ""),
        Answer::new(206, "x").with("Content-Range", "bytes 7-7/52"),
        Answer::new(206, "x").with("Content-Range", "bytes 20-20/99"),
        Answer::new(206, "x"),
    ] {
        let status = odd.status;
        let fake = Fake::new([pdf()]).answering(first_bodies(2, move |request| {
            if fitting(request) {
                odd.clone()
            } else {
                half(Piece::Break)
            }
        }));
        imported(&fake);
        assert_eq!(kept(&fake), [TEXT.as_bytes()], "{status}");
        assert_eq!(fake.ranges().len(), 1);
    }
}

#[test]
fn an_item_that_changed_in_between_starts_over_with_its_new_bytes() {
    let fake = Fake::new([pdf()]);
    let mut metadata = 0;
    let mut broke = first_bodies(1, |_| half(Piece::Break));
    let mut new = pdf();
    new.set_bytes("%PDF-1.7 something else altogether, and longer than it was before");
    let bytes = new.bytes.clone();
    let fake = fake.answering(move |request| {
        metadata += usize::from(request.url.contains("/items/A?"));
        let changed = metadata > 1;
        if changed && request.url.contains("/items/A?") {
            return Some(Answer::new(200, new.json.to_string()));
        }
        if changed && request.url.starts_with(CONTENT) {
            return Some(Answer::new(200, new.bytes.clone()).with("Content-Length", new.bytes.len().to_string()));
        }
        broke(request)
    });
    imported(&fake);
    assert_eq!((kept(&fake), fake.ranges()), (vec![bytes], vec![]));
}

#[test]
fn an_item_that_never_rests_ends_as_changing() {
    let mut version = 0;
    let fake = Fake::new([pdf()]).answering(move |request| {
        version += 1;
        let item = pdf()
            .with("/cTag", json!(version.to_string()))
            .with("/file/hashes/quickXorHash", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        request
            .url
            .contains("/items/A?")
            .then(|| Answer::new(200, item.json.to_string()))
    });
    assert_eq!(import_one(&fake), Outcome::Failed(FailureKind::Changing));
    assert!(kept(&fake).is_empty());
}

#[test]
fn a_url_that_ran_out_is_renewed_once() {
    for (status, failure) in [
        (401, Failure::AccessDenied),
        (403, Failure::AccessDenied),
        (404, Failure::NotFound),
    ] {
        let once = Fake::new([pdf()]).answering(first_bodies(1, move |_| Answer::new(status, "<html>")));
        imported(&once);
        assert_eq!(once.elapsed(), Duration::ZERO, "a new URL needs no wait");
        let twice = Fake::new([pdf()]).answering(first_bodies(2, move |_| Answer::new(status, "<html>")));
        assert_eq!(import_one(&twice), Outcome::Failed(failure.into()));
    }
}

#[test]
fn redirects_are_followed_five_times_and_not_for_ever() {
    let hop = |request: &Request| {
        let onwards = Answer::new(302, "").with("Location", format!("{CONTENT}/hop"));
        request
            .url
            .contains("/content")
            .then(|| onwards.clone())
            .or_else(|| request.url.contains("/hop").then_some(onwards))
    };
    let fake = Fake::new([pdf()]).answering(hop);
    assert_eq!(import_one(&fake), Outcome::Failed(FailureKind::NotTheFile));
    assert_eq!(fake.paths().len(), 1 + 6);
}

#[test]
fn the_librarys_refusals_become_outcomes() {
    for (error, expected) in [
        (LibraryError::NoSpace, Outcome::Failed(FailureKind::NoSpace)),
        (LibraryError::SizeMismatch, Outcome::Failed(FailureKind::Library)),
        (
            LibraryError::TooLarge(7),
            Outcome::Refused(Refusal::TooLarge((TEXT.len() as u64, 7))),
        ),
    ] {
        let fake = Fake::new([pdf()]);
        fake.refusals.borrow_mut().push_back(error);
        assert_eq!(import_one(&fake), expected);
    }
}

/// Fails each outside call in turn: whatever fails, every item has one outcome, and the library holds the right bytes or
/// nothing. A fault of the network passes unnoticed, since everything is tried again.
#[test]
fn whichever_call_fails_the_right_bytes_come_in_or_none() {
    let items = [
        FakeItem::file("A", "A.pdf", [b"%PDF-".to_vec(), vec![7; 600_000]].concat()),
        without_hash(FakeItem::file("B", "B.docx", "PK\x03\x04 b")),
    ];
    for flavour in [Flavour::Break, Flavour::Stall, Flavour::Busy] {
        for number in 0.. {
            let fake = Fake::new(items.clone());
            fake.fault.set(Some((number, flavour)));
            let references: Vec<_> = items.iter().map(FakeItem::reference).collect();
            let outcomes = run(&fake, import_files(&fake, Role::Administrator, &references));
            if fake.calls.get() <= number {
                assert_eq!(fake.files.borrow().len(), 2);
                break;
            }
            let Ok(outcomes) = outcomes else {
                assert!(
                    fake.files.borrow().is_empty(),
                    "a call that fails as a whole leaves nothing"
                );
                continue;
            };
            assert_eq!(outcomes.len(), items.len());
            for (item, outcome) in items.iter().zip(&outcomes) {
                let files = fake.files.borrow();
                let kept = files
                    .iter()
                    .find(|(file, _)| file.link.as_ref().unwrap().source == item.reference());
                match &outcome.outcome {
                    Outcome::Imported(_) => {
                        assert_eq!(kept.unwrap().1, item.bytes, "{flavour:?} {number}")
                    }
                    Outcome::Failed(FailureKind::Library) => {
                        assert!(kept.is_none(), "{flavour:?} {number}")
                    }
                    other => unreachable!("{flavour:?} at call {number}: {other:?}"),
                }
            }
        }
    }
}
