//! What the sign-in service's refusals mean. Its numbers (`AADSTS…`) tell most; they may change, so the error word of the
//! standard decides where a number is not known.
//!
//! The numbers are those of
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>, and those that people have reported since
//! it was written. `application.rs` has what is wrong with what was filled in, or with the registration; `rights.rs` who
//! must approve what; `person.rs` what is about the one who signs in; what passes by itself is here.

mod application;
mod meaning;
mod person;
mod rights;

use crate::contract::{Mode, Problem, SignInError};
use meaning::Meaning;
pub use meaning::Refusal;

/// Explains a refusal. `approval` is the address at which an administrator approves the application.
#[must_use]
pub fn explain(mode: Mode, refusal: &Refusal<'_>, approval: Option<&str>) -> SignInError {
    let numbers = numbers(refusal);
    let meaning = numbers
        .iter()
        .find_map(|number| by_number(mode, *number, refusal))
        .unwrap_or_else(|| by_word(mode, refusal));
    let mut message = meaning.text.to_owned();
    if let Some(approval) = approval.filter(|_| meaning.consent) {
        message.push_str("; that is done once for everybody at ");
        message.push_str(approval);
        message.push_str(" (what its last page says does not matter)");
    }
    message.push_str(&reference(refusal, numbers.first()));
    SignInError {
        problem: meaning.problem,
        key: meaning.key.map(str::to_owned),
        message,
    }
}

/// By what people find a refusal again: its number and, for administrators, its id in the sign-in logs.
fn reference(refusal: &Refusal<'_>, number: Option<&u32>) -> String {
    let correlation_id = refusal
        .correlation_id
        .map_or_else(String::new, |id| format!(", correlation ID {id}"));
    match number {
        Some(number) => format!(" (AADSTS{number}{correlation_id})"),
        None if refusal.status == 0 => String::new(),
        None => format!(" (status {}{correlation_id})", refusal.status),
    }
}

/// The numbers of a refusal: the first `AADSTS` of its description, then those that it lists.
fn numbers(refusal: &Refusal<'_>) -> Vec<u32> {
    let told = refusal.description.split_once("AADSTS").and_then(|(_, rest)| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    let mut numbers: Vec<u32> = told.into_iter().collect();
    for code in refusal.codes {
        if !numbers.contains(code) {
            numbers.push(*code);
        }
    }
    numbers
}

fn by_number(mode: Mode, number: u32, refusal: &Refusal<'_>) -> Option<Meaning> {
    let of_person = || match mode {
        Mode::User => person::by_number(number, refusal),
        Mode::Organization => None,
    };
    passing(number)
        .or_else(of_person)
        .or_else(|| application::by_number(number))
        .or_else(|| rights::by_number(mode, number))
}

/// What passes by itself, whatever the status and the word: Microsoft answers throttling with `invalid_grant` (50196), and
/// faults of its own with 400.
fn passing(number: u32) -> Option<Meaning> {
    let text = match number {
        // Too many requests of the application, of the tenant, or of somebody's second factor.
        50_196 | 90_055 | 50_088 | 50_166 => {
            "Microsoft asks for fewer sign-ins in so short a time: wait a few minutes; it works again by itself"
        }
        // Faults of the service, and of a company's own agents behind it.
        40_010 | 50_000 | 50_033 | 50_087 | 70_012 | 80_001 | 80_002 | 80_005 | 80_014 | 90_006 | 90_012 | 90_024
        | 90_033 | 90_041 | 90_090 | 90_091 => NOT_WORKING,
        _ => return None,
    };
    Some(Meaning::new(Problem::Unavailable, text))
}

const NOT_WORKING: &str = "Microsoft's sign-in service does not work at the moment: try again later";

const NO_ANSWER: &str = "what answered in the place of Microsoft's sign-in service is no answer of it: check whether a proxy \
    or the log-in page of a network is in between, and try again";

fn by_word(mode: Mode, refusal: &Refusal<'_>) -> Meaning {
    let failed = refusal.status == 429 || refusal.status >= 500;
    match refusal.error {
        "temporarily_unavailable" | "server_error" => Meaning::new(Problem::Unavailable, NOT_WORKING),
        _ if failed => Meaning::new(Problem::Unavailable, NOT_WORKING),
        "" => Meaning::new(Problem::Unavailable, NO_ANSWER),
        _ => match mode {
            Mode::User => person::by_word(refusal).unwrap_or_else(|| of_settings(refusal.error)),
            Mode::Organization => of_settings(refusal.error),
        },
    }
}

fn of_settings(error: &str) -> Meaning {
    match error {
        "invalid_client" => Meaning::new(
            Problem::WrongSettings,
            "Microsoft does not accept the credentials: check Tenant ID, Client ID and Client Secret or Certificate",
        ),
        "unauthorized_client" => Meaning::new(
            Problem::WrongSettings,
            "Microsoft knows no such application in this tenant: check Client ID and Tenant ID, and that the application is \
             registered there or approved for it",
        ),
        "consent_required" | "interaction_required" | "access_denied" => Meaning::consent(
            "Microsoft wants the application approved first: an administrator of Microsoft 365 must grant its permissions",
        ),
        "invalid_grant" | "invalid_request" | "invalid_scope" | "invalid_resource" | "invalid_target" => Meaning::new(
            Problem::WrongSettings,
            "Microsoft does not take the sign-in with these settings: check them, and connect again",
        ),
        _ => Meaning::new(
            Problem::Other,
            "the sign-in failed for a reason that is not known here: the host's log has Microsoft's ids of it",
        ),
    }
}

#[cfg(test)]
mod tests;
