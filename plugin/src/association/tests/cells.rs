//! Cells with a link, looked at as rows: what is written, and what it links to.

use super::*;
use crate::sheet::{Row as SheetRow, Value as Cell};

const WEB: &str = "https://contoso.example/sites/Team/Shared%20Documents";

/// What becomes of a cell with this text and this link, in a drive with these files.
fn pointed(drive: &[&str], text: &str, link: &str) -> RowReport {
    let fake = world(drive);
    fake.add("9", "x.pdf");
    let row = SheetRow {
        number: 2,
        id: Cell::Text("9".to_owned()),
        path: if text.is_empty() {
            Cell::Blank
        } else {
            Cell::Text(text.to_owned())
        },
        link: Some(link.to_owned()),
        ..SheetRow::default()
    };
    let sheet = sheet::Sheet {
        name: String::new(),
        header: 1,
        rows: vec![row],
    };
    let connection = fake.connection.clone();
    let work = run(&fake, look_at(&fake, connection, DRIVE.to_owned(), sheet));
    work.unwrap().report().rows.remove(0)
}

const TWO: [&str; 3] = ["Offer.pdf", "Sub/Offer.pdf", "Plan.pdf"];

#[test]
fn a_cell_that_shows_one_file_and_links_to_another_is_ambiguous() {
    let row = pointed(&TWO, "Offer.pdf", &format!("{WEB}/Sub/Offer.pdf"));
    let both = vec!["Offer.pdf".to_owned(), "Sub/Offer.pdf".to_owned()];
    assert_eq!(row.outcome, RowOutcome::Ambiguous(both));
    assert!(row.message.contains("links to another"), "{}", row.message);
    // Also where the link is one beside the workbook.
    assert!(matches!(
        pointed(&TWO, "Offer.pdf", "Sub/Offer.pdf").outcome,
        RowOutcome::Ambiguous(_)
    ));
    let other_drive = "https://contoso.example/sites/Other/Docs/Offer.pdf";
    let row = pointed(&TWO, other_drive, &format!("{WEB}/Sub/Offer.pdf"));
    assert!(matches!(row.outcome, RowOutcome::Ambiguous(_)), "{row:?}");
}

#[test]
fn a_link_to_what_the_text_says_is_nothing_new() {
    for link in [
        format!("{WEB}/Offer.pdf"),
        format!("{WEB}/Offer.pdf?web=1"),
        "Offer.pdf".to_owned(),
    ] {
        let row = pointed(&TWO, "Offer.pdf", &link);
        assert_eq!((row.outcome, row.warnings.len()), (RowOutcome::Linked, 0), "{link}");
    }
}

#[test]
fn where_only_the_text_leads_somewhere_a_link_to_elsewhere_is_told() {
    for link in [
        format!("{WEB}/Gone.pdf"),
        "https://example.com/Offer.pdf".to_owned(),
        "mailto:ada@contoso.example".to_owned(),
        "https://contoso.example/sites/Other/Docs/Offer.pdf".to_owned(),
        "C:\\Offer.docx".to_owned(),
    ] {
        let row = pointed(&TWO, "Offer.pdf", &link);
        assert_eq!((row.outcome, row.warnings.len()), (RowOutcome::Linked, 1), "{link}");
        assert!(row.message.contains("links to"), "{}", row.message);
        assert_eq!(row.resolved.as_deref(), Some("Offer.pdf"));
    }
    // A workbook that lay beside the file.
    let row = pointed(&["Deep/Offer.pdf"], "Deep/Offer.pdf", "Offer.pdf");
    assert_eq!((row.outcome, row.warnings.len()), (RowOutcome::Linked, 0));
}

#[test]
fn where_only_the_link_leads_somewhere_it_counts() {
    for text in ["", "the offer", "Offer", "C:\\Users\\ada\\Offer.pdf", "Gone/Offer.pdf"] {
        let row = pointed(&TWO, text, &format!("{WEB}/Sub/Offer.pdf"));
        assert_eq!(row.outcome, RowOutcome::Linked, "{text}");
        assert_eq!(row.resolved.as_deref(), Some("Sub/Offer.pdf"));
    }
    let row = pointed(&TWO, "the offer", "https://contoso.example/sites/Other/Docs/Offer.pdf");
    assert_eq!(row.outcome, RowOutcome::OtherDrive);
    assert!(row.message.contains("sites/Other"), "{}", row.message);
}

#[test]
fn a_link_beside_the_workbook_is_asked_about_since_nobody_knows_where_that_lay() {
    for link in ["Sub/Offer.pdf", "../Sub/Offer.pdf"] {
        let row = pointed(&TWO, "the offer", link);
        assert_eq!(
            row.outcome,
            RowOutcome::PathNotFound(vec!["Sub/Offer.pdf".to_owned()]),
            "{link}"
        );
        assert!(row.message.contains("beside the workbook"), "{}", row.message);
    }
}

#[test]
fn a_row_that_the_sheet_does_not_show_is_linked_and_told() {
    let fake = world(&TWO);
    let row = SheetRow {
        number: 2,
        id: Cell::Text("1".to_owned()),
        path: Cell::Text("Offer.pdf".to_owned()),
        hidden: true,
        ..SheetRow::default()
    };
    let sheet = sheet::Sheet {
        name: String::new(),
        header: 1,
        rows: vec![row],
    };
    let connection = fake.connection.clone();
    let work = run(&fake, look_at(&fake, connection, DRIVE.to_owned(), sheet));
    let row = work.unwrap().report().rows.remove(0);
    assert!(row.hidden && row.outcome == RowOutcome::Linked, "{row:?}");
    assert!(
        row.message.contains("note that the sheet does not show this row"),
        "{}",
        row.message
    );
}

#[test]
fn a_link_that_may_not_be_shown_is_not() {
    let row = pointed(&TWO, "Offer.pdf", "https://contoso.example/:b:/s/Team/SECRET?e=1");
    assert!(!format!("{row:?}").contains("SECRET"), "{row:?}");
}
