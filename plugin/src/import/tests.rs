#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::*;
use crate::{
    contract::{FailureKind, LibraryError, Verification},
    fake::{API, Answer, DRIVE, Fake, FakeItem, run},
};

fn import(fake: &Fake, items: &[ItemRef]) -> Result<Vec<ItemOutcome>, CallError> {
    run(fake, import_files(fake, Role::Administrator, items))
}

fn pdf(id: &str, content: &str) -> FakeItem {
    FakeItem::file(id, &format!("{id}.pdf"), format!("%PDF-1.7 {content}"))
}

fn references(items: &[FakeItem]) -> Vec<ItemRef> {
    items.iter().map(FakeItem::reference).collect()
}

fn file_id(outcome: &ItemOutcome) -> &str {
    match &outcome.outcome {
        Outcome::Imported(Imported { file, .. }) | Outcome::AlreadyImported(file) => &file.id,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn r02_a_member_is_turned_away_before_any_other_call() {
    let fake = Fake::new([pdf("A", "a")]);
    let answer = run(&fake, import_files(&fake, Role::Member, &references(&[pdf("A", "a")])));
    assert_eq!(answer, Err(CallError::Forbidden));
    assert_eq!(fake.calls.get(), 0);
}

#[test]
fn without_a_drive_nothing_is_asked_for() {
    let mut fake = Fake::new([pdf("A", "a")]);
    fake.connection.drive = None;
    assert_eq!(import(&fake, &references(&[pdf("A", "a")])), Err(CallError::NoDrive));
    assert!(fake.requests.borrow().is_empty());
}

#[test]
fn r01_a_file_comes_in_whole_verified_and_linked() {
    let item = pdf("A", "hello");
    let fake = Fake::new([item.clone()]);
    let outcomes = import(&fake, &[item.reference()]).unwrap();

    let Outcome::Imported(Imported { file, warnings }) = &outcomes[0].outcome else {
        unreachable!("{outcomes:?}");
    };
    assert_eq!(warnings, &Vec::<String>::new());
    assert_eq!(
        outcomes[0].message,
        "\"A.pdf\" is in Company Wide now, with the File ID F1"
    );
    assert_eq!(fake.files.borrow()[0].1, item.bytes);
    let link = file.link.clone().unwrap();
    assert_eq!(link.source, item.reference());
    assert_eq!(link.version.as_deref(), item.json["cTag"].as_str());
    assert_eq!(
        Some(link.hash.as_str()),
        item.json["file"]["hashes"]["quickXorHash"].as_str()
    );
    assert_eq!(
        (link.size, link.verification),
        (item.bytes.len() as u64, Verification::Verified)
    );
    let size = item.bytes.len() as u64;
    assert_eq!(fake.last_progress.borrow()["A"], (size, Some(size)));
}

#[test]
fn r23_none_one_and_five_files_pass_and_six_are_refused_before_any_request() {
    let items: Vec<_> = ["A", "B", "C", "D", "E", "F"].map(|id| pdf(id, id)).to_vec();
    for count in [0, 1, 5] {
        let fake = Fake::new(items.clone());
        let outcomes = import(&fake, &references(&items[..count])).unwrap();
        assert_eq!((outcomes.len(), fake.files.borrow().len()), (count, count));
    }
    let fake = Fake::new(items.clone());
    assert_eq!(import(&fake, &references(&items)), Err(CallError::TooMany(5)));
    assert!(fake.requests.borrow().is_empty() && fake.files.borrow().is_empty());
}

#[test]
fn r23_an_item_named_twice_counts_and_is_fetched_once() {
    let items: Vec<_> = ["A", "B", "C", "D", "E"].map(|id| pdf(id, id)).to_vec();
    let fake = Fake::new(items.clone());
    let mut asked = references(&items);
    asked.insert(0, items[4].reference());
    let outcomes = import(&fake, &asked).unwrap();
    assert_eq!(outcomes.len(), 6);
    assert_eq!(outcomes[0], outcomes[5]);
    assert_eq!(fake.files.borrow().len(), 5);
}

#[test]
fn outcomes_are_in_the_order_asked() {
    let items: Vec<_> = ["C", "A", "B"].map(|id| pdf(id, id)).to_vec();
    let fake = Fake::new(items.clone());
    let outcomes = import(&fake, &references(&items)).unwrap();
    let names: Vec<_> = outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
    assert_eq!(names, ["C.pdf", "A.pdf", "B.pdf"]);
}

#[test]
fn r18_an_item_of_another_drive_is_refused_without_a_request() {
    let fake = Fake::new([]);
    let other = ItemRef {
        drive: "b!other".into(),
        item: "A".into(),
    };
    let outcomes = import(&fake, &[other]).unwrap();
    assert_eq!(outcomes[0].outcome, Outcome::Refused(Refusal::OtherDrive));
    assert!(fake.requests.borrow().is_empty());
}

#[test]
fn r35_an_item_that_is_in_the_library_is_not_asked_for_again() {
    let item = pdf("A", "a");
    let fake = Fake::new([item.clone()]);
    let first = import(&fake, &[item.reference()]).unwrap();
    let requests = fake.requests.borrow().len();
    let second = import(&fake, &[item.reference()]).unwrap();
    assert!(matches!(second[0].outcome, Outcome::AlreadyImported(_)));
    assert_eq!(file_id(&first[0]), file_id(&second[0]));
    assert_eq!(fake.requests.borrow().len(), requests);
}

#[test]
fn r35_somebody_who_was_faster_is_no_failure() {
    let item = pdf("A", "a");
    let fake = Fake::new([item.clone()]);
    fake.refusals
        .borrow_mut()
        .push_back(LibraryError::AlreadyLinked("F1".into()));
    let outcomes = import(&fake, &[item.reference()]).unwrap();
    assert!(
        matches!(outcomes[0].outcome, Outcome::AlreadyImported(_)),
        "{outcomes:?}"
    );
    assert_eq!(file_id(&outcomes[0]), "F1");
    assert_eq!(fake.files.borrow().len(), 1);
}

#[test]
fn r24a_one_file_too_large_does_not_keep_the_others_out() {
    let large = pdf("B", "b").with("/size", json!(524_288_001));
    let items = [pdf("A", "a"), large, pdf("C", "c")];
    let fake = Fake::new(items.clone());
    let outcomes = import(&fake, &references(&items)).unwrap();
    let refused = Outcome::Refused(Refusal::TooLarge((524_288_001, 524_288_000)));
    assert_eq!(outcomes[1].outcome, refused);
    assert!(outcomes[1].message.contains("upload it by hand"));
    assert_eq!(fake.files.borrow().len(), 2);
    assert!(!fake.paths().iter().any(|path| path.contains("/B/content")));
}

#[test]
fn r24_a_file_that_is_larger_than_its_size_says_is_stopped_at_the_limit() {
    for length_told in [true, false] {
        let item = pdf("A", "much more than ten bytes").with("/size", json!(5));
        let body = item.bytes.clone();
        let mut fake = Fake::new([item.clone()]).answering(move |request| {
            let answer = Answer::new(200, body.clone());
            let told = if length_told {
                answer.clone().with("Content-Length", body.len().to_string())
            } else {
                answer
            };
            request.url.starts_with(crate::fake::CONTENT).then_some(told)
        });
        fake.connection.policy.max_file_bytes = 10;
        let outcomes = import(&fake, &[item.reference()]).unwrap();
        let size = item.bytes.len() as u64;
        assert_eq!(outcomes[0].outcome, Outcome::Refused(Refusal::TooLarge((size, 10))));
        assert!(fake.files.borrow().is_empty());
    }
}

#[test]
fn ids_that_would_address_something_else_are_not_found_without_a_request() {
    let fake = Fake::new([]);
    for id in ["", ".", ".."] {
        let item = ItemRef {
            drive: DRIVE.into(),
            item: id.into(),
        };
        let outcomes = import(&fake, &[item]).unwrap();
        assert_eq!(outcomes[0].outcome, Outcome::Failed(FailureKind::NotFound), "{id:?}");
    }
    assert!(fake.requests.borrow().is_empty());
}

#[test]
fn answers_about_an_item_become_its_outcome() {
    for (status, body, expected) in [
        (404, "", Outcome::Failed(FailureKind::NotFound)),
        (403, "", Outcome::Failed(FailureKind::AccessDenied)),
        // The drive itself is still answered.
        (401, "", Outcome::Failed(FailureKind::AccessDenied)),
        (423, "<html>", Outcome::Failed(FailureKind::Locked)),
        (
            423,
            r#"{"error":{"code":"notAllowed"}}"#,
            Outcome::Failed(FailureKind::AccessDenied),
        ),
        (
            409,
            r#"{"error":{"code":"resourceModified","innerError":{"code":"irmEncryptFailedToFindProtector"}}}"#,
            Outcome::Failed(FailureKind::Labelled),
        ),
        (400, "", Outcome::Failed(FailureKind::SourceError(400))),
        (
            403,
            r#"{"error":{"code":"malwareDetected"}}"#,
            Outcome::Refused(Refusal::Malware),
        ),
        (200, "<html>", Outcome::Failed(FailureKind::Other)),
    ] {
        for at in ["/items/A?", "/content"] {
            if at == "/content" && status == 200 {
                continue;
            }
            let item = pdf("A", "a");
            let fake = Fake::new([item.clone()]).answering(move |request| {
                (request.url.starts_with(API) && request.url.contains(at)).then(|| Answer::new(status, body))
            });
            let outcomes = import(&fake, &[item.reference()]).unwrap();
            assert_eq!(outcomes[0].outcome, expected, "{status} at {at}");
            let closed = outcomes[0].message.contains(wording::SITE_CLOSED);
            assert_eq!(closed, body.contains("notAllowed"), "{status} at {at}");
            assert!(fake.files.borrow().is_empty());
        }
    }
}

#[test]
fn credentials_that_nothing_is_answered_to_are_over() {
    let item = pdf("A", "a");
    let fake = Fake::new([item.clone()]).answering(|_| Some(Answer::new(401, "")));
    let outcomes = import(&fake, &[item.reference()]).unwrap();
    assert_eq!(outcomes[0].outcome, Outcome::Failed(FailureKind::SignInNeeded));
}

#[test]
fn an_answer_that_is_too_long_is_not_read_to_its_end() {
    let item = pdf("A", "a");
    let fake = Fake::new([item.clone()]).answering(|request| {
        request
            .url
            .contains("/items/A?")
            .then(|| Answer::new(200, vec![b' '; 5 << 20]))
    });
    let outcomes = import(&fake, &[item.reference()]).unwrap();
    assert_eq!(outcomes[0].outcome, Outcome::Failed(FailureKind::Other));
}
