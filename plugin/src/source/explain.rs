//! What the sign-in service's refusal of a token request means. Its numbers (`AADSTS…`) tell most; they may change, so
//! the error word of the standard decides where a number is not known.

mod person;

use super::{CERTIFICATE, CLIENT_ID, CLIENT_SECRET, CLOUD, TENANT};
use crate::model::Mode;

/// What can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Something filled in is wrong.
    WrongSettings,
    /// The secret is over.
    ExpiredSecret,
    /// The person must sign in again.
    SignInAgain,
    /// The person did not agree.
    Declined,
    /// This account can't be used here.
    AccountRefused,
    /// Somebody with the rights must approve the application first.
    ConsentMissing,
    /// Try again later.
    Unavailable,
    /// Anything else.
    Other,
}

/// What a refusal means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInError {
    /// By what can be done.
    pub problem: Problem,
    /// The field to look at.
    pub key: Option<&'static str>,
    /// What happened and what to do.
    pub message: String,
}

/// Explains a refused token request by its status, its `error` and its `error_description`. What came back from the page
/// where people sign in has status 0.
#[must_use]
pub fn explain(mode: Mode, status: u16, error: &str, description: &str) -> SignInError {
    let number = number(description);
    let of_person = number
        .filter(|_| mode == Mode::User)
        .and_then(|number| person::by_number(number, error));
    if let Some((problem, key, message)) = of_person.or_else(|| number.and_then(by_number)) {
        return SignInError {
            problem,
            key,
            message: message.to_owned(),
        };
    }
    let (problem, text) = match mode {
        Mode::User if status != 429 && status < 500 => person::by_word(error).unwrap_or_else(|| by_word(status, error)),
        _ => by_word(status, error),
    };
    let reference = match number {
        Some(number) => format!(" (AADSTS{number})"),
        None if status == 0 => String::new(),
        None => format!(" (status {status})"),
    };
    SignInError {
        problem,
        key: None,
        message: format!("{text}{reference}"),
    }
}

/// The first `AADSTS` number of a description.
fn number(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// What a number stands for: the problem, the field to look at, and the words.
type Meaning = (Problem, Option<&'static str>, &'static str);

fn by_number(number: u32) -> Option<Meaning> {
    use Problem::{ConsentMissing, ExpiredSecret, Unavailable, WrongSettings};
    Some(match number {
        7_000_215 => (
            WrongSettings,
            Some(CLIENT_SECRET),
            "the client secret is wrong: paste the secret's Value, not its Secret ID; the Value is shown only once, so \
             make a new secret if it is lost",
        ),
        7_000_222 => (
            ExpiredSecret,
            Some(CLIENT_SECRET),
            "the client secret has expired: make a new one under Certificates & secrets, and connect with its Value",
        ),
        7_000_218 | 900_144 | 90_014 => (
            WrongSettings,
            Some(CLIENT_SECRET),
            "the client secret is missing: fill in the secret's Value, or give a certificate",
        ),
        700_025 => (
            WrongSettings,
            Some(CLIENT_SECRET),
            "the application is registered as a public client (mobile and desktop), which has no secret: leave the \
             secret out, or register the redirect address under Web",
        ),
        50_011 => (
            WrongSettings,
            None,
            "the redirect address is not registered: add http://localhost/connect to the application's redirect URIs",
        ),
        50_194 => (
            WrongSettings,
            Some(TENANT),
            "the application is for one tenant only: fill in that tenant's id or domain",
        ),
        90_002 | 50_059 => (
            WrongSettings,
            Some(TENANT),
            "Microsoft knows no such tenant: check the Tenant ID, and that it belongs to the cloud chosen",
        ),
        700_016 | 700_011 | 70_001 => (
            WrongSettings,
            Some(CLIENT_ID),
            "the tenant has no application with this client id: check the Client ID, and that the application is \
             registered in this tenant or approved for it",
        ),
        7_000_112 => (
            WrongSettings,
            Some(CLIENT_ID),
            "the application is disabled: an administrator of Microsoft 365 can enable it under Enterprise applications",
        ),
        90_038 | 900_382 | 900_432 => (
            WrongSettings,
            Some(CLOUD),
            "the tenant lives in another Microsoft cloud: choose that cloud",
        ),
        65_001 | 65_004 | 90_094 | 90_095 | 50_105 => (
            ConsentMissing,
            None,
            "the application is not approved: an administrator of Microsoft 365 must grant its permissions (API \
             permissions, Grant admin consent)",
        ),
        65_005 | 650_052 | 650_054 | 650_056 | 650_057 | 500_011 => (
            ConsentMissing,
            None,
            "the application is not set up for Microsoft Graph: an administrator of Microsoft 365 can add \
             Files.Read.All under API permissions and grant it",
        ),
        53_000 | 53_001 | 53_003 | 53_011 | 50_131 | 500_021 | 500_022 => (
            ConsentMissing,
            None,
            "a policy of the tenant blocks the application: an administrator of Microsoft 365 can make an exception",
        ),
        700_027 => (
            WrongSettings,
            Some(CERTIFICATE),
            "the certificate is not accepted: upload it under Certificates & secrets, and check that it has not expired \
             and that this machine's clock is right",
        ),
        90_055 => (
            Unavailable,
            None,
            "Microsoft asks the tenant to slow down: try again in a few minutes",
        ),
        _ => return None,
    })
}

fn by_word(status: u16, error: &str) -> (Problem, &'static str) {
    match error {
        "temporarily_unavailable" | "server_error" => (
            Problem::Unavailable,
            "Microsoft's sign-in service does not work at the moment: try again later",
        ),
        _ if status == 429 || status >= 500 => (
            Problem::Unavailable,
            "Microsoft's sign-in service does not work at the moment: try again later",
        ),
        "" => (
            Problem::Unavailable,
            "what answered in the place of Microsoft's sign-in service is no answer of it: check whether a proxy or the log-in \
             page of a network is in between, and try again",
        ),
        "invalid_client" | "unauthorized_client" => (
            Problem::WrongSettings,
            "Microsoft does not accept the credentials: check Tenant ID, Client ID and Client Secret or \
             Certificate",
        ),
        "consent_required" | "interaction_required" | "access_denied" => (
            Problem::ConsentMissing,
            "Microsoft wants the application approved first: an administrator of Microsoft 365 must grant its permissions",
        ),
        "invalid_grant" | "invalid_request" | "invalid_scope" | "invalid_resource" | "invalid_target" => (
            Problem::WrongSettings,
            "Microsoft does not take the sign-in with these settings: check them, and connect again",
        ),
        _ => (
            Problem::Other,
            "the sign-in failed for a reason that is not known here: see the host's log",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(status: u16, error: &str, description: &str) -> SignInError {
        super::explain(Mode::Organization, status, error, description)
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
            assert_eq!((error.problem, error.key), (problem, key), "{number}");
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
}
