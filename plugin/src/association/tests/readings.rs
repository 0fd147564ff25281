//! Paths and links that can be read in more than one way, or must be resolved.

use super::*;

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
