//! Sheets against a drive in memory.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod cells;
mod pages;
mod rows;
mod typos;

use serde_json::{Value, json};

use super::*;
use crate::{
    contract::{Refusal, SheetProblem, Subfolders},
    fake::{Answer, DRIVE, Fake, FakeItem, Flavour, at, file_at, run},
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
fn what_can_be_read_in_two_ways_is_linked_only_if_one_of_them_is_there() {
    let fake = world(&["Documents/a.pdf", "a.pdf", "100%.pdf", "Documents/b.pdf"]);
    let one = |id: &str, path: &str| outcomes(&preview_of(&fake, &[(id, path)])).remove(0);
    let both = vec!["Documents/a.pdf".to_owned(), "a.pdf".to_owned()];
    assert_eq!(one("1", "Documents/a.pdf"), RowOutcome::Ambiguous(both));
    assert_eq!(one("4", "Documents/b.pdf"), RowOutcome::Linked);
    assert_eq!(one("3", "100%25.pdf"), RowOutcome::Linked);
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
fn the_same_name_in_another_folder_is_near() {
    let fake = world(&["New/Deep/Offer.docx", "Old/x.pdf"]);
    let mut rows = vec![("1".to_owned(), "Old/Offer.docx".to_owned())];
    for number in 0..500 {
        fake.add(&format!("x{number}"), "x.pdf");
        rows.push((format!("x{number}"), format!("{number}.pdf")));
    }
    let rows: Vec<(&str, &str)> = rows.iter().map(|(id, path)| (id.as_str(), path.as_str())).collect();
    let report = preview_of(&fake, &rows);
    assert_eq!(
        report.rows[0].outcome,
        RowOutcome::PathNotFound(vec!["New/Deep/Offer.docx".to_owned()])
    );
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
fn accents_by_themselves_are_found_as_well() {
    let fake = world(&["Re\u{301}sume\u{301}.pdf"]);
    assert_eq!(
        outcomes(&preview_of(&fake, &[("1", "R\u{e9}sum\u{e9}.pdf")])),
        [RowOutcome::Linked]
    );
}

#[test]
fn names_that_differ_in_how_accents_are_written_are_two_files() {
    let (composed, apart) = ("R\u{e9}sum\u{e9}.pdf", "Re\u{301}sume\u{301}.pdf");
    let mixed = "R\u{e9}sume\u{301}.pdf";
    let fillers: Vec<String> = (0..500).map(|number| format!("{number}.pdf")).collect();
    for listed in [false, true] {
        let fake = world(&[composed, apart]);
        let mut rows = vec![("1", composed), ("2", apart), ("3", mixed)];
        fake.add("3", "3.pdf");
        if listed {
            rows.extend(fillers.iter().map(|filler| ("4", filler.as_str())));
            fake.add("4", "4.pdf");
        }
        let report = apply_of(&fake, &rows);
        assert_eq!(follows(&fake, "1"), Some(format!("ID-{}", composed.to_lowercase())));
        assert_eq!(follows(&fake, "2"), Some(format!("ID-{}", apart.to_lowercase())));
        if listed {
            let expected = RowOutcome::Ambiguous(vec![apart.to_owned(), composed.to_owned()]);
            assert_eq!(report.rows[2].outcome, expected);
        }
    }
}

#[test]
fn letters_that_depend_on_their_place_in_a_word_are_found_in_the_list_as_well() {
    let fillers: Vec<String> = (0..500).map(|number| format!("{number}.pdf")).collect();
    let fake = world(&["ΟΔΟΣ/a.pdf"]);
    fake.add("2", "2.pdf");
    let mut rows = vec![("1", "ΟΔΟΣ/a.pdf")];
    rows.extend(fillers.iter().map(|filler| ("2", filler.as_str())));
    assert_eq!(preview_of(&fake, &rows).rows[0].outcome, RowOutcome::Linked);
}

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
fn a_path_that_is_longer_than_any_is_not_asked_for() {
    let fake = world(&["a.pdf"]);
    let long = format!("{}.pdf", "x".repeat(400));
    let report = preview_of(&fake, &[("1", &long)]);
    assert!(matches!(report.rows[0].outcome, RowOutcome::PathNotFound(_)));
    let requests = fake.requests.borrow();
    let asked = requests
        .iter()
        .filter_map(|(_, request)| request.body.as_deref())
        .filter(|body| String::from_utf8_lossy(body).contains("xxx"))
        .count();
    assert_eq!(asked, 0);
}

#[test]
fn rows_that_agree_on_a_path_to_nothing_are_told_of_that() {
    let fake = world(&["Offer.pdf"]);
    for outcome in outcomes(&preview_of(&fake, &[("1", "Ofer.pdf"), ("1", "OFER.pdf")])) {
        assert_eq!(outcome, RowOutcome::PathNotFound(vec!["Offer.pdf".to_owned()]));
    }
    let report = preview_of(&fake, &[("1", "Ofer.pdf"), ("1", "Other.pdf")]);
    assert!(
        report
            .rows
            .iter()
            .all(|row| matches!(row.outcome, RowOutcome::DuplicateFileId(_)))
    );
}

#[test]
fn sharing_links_are_resolved_and_their_tokens_are_not_kept() {
    let url = "https://contoso.example/:b:/s/Team/EaBcDeF?e=4x";
    let token = "aHR0cHM6Ly9jb250b3NvLmV4YW1wbGUvOmI6L3MvVGVhbS9FYUJjRGVGP2U9NHg";
    let mut items = file_at("A/one.pdf");
    items.last_mut().unwrap().json["shared"] = json!(token);
    let fake = Fake::with_places([items]);
    fake.add("1", "one.pdf");
    let report = preview_of(&fake, &[("1", url)]);
    assert_eq!(outcomes(&report), [RowOutcome::Linked]);
    assert_eq!(report.rows[0].resolved.as_deref(), Some("A/one.pdf"));
    assert_eq!(report.rows[0].path, "https://contoso.example/…");
    for items in fake.items.borrow_mut().values_mut() {
        items.json["parentReference"]["driveId"] = json!("b!another");
    }
    assert_eq!(outcomes(&preview_of(&fake, &[("1", url)])), [RowOutcome::OtherDrive]);
    let nowhere = preview_of(&fake, &[("1", "https://contoso.example/:b:/s/Team/SECRET")]);
    let row = &nowhere.rows[0];
    assert_eq!(row.outcome, RowOutcome::PathNotFound(vec![]));
    assert!(
        row.message.contains("make a new one") && !row.message.contains("SECRET"),
        "{row:?}"
    );
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

/// The readings of addresses in a request of many that are reported: as others are read, decoded once more, not decoded.
const READINGS: [fn(&str) -> String; 3] = [
    str::to_owned,
    |url| {
        let (path, query) = url.split_once('?').unwrap();
        let path = percent_encoding::percent_decode_str(path)
            .decode_utf8_lossy()
            .into_owned();
        format!("{}?{query}", path.split('#').next().unwrap())
    },
    |url| url.replace('%', "%25"),
];

#[test]
fn whichever_way_addresses_are_read_in_a_request_of_many_what_is_there_is_found() {
    let paths = [
        "plain.pdf",
        "A B/Übersicht 50%.pdf",
        "C & D/No #1.pdf",
        "50%25.pdf",
        "50%.pdf",
        "a+b.pdf",
    ];
    for reading in READINGS {
        let fake = world(&paths);
        fake.read_in_batch.set(reading);
        let rows: Vec<(String, &str)> = (1..).map(|id: u32| id.to_string()).zip(paths).collect();
        let mut rows: Vec<(&str, &str)> = rows.iter().map(|(id, path)| (id.as_str(), *path)).collect();
        rows.push(("1", "A B/nothing ä.pdf"));
        rows.remove(0);
        let report = apply_of(&fake, &rows);
        let outcomes = outcomes(&report);
        // `50%25.pdf` can be read in two ways, and both are there.
        assert!(matches!(outcomes[2], RowOutcome::Ambiguous(_)), "{outcomes:?}");
        for row in [0, 1, 3, 4] {
            assert_eq!(outcomes[row], RowOutcome::Linked, "{}", rows[row].1);
        }
        assert!(matches!(outcomes[5], RowOutcome::PathNotFound(_)), "{outcomes:?}");
        assert_eq!(follows(&fake, "5").as_deref(), Some("ID-50%.pdf"));
    }
}

#[test]
fn a_name_that_no_path_leads_to_is_found_in_its_folder() {
    let fake = world(&["Team/100%25 sure.pdf"]);
    fake.scripted(|request| {
        let missing = Answer::new(404, r#"{"error":{"code":"itemNotFound"}}"#);
        request.url.contains("/root:/").then_some(missing)
    });
    fake.read_in_batch
        .set(|url| match url.contains("/root:/") && url.contains("sure") {
            true => "/drives/x/nowhere?".to_owned(),
            false => url.to_owned(),
        });
    let report = apply_of(&fake, &[("1", "Team/100%25 sure.pdf")]);
    assert_eq!(outcomes(&report), [RowOutcome::Linked]);
    assert_eq!(follows(&fake, "1").as_deref(), Some("ID-team/100%25 sure.pdf"));
}

/// A cloud in which every path leads to the drive's own folder.
fn to_the_root(fake: &Fake, changes: u16) {
    let root = fake.items.borrow()["ROOT"].json.to_string();
    fake.read_in_batch.set(|url| match url.split_once("/root:/") {
        Some((drive, rest)) => format!("{drive}/root?{}", rest.split_once('?').unwrap().1),
        None => url.to_owned(),
    });
    fake.scripted(move |request| {
        let url = &request.url;
        let lost = url.contains("/root:/").then(|| Answer::new(200, root.clone()));
        lost.or_else(|| (url.contains("/root/delta") && changes != 200).then(|| Answer::new(changes, "")))
    });
}

#[test]
fn where_every_path_leads_to_the_drive_itself_its_files_are_found_by_listing_it() {
    let fake = world(&["Clients/Offer.docx", "a.pdf"]);
    to_the_root(&fake, 200);
    let rows = [("1", "Clients/Offer.docx"), ("2", "a.pdf"), ("2", "b.pdf")];
    let report = preview_of(&fake, &rows[..2]);
    assert_eq!(outcomes(&report), [RowOutcome::Linked, RowOutcome::Linked]);
    let missing = preview_of(&fake, &rows[2..]);
    assert!(matches!(outcomes(&missing)[0], RowOutcome::PathNotFound(_)));

    to_the_root(&fake, 400);
    let report = preview_of(&fake, &rows[..1]);
    assert_eq!(outcomes(&report), [RowOutcome::Failed]);
    assert!(
        report.rows[0].message.contains("sharing link"),
        "{}",
        report.rows[0].message
    );
}

#[test]
fn a_name_that_can_not_be_is_not_asked_for() {
    let fake = world(&["a.pdf"]);
    let report = preview_of(&fake, &[("1", "Team/a: b.pdf")]);
    assert!(matches!(outcomes(&report)[0], RowOutcome::PathNotFound(_)));
    let asked = fake.requests.borrow();
    let bodies = asked.iter().filter_map(|(_, request)| request.body.clone());
    assert!(
        bodies
            .map(|body| String::from_utf8(body).unwrap())
            .all(|body| !body.contains("%3A"))
    );
}
