//! Sheets against a drive in memory.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod cells;
mod names;
mod pages;
mod readings;
mod rows;
mod trouble;
mod typos;

use serde_json::{Value, json};

use super::*;
use crate::{
    contract::{Refusal, Subfolders},
    fake::{Answer, DRIVE, Fake, FakeItem, at, file_at, run},
};

fn sheet(rows: &[(&str, &str)]) -> Vec<u8> {
    let mut text = "File ID,Sharepoint File Path\n".to_owned();
    for (id, path) in rows {
        text.push_str(&format!("{id},\"{path}\"\n"));
    }
    text.into_bytes()
}

fn preview_of(fake: &Fake, rows: &[(&str, &str)]) -> SheetReport {
    run(fake, preview(fake, Role::Administrator, sheet(rows))).unwrap()
}

fn apply_of(fake: &Fake, rows: &[(&str, &str)]) -> SheetReport {
    run(fake, apply(fake, Role::Administrator, sheet(rows))).unwrap()
}

fn outcomes(report: &SheetReport) -> Vec<RowOutcome> {
    report.rows.iter().map(|row| row.outcome.clone()).collect()
}

/// A drive with these files, and library files 1, 2, 3 … of the same names.
fn world(paths: &[&str]) -> Fake {
    let fake = Fake::with_places(paths.iter().map(|path| file_at(path)));
    for (number, path) in (1..).zip(paths) {
        fake.add(&number.to_string(), path.rsplit('/').next().unwrap());
    }
    fake
}

/// The item that a file follows.
fn follows(fake: &Fake, id: &str) -> Option<String> {
    let files = fake.files.borrow();
    let (file, _) = files.iter().find(|(file, _)| file.id == id).unwrap();
    file.link.as_ref().map(|link| link.source.item.clone())
}

#[test]
fn r02_a_member_is_turned_away_before_any_other_call() {
    let fake = world(&["a.pdf"]);
    let answer = run(&fake, apply(&fake, Role::Member, sheet(&[("1", "a.pdf")])));
    assert_eq!(answer, Err(CallError::Forbidden.into()));
    assert_eq!(fake.calls.get(), 0);
}

#[test]
fn a_preview_binds_nothing_and_says_what_an_upload_does() {
    let fake = world(&["A/one.pdf", "two.docx"]);
    let rows = [("1", "A/one.pdf"), ("2", "two.docx"), ("9", "two.docx")];
    let previewed = preview_of(&fake, &rows);
    assert_eq!(follows(&fake, "1"), None);
    let expected = [RowOutcome::Linked, RowOutcome::Linked, RowOutcome::UnknownFileId];
    assert_eq!(outcomes(&previewed), expected);
    assert_eq!(apply_of(&fake, &rows), previewed);
    assert_eq!(follows(&fake, "1").as_deref(), Some("ID-a/one.pdf"));
    assert_eq!(previewed.rows[0].resolved.as_deref(), Some("A/one.pdf"));
    assert_eq!(
        previewed.rows[0].message,
        "\"one.pdf\" follows \"A/one.pdf\" from the next sync on"
    );
}

#[test]
fn r42_a_second_upload_finds_everything_as_it_is_and_a_third_points_elsewhere() {
    let fake = world(&["a.pdf", "b.pdf"]);
    apply_of(&fake, &[("1", "a.pdf")]);
    assert_eq!(
        outcomes(&apply_of(&fake, &[("1", "A.PDF")])),
        [RowOutcome::AlreadyLinked]
    );
    let again = apply_of(&fake, &[("1", "b.pdf")]);
    assert_eq!(outcomes(&again), [RowOutcome::ReLinked("a.pdf".to_owned())]);
    assert!(
        again.rows[0].message.ends_with("and no longer \"a.pdf\""),
        "{}",
        again.rows[0].message
    );
    assert_eq!(follows(&fake, "1").as_deref(), Some("ID-b.pdf"));
}

#[test]
fn r42_every_kind_of_row_has_its_own_outcome_and_they_add_up() {
    let mut places: Vec<Vec<FakeItem>> = ["Clients/Offer.docx", "a.pdf", "b.txt"].map(file_at).to_vec();
    for (path, facets) in [
        ("Notes", json!({ "package": { "type": "oneNote" } })),
        ("Short.pdf", json!({ "remoteItem": {}, "file": {} })),
        ("Ill.pdf", json!({ "file": {}, "malware": {} })),
        ("Film.mp4", json!({ "file": {}, "size": 600_000_000 })),
    ] {
        places.push(at(path, facets));
    }
    let fake = Fake::with_places(places);
    for (id, name) in [
        ("1", "Offer.docx"),
        ("2", "a.pdf"),
        ("3", "x.xlsx"),
        ("4", "Film.mp4"),
        ("5", "b.txt"),
    ] {
        fake.add(id, name);
    }
    let rows = [
        ("1", "Clients/Offer.docx", RowOutcome::Linked),
        ("", "a.pdf", RowOutcome::NoId),
        ("2", "", RowOutcome::PathMissing),
        ("77", "a.pdf", RowOutcome::UnknownFileId),
        ("02", "a.pdf", RowOutcome::UnknownFileId),
        ("1.5E+1", "a.pdf", RowOutcome::UnknownFileId),
        ("2", "Clients", RowOutcome::DuplicateFileId(vec![9, 10])),
        ("2", "../a.pdf", RowOutcome::DuplicateFileId(vec![8, 10])),
        ("2", "a.pdf", RowOutcome::DuplicateFileId(vec![8, 9])),
        (
            "3",
            "a.pdf",
            RowOutcome::FormatMismatch(("xlsx".to_owned(), "pdf".to_owned())),
        ),
        ("4", "Film.mp4", RowOutcome::TooLarge((600_000_000, 524_288_000))),
        ("5", "b.txt", RowOutcome::UnsupportedType("txt".to_owned())),
    ];
    let report = apply_of(&fake, &rows.clone().map(|(id, path, _)| (id, path)));
    assert_eq!(outcomes(&report), rows.map(|(_, _, outcome)| outcome));
    assert_eq!(report.rows.last().unwrap().number, 13);

    let one = |path: &str| outcomes(&preview_of(&fake, &[("2", path)])).remove(0);
    assert_eq!(one("Clients"), RowOutcome::IsAFolder);
    assert_eq!(one("/"), RowOutcome::IsAFolder);
    assert_eq!(one("Notes"), RowOutcome::Refused(Refusal::Package));
    assert_eq!(one("Short.pdf"), RowOutcome::Refused(Refusal::Shortcut));
    assert_eq!(one("Ill.pdf"), RowOutcome::Refused(Refusal::Malware));
    assert_eq!(one("A/../a.pdf"), RowOutcome::ForbiddenPath);
    assert_eq!(one("https://evil.example/a.pdf"), RowOutcome::ForbiddenPath);
    assert_eq!(
        one("https://contoso.example/sites/Other/Docs/a.pdf"),
        RowOutcome::OtherDrive
    );
    assert_eq!(one("/sites/Other/Docs/a.pdf"), RowOutcome::OtherDrive);
    assert_eq!(one("/sites/Team/Shared Documents/a.pdf"), RowOutcome::Linked);
    assert_eq!(
        one("https://contoso.example/:b:/r/sites/Team/Shared%20Documents/a.pdf?web=1"),
        RowOutcome::Linked
    );
}

#[test]
fn r31_folders_are_out_of_bounds_where_the_policy_says_so() {
    let mut fake = world(&["A/one.pdf", "two.pdf"]);
    fake.connection.policy.subfolders = Subfolders::None;
    let report = preview_of(&fake, &[("1", "A/one.pdf"), ("2", "two.pdf")]);
    assert_eq!(
        outcomes(&report),
        [RowOutcome::Refused(Refusal::Subfolder), RowOutcome::Linked]
    );
}

#[test]
fn r42_rows_that_say_the_same_twice_are_no_quarrel() {
    let fake = world(&["a.pdf"]);
    let report = apply_of(&fake, &[("1", "a.pdf"), ("1", "/A.pdf"), ("1", "")]);
    let expected = [RowOutcome::Linked, RowOutcome::AlreadyLinked, RowOutcome::PathMissing];
    assert_eq!(outcomes(&report), expected);
}

#[test]
fn r42_one_path_may_have_many_files() {
    let fake = world(&["a.pdf"]);
    fake.add("7", "copy.pdf");
    let report = apply_of(&fake, &[("1", "a.pdf"), ("7", "a.pdf")]);
    assert_eq!(outcomes(&report), [RowOutcome::Linked, RowOutcome::Linked]);
}

#[test]
fn r45_a_path_that_leads_nowhere_is_told_with_what_is_near_whichever_way_it_was_looked_for() {
    let paths = [
        "Clients/Northwind/Offer.docx",
        "Clients/Northwind/Plan.xlsx",
        "Overview.pdf",
    ];
    let wrong = [
        "Clients/Northwind/Offre.docx",
        "Clients/Nordwind/Plan.xlsx",
        "Overview.pfd",
    ];
    for listed in [false, true] {
        let fake = world(&paths);
        let mut rows: Vec<(String, String)> = wrong
            .iter()
            .zip(1..)
            .map(|(path, id)| (id.to_string(), (*path).to_owned()))
            .collect();
        if listed {
            for number in 0..500 {
                fake.add(&format!("x{number}"), "x.pdf");
                rows.push((format!("x{number}"), format!("nowhere {number}.pdf")));
            }
        }
        let rows: Vec<(&str, &str)> = rows.iter().map(|(id, path)| (id.as_str(), path.as_str())).collect();
        let report = preview_of(&fake, &rows);
        let near = |row: usize| match &report.rows[row].outcome {
            RowOutcome::PathNotFound(near) => near.first().cloned().unwrap_or_default(),
            other => unreachable!("{other:?}"),
        };
        assert_eq!(near(0), paths[0]);
        assert_eq!(near(1), paths[1]);
        assert_eq!(near(2), paths[2]);
        assert!(
            report.rows[0].message.contains("did you mean"),
            "{}",
            report.rows[0].message
        );
    }
}

#[test]
fn few_paths_are_asked_for_many_are_found_in_a_list_and_a_list_without_end_is_given_up() {
    let names: Vec<String> = (0..1000).map(|number| format!("{number}.pdf")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let ids: Vec<String> = (1..=1000).map(|id| id.to_string()).collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(String::as_str).zip(names.iter().copied()).collect();

    let fake = world(&names);
    assert!(
        outcomes(&preview_of(&fake, &rows[..300]))
            .iter()
            .all(|outcome| *outcome == RowOutcome::Linked)
    );
    assert_eq!(fake.requests.borrow().len(), 1 + 300 / 20);

    let fake = world(&names);
    assert!(
        outcomes(&preview_of(&fake, &rows))
            .iter()
            .all(|outcome| *outcome == RowOutcome::Linked)
    );
    assert!(fake.requests.borrow().len() < 25, "{:?}", fake.paths());

    // Every page has another one.
    let fake = world(&names);
    fake.scripted(|request| {
        let page = json!({ "value": [], "@odata.nextLink": format!("{}&again", request.url) });
        request
            .url
            .contains("/delta?")
            .then(|| Answer::new(200, page.to_string()))
    });
    assert!(
        outcomes(&preview_of(&fake, &rows))
            .iter()
            .all(|outcome| *outcome == RowOutcome::Linked)
    );
    assert_eq!(fake.requests.borrow().len(), 1 + 50 + 50);
}

#[test]
fn the_drive_is_named_in_requests_by_its_id() {
    let fake = world(&["a.pdf"]);
    preview_of(&fake, &[("1", "a.pdf")]);
    assert!(
        fake.paths()[0].ends_with(&format!("/drives/{DRIVE}")),
        "{:?}",
        fake.paths()
    );
}
