//! Addresses of open files, and others that wrap the one that counts.

use super::*;

const ID: &str = "0f3c1c2e-aaaa-4bbb-8ccc-0123456789ab";
const PAGE: &str = "https://contoso.example/:w:/r/sites/Team/_layouts/15/Doc.aspx?sourcedoc=%7B0F3C1C2E-AAAA-4BBB-8CCC-0123456789AB%7D&file=Offer.docx&action=default";

/// A drive with two files, of which the one that the page shows has its id, wherever that is told.
fn world_of_pages() -> Fake {
    let fake = world(&["A/Offer.docx", "B/Offer final.docx"]);
    let mut items = fake.items.borrow_mut();
    for (place, item) in items.values_mut().enumerate() {
        let other = format!("00000000-0000-4000-8000-{place:012}");
        let id = if item.id == "ID-b/offer final.docx" {
            ID.to_uppercase()
        } else {
            other
        };
        item.json["sharepointIds"] = json!({ "listItemUniqueId": id });
    }
    drop(items);
    fake.add("9", "x.docx");
    fake
}

/// Lets Microsoft resolve the address to this item.
fn resolving(fake: &Fake, url: &str, item: &str) {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let token = URL_SAFE_NO_PAD.encode(url);
    fake.items.borrow_mut().get_mut(item).unwrap().json["shared"] = json!(token);
}

#[test]
fn the_address_of_an_open_file_leads_to_it_where_microsoft_resolves_it() {
    let fake = world_of_pages();
    resolving(&fake, PAGE, "ID-b/offer final.docx");
    let report = preview_of(&fake, &[("9", PAGE)]);
    assert_eq!(outcomes(&report), [RowOutcome::Linked], "{report:?}");
    assert_eq!(report.rows[0].resolved.as_deref(), Some("B/Offer final.docx"));
    assert!(!fake.paths().iter().any(|path| path.ends_with("/delta")));
}

#[test]
fn where_microsoft_does_not_resolve_it_the_file_is_found_by_its_id_in_the_list() {
    for status in [400, 403, 404] {
        let fake = world_of_pages();
        if status != 404 {
            fake.scripted(refusing_pages(status));
        }
        let report = preview_of(&fake, &[("9", PAGE)]);
        assert_eq!(outcomes(&report), [RowOutcome::Linked], "{report:?}");
        assert_eq!(report.rows[0].resolved.as_deref(), Some("B/Offer final.docx"));
    }
}

/// Refuses the tokens of pages with this status; all else in a batch is not there.
fn refusing_pages(status: u16) -> impl FnMut(&graph::Request) -> Option<Answer> {
    move |request| {
        let body: Value = serde_json::from_slice(request.body.as_deref()?).unwrap();
        let answer = |question: &Value| {
            assert!(question["url"].as_str().unwrap().starts_with("/shares/"), "{question}");
            json!({ "id": question["id"], "status": status, "body": {} })
        };
        let responses: Vec<Value> = body["requests"].as_array().unwrap().iter().map(answer).collect();
        Some(Answer::new(200, json!({ "responses": responses }).to_string()))
    }
}

#[test]
fn an_item_with_another_id_than_the_address_is_not_the_one() {
    let fake = world_of_pages();
    resolving(&fake, PAGE, "ID-a/offer.docx");
    let report = preview_of(&fake, &[("9", PAGE)]);
    assert_eq!(report.rows[0].resolved.as_deref(), Some("B/Offer final.docx"));
}

#[test]
fn what_can_not_be_known_is_said_and_the_files_of_that_name_are_suggested() {
    // Microsoft does not tell the ids.
    let fake = world(&["A/Offer.docx", "B/Plan.docx"]);
    let report = preview_of(&fake, &[("1", PAGE)]);
    assert_eq!(
        report.rows[0].outcome,
        RowOutcome::PathNotFound(vec!["A/Offer.docx".to_owned()])
    );
    let message = &report.rows[0].message;
    assert!(
        message.contains("does not tell") && message.contains("did you mean \"A/Offer.docx\""),
        "{message}"
    );
    // It does, and it is none of them.
    let fake = world_of_pages();
    fake.items.borrow_mut().remove("ID-b/offer final.docx");
    let report = preview_of(&fake, &[("9", PAGE)]);
    let message = &report.rows[0].message;
    assert!(message.contains("another library of the site"), "{message}");
}

#[test]
fn a_page_of_another_site_is_one_of_another_drive() {
    let fake = world_of_pages();
    let other = PAGE.replace("sites/Team", "sites/Other");
    assert_eq!(outcomes(&preview_of(&fake, &[("9", &other)])), [RowOutcome::OtherDrive]);
    resolving(&fake, &other, "ID-b/offer final.docx");
    assert_eq!(outcomes(&preview_of(&fake, &[("9", &other)])), [RowOutcome::Linked]);
}

#[test]
fn what_is_in_the_drive_decides_how_an_address_is_read() {
    let fake = world(&[
        "Plan #1/a.pdf",
        "Plan/b.pdf",
        "A b/c.pdf",
        "A%20b/d.pdf",
        "E f.pdf",
        "E%20f.pdf",
    ]);
    let web = "https://contoso.example/sites/Team/Shared Documents";
    let one = |id: &str, path: &str| preview_of(&fake, &[(id, &format!("{web}/{path}"))]).rows.remove(0);
    // There is a folder `Plan` too, which is no file.
    assert_eq!(one("1", "Plan #1/a.pdf").resolved.as_deref(), Some("Plan #1/a.pdf"));
    assert_eq!(one("3", "A%2520b/c.pdf").resolved.as_deref(), Some("A b/c.pdf"));
    let literal = one("4", "A%2520b/d.pdf");
    assert_eq!(literal.outcome, RowOutcome::Linked, "{literal:?}");
    let both = vec!["E%20f.pdf".to_owned(), "E f.pdf".to_owned()];
    assert_eq!(one("5", "E%2520f.pdf").outcome, RowOutcome::Ambiguous(both));
}

#[test]
fn wrapped_addresses_lead_where_the_inner_ones_do() {
    let fake = world(&["A/b.docx"]);
    let inner = "https%3A%2F%2Fcontoso.example%2Fsites%2FTeam%2FShared%2520Documents%2FA%2Fb.docx";
    for url in [
        format!("https://nam02.safelinks.protection.outlook.com/?url={inner}%3Fweb%3D1&data=05&reserved=0"),
        format!("https://teams.microsoft.com/l/file/0F3C?objectUrl={inner}&serviceName=teams"),
    ] {
        assert_eq!(
            outcomes(&preview_of(&fake, &[("1", &url)])),
            [RowOutcome::Linked],
            "{url}"
        );
    }
}
