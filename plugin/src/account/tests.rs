#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::*;
use crate::{
    contract::DriveKind,
    fake::{API, Answer, Fake, run},
    source::{ANY_TENANT, CLIENT_ID, PERSONAL_TENANT},
};

const TID: &str = "11111111-2222-3333-4444-555555555555";
const OID: &str = "66666666-7777-8888-9999-000000000000";

fn verified(
    fake: &mut Fake,
    mode: Mode,
    settings: &[(&str, &str)],
    claims: &[(&str, &str)],
) -> Result<Account, SignInError> {
    fn look<'a>(pairs: &'a [(&str, &str)], name: &str) -> Option<&'a str> {
        pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
    fake.connection.mode = mode;
    let fake = &*fake;
    run(fake, verify(fake, |key| look(settings, key), |name| look(claims, name)))
}

/// Ada has signed in, and Graph answers this.
fn person(answer: Answer) -> Result<Account, SignInError> {
    person_for("own", answer)
}

fn person_for(reach: &str, answer: Answer) -> Result<Account, SignInError> {
    let mut fake = Fake::new([]).answering(move |_| Some(answer.clone()));
    let claims = [("ver", "2.0"), ("tid", TID), ("oid", OID), ("name", "Ada")];
    let settings = [
        (TENANT, ANY_TENANT),
        (REACH, reach),
        (CLIENT_ID, "11111111-2222-3333-4444-555555555555"),
    ];
    let verified = verified(&mut fake, Mode::User, &settings, &claims);
    assert_eq!(fake.paths()[0], format!("{API}/v1.0/me/drive"));
    verified
}

fn company(
    settings: &[(&str, &str)],
    script: impl FnMut(&graph::Request) -> Option<Answer> + 'static,
) -> (Result<Account, SignInError>, Vec<String>) {
    let mut fake = Fake::new([]).answering(script);
    let settings = [&[(TENANT, "Contoso.com")], settings].concat();
    let verified = verified(&mut fake, Mode::Organization, &settings, &[]);
    (verified, fake.paths())
}

fn drive(kind: &str) -> Answer {
    Answer::new(
        200,
        json!({ "id": "b!1", "name": "OneDrive", "driveType": kind }).to_string(),
    )
}

fn error(status: u16, message: &str) -> Answer {
    Answer::new(
        status,
        json!({ "error": { "code": "x", "message": message } }).to_string(),
    )
}

#[test]
fn r07_a_member_with_a_onedrive_is_taken_and_the_drive_suggests_itself() {
    for kind in ["business", "documentLibrary"] {
        let account = person(drive(kind)).unwrap();
        assert_eq!((account.id, account.name), (format!("{TID}/{OID}"), "Ada".to_owned()));
        assert_eq!(account.drive.unwrap().id, "b!1");
    }
}

#[test]
fn r21_a_personal_drive_is_refused_whatever_the_claims_say() {
    assert_eq!(person(drive("personal")).unwrap_err().problem, Problem::AccountRefused);
    assert_eq!(person(drive("")).unwrap_err().problem, Problem::AccountRefused);
}

#[test]
fn r21_a_personal_account_is_refused_before_anything_is_asked() {
    let mut fake = Fake::new([]);
    let claims = [("ver", "2.0"), ("tid", PERSONAL_TENANT), ("oid", OID)];
    let error = verified(&mut fake, Mode::User, &[(TENANT, ANY_TENANT)], &claims).unwrap_err();
    assert_eq!(error.problem, Problem::AccountRefused);
    assert!(fake.paths().is_empty());
}

#[test]
fn a_guest_without_a_drive_is_refused_with_the_way_out() {
    for answer in [
        error(404, "User's mysite not found."),
        error(400, "Tenant does not have a SPO license"),
    ] {
        let refused = person(answer).unwrap_err();
        assert_eq!(refused.problem, Problem::AccountRefused);
        assert!(refused.message.contains("guests"), "{}", refused.message);
    }
}

#[test]
fn a_guest_or_an_account_without_a_licence_is_welcome_for_the_libraries_of_sites() {
    for answer in [
        error(404, "User's mysite not found."),
        error(400, "Tenant does not have a SPO license"),
    ] {
        let account = person_for("sites", answer).unwrap();
        assert_eq!((account.drive, account.name.as_str()), (None, "Ada"));
    }
    assert_eq!(
        person_for("sites", drive("personal")).unwrap_err().problem,
        Problem::AccountRefused
    );
    let denied = person_for("sites", error(403, "Access denied")).unwrap_err();
    assert_eq!(denied.problem, Problem::ConsentMissing);
    assert!(
        denied.message.contains("/organizations/adminconsent?client_id="),
        "{}",
        denied.message
    );
}

#[test]
fn a_person_who_may_read_nothing_is_told_which_permission_is_missing() {
    for status in [401, 403] {
        let refused = person(error(status, "Access denied")).unwrap_err();
        assert_eq!(refused.problem, Problem::ConsentMissing);
        assert!(refused.message.contains("Files.Read"), "{}", refused.message);
    }
    assert_eq!(person(error(500, "")).unwrap_err().problem, Problem::Unavailable);
}

#[test]
fn r14_the_companys_credentials_are_tried_on_something_that_is_everywhere_and_never_on_me() {
    for answer in [drive("documentLibrary"), error(404, "itemNotFound")] {
        let (account, paths) = company(&[], move |_| Some(answer.clone()));
        let account = account.unwrap();
        assert_eq!((account.name.as_str(), account.drive), ("contoso.com", None));
        assert_eq!(paths, [format!("{API}/v1.0/sites/root/drive")]);
    }
}

#[test]
fn r16_credentials_without_any_right_are_told_what_to_grant() {
    for status in [401, 403] {
        let (refused, _) = company(&[], move |_| Some(error(status, "Access denied")));
        let refused = refused.unwrap_err();
        assert_eq!(refused.problem, Problem::ConsentMissing);
        assert!(refused.message.contains("Files.Read.All"), "{}", refused.message);
    }
}

#[test]
fn an_application_for_single_sites_is_tried_on_the_one_that_was_named() {
    let url = "https://contoso.sharepoint.com/sites/M";
    let answers = |request: &graph::Request| {
        let path = request
            .url
            .split('?')
            .next()
            .unwrap()
            .strip_prefix(API)
            .unwrap()
            .to_owned();
        Some(match path.as_str() {
            "/v1.0/sites/contoso.sharepoint.com:/sites/M" => {
                Answer::new(200, json!({ "id": "h,1,2", "displayName": "M" }).to_string())
            }
            "/v1.0/sites/h,1,2/drives" => Answer::new(200, json!({ "value": [] }).to_string()),
            "/v1.0/sites/h,1,2/drive" => drive("documentLibrary"),
            _ => error(403, "Access denied"),
        })
    };
    let (account, _) = company(&[(URL, url)], answers);
    let drive = account.unwrap().drive.unwrap();
    assert_eq!(
        (drive.kind, drive.name.as_str()),
        (DriveKind::SiteLibrary, "OneDrive (M)")
    );

    let (refused, _) = company(&[(URL, "https://contoso.sharepoint.com/sites/Other")], answers);
    let refused = refused.unwrap_err();
    assert_eq!(refused.problem, Problem::ConsentMissing);
    assert!(refused.message.contains("Sites.Selected"), "{}", refused.message);

    let (refused, paths) = company(&[(URL, "my drive")], answers);
    assert_eq!((refused.unwrap_err().key, paths.len()), (Some(URL.to_owned()), 0));
}
