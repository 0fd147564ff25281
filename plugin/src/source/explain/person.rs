//! What refusals mean where a person signs in, or has signed in: other things than for the company's credentials.

use super::{Meaning, Problem};

/// Whether the error word says that what was granted is of no use any more, and only the person can mend that.
fn is_over(error: &str) -> bool {
    matches!(
        error,
        "invalid_grant" | "interaction_required" | "login_required" | "consent_required"
    )
}

/// By Microsoft's number and the error word.
pub(super) fn by_number(number: u32, error: &str) -> Option<Meaning> {
    use Problem::{AccountRefused, ConsentMissing, Declined, SignInAgain};
    let meaning = match number {
        // A personal account, in the several ways in which it is turned away.
        500_200 | 500_202 | 500_208 | 9_002_332 => (
            AccountRefused,
            "this is a personal Microsoft account, and personal OneDrive accounts are not supported: pick a work or \
             school account",
        ),
        50_020 | 50_034 | 51_004 => (
            AccountRefused,
            "this account is not known in the tenant: pick an account of it, or have it invited first",
        ),
        50_105 => (
            AccountRefused,
            "this account is not assigned to the application: an administrator of Microsoft 365 can assign it under \
             Enterprise applications, Users and groups",
        ),
        54_005 => (
            SignInAgain,
            "this sign-in was used already: sign in again, and follow its address once",
        ),
        50_147 | 501_481 | 501_491 => (
            SignInAgain,
            "Microsoft's answer does not belong to this sign-in: sign in again, and finish it in the same browser",
        ),
        65_001 if is_over(error) => (
            SignInAgain,
            "the permissions of the application were withdrawn or have changed: sign in again and accept them, or ask an \
             administrator of Microsoft 365 to approve them",
        ),
        65_004 => (
            Declined,
            "the permissions were not accepted, so nothing was connected: sign in again and select Accept",
        ),
        90_094 | 90_095 => (
            ConsentMissing,
            "your organization lets only administrators approve applications: ask an administrator of Microsoft 365 to \
             grant admin consent for this one, then sign in again",
        ),
        50_072 | 50_074 | 50_076 | 50_078 | 50_079 => (
            SignInAgain,
            "Microsoft wants a further proof of who you are (multi-factor authentication): sign in again",
        ),
        50_132 | 50_133 | 50_173 | 70_043 => (
            SignInAgain,
            "the sign-in was revoked, as happens when a password is reset or an administrator ends all sessions: sign in \
             again",
        ),
        700_082 => (
            SignInAgain,
            "the sign-in has ended because it was not used for a long time: sign in again",
        ),
        50_053 | 50_055 | 50_057 => (
            SignInAgain,
            "Microsoft does not let this account sign in (locked, disabled, or its password has expired): an administrator \
             of Microsoft 365 can help; then sign in again",
        ),
        53_000 | 53_001 | 53_003 | 53_011 | 50_131 | 500_021 | 500_022 => (
            if is_over(error) { SignInAgain } else { ConsentMissing },
            "a policy of the tenant blocks this sign-in: an administrator of Microsoft 365 can say what it wants; then sign \
             in again",
        ),
        _ => return None,
    };
    Some((meaning.0, None, meaning.1))
}

/// By the error word alone.
pub(super) fn by_word(error: &str) -> Option<(Problem, &'static str)> {
    match error {
        "access_denied" => Some((
            Problem::Declined,
            "the sign-in was cancelled or declined, so nothing was connected: sign in again and select Accept",
        )),
        _ if is_over(error) => Some((
            Problem::SignInAgain,
            "Microsoft does not accept the sign-in any more: sign in again",
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mode;
    use crate::source::SignInError;

    fn explained(error: &str, number: u32) -> SignInError {
        super::super::explain(Mode::User, 400, error, &format!("AADSTS{number}: Something."))
    }

    #[test]
    fn whatever_ends_a_grant_asks_for_another_sign_in() {
        for number in [50_173, 700_082, 70_008, 70_000, 50_076, 65_001, 53_003, 4_242] {
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
    }

    #[test]
    fn r21_accounts_that_can_not_be_used_are_told_so() {
        for number in [500_200, 50_020, 50_105, 500_202] {
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
}
