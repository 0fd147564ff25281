#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::*;
use crate::{
    contract::Refusal,
    fake::{API, Answer, DRIVE, Fake, FakeItem, run},
    import::import_files,
};

fn look(fake: &Fake, folder: Option<&str>, next: Option<&str>) -> Result<EntryPage, CallError> {
    run(fake, browse(fake, Role::Administrator, folder, next))
}

#[test]
fn r02_a_member_is_turned_away_before_any_other_call() {
    let fake = Fake::new([]);
    assert_eq!(
        run(&fake, browse(&fake, Role::Member, None, None)),
        Err(CallError::Forbidden)
    );
    assert_eq!(fake.calls.get(), 0);
}

#[test]
fn r34_each_row_can_be_selected_or_says_why_not() {
    let file = FakeItem::file("A", "A.pdf", "%PDF-1.7");
    let items = [
        file.clone(),
        FakeItem::file("B", "B.pdf", "%PDF-1.7"),
        FakeItem::file("C", "C.exe", "MZ"),
        FakeItem::file("D", "D", "").with("/folder", json!({})),
        FakeItem::file("E", "E.pdf", "").with("/remoteItem", json!({})),
        FakeItem::file("F", "F.pdf", "").with("/malware", json!({})),
    ];
    let fake = Fake::new(items);
    run(&fake, import_files(&fake, Role::Administrator, &[file.reference()])).unwrap();
    let page = look(&fake, None, None).unwrap();

    let verdicts: Vec<_> = page.entries.iter().map(|entry| entry.verdict.clone()).collect();
    let expected = [
        Verdict::AlreadyImported("F1".into()),
        Verdict::Importable,
        Verdict::Refused(Refusal::UnsupportedType("exe".into())),
        Verdict::Refused(Refusal::Folder),
        Verdict::Refused(Refusal::Shortcut),
        Verdict::Refused(Refusal::Malware),
    ];
    assert_eq!(verdicts, expected);
    for entry in &page.entries {
        assert_eq!(
            entry.reason.is_empty(),
            entry.verdict == Verdict::Importable,
            "{entry:?}"
        );
    }
    assert_eq!((page.entries[1].size, page.entries[3].size), (Some(8), None));
}

#[test]
fn r33_pages_follow_each_other_by_their_links_and_an_empty_one_is_not_the_end() {
    let fake = Fake::new([]).answering(|request| {
        let link = format!("{API}/v1.0/opaque?$skiptoken=a%2Fb");
        let body = match request.url == link {
            true => json!({ "value": [{ "id": "A", "name": "A.pdf", "file": {} }] }),
            false => json!({ "value": [], "@odata.nextLink": link }),
        };
        Some(Answer::new(200, body.to_string()))
    });
    let first = look(&fake, None, None).unwrap();
    assert!(first.entries.is_empty());
    let second = look(&fake, None, first.next.as_deref()).unwrap();
    assert_eq!((second.entries.len(), second.next), (1, None));
    let requests = fake.requests.borrow();
    assert_eq!(
        requests[0].1.headers, requests[1].1.headers,
        "following pages want the same headers"
    );
}

#[test]
fn a_page_on_another_host_is_not_asked_for() {
    let fake = Fake::new([]);
    for next in ["https://evil.example/v1.0/x", "nonsense", ""] {
        assert_eq!(look(&fake, None, Some(next)), Err(CallError::NotFound));
    }
    assert!(fake.requests.borrow().is_empty());
}

#[test]
fn r31_folders_open_only_where_the_policy_says_so() {
    let mut fake = Fake::new([]).answering(|_| Some(Answer::new(200, r#"{"value":[]}"#)));
    assert!(matches!(look(&fake, Some("F"), None), Err(CallError::Other(_))));
    assert!(fake.requests.borrow().is_empty());
    fake.connection.policy.subfolders = Subfolders::Browse;
    assert!(look(&fake, Some("F"), None).is_ok());
    assert_eq!(fake.paths(), [format!("{API}/v1.0/drives/{DRIVE}/items/F/children")]);
}

#[test]
fn refusals_say_what_can_be_done() {
    for (status, expected) in [
        (401, "SignInNeeded"),
        (403, "AccessDenied"),
        (404, "NotFound"),
        (500, "Unavailable"),
        (400, "Other"),
    ] {
        let fake = Fake::new([]).answering(move |_| Some(Answer::new(status, "")));
        let error = look(&fake, None, None).unwrap_err();
        assert!(
            format!("{error:?}").starts_with(&format!("Error::{expected}")),
            "{status}: {error:?}"
        );
    }
}
