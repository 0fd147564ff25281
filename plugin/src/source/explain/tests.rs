use super::*;
use crate::source::{CERTIFICATE, CLIENT_ID, CLIENT_SECRET, CLOUD, TENANT};

const APPROVAL: &str = "https://login.example/t/adminconsent?client_id=c";

fn told(mode: Mode, status: u16, error: &str, description: &str) -> SignInError {
    let refusal = Refusal {
        status,
        error,
        description,
        ..Refusal::default()
    };
    super::explain(mode, &refusal, Some(APPROVAL))
}

fn explain(status: u16, error: &str, description: &str) -> SignInError {
    told(Mode::Organization, status, error, description)
}

fn explained(number: u32) -> SignInError {
    explain(
        401,
        "invalid_client",
        &format!("AADSTS{number}: Something. Trace ID: 1 Correlation ID: 2"),
    )
}

#[test]
fn r16_each_mistake_has_its_own_message_and_field() {
    for (number, problem, key, word) in [
        (7_000_215, Problem::WrongSettings, Some(CLIENT_SECRET), "Secret ID"),
        (7_000_222, Problem::ExpiredSecret, Some(CLIENT_SECRET), "expired"),
        (90_002, Problem::WrongSettings, Some(TENANT), "tenant"),
        (700_016, Problem::WrongSettings, Some(CLIENT_ID), "Client ID"),
        (65_001, Problem::ConsentMissing, None, "admin consent"),
        (900_382, Problem::WrongSettings, Some(CLOUD), "cloud"),
    ] {
        let error = explained(number);
        assert_eq!((error.problem, error.key.as_deref()), (problem, key), "{number}");
        assert!(error.message.contains(word), "{}", error.message);
    }
}

#[test]
fn unknown_numbers_fall_back_to_the_word_and_are_named() {
    let error = explained(4_242);
    assert_eq!(error.problem, Problem::WrongSettings);
    assert!(error.message.ends_with("(AADSTS4242)"), "{}", error.message);
}

#[test]
fn faults_of_the_service_are_to_be_tried_again() {
    assert_eq!(explain(503, "", "").problem, Problem::Unavailable);
    assert_eq!(
        explain(400, "temporarily_unavailable", "").problem,
        Problem::Unavailable
    );
    assert_eq!(explain(429, "invalid_grant", "").problem, Problem::Unavailable);
    assert_eq!(explain(400, "novelty", "text").problem, Problem::Other);
}

#[test]
fn the_description_is_never_repeated() {
    let error = explain(400, "invalid_client", "the secret was hunter2");
    assert!(!error.message.contains("hunter2"));
}

#[test]
fn what_passes_by_itself_is_waited_for_whatever_status_and_word_it_comes_with() {
    for mode in [Mode::User, Mode::Organization] {
        for number in [
            50_196, 90_055, 90_033, 90_006, 90_012, 90_024, 90_041, 90_090, 90_091, 50_033, 50_087, 50_000, 50_088,
            40_010,
        ] {
            for (status, word) in [(400, "invalid_grant"), (401, "invalid_client"), (0, "access_denied")] {
                let error = told(mode, status, word, &format!("AADSTS{number}: x"));
                assert_eq!(error.problem, Problem::Unavailable, "{number} {word}");
                assert!(!error.message.contains("settings"), "{}", error.message);
            }
        }
    }
}

#[test]
fn an_application_that_nobody_has_approved_is_told_with_the_address_of_the_approval() {
    for number in [7_000_229, 65_001, 90_094, 90_008] {
        let error = explained(number);
        assert_eq!((error.problem, error.key), (Problem::ConsentMissing, None), "{number}");
        assert!(error.message.contains(APPROVAL), "{}", error.message);
    }
    let blocked = explained(53_003);
    assert!(
        !blocked.message.contains(APPROVAL),
        "no approval helps: {}",
        blocked.message
    );
}

#[test]
fn r16_whatever_is_wrong_with_a_certificate_has_words_of_its_own() {
    for (number, problem, key, word) in [
        (700_027, Problem::WrongSettings, Some(CERTIFICATE), "upload"),
        (700_030, Problem::WrongSettings, Some(CERTIFICATE), "upload"),
        (700_024, Problem::WrongSettings, None, "clock"),
        (1_000_502, Problem::ExpiredSecret, Some(CERTIFICATE), "certificate"),
        (7_000_214, Problem::ExpiredSecret, Some(CERTIFICATE), "certificate"),
        (7_000_274, Problem::ExpiredSecret, Some(CERTIFICATE), "certificate"),
        (7_000_277, Problem::ExpiredSecret, Some(CERTIFICATE), "certificate"),
        (700_023, Problem::WrongSettings, Some(TENANT), "tenant"),
    ] {
        for mode in [Mode::User, Mode::Organization] {
            let error = told(mode, 401, "invalid_client", &format!("AADSTS{number}: x"));
            assert_eq!((error.problem, error.key.as_deref()), (problem, key), "{number}");
            assert!(error.message.contains(word), "{}", error.message);
            assert!(!error.message.contains("Client Secret"), "{}", error.message);
        }
    }
}

#[test]
fn a_redirect_address_on_the_wrong_platform_is_named() {
    for (mode, word, number) in [
        (Mode::User, "invalid_request", 9_002_327),
        (Mode::User, "invalid_request", 9_002_326),
        (Mode::User, "invalid_grant", 700_084),
    ] {
        let error = told(mode, 400, word, &format!("AADSTS{number}: x"));
        assert!(error.message.contains("Single-page application"), "{}", error.message);
    }
}

#[test]
fn where_the_number_is_shown_administrators_find_it_by_its_id() {
    let refusal = Refusal {
        status: 400,
        error: "invalid_grant",
        codes: &[4_242],
        correlation_id: Some("5e1f7a2c-0000-4000-8000-000000c11e47"),
        ..Refusal::default()
    };
    let error = super::explain(Mode::User, &refusal, None);
    assert!(
        error
            .message
            .ends_with("(AADSTS4242, correlation ID 5e1f7a2c-0000-4000-8000-000000c11e47)"),
        "{}",
        error.message
    );
}

#[test]
fn a_number_that_only_the_list_has_counts_too() {
    let refusal = Refusal {
        status: 400,
        error: "invalid_grant",
        description: "AADSTS4242: x",
        codes: &[4_242, 50_196],
        ..Refusal::default()
    };
    let error = super::explain(Mode::User, &refusal, None);
    assert_eq!(error.problem, Problem::Unavailable);
}

#[test]
fn what_is_missing_is_asked_for_in_the_words_of_who_connects() {
    for number in [65_005, 650_054, 650_056, 650_057] {
        let person = told(Mode::User, 400, "invalid_client", &format!("AADSTS{number}: x"));
        assert!(person.message.contains("delegated"), "{}", person.message);
        let company = told(Mode::Organization, 400, "invalid_client", &format!("AADSTS{number}: x"));
        assert!(
            company.message.contains("application permission"),
            "{}",
            company.message
        );
    }
    assert_eq!(explained(500_011).key.as_deref(), Some(CLOUD));
    assert!(explained(650_052).message.contains("subscribed"));
}
