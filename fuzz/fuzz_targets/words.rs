//! Text that comes over the contract or in file names: ids, settings, refusals of the sign-in service, names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onedrive_plugin::{
    contract::{Mode, Refusal},
    failure::Failure,
    graph,
    rules::formats,
    source, wording,
};
use url::Url;

const API: &str = "https://graph.microsoft.com";
const MODES: [Mode; 2] = [Mode::Organization, Mode::User];

fuzz_target!(|text: &str| {
    let (one, other) = text.split_once('\n').unwrap_or((text, ""));
    ids_stay_in_their_segment(one, other);
    settings_stay_with_microsoft(one, other);

    for mode in MODES {
        let refusal = source::Refusal {
            status: 400,
            error: one,
            description: other,
            suberror: Some(other),
            ..source::Refusal::default()
        };
        assert!(!source::explain(mode, &refusal, None).message.is_empty());
    }

    let ending = formats::ending(one);
    assert!(!ending.contains('.') && ending == ending.to_ascii_lowercase());
    let _ = formats::fits_media_type(&ending, other);
    let _ = formats::is_page_or_message(other, one.as_bytes());
    assert_eq!(formats::same_format(one, other), formats::same_format(other, one));
    assert!(!wording::refusal(&Refusal::UnsupportedType(ending), one).is_empty());
    assert!(!wording::failure(&Failure::NotFound, one).is_empty());
});

/// An id can't lead to another path, whatever is in it.
fn ids_stay_in_their_segment(drive: &str, item: &str) {
    if !graph::is_id(drive) || !graph::is_id(item) {
        return;
    }
    let url = Url::parse(&graph::content(API, drive, item).url).unwrap();
    let segments: Vec<&str> = url.path_segments().unwrap().collect();
    assert_eq!(segments.len(), 6, "{url}");
    assert_eq!(
        (segments[0], segments[1], segments[3], segments[5]),
        ("v1.0", "drives", "items", "content"),
        "{url}"
    );
    assert_eq!(
        (url.origin().ascii_serialization().as_str(), url.query(), url.fragment()),
        (API, None, None)
    );

    let batch = graph::batch(API, &[&graph::by_id(drive, item)]);
    let body: serde_json::Value = serde_json::from_slice(&batch.body.unwrap()).unwrap();
    let path = body["requests"][0]["url"].as_str().unwrap();
    let url = Url::parse(API).unwrap().join(path).unwrap();
    assert_eq!(url.path_segments().unwrap().count(), 4, "{url}");
}

/// What is filled in can't send a secret elsewhere.
fn settings_stay_with_microsoft(tenant: &str, client: &str) {
    for cloud in ["global", "us-gov", "us-dod", "china", client] {
        let settings = |key: &str| match key {
            "tenant" => Some(tenant),
            "client-id" => Some(client),
            "cloud" => Some(cloud),
            _ => None,
        };
        let known_client = |key: &str| match key {
            "client-id" => Some("11111111-2222-3333-4444-555555555555"),
            other => settings(other),
        };
        if let Some(approval) = source::approval_url(known_client) {
            let url = Url::parse(&approval).unwrap();
            assert_eq!(url.path_segments().unwrap().last(), Some("adminconsent"), "{url}");
            assert_eq!(url.path_segments().unwrap().count(), 2, "{url}");
        }
        for mode in MODES {
            for plan in [
                source::authorization(mode, settings),
                source::authorization(mode, known_client),
            ] {
                let Ok(plan) = plan else { continue };
                check(&plan.token_url, "token", tenant);
                assert_eq!(plan.sign_in.is_some(), mode == Mode::User);
                if let Some(page) = plan.sign_in {
                    check(&page.url, "authorize", tenant);
                }
            }
        }
    }
}

fn check(url: &str, endpoint: &str, tenant: &str) {
    let url = Url::parse(url).unwrap();
    let host = url.host_str().unwrap();
    assert!(
        host == "login.microsoftonline.com"
            || host == "login.microsoftonline.us"
            || host == "login.partner.microsoftonline.cn",
        "{url}"
    );
    let segments: Vec<&str> = url.path_segments().unwrap().collect();
    assert_eq!(
        segments.get(1..),
        Some(["oauth2", "v2.0", endpoint].as_slice()),
        "{url}"
    );
    let tenant = match tenant.trim() {
        "" => "organizations",
        tenant => tenant,
    };
    assert!(segments[0].eq_ignore_ascii_case(tenant), "{url}");
}
