//! S3: another item is at the path that a file was associated by.

use serde_json::json;

use super::{stories::one, *};
use crate::{
    contract::{Line, LinkState},
    fake::Answer,
    paths,
};

/// A file that people have tied to a path, by which its item is not to be found any more.
fn tied() -> Fake {
    let fake = imported(many(2));
    let place = paths::place("ROOT", "I0.pdf");
    fake.bound_places.borrow_mut().insert("F1".to_owned(), place);
    fake
}

fn in_place() -> FakeItem {
    pdf("NEW", "another").with("/name", json!("i0.PDF"))
}

fn warned(fake: &Fake) -> Line {
    let line = fake.lines.borrow()["F1"].clone();
    assert_eq!(line.reason, "path-now-other-item", "{line:?}");
    assert!(line.message.contains("\"i0.PDF\", is now at the path"), "{line:?}");
    let has_id = |id| {
        line.message
            .contains(&format!("let the file follow that one (its id is `{id}`)"))
    };
    assert!(has_id("NEW") || has_id("A"), "{line:?}");
    line
}

#[test]
fn s3_a_file_stays_with_its_item_when_another_takes_its_path_and_people_are_told() {
    for (content, outcome) in [("first", LineOutcome::Unchanged), ("second", LineOutcome::Updated)] {
        // In whichever order they are told, and on whichever page.
        for page in [0, 1] {
            for other in ["A", "NEW"] {
                let fake = tied();
                fake.changes.borrow_mut().page = page;
                fake.put(pdf("I0", content).with("/name", json!("Moved.pdf")));
                let mut new = in_place().with("/id", json!(other));
                other.clone_into(&mut new.id);
                fake.put(new);
                assert_eq!(sync(&fake).unwrap(), one("I0", outcome));
                assert_eq!(warned(&fake).name, "Moved.pdf");
                assert!(self::content(&fake, "I0").ends_with(content.as_bytes()));
                assert_eq!(sync(&fake).unwrap(), BTreeMap::new(), "it is told once");
            }
        }
    }
}

#[test]
fn s3_the_path_may_be_taken_days_after_the_item_has_left_it() {
    let fake = tied();
    fake.put(pdf("I0", "first").with("/name", json!("Moved.pdf")));
    sync(&fake).unwrap();
    assert_eq!(fake.lines.borrow()["F1"].reason, "renamed");
    fake.put(in_place());
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Unchanged));
    warned(&fake);
    // Each time that the other one changes, until somebody associates the file anew.
    fake.put(in_place());
    fake.lose_track();
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Unchanged));
    warned(&fake);
}

#[test]
fn s3_a_file_that_was_deleted_and_made_anew_is_told_of_whenever_it_comes_back() {
    for night_between in [false, true] {
        let fake = tied();
        fake.remove("I0");
        if night_between {
            assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::SourceGone));
            assert_eq!(fake.lines.borrow()["F1"].reason, "");
        }
        fake.put(in_place());
        assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::SourceGone));
        let line = warned(&fake);
        assert!(line.message.contains("keeps its last version"), "{line:?}");
        assert_eq!(fake.standing("F1").state, LinkState::SourceGone);
        assert_eq!(content(&fake, "I0"), b"%PDF-1.7 first");
        assert_eq!(sync(&fake).unwrap(), BTreeMap::new());
    }
}

#[test]
fn the_line_of_a_file_whose_item_is_gone_names_the_one_that_was_saved_anew_under_its_name() {
    let made = || pdf("ID-i0.pdf", "anew").with("/name", json!("i0.PDF"));
    let told = |fake: &Fake| fake.lines.borrow()["F1"].clone();
    let fake = imported(many(2));
    fake.remove("I0");
    fake.put(made());
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::SourceGone));
    let line = told(&fake);
    assert_eq!(line.reason, "saved-anew");
    assert!(
        line.message.contains("follow that one (its id is `ID-i0.pdf`)"),
        "{line:?}"
    );

    // A folder of that name is no file, and where nobody answers, the line says what is known.
    let folder = FakeItem::file("ID-i0.pdf", "I0.pdf", "").with("/folder", json!({}));
    for (item, refusal) in [(folder, false), (made(), true)] {
        let fake = imported(many(2));
        fake.remove("I0");
        fake.put(item);
        fake.scripted(move |request| {
            let by_path = request
                .body
                .as_ref()
                .is_some_and(|body| String::from_utf8_lossy(body).contains("root:/"));
            (refusal && by_path).then(|| Answer::new(403, "{}"))
        });
        assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::SourceGone));
        let line = told(&fake);
        assert_eq!(line.reason, "");
        assert!(line.message.contains("let the file follow another one"), "{line:?}");
    }
}

#[test]
fn s3_the_item_itself_and_what_is_like_it_elsewhere_warn_of_nothing() {
    let fake = tied();
    fake.put(pdf("I0", "second"));
    let elsewhere = in_place().with("/parentReference/id", json!("FOLDER"));
    fake.put(elsewhere);
    fake.put(FakeItem::file("F", "i0.pdf", "").with("/folder", json!({})));
    assert_eq!(sync(&fake).unwrap(), one("I0", LineOutcome::Updated));
    assert_eq!(fake.lines.borrow()["F1"].reason, "");
}
