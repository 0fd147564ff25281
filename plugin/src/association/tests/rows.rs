//! What rows say of each other, and of File IDs that are nearly one.

use super::*;

#[test]
fn r42_a_row_that_says_the_same_as_another_is_told_of_that_row() {
    let fake = world(&["a.pdf", "b.pdf"]);
    let report = preview_of(&fake, &[("1", "a.pdf"), ("1", "/A.pdf")]);
    assert_eq!(outcomes(&report), [RowOutcome::Linked, RowOutcome::AlreadyLinked]);
    assert_eq!(
        report.rows[1].message,
        "\"a.pdf\" has the same path in row 2 already: once is enough"
    );

    let report = preview_of(&fake, &[("1", "a.pdf"), ("1", "a.pdf"), ("1", "b.pdf")]);
    let expected = [vec![4], vec![4], vec![2, 3]].map(RowOutcome::DuplicateFileId);
    assert_eq!(outcomes(&report), expected);
    assert!(
        report.rows[0]
            .message
            .contains("in row 4 as well, with another path (and in row 3, with the same one)"),
        "{}",
        report.rows[0].message
    );
    assert!(
        !report.rows[2].message.contains("same one"),
        "{}",
        report.rows[2].message
    );
}

#[test]
fn files_that_would_follow_one_item_are_linked_with_a_warning() {
    let fake = world(&["a.pdf", "b.pdf"]);
    for id in ["7", "8", "9"] {
        fake.add(id, "x.pdf");
    }
    let rows = [
        ("1", "a.pdf"),
        ("7", "a.pdf"),
        ("8", "A.pdf"),
        ("9", "a.pdf"),
        ("2", "b.pdf"),
    ];
    let report = apply_of(&fake, &rows);
    assert!(outcomes(&report).iter().all(|outcome| *outcome == RowOutcome::Linked));
    let warned: Vec<usize> = report.rows.iter().map(|row| row.warnings.len()).collect();
    assert_eq!(warned, [1, 1, 1, 1, 0]);
    assert_eq!(
        report.rows[0].message,
        "\"a.pdf\" follows \"a.pdf\" from the next sync on; note that 4 files of this sheet follow the same one (rows 3, \
         4, 5 as well); was its path filled down?"
    );
    // And so it is when they do already.
    assert_eq!(apply_of(&fake, &rows).rows[1].warnings.len(), 1);
}

#[test]
fn r42_a_file_id_that_is_nearly_one_is_asked_about_and_never_taken() {
    let fake = world(&["a.pdf"]);
    fake.add("100001", "a.pdf");
    for written in ["#100001", "100.001", "100001 Offer.pdf"] {
        let report = apply_of(&fake, &[(written, "a.pdf")]);
        let row = &report.rows[0];
        assert_eq!(row.outcome, RowOutcome::UnknownFileId, "{written}");
        assert!(row.message.ends_with("did you mean \"100001\"?"), "{}", row.message);
    }
    let report = apply_of(&fake, &[("#100002", "a.pdf")]);
    assert!(
        report.rows[0].message.contains("compare it with the list"),
        "{report:?}"
    );
    assert_eq!(follows(&fake, "100001"), None);
}
