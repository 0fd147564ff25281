mod gone;
mod rounds;

use serde_json::{Value, json};

use super::*;
use crate::{
    contract::{LinkState, Subfolders},
    fake::{API, Answer, DRIVE, Flavour, Standing},
};

pub(super) fn one(item: &str, outcome: LineOutcome) -> BTreeMap<String, LineOutcome> {
    BTreeMap::from([(item.to_owned(), outcome)])
}

fn link(token: u32) -> String {
    format!("{API}/v1.0/drives/{DRIVE}/root/delta?token={token}")
}

/// Answers every question for changes with this page.
fn pages(fake: &Fake, page: Value) {
    fake.scripted(move |request| {
        let asked = request.url.contains("/root/delta");
        asked.then(|| Answer::new(200, page.to_string()))
    });
}

fn undisturbed(fake: &Fake) {
    fake.scripted(|_| None);
}

#[test]
fn r25_a_changed_file_is_fetched_in_two_requests_and_one_for_the_page() {
    let fake = imported(many(3));
    fake.put(pdf("I1", "second"));
    assert_eq!(sync(&fake).unwrap(), one("I1", LineOutcome::Updated));
    assert_eq!(content(&fake, "I1"), b"%PDF-1.7 second");
    assert_eq!(fake.requests.borrow().len(), 3);
    assert_eq!(fake.files.borrow()[1].0.revision, 2);
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new(), "and not again");
}

#[test]
fn s4_nothing_changed_costs_one_request() {
    let fake = imported(many(7));
    sync(&fake).unwrap();
    fake.requests.borrow_mut().clear();
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
    assert_eq!(fake.requests.borrow().len(), 1);
}

#[test]
fn s4_an_equal_hash_saves_the_download_where_the_mark_has_moved() {
    let fake = imported(many(1));
    let moved = pdf("I0", "first").with("/cTag", json!("\"c:other\""));
    fake.put(moved.clone());
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Unchanged));
    assert_eq!(fake.requests.borrow().len(), 1);
    fake.put(moved);
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new(), "the new mark is known");
}

#[test]
fn s2_a_renamed_file_is_followed_and_keeps_its_name_in_the_library() {
    let fake = imported(many(1));
    fake.put(pdf("I0", "first").with("/name", json!("Other.PDF")));
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Unchanged));
    let file = fake.files.borrow()[0].0.clone();
    assert_eq!(
        (file.name.as_str(), file.link.unwrap().name.as_str()),
        ("I0.pdf", "Other.PDF")
    );
}

#[test]
fn r24b_r28_s11_what_can_not_be_followed_keeps_its_last_good_bytes_and_says_why() {
    let (docx, large) = (json!("I0.docx"), json!(524_288_001));
    for (change, outcome, state) in [
        (
            pdf("I0", "first").with("/name", docx),
            LineOutcome::FormatMismatch,
            LinkState::FormatMismatch,
        ),
        (
            pdf("I0", "second").with("/size", large),
            LineOutcome::TooLarge,
            LinkState::TooLarge,
        ),
        (
            pdf("I0", "second").with("/malware", json!({})),
            LineOutcome::Malware,
            LinkState::Malware,
        ),
    ] {
        let fake = imported(many(2));
        fake.put(change);
        fake.put(pdf("I1", "second"));
        let lines = sync(&fake).unwrap();
        assert_eq!(lines["I0"], outcome);
        assert_eq!(lines["I1"], LineOutcome::Updated, "S8: the others are not held up");
        assert_eq!(content(&fake, "I0"), b"%PDF-1.7 first");
        let standing = fake.standing("F1");
        // What a limit has decided is judged anew each time.
        let is_judged_anew = state == LinkState::TooLarge;
        assert_eq!((standing.state, standing.waiting.is_some()), (state, is_judged_anew));
        // It heals when the source does.
        fake.put(pdf("I0", "third"));
        assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Updated));
        assert_eq!(fake.standing("F1").state, LinkState::Following);
    }
}

#[test]
fn s2_a_file_moved_into_a_folder_is_out_of_scope_only_where_folders_are_left_out() {
    for (subfolders, path_known, expected) in [
        (Subfolders::None, true, LineOutcome::OutOfScope),
        (Subfolders::None, false, LineOutcome::OutOfScope),
        (Subfolders::Associate, true, LineOutcome::Updated),
    ] {
        let mut fake = imported(many(1));
        fake.connection.policy.subfolders = subfolders;
        let path = json!(format!("/drives/{DRIVE}/root:/Team"));
        let moved = pdf("I0", "second").with("/parentReference/path", path);
        fake.put(moved.clone());
        if !path_known {
            // Pages of changes need not name the path; the item itself does.
            let mut entry = moved.json;
            entry["parentReference"] = json!({ "id": "X" });
            pages(&fake, json!({ "value": [entry], "@odata.deltaLink": link(9) }));
        }
        assert_eq!(sync(&fake).unwrap(), one("I0", expected));
    }
}

#[test]
fn what_a_limit_has_decided_is_judged_anew_when_the_limit_is_another_one() {
    let mut fake = imported(many(2));
    let path = json!(format!("/drives/{DRIVE}/root:/Team"));
    fake.put(pdf("I0", "second, and longer"));
    fake.put(pdf("I1", "second").with("/parentReference/path", path));
    let policy = fake.connection.policy.clone();
    fake.connection.policy.max_file_bytes = 20;
    fake.connection.policy.subfolders = Subfolders::None;
    let decided = BTreeMap::from([
        ("I0".to_owned(), LineOutcome::TooLarge),
        ("I1".to_owned(), LineOutcome::OutOfScope),
    ]);
    assert_eq!(sync(&fake).unwrap(), decided);
    fake.requests.borrow_mut().clear();
    assert_eq!(sync(&fake).unwrap(), decided, "told again");
    assert_eq!(
        fake.requests.borrow().len(),
        1,
        "and nothing but the page was asked for"
    );

    fake.connection.policy = policy;
    let lines = sync(&fake).unwrap();
    assert!(lines.values().all(|line| *line == LineOutcome::Updated), "{lines:?}");
    assert_eq!(content(&fake, "I0"), b"%PDF-1.7 second, and longer");
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
}

#[test]
fn s8_a_file_that_fails_is_first_next_time_and_not_for_ever() {
    let mut fake = imported(many(3));
    fake.connection.policy.max_files_per_import = 1;
    fake.put(pdf("I2", "second"));
    fake.scripted(|request| {
        let missing = Answer::new(404, r#"{"error":{"code":"itemNotFound"}}"#);
        request.url.contains("/items/I2/content").then_some(missing)
    });
    for round in 1..=judge::TRIES {
        fake.put(pdf("I0", &format!("round {round}")));
        fake.requests.borrow_mut().clear();
        let lines = sync(&fake).unwrap();
        assert_eq!((lines["I2"], lines["I0"]), (LineOutcome::Failed, LineOutcome::Updated));
        let paths = fake.paths();
        let place = |id: &str| paths.iter().position(|path| path.contains(&format!("/items/{id}")));
        assert!(round == 1 || place("I2") < place("I0"), "it is first");
    }
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new(), "it is not tried for ever");
    undisturbed(&fake);
    fake.put(pdf("I2", "third"));
    assert_eq!(sync(&fake).unwrap(), one("I2", LineOutcome::Updated));
}

#[test]
fn s11_what_is_closed_has_its_own_word() {
    for (status, code, outcome) in [
        (423, "resourceLocked", LineOutcome::Locked),
        (423, "notAllowed", LineOutcome::AccessLost),
        (409, "irmEncryptFailedToFindProtector", LineOutcome::Labelled),
        (401, "unauthenticated", LineOutcome::AccessLost),
        (403, "accessDenied", LineOutcome::AccessLost),
        (403, "malwareDetected", LineOutcome::Malware),
    ] {
        let fake = imported(many(1));
        fake.put(pdf("I0", "second"));
        fake.scripted(move |request| {
            let body = json!({ "error": { "code": code } }).to_string();
            request.url.contains("/content").then(|| Answer::new(status, body))
        });
        assert_eq!(sync(&fake).unwrap(), one("I0", outcome));
        assert_eq!(content(&fake, "I0"), b"%PDF-1.7 first");
    }
}

#[test]
fn s7_a_file_that_is_throttled_for_good_is_deferred_and_holds_up_nobody() {
    let fake = imported(many(2));
    fake.put(pdf("I0", "second"));
    fake.put(pdf("I1", "second"));
    fake.scripted(|request| {
        let busy = Answer::new(429, "").with("Retry-After", "300");
        request.url.contains("/items/I0/content").then_some(busy)
    });
    assert_eq!(sync(&fake).unwrap()["I0"], LineOutcome::Deferred);
    undisturbed(&fake);
    run(&fake, fake.wait(Duration::from_secs(3600)));
    sync(&fake).unwrap();
    assert_eq!(content(&fake, "I0"), b"%PDF-1.7 second");
    assert_eq!(content(&fake, "I1"), b"%PDF-1.7 second");
}

#[test]
fn a_held_file_stays_as_it_is_and_is_told_every_day() {
    let fake = imported(many(1));
    let held = Standing {
        held: true,
        ..Standing::default()
    };
    fake.standings.borrow_mut().insert("F1".into(), held);
    fake.put(pdf("I0", "second"));
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Held));
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Held));
    assert_eq!(content(&fake, "I0"), b"%PDF-1.7 first");
}

#[test]
fn a_plan_tells_what_comes_and_is_carried_out_exactly_or_not_at_all() {
    let fake = imported(many(3));
    fake.put(pdf("I0", "second"));
    fake.remove("I1");
    let mut cursor = None;
    let ready = loop {
        let report = run(&fake, step(&fake, cursor.as_deref(), Options::default())).unwrap();
        if report.stage == Stage::Working {
            break report.cursor;
        }
        cursor = Some(report.cursor);
    };
    let PlanPage { planned, .. } = run(&fake, plan(&fake, &ready, None)).unwrap();
    let told: Vec<_> = planned.iter().map(|row| (row.file.as_str(), row.outcome)).collect();
    assert_eq!(told, [("F2", LineOutcome::SourceGone), ("F1", LineOutcome::Updated)]);
    assert_eq!(planned[1].size, Some(15));

    fake.put(pdf("I0", "third"));
    let exact = Options {
        exact: true,
        accept_gone: false,
        schedule: None,
    };
    go_on(&fake, exact, Some(ready)).unwrap();
    assert_eq!(lines(&fake)["I0"], LineOutcome::Deferred);
    assert_eq!(content(&fake, "I0"), b"%PDF-1.7 first");
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Updated));
}

#[test]
fn ids_and_names_of_hostile_shape_do_no_harm() {
    let fake = imported(many(1));
    let names = [
        "../../x.pdf",
        "\u{0}\u{1b}[2J.pdf",
        "",
        "a\"b\\c.pdf",
        "\u{202e}fdp.exe",
    ];
    let mut entries: Vec<_> = names
        .iter()
        .map(|name| json!({ "id": "I0", "name": name, "file": {} }))
        .collect();
    for id in [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        &"x".repeat(10_000),
        "'; DROP TABLE links; --",
    ] {
        entries.push(json!({ "id": id, "name": "x.pdf", "file": {} }));
    }
    let long = "x".repeat(100_000) + ".pdf";
    entries.push(json!({ "id": "I0", "name": long, "file": { "mimeType": long }, "size": 5 }));
    pages(&fake, json!({ "value": entries, "@odata.deltaLink": link(0) }));
    // What the note could not hold was asked for again.
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Unchanged));
}

/// Fails each outside call in turn: after a run that nothing disturbs, the library is as if nothing had happened.
#[test]
fn whichever_call_fails_the_next_run_makes_it_good() {
    for flavour in [Flavour::Break, Flavour::Stall, Flavour::Busy] {
        for number in 0.. {
            let fake = imported(many(4));
            fake.put(pdf("I0", "second"));
            fake.remove("I1");
            fake.put(pdf("I2", "first").with("/name", json!("I2.docx")));
            let failing = fake.calls.get() + number;
            fake.fault.set(Some((failing, flavour)));
            let first = sync(&fake);
            let reached = fake.calls.get() > failing;
            fake.fault.set(None);
            sync(&fake).unwrap();
            assert_eq!(content(&fake, "I0"), b"%PDF-1.7 second", "{flavour:?} {number}");
            assert_eq!(fake.standing("F2").state, LinkState::SourceGone, "{flavour:?} {number}");
            assert_eq!(
                fake.standing("F3").state,
                LinkState::FormatMismatch,
                "{flavour:?} {number}"
            );
            assert_eq!(fake.files.borrow().len(), 4);
            if !reached {
                assert_eq!(first.unwrap().len(), 3);
                break;
            }
        }
    }
}
