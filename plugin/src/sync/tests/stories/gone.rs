//! Items that are not there any more, or are said not to be.

use super::*;

/// Lets a file be due without a word of its item, as a release does.
fn released(fake: &Fake, file: &str, state: LinkState) {
    let standing = Standing {
        state,
        waiting: Some(1),
        ..Standing::default()
    };
    fake.standings.borrow_mut().insert(file.to_owned(), standing);
}

#[test]
fn s1_a_released_file_whose_item_is_not_there_is_gone_and_no_failure() {
    for state in [
        LinkState::Following,
        LinkState::SourceGone,
        LinkState::Failed,
        LinkState::Pending,
    ] {
        let fake = imported(many(2));
        sync(&fake).unwrap();
        fake.remove("I0");
        sync(&fake).unwrap();
        released(&fake, "F1", state);
        assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::SourceGone), "{state:?}");
        assert_eq!(sync(&fake).unwrap(), BTreeMap::new(), "{state:?}");
        fake.put(pdf("I0", "first"));
        assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::SourceBack), "{state:?}");
    }
}

#[test]
fn s1_the_guard_holds_released_files_as_well() {
    let fake = imported(many(30));
    sync(&fake).unwrap();
    for number in 0..30 {
        fake.items.borrow_mut().remove(&format!("I{number}"));
        released(&fake, &format!("F{}", number + 1), LinkState::Pending);
    }
    for _ in 0..2 {
        let lines = sync(&fake).unwrap();
        assert!(lines.len() == 30 && lines.values().all(|line| *line == LineOutcome::Held));
    }
    let accepted = Options {
        accept_gone: true,
        schedule: None,
        ..Options::default()
    };
    let lines = sync_with(&fake, accepted).unwrap();
    assert!(lines.values().all(|line| *line == LineOutcome::SourceGone), "{lines:?}");
}

#[test]
fn s1_a_deleted_file_is_gone_after_a_look_at_it_and_comes_back_when_it_is_restored() {
    let fake = imported(many(3));
    fake.remove("I1");
    assert_eq!(sync(&fake).unwrap(), one("I1", LineOutcome::SourceGone));
    let looked = fake.paths().iter().filter(|path| path.ends_with("/$batch")).count();
    assert_eq!(looked, 2, "confirmed by its id, and looked for by its name");
    assert_eq!(content(&fake, "I1"), b"%PDF-1.7 first");
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new());

    fake.put(pdf("I1", "first"));
    assert_eq!(sync(&fake).unwrap(), one("I1", LineOutcome::SourceBack));

    fake.remove("I1");
    sync(&fake).unwrap();
    fake.put(pdf("I1", "second"));
    assert_eq!(sync(&fake).unwrap(), one("I1", LineOutcome::SourceBack));
    assert_eq!(content(&fake, "I1"), b"%PDF-1.7 second");
}

#[test]
fn s1_a_listing_that_says_gone_of_what_is_there_is_not_believed() {
    let fake = imported(many(1));
    let gone = json!({ "id": "I0", "deleted": {}, "file": {} });
    pages(&fake, json!({ "value": [gone], "@odata.deltaLink": link(0) }));
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
    assert!(!fake.standing("F1").suspected);
}

#[test]
fn too_many_gone_at_once_wait_for_a_person() {
    let fake = imported(many(30));
    for number in 0..21 {
        fake.remove(&format!("I{number}"));
    }
    fake.put(pdf("I29", "second"));
    let lines = sync(&fake).unwrap();
    assert_eq!(lines.values().filter(|line| **line == LineOutcome::Held).count(), 21);
    assert_eq!(lines["I29"], LineOutcome::Updated);
    assert_eq!(sync(&fake).unwrap().len(), 21, "and they go on waiting");
    let accept = Options {
        accept_gone: true,
        schedule: None,
        exact: false,
    };
    let accepted = sync_with(&fake, accept).unwrap();
    assert!(
        accepted.values().all(|line| *line == LineOutcome::SourceGone),
        "{accepted:?}"
    );
    assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
}
