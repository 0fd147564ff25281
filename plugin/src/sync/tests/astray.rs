//! Answers about changes that lead nowhere, or would be silent for ever.

use serde_json::{Value, json};

use super::{stories::one, *};
use crate::{
    contract::LinkState,
    fake::{API, Answer, DRIVE},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn beginning() -> String {
    format!("changes/{DRIVE}")
}

fn stored(fake: &Fake) -> String {
    let (value, _) = fake.values.borrow()[&beginning()].clone();
    String::from_utf8(value).unwrap()
}

fn keep(fake: &Fake, value: &str) {
    fake.values.borrow_mut().insert(beginning(), (value.into(), 7));
}

fn delta(rest: &str) -> String {
    format!("{API}/v1.0/drives/{DRIVE}/root/delta{rest}")
}

#[test]
fn a_link_that_still_asks_for_the_latest_state_is_no_beginning() {
    let fake = imported(many(2));
    // As an earlier version has stored it, and as Microsoft may still give it.
    keep(&fake, &delta("(token='1')?token=latest"));
    fake.put(pdf("I0", "second"));
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Updated));

    fake.values.borrow_mut().clear();
    let echo = json!({ "value": [], "@odata.deltaLink": delta("(token='1')?token=latest") });
    fake.scripted(move |request| {
        let latest = request.url.contains("token=latest");
        latest.then(|| Answer::new(200, echo.to_string()))
    });
    fake.put(pdf("A", "a"));
    run(
        &fake,
        import_files(&fake, Role::Administrator, &[pdf("A", "a").reference()]),
    )
    .unwrap();
    assert!(fake.values.borrow().is_empty(), "nothing is noted");
}

#[test]
fn a_round_that_ends_with_such_a_link_is_followed_by_one_of_the_whole_drive() {
    for link in [
        delta("?token=latest"),
        format!("{API}/v1.0/drives/b!other/root/delta?token=5"),
        delta("?$select=id,name&token=5"),
    ] {
        let fake = imported(many(2));
        let end = link.clone();
        fake.scripted(move |request| {
            let page = json!({ "value": [], "@odata.deltaLink": end });
            request
                .url
                .contains("token=0")
                .then(|| Answer::new(200, page.to_string()))
        });
        assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
        fake.put(pdf("I1", "second"));
        assert_eq!(sync(&fake).unwrap(), one("I1", LineOutcome::Updated), "{link}");
    }
}

#[test]
fn a_list_of_a_whole_drive_that_names_nothing_is_none() {
    let fake = imported(many(2));
    fake.values.borrow_mut().clear();
    fake.scripted(|request| {
        let page = json!({ "value": [], "@odata.deltaLink": delta("?token=99") });
        request
            .url
            .contains("/root/delta")
            .then(|| Answer::new(200, page.to_string()))
    });
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
    assert_eq!(stored(&fake), "none", "no round begins there");
    fake.put(pdf("I1", "second"));
    assert_eq!(sync(&fake).unwrap(), one("I1", LineOutcome::Updated));
}

#[test]
fn a_drive_that_is_gone_and_a_site_that_is_closed_or_has_moved_have_words_of_their_own() {
    for (status, code, words) in [
        (404, "itemNotFound", "the drive itself is not there"),
        (308, "permanentRedirect", "was moved"),
        (423, "notAllowed", "locked or archived"),
    ] {
        let fake = imported(many(2));
        fake.scripted(move |request| {
            let body = json!({ "error": { "code": code } }).to_string();
            request.url.contains("/root/delta").then(|| Answer::new(status, body))
        });
        let Err(CallError::AccessDenied(text)) = sync(&fake) else {
            panic!("{status} ends the run");
        };
        assert!(text.contains(words), "{text}");
        assert_eq!(fake.standing("F1").state, LinkState::Following);
    }
}

#[test]
fn a_link_that_fails_night_after_night_is_given_up_in_the_second_if_the_drive_answers() {
    for (status, root) in [(500, 200), (504, 200), (403, 200), (405, 200), (500, 503), (403, 403)] {
        let fake = imported(many(2));
        fake.put(pdf("I1", "second"));
        fake.scripted(move |request| {
            let body = r#"{"error":{"code":"generalException"}}"#;
            let (url, root) = (&request.url, Answer::new(root, r#"{"id":"R"}"#));
            let stuck = url.contains("token=0").then(|| Answer::new(status, body));
            stuck.or_else(|| url.contains("/root?").then_some(root))
        });
        assert!(sync(&fake).is_err(), "the first night");
        assert!(sync(&fake).is_err(), "trying again the same night changes nothing");
        assert!(stored(&fake).starts_with(&delta("?token=0\n")));
        run(&fake, fake.wait(DAY));
        let second = sync(&fake);
        if root == 200 {
            assert_eq!(second.unwrap(), one("I1", LineOutcome::Updated), "{status}");
            assert!(!stored(&fake).contains('\n'));
            assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
        } else {
            assert!(second.is_err(), "{status}: it is no matter of the link");
        }
    }
}

#[test]
fn a_link_that_works_in_between_starts_counting_anew() {
    let fake = imported(many(1));
    let failing = |fake: &Fake| fake.scripted(|request| request.url.contains("/delta").then(|| Answer::new(500, "")));
    failing(&fake);
    assert!(sync(&fake).is_err());
    fake.scripted(|_| None);
    run(&fake, fake.wait(DAY));
    sync(&fake).unwrap();
    failing(&fake);
    run(&fake, fake.wait(DAY));
    assert!(sync(&fake).is_err(), "the first night again");
}

#[test]
fn a_whole_listing_that_breaks_off_gives_way_to_looks() {
    let fake = imported(many(3));
    fake.values.borrow_mut().clear();
    fake.changes.borrow_mut().page = 1;
    fake.put(pdf("I2", "second"));
    fake.scripted(|request| {
        let url = &request.url;
        let stuck = url.contains("skip=1").then(|| Answer::new(500, ""));
        stuck.or_else(|| url.contains("/root?").then(|| Answer::new(200, r#"{"id":"R"}"#)))
    });
    assert_eq!(sync(&fake).unwrap(), one("I2", LineOutcome::Updated));
    assert!(stored(&fake).contains("token="));
}

#[test]
fn where_no_changes_are_told_each_file_is_looked_at() {
    let fake = imported(many(3));
    fake.values.borrow_mut().clear();
    fake.put(pdf("I2", "second"));
    fake.remove("I0");
    fake.scripted(|request| {
        let body = r#"{"error":{"code":"invalidRequest","message":"Change tracking is not supported"}}"#;
        request.url.contains("/root/delta").then(|| Answer::new(400, body))
    });
    let lines = sync(&fake).unwrap();
    let expected = [("I0", LineOutcome::SourceGone), ("I2", LineOutcome::Updated)];
    assert_eq!(lines, expected.map(|(item, outcome)| (item.to_owned(), outcome)).into());
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
}

/// Every page of changes, with something done to its entries.
fn spoiled(fake: &Fake, spoil: impl Fn(&mut Vec<Value>) + 'static, entries: Vec<Value>) {
    let link = delta("?token=77");
    fake.scripted(move |request| {
        let mut entries = entries.clone();
        spoil(&mut entries);
        let page = json!({ "value": entries, "@odata.deltaLink": link });
        request
            .url
            .contains("token=0")
            .then(|| Answer::new(200, page.to_string()))
    });
}

#[test]
fn one_odd_entry_costs_its_own_certainty_and_not_the_run() {
    let spoils: [fn(&mut Vec<Value>); 4] = [
        |entries| entries.insert(0, Value::Null),
        |entries| entries[0]["name"] = Value::Null,
        |entries| entries[0]["size"] = json!("17"),
        |entries| entries.push(json!({ "name": "nobody.pdf" })),
    ];
    for spoil in spoils {
        let fake = imported(many(3));
        let (changed, other) = (pdf("I0", "second"), pdf("I1", "second"));
        fake.put(changed.clone());
        fake.put(other.clone());
        spoiled(&fake, spoil, vec![changed.json, other.json]);
        let lines = sync(&fake).unwrap();
        assert_eq!((lines["I0"], lines["I1"]), (LineOutcome::Updated, LineOutcome::Updated));
        assert_eq!(stored(&fake), delta("?token=77"), "and the round has ended");
    }
}

#[test]
fn an_entry_of_which_nobody_knows_whom_it_is_about_has_each_file_looked_at() {
    let fake = imported(many(3));
    fake.put(pdf("I2", "second"));
    spoiled(&fake, |entries| entries.push(Value::Null), vec![]);
    assert_eq!(sync(&fake).unwrap(), one("I2", LineOutcome::Updated));
}

#[test]
fn an_item_that_is_odd_however_it_is_asked_for_is_told_and_holds_up_nobody() {
    let fake = imported(many(2));
    let nameless = pdf("I0", "second").with("/name", Value::Null);
    let sized = pdf("I1", "second").with("/size", json!("odd"));
    fake.put(nameless.clone());
    fake.put(sized.clone());
    spoiled(&fake, |_| {}, vec![nameless.json, sized.json]);
    let lines = sync(&fake).unwrap();
    assert_eq!((lines["I0"], lines["I1"]), (LineOutcome::Failed, LineOutcome::Updated));
    assert_eq!(content(&fake, "I1"), b"%PDF-1.7 second");
}

#[test]
fn a_page_that_is_too_large_is_asked_for_with_fewer_entries_or_told_in_words() {
    let fake = imported(many(1));
    fake.put(pdf("I0", "second"));
    let entry = json!({ "id": "X", "name": "x.pdf", "file": {} }).to_string();
    let huge = format!(
        r#"{{"value":[{}],"@odata.deltaLink":"{}"}}"#,
        vec![entry; 100_000].join(","),
        delta("?token=5")
    );
    let answer = huge.clone();
    fake.scripted(move |request| {
        let large = request.url.contains("token=0") && !request.url.contains("$top=200");
        large.then(|| Answer::new(200, answer.clone()))
    });
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Updated));

    keep(&fake, &delta("?token=0"));
    fake.scripted(move |request| request.url.contains("/delta").then(|| Answer::new(200, huge.clone())));
    let Err(CallError::Other(text)) = sync(&fake) else {
        panic!("there is no smaller page");
    };
    assert!(text.contains("more at once than can be read"), "{text}");
}

#[test]
fn marks_that_come_and_go_with_the_way_of_asking_cost_no_download() {
    // The bytes differ from what is published, so that no hash can tell.
    let rewritten = FakeItem::file("I0", "I0.docx", b"PK\x03\x04 as delivered".to_vec());
    let published = json!("aCgDG9jwBhDc4Q1ybAMZFAAAAAA=");
    let item = rewritten.with("/file/hashes/quickXorHash", published);
    let fake = imported(vec![item.clone()]);
    let mut listed = item.clone();
    listed.json.as_object_mut().unwrap().remove("cTag");
    listed.json["eTag"] = json!("e,renamed");
    fake.items.borrow_mut().get_mut("I0").unwrap().json["eTag"] = json!("e,renamed");
    let renamed = fake.items.borrow()["I0"].clone();
    fake.put(renamed);
    spoiled(&fake, |_| {}, vec![listed.json]);
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Unchanged));
    assert!(!fake.paths().iter().any(|path| path.ends_with("/content")));
}

#[test]
fn a_401_of_one_item_among_many_is_no_end_of_the_sign_in() {
    let fake = imported(many(3));
    fake.values.borrow_mut().clear();
    fake.put(pdf("I1", "second"));
    fake.scripted(|request| {
        let url = &request.url;
        let body = r#"{"error":{"code":"unauthenticated"}}"#;
        let closed = url.contains("/items/I0").then(|| Answer::new(401, body));
        // No changes are told, so that each file is looked at.
        closed.or_else(|| url.contains("/root/delta").then(|| Answer::new(400, "")))
    });
    fake.closed.borrow_mut().insert("I0".to_owned(), 401);
    let lines = sync(&fake).unwrap();
    assert_eq!(
        (lines["I0"], lines["I1"]),
        (LineOutcome::AccessLost, LineOutcome::Updated)
    );

    let over = imported(many(2));
    over.values.borrow_mut().clear();
    over.scripted(|_| Some(Answer::new(401, "")));
    assert!(matches!(sync(&over), Err(CallError::SignInNeeded(_))));
}
