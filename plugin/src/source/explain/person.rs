//! What refusals mean where a person signs in, or has signed in: other things than for the company's credentials.

use super::{
    meaning::{Meaning, Refusal},
    rights,
};
use crate::contract::Problem;

/// Whether the error word says that what was granted is of no use any more.
fn is_over(error: &str) -> bool {
    matches!(
        error,
        "invalid_grant" | "interaction_required" | "login_required" | "consent_required"
    )
}

/// By Microsoft's number, and by the word that goes with it.
pub(super) fn by_number(number: u32, refusal: &Refusal<'_>) -> Option<Meaning> {
    account(number)
        .or_else(|| approval(number, refusal))
        .or_else(|| again(number).map(|meaning| unless_in_vain(meaning, refusal.suberror)))
        .or_else(|| policy(number, refusal.suberror))
}

/// This account, whatever it agrees to.
fn account(number: u32) -> Option<Meaning> {
    let text = match number {
        // A personal account, in the several ways in which it is turned away.
        500_200 | 500_202 | 500_208 | 9_002_332 => {
            "this is a personal Microsoft account, and personal OneDrive accounts are not supported: pick a work or \
             school account"
        }
        50_014 | 50_020 | 50_034 | 51_004 | 16_000 | 16_003 | 90_072 => {
            "this account is not known in the tenant: pick an account of it, or have it invited first"
        }
        500_212 | 500_213 | 90_084 | 1_000_104 => {
            "one of the two organizations does not let this account work as a guest of the other: pick an account of the \
             tenant, or have an administrator change the settings for access between tenants"
        }
        50_105 => {
            "this account is not assigned to the application: an administrator of Microsoft 365 can assign it under \
             Enterprise applications, Users and groups"
        }
        _ => return None,
    };
    Some(Meaning::new(Problem::AccountRefused, text))
}

fn approval(number: u32, refusal: &Refusal<'_>) -> Option<Meaning> {
    Some(match number {
        // An administrator can give them back without the person, so it is tried again by itself.
        65_001 if is_over(refusal.error) => Meaning::consent(
            "the permissions of the application were withdrawn or have changed: sign in again and accept them, or have an \
             administrator of Microsoft 365 approve them",
        ),
        65_004 => Meaning::new(
            Problem::Declined,
            "the permissions were not accepted, so nothing was connected: sign in again and select Accept",
        ),
        90_094 | 90_095 => Meaning::consent(
            "your organization lets only administrators approve this application: ask an administrator of Microsoft 365 to \
             grant admin consent for it, then sign in again",
        ),
        _ => return None,
    })
}

/// What only the person can mend.
fn again(number: u32) -> Option<Meaning> {
    let text = match number {
        54_005 => "this sign-in was used already: sign in again, and follow its address once",
        50_147 | 501_481 | 501_491 => {
            "Microsoft's answer does not belong to this sign-in: sign in again, and finish it in the same browser"
        }
        50_072 | 50_074 | 50_076 | 50_078 | 50_079 => {
            "Microsoft wants a further proof of who you are (multi-factor authentication): sign in again"
        }
        70_043 => {
            "a policy of your organization wants a new sign-in every so often, and this one is over: sign in again; to keep \
             it from coming back, have an administrator of Microsoft 365 take this application out of the policy (sign-in \
             frequency), or use the company's credentials"
        }
        50_132 | 50_133 | 50_173 => {
            "the sign-in was revoked, as happens when a password is reset or an administrator ends all sessions: sign in \
             again"
        }
        50_085 | 50_089 => OVER,
        700_082 => "the sign-in has ended because it was not used for a long time: sign in again",
        50_053 | 50_055 | 50_057 | 50_125 | 50_135 | 50_144 => {
            "Microsoft does not let this account sign in (locked, disabled, or its password has expired or must be changed): \
             an administrator of Microsoft 365 can help; then sign in again"
        }
        _ => return None,
    };
    Some(Meaning::new(Problem::SignInAgain, text))
}

/// Signing in again, unless Microsoft says that it would be in vain.
fn unless_in_vain(meaning: Meaning, suberror: Option<&str>) -> Meaning {
    let other = by_suberror(suberror).filter(|other| other.problem != Problem::SignInAgain);
    other.unwrap_or(meaning)
}

const OVER: &str = "the sign-in is over: sign in again";

const BLOCKED: &str = "a policy of the tenant blocks this sign-in: an administrator of Microsoft 365 finds in the sign-in logs \
    what it wants, and can make an exception; it is tried again by itself";

/// A policy is the administrator's to change, unless Microsoft says that signing in is enough.
fn policy(number: u32, suberror: Option<&str>) -> Option<Meaning> {
    rights::is_policy(number).then(|| by_suberror(suberror).unwrap_or(Meaning::new(Problem::ConsentMissing, BLOCKED)))
}

/// Microsoft's word for what helps (`UiRequiredExceptionClassification` of its client libraries).
fn by_suberror(suberror: Option<&str>) -> Option<Meaning> {
    Some(match suberror? {
        "message_only" | "protection_policy_required" => Meaning::new(Problem::ConsentMissing, BLOCKED),
        "basic_action" | "additional_action" => Meaning::new(
            Problem::SignInAgain,
            "Microsoft wants the person at its sign-in page: sign in again, and do what it asks for",
        ),
        "consent_required" => Meaning::consent(
            "the permissions of the application are not approved (any more): sign in again and accept them, or have an \
             administrator of Microsoft 365 approve them",
        ),
        "user_password_expired" => Meaning::new(
            Problem::SignInAgain,
            "the password of this account has expired: change it, and sign in again",
        ),
        "bad_token" | "token_expired" => Meaning::new(Problem::SignInAgain, OVER),
        _ => return None,
    })
}

/// By the words alone.
pub(super) fn by_word(refusal: &Refusal<'_>) -> Option<Meaning> {
    match refusal.error {
        "access_denied" => Some(Meaning::new(
            Problem::Declined,
            "the sign-in was cancelled or declined, so nothing was connected: sign in again and select Accept",
        )),
        error if is_over(error) => Some(by_suberror(refusal.suberror).unwrap_or(Meaning::new(
            Problem::SignInAgain,
            "Microsoft does not accept the sign-in any more: sign in again",
        ))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Mode, SignInError};

    fn explained(error: &str, number: u32) -> SignInError {
        told(error, number, None)
    }

    fn told(error: &str, number: u32, suberror: Option<&str>) -> SignInError {
        let description = format!("AADSTS{number}: Something.");
        let refusal = Refusal {
            status: 400,
            error,
            description: &description,
            suberror,
            ..Refusal::default()
        };
        super::super::explain(Mode::User, &refusal, Some("https://login.example/adminconsent"))
    }

    #[test]
    fn whatever_ends_a_grant_asks_for_another_sign_in() {
        for number in [
            50_173, 700_082, 70_008, 70_000, 700_005, 500_112, 9_002_313, 50_076, 70_043, 4_242,
        ] {
            assert_eq!(
                explained("invalid_grant", number).problem,
                Problem::SignInAgain,
                "{number}"
            );
        }
        for word in ["interaction_required", "login_required", "consent_required"] {
            assert_eq!(explained(word, 4_242).problem, Problem::SignInAgain, "{word}");
        }
    }

    #[test]
    fn r12_declined_and_not_allowed_to_agree_are_two_things() {
        assert_eq!(explained("access_denied", 65_004).problem, Problem::Declined);
        assert_eq!(explained("access_denied", 0).problem, Problem::Declined);
        let needs_administrator = explained("access_denied", 90_094);
        assert_eq!(needs_administrator.problem, Problem::ConsentMissing);
        assert!(needs_administrator.message.contains("admin consent"));
        assert!(
            needs_administrator
                .message
                .contains("https://login.example/adminconsent")
        );
        assert_eq!(explained("consent_required", 65_004).problem, Problem::Declined);
    }

    #[test]
    fn r21_accounts_that_can_not_be_used_are_told_so() {
        for number in [
            500_200, 50_020, 50_105, 500_202, 90_072, 50_014, 16_000, 16_003, 500_212, 500_213,
        ] {
            assert_eq!(
                explained("invalid_request", number).problem,
                Problem::AccountRefused,
                "{number}"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_the_application_is_told_as_for_the_company() {
        for number in [7_000_215, 90_002, 700_016] {
            assert_eq!(
                explained("invalid_client", number).problem,
                Problem::WrongSettings,
                "{number}"
            );
        }
        assert_eq!(explained("temporarily_unavailable", 0).problem, Problem::Unavailable);
    }

    #[test]
    fn what_an_administrator_can_mend_is_not_asked_of_the_person() {
        for (error, number) in [
            ("invalid_grant", 65_001),
            ("invalid_grant", 53_003),
            ("interaction_required", 53_000),
            ("interaction_required", 530_084),
            ("invalid_grant", 530_032),
        ] {
            assert_eq!(explained(error, number).problem, Problem::ConsentMissing, "{number}");
        }
    }

    #[test]
    fn microsofts_own_word_for_what_helps_counts() {
        for (number, suberror, problem) in [
            (53_003, "message_only", Problem::ConsentMissing),
            (53_003, "basic_action", Problem::SignInAgain),
            (50_076, "message_only", Problem::ConsentMissing),
            (4_242, "message_only", Problem::ConsentMissing),
            (4_242, "basic_action", Problem::SignInAgain),
            (4_242, "consent_required", Problem::ConsentMissing),
            (4_242, "user_password_expired", Problem::SignInAgain),
            (4_242, "novelty", Problem::SignInAgain),
            (50_173, "bad_token", Problem::SignInAgain),
        ] {
            let error = told("invalid_grant", number, Some(suberror));
            assert_eq!(error.problem, problem, "{number} {suberror}");
        }
    }

    #[test]
    fn a_policy_that_wants_a_new_sign_in_every_so_often_is_not_told_as_a_reset_password() {
        let error = explained("invalid_grant", 70_043);
        assert!(error.message.contains("sign-in frequency"), "{}", error.message);
        assert!(!error.message.contains("password"), "{}", error.message);
    }
}
