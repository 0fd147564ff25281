//! What Microsoft refuses, and what fails on the way.

use super::*;
use crate::{contract::SheetProblem, fake::Flavour};

#[test]
fn a_reading_that_can_not_be_looked_at_is_not_passed_over() {
    let fake = world(&["a.pdf"]);
    fake.scripted(refusing("root:/Documents/a.pdf", 403));
    assert_eq!(
        outcomes(&preview_of(&fake, &[("1", "Documents/a.pdf")])),
        [RowOutcome::AccessDenied]
    );
}

/// Refuses one question of a batch with this status, whenever it is asked, and knows the others.
fn refusing(what: &'static str, status: u16) -> impl FnMut(&graph::Request) -> Option<Answer> {
    move |request| {
        let body: Value = serde_json::from_slice(request.body.as_deref()?).unwrap();
        let answer = |question: &Value| {
            let refused = question["url"].as_str().unwrap().contains(what);
            let item = file_at("a.pdf").pop().unwrap().json;
            match refused {
                true => json!({ "id": question["id"], "status": status, "body": {} }),
                false => json!({ "id": question["id"], "status": 200, "body": item }),
            }
        };
        let responses: Vec<Value> = body["requests"].as_array().unwrap().iter().map(answer).collect();
        Some(Answer::new(200, json!({ "responses": responses }).to_string()))
    }
}

#[test]
fn one_path_at_which_microsoft_fails_keeps_no_other_row_from_being_linked() {
    let fake = world(&["a.pdf", "b.pdf"]);
    fake.scripted(refusing("root:/b.pdf", 500));
    let report = preview_of(&fake, &[("1", "a.pdf"), ("2", "b.pdf")]);
    assert_eq!(outcomes(&report), [RowOutcome::Linked, RowOutcome::Failed]);
    assert!(report.rows[1].message.contains("status 500"), "{report:?}");
}

#[test]
fn where_many_questions_in_one_are_not_served_each_is_asked_by_itself() {
    let fake = world(&["a.pdf", "b.pdf"]);
    fake.scripted(|request| request.url.ends_with("/$batch").then(|| Answer::new(501, "")));
    let report = preview_of(&fake, &[("1", "a.pdf"), ("2", "c.pdf")]);
    assert_eq!(report.rows[0].outcome, RowOutcome::Linked);
    assert!(matches!(report.rows[1].outcome, RowOutcome::PathNotFound(_)));
}

#[test]
fn where_the_drive_is_not_listed_each_path_is_asked_for() {
    let names: Vec<String> = (0..450).map(|number| format!("{number}.pdf")).collect();
    for status in [410, 404, 501] {
        let fake = world(&["0.pdf"]);
        fake.scripted(move |request| request.url.contains("/delta?").then(|| Answer::new(status, "")));
        let mut rows: Vec<(&str, &str)> = names.iter().map(|name| ("2", name.as_str())).collect();
        rows[0].0 = "1";
        fake.add("2", "2.pdf");
        assert_eq!(preview_of(&fake, &rows).rows[0].outcome, RowOutcome::Linked, "{status}");
    }
}

#[test]
fn a_bad_sheet_is_refused_before_any_request() {
    let fake = world(&["a.pdf"]);
    let answer = run(&fake, apply(&fake, Role::Administrator, b"Name,Size\na,1\n".to_vec()));
    let Err(AssociationError::Sheet(error)) = answer else {
        unreachable!("{answer:?}");
    };
    assert_eq!(error.problem, SheetProblem::MissingColumn);
    assert!(fake.requests.borrow().is_empty());
}

#[test]
fn whichever_call_fails_all_is_linked_or_nothing() {
    let rows = [("1", "a.pdf"), ("2", "b.pdf"), ("3", "c.pdf")];
    let names = ["a.pdf", "b.pdf", "c.pdf"];
    let calls = {
        let fake = world(&names);
        apply_of(&fake, &rows);
        fake.calls.get()
    };
    for flavour in [Flavour::Break, Flavour::Stall, Flavour::Busy] {
        for number in 0..calls {
            let fake = world(&names);
            fake.fault.set(Some((number, flavour)));
            let answer = run(&fake, apply(&fake, Role::Administrator, sheet(&rows)));
            let linked = ["1", "2", "3"].iter().filter(|id| follows(&fake, id).is_some()).count();
            match answer {
                Ok(report) => assert_eq!((linked, report.rows.len()), (3, 3), "{flavour:?} {number}"),
                Err(_) => assert_eq!(linked, 0, "{flavour:?} {number}"),
            }
        }
    }
}

#[test]
fn throttled_questions_are_asked_again_after_the_pause() {
    let fake = world(&["a.pdf"]);
    let mut first = true;
    fake.scripted(move |request| {
        if !request.url.ends_with("/$batch") || !std::mem::take(&mut first) {
            return None;
        }
        let busy: Value = json!({ "id": "0", "status": 429, "headers": { "Retry-After": "7" }, "body": {} });
        Some(Answer::new(200, json!({ "responses": [busy] }).to_string()))
    });
    assert_eq!(outcomes(&preview_of(&fake, &[("1", "a.pdf")])), [RowOutcome::Linked]);
    assert_eq!(fake.elapsed().as_secs(), 7);
}
