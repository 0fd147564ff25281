#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod addresses;

use serde_json::{Value, json};

use super::*;
use crate::fake::{API, Answer, Fake, run};

/// All pages, and all notes.
fn listed(fake: &Fake) -> Result<(Vec<Drive>, Vec<String>), CallError> {
    let (mut found, mut notes, mut next) = (vec![], vec![], None::<String>);
    loop {
        let page = run(fake, drives(fake, Role::Administrator, next.as_deref()))?;
        found.extend(page.drives);
        notes.extend(page.notes);
        next = page.next;
        if next.is_none() {
            return Ok((found, notes));
        }
    }
}

fn ok(body: &Value) -> Answer {
    Answer::new(200, body.to_string())
}

fn drive(id: &str, kind: &str) -> Value {
    json!({ "value": [one(id, kind)] })
}

fn one(id: &str, kind: &str) -> Value {
    json!({ "id": id, "name": "Documents", "driveType": kind })
}

/// An organization of two people (on two pages), one of them without a drive, and two sites, one of them personal.
fn organization(path: &str) -> Answer {
    match path.strip_prefix(API).unwrap().split("?$select").next().unwrap() {
        "/v1.0/users" => ok(&json!({
            "value": [{ "id": "u1", "displayName": "Ada" }],
            "@odata.nextLink": format!("{API}/v1.0/users?$skiptoken=2"),
        })),
        "/v1.0/users?$skiptoken=2" => ok(&json!({ "value": [{ "id": "u2", "displayName": "Bob" }] })),
        "/v1.0/users/u1/drive" => ok(&one("d1", "business")),
        "/v1.0/users/u2/drive" => Answer::new(
            404,
            r#"{"error":{"code":"ResourceNotFound","message":"User's mysite not found."}}"#,
        ),
        "/v1.0/sites/getAllSites" => ok(&json!({ "value": [
            { "id": "h,1,2", "displayName": "Sales", "webUrl": "https://contoso.sharepoint.com/sites/sales" },
            { "id": "h,3,4", "webUrl": "https://contoso-my.sharepoint.com/personal/ada" },
        ]})),
        "/v1.0/sites/h,1,2/drives" => ok(&drive("d2", "documentLibrary")),
        other => unreachable!("{other}"),
    }
}

/// That organization, with some of its answers replaced.
fn with(status: u16, part: &'static str) -> Fake {
    Fake::new([]).answering(move |request| {
        let denied = Answer::new(status, r#"{"error":{"code":"accessDenied","message":"No."}}"#);
        Some(if !part.is_empty() && request.url.contains(part) {
            denied
        } else {
            organization(&request.url)
        })
    })
}

#[test]
fn r02_a_member_is_turned_away_before_any_other_call() {
    let fake = Fake::new([]);
    assert_eq!(run(&fake, drives(&fake, Role::Member, None)), Err(CallError::Forbidden));
    assert_eq!(fake.calls.get(), 0);
}

#[test]
fn r17_people_come_first_then_sites_and_personal_sites_are_no_second_time() {
    let fake = with(0, "");
    let (drives, notes) = listed(&fake).unwrap();
    let found: Vec<_> = drives
        .iter()
        .map(|drive| (drive.id.as_str(), drive.name.as_str(), drive.kind))
        .collect();
    let expected = [
        ("d1", "Documents (Ada)", DriveKind::PersonalWork),
        ("d2", "Documents (Sales)", DriveKind::SiteLibrary),
    ];
    assert_eq!(found, expected);
    assert!(notes.is_empty(), "a person without a drive is no news: {notes:?}");
}

#[test]
fn r14_nobody_asks_who_i_am() {
    let fake = with(0, "");
    listed(&fake).unwrap();
    assert!(!fake.paths().iter().any(|path| path.contains("/me")));
}

#[test]
fn r17_one_list_out_of_reach_leaves_the_other_and_a_note() {
    let (drives, notes) = listed(&with(403, "/users?$select")).unwrap();
    assert_eq!((drives.len(), drives[0].id.as_str()), (1, "d2"));
    assert!(notes[0].contains("User.Read.All"), "{notes:?}");

    let (drives, notes) = listed(&with(403, "/sites/getAllSites")).unwrap();
    assert_eq!((drives.len(), drives[0].id.as_str()), (1, "d1"));
    assert!(notes[0].contains("Sites.Read.All"), "{notes:?}");
}

#[test]
fn r17_both_lists_out_of_reach_name_the_permission_to_grant() {
    let fake = Fake::new([]).answering(|_| Some(Answer::new(403, "")));
    let Err(CallError::AccessDenied(text)) = listed(&fake) else {
        unreachable!("nothing can be listed");
    };
    assert!(text.contains("User.Read.All") && text.contains("Sites.Read.All"));
}

#[test]
fn a_site_that_cannot_be_read_is_noted_and_the_rest_is_listed() {
    let (drives, notes) = listed(&with(403, "/sites/h,1,2/drives")).unwrap();
    assert_eq!(drives.len(), 1);
    assert!(notes[0].contains("Sales"), "{notes:?}");
}

#[test]
fn r21_drives_of_personal_accounts_are_left_out() {
    let fake = Fake::new([]).answering(|request| {
        let personal = request.url.contains("/u1/drive").then(|| ok(&one("d9", "personal")));
        Some(personal.unwrap_or_else(|| organization(&request.url)))
    });
    let (drives, _) = listed(&fake).unwrap();
    assert!(drives.iter().all(|drive| drive.id != "d9"));
}

#[test]
fn credentials_that_are_not_accepted_end_the_listing() {
    for part in ["/users?$select", "/users/u1/drive"] {
        assert!(
            matches!(listed(&with(401, part)), Err(CallError::SignInNeeded(_))),
            "{part}"
        );
    }
}

#[test]
fn a_cursor_that_leads_away_or_makes_no_sense_is_not_followed() {
    let fake = with(0, "");
    let away = Cursor {
        link: Some("https://evil.example/".into()),
        ..Cursor::default()
    };
    for next in ["", "nonsense", &write_cursor(&away)] {
        assert_eq!(
            run(&fake, drives(&fake, Role::Administrator, Some(next))),
            Err(CallError::NotFound)
        );
    }
    assert!(fake.requests.borrow().is_empty());
}

/// Ada's own sign-in: her OneDrive, and one site that she can find.
fn signed_in(sites: u16) -> Fake {
    let mut fake = Fake::new([]).answering(move |request| {
        Some(
            match request.url.strip_prefix(API).unwrap().split('?').next().unwrap() {
                "/v1.0/me/drive" => ok(&one("d1", "business")),
                "/v1.0/sites" if sites == 200 => ok(&json!({ "value": [
                    { "id": "h,1,2", "displayName": "Sales", "webUrl": "https://contoso.sharepoint.com/sites/sales" },
                ]})),
                "/v1.0/sites" => Answer::new(sites, r#"{"error":{"code":"accessDenied","message":"No."}}"#),
                "/v1.0/sites/h,1,2/drives" => ok(&drive("d2", "documentLibrary")),
                other => unreachable!("{other}"),
            },
        )
    });
    fake.connection.mode = Mode::User;
    fake
}

#[test]
fn r07_a_person_sees_their_own_drives_and_the_sites_that_they_can_find() {
    let (drives, notes) = listed(&signed_in(200)).unwrap();
    let ids: Vec<_> = drives.iter().map(|drive| drive.id.as_str()).collect();
    assert_eq!((ids, notes.len()), (vec!["d1", "d2"], 0));

    let (drives, notes) = listed(&signed_in(403)).unwrap();
    assert_eq!(drives.len(), 1);
    assert!(notes[0].contains("`sites`"), "{notes:?}");
}

#[test]
fn a_site_that_is_locked_is_noted_and_a_person_without_a_licence_is_no_news() {
    for status in [423, 404, 403, 308, 401] {
        let (drives, notes) = listed(&with(status, "/sites/h,1,2/drives")).unwrap_or_default();
        if status == 401 {
            assert!(drives.is_empty(), "the only site of its page");
            continue;
        }
        assert_eq!((drives.len(), notes.len()), (1, 1), "{status}");
        assert!(
            notes[0].contains("Sales") && notes[0].contains(&status.to_string()),
            "{notes:?}"
        );
    }
    let closed = |request: &Request| {
        let body = r#"{"error":{"code":"notAllowed","message":"Access to this site has been blocked."}}"#;
        request.url.contains("h,1,2/drives").then(|| Answer::new(423, body))
    };
    let fake =
        Fake::new([]).answering(move |request| Some(closed(request).unwrap_or_else(|| organization(&request.url))));
    assert!(listed(&fake).unwrap().1[0].contains("locked or archived"));

    let fake = Fake::new([]).answering(|request| {
        let body = r#"{"error":{"code":"notAllowed","message":"You do not have a valid license"}}"#;
        let unlicensed = request.url.contains("/u2/drive").then(|| Answer::new(403, body));
        Some(unlicensed.unwrap_or_else(|| organization(&request.url)))
    });
    assert_eq!(listed(&fake).unwrap().1, Vec::<String>::new());
}

#[test]
fn libraries_that_the_system_hides_are_not_offered() {
    let fake = Fake::new([]).answering(|request| {
        let library = |id: &str, name: &str, last: &str| {
            json!({ "id": id, "name": name, "driveType": "documentLibrary",
                "webUrl": format!("https://contoso.sharepoint.com/sites/sales/{last}") })
        };
        let all = json!({ "value": [
            library("p1", "PersonalCacheLibrary", "PersonalCacheLibrary"),
            library("p2", "Documents", "PreservationHoldLibrary"),
            library("d2", "Documents", "Shared%20Documents"),
        ]});
        let hidden = request.url.contains("h,1,2/drives").then(|| ok(&all));
        Some(hidden.unwrap_or_else(|| organization(&request.url)))
    });
    let ids: Vec<String> = listed(&fake).unwrap().0.into_iter().map(|drive| drive.id).collect();
    assert_eq!(ids, ["d1", "d2"]);
}

/// Sixty sites on one page, and nobody to be listed.
fn many_sites(mut answer: impl FnMut(&str) -> Option<Answer> + 'static) -> Fake {
    Fake::new([]).answering(move |request| {
        let path = request.url.strip_prefix(API).unwrap().split('?').next().unwrap();
        let sites: Vec<Value> = (0..60)
            .map(|number| json!({ "id": format!("s{number}"), "displayName": "S" }))
            .collect();
        Some(answer(path).unwrap_or_else(|| match path {
            "/v1.0/users" => ok(&json!({ "value": [] })),
            "/v1.0/sites/getAllSites" => ok(&json!({ "value": sites })),
            path => {
                let site = path.split('/').nth(3).unwrap();
                ok(&drive(&format!("d-{site}"), "documentLibrary"))
            }
        }))
    })
}

#[test]
fn a_call_looks_at_some_owners_only_and_the_next_one_goes_on_in_the_same_page() {
    let fake = many_sites(|_| None);
    let mut next = None::<String>;
    let mut found = vec![];
    loop {
        fake.requests.borrow_mut().clear();
        let page = run(&fake, drives(&fake, Role::Administrator, next.as_deref())).unwrap();
        assert!(fake.requests.borrow().len() <= 1 + OWNERS);
        found.extend(page.drives.into_iter().map(|drive| drive.id));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..60).map(|number| format!("d-s{number}")).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_was_found_before_microsoft_asks_for_patience_is_given_and_the_next_call_goes_on_from_there() {
    let mut busy = true;
    let fake = many_sites(move |path| {
        let now = busy && path.contains("/s10/");
        busy &= !now;
        now.then(|| Answer::new(429, "").with("Retry-After", "300"))
    });
    let call = |next: Option<&str>| run(&fake, drives(&fake, Role::Administrator, next));
    let people = call(None).unwrap();
    let first = call(people.next.as_deref()).unwrap();
    assert!((4..=10).contains(&first.drives.len()), "{}", first.drives.len());
    let told = call(first.next.as_deref());
    assert!(matches!(told, Err(CallError::Throttled(Some(_)))), "{told:?}");
    run(&fake, fake.wait(std::time::Duration::from_secs(300)));
    let second = call(first.next.as_deref()).unwrap();
    assert_eq!(second.drives[0].id, format!("d-s{}", first.drives.len()));
}

#[test]
fn a_cursor_of_before_says_nothing_of_the_place_in_the_page() {
    let old = URL_SAFE_NO_PAD.encode(r#"{"phase":"Sites","link":null,"without_people":true}"#);
    let read = read_cursor(&old, API).unwrap();
    assert_eq!((read.phase, read.place, read.without_people), (Phase::Sites, 0, true));
}

#[test]
fn a_drive_is_found_by_its_id_and_named_after_its_owner() {
    let fake = Fake::new([]).answering(|request| {
        let path = request.url.strip_prefix(API).unwrap().split('?').next().unwrap();
        Some(match path {
            "/v1.0/drives/b!1" => ok(&json!({ "id": "b!1", "name": "OneDrive", "driveType": "business",
                "owner": { "user": { "displayName": "Ada" } } })),
            _ => Answer::new(404, r#"{"error":{"code":"itemNotFound","message":"No."}}"#),
        })
    });
    let by_id = |id: &str| run(&fake, resolve_drive(&fake, Role::Administrator, id));
    assert_eq!(by_id("b!1").unwrap().name, "OneDrive (Ada)");
    assert_eq!(by_id("b!2"), Err(CallError::NotFound));
    assert!(matches!(by_id("nonsense"), Err(CallError::WrongAddress(_))));
}
