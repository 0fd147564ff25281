//! Names that are written in more than one way, and names that are only near.

use super::*;

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
