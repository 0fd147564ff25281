//! How changes are told, round by round.

use super::*;
use crate::fake::CONTENT;

#[test]
fn the_later_entry_of_an_item_counts_also_across_pages() {
    let fake = imported(many(1));
    let live = pdf("I0", "second").json;
    let gone = json!({ "id": "I0", "deleted": {}, "file": {} });
    fake.put(pdf("I0", "second"));
    let first = json!({ "value": [live.clone(), gone.clone()], "@odata.nextLink": link(77) });
    let second = json!({ "value": [gone, live], "@odata.deltaLink": link(1) });
    fake.scripted(move |request| {
        let page = if request.url.contains("token=77") {
            &second
        } else {
            &first
        };
        let asked = request.url.contains("/root/delta");
        asked.then(|| Answer::new(200, page.to_string()))
    });
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Updated));
}

#[test]
fn a_round_without_an_end_concludes_nothing_and_the_next_run_begins_where_it_began() {
    let fake = imported(many(3));
    fake.remove("I0");
    fake.put(pdf("I1", "second"));
    fake.changes.borrow_mut().page = 1;
    let mut asked = 0;
    fake.scripted(move |request| {
        asked += usize::from(request.url.contains("/root/delta"));
        // A page without a link is no page.
        (asked > 1).then(|| Answer::new(200, r#"{"value":[]}"#))
    });
    assert!(sync(&fake).is_err());
    assert_eq!(fake.standing("F1").state, LinkState::Following);
    undisturbed(&fake);
    let lines = sync(&fake).unwrap();
    assert_eq!(lines["I0"], LineOutcome::SourceGone);
    assert_eq!(lines["I1"], LineOutcome::Updated);
}

#[test]
fn after_410_all_is_listed_and_only_what_differs_is_fetched() {
    let fake = imported(many(10));
    fake.put(pdf("I3", "second"));
    fake.remove("I4");
    fake.lose_track();
    fake.changes.borrow_mut().page = 5;
    let lines = sync(&fake).unwrap();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(
        (lines["I3"], lines["I4"]),
        (LineOutcome::Updated, LineOutcome::SourceGone)
    );
    let downloads = fake.paths().iter().filter(|path| path.starts_with(CONTENT)).count();
    assert_eq!(downloads, 1);
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
}

#[test]
fn without_a_beginning_the_first_run_lists_and_an_import_notes_one() {
    let fake = imported(many(2));
    fake.values.borrow_mut().clear();
    fake.put(pdf("I0", "second"));
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Updated));

    let fake = Fake::new([pdf("A", "a")]);
    fake.values.borrow_mut().clear();
    let reference = [pdf("A", "a").reference()];
    run(&fake, import_files(&fake, Role::Administrator, &reference)).unwrap();
    assert!(
        fake.requests.borrow()[0].1.url.contains("token=latest"),
        "before the bytes"
    );
    assert_eq!(fake.values.borrow().len(), 1);
}

#[test]
fn when_far_more_changed_than_is_managed_single_looks_are_cheaper() {
    let fake = imported(many(3));
    for number in 0..200 {
        fake.put(pdf(&format!("X{number}"), "not ours"));
    }
    fake.changes.borrow_mut().page = 10;
    fake.put(pdf("I2", "second"));
    fake.remove("I0");
    let lines = sync(&fake).unwrap();
    assert_eq!(
        (lines["I0"], lines["I2"]),
        (LineOutcome::SourceGone, LineOutcome::Updated)
    );
    // Four pages, a new beginning, one request for the looks, two for the file, two for what may have the gone one's name.
    assert_eq!(fake.requests.borrow().len(), 4 + 1 + 1 + 2 + 2);
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
}

#[test]
fn a_page_of_ten_thousand_entries_is_read() {
    let fake = imported(many(5));
    for number in 0..10_000 {
        fake.put(pdf(&format!("X{number}"), "not ours"));
    }
    fake.put(pdf("I4", "second"));
    assert_eq!(sync(&fake).unwrap(), one("I4", LineOutcome::Updated));
}
