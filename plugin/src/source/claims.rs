//! Judging who has signed in, from the claims of the id_token. The host has checked that the token is one (audience,
//! issuer, nonce, times); whether this account may be used is decided here.

use super::is_guid;
use crate::contract::{Problem, SignInError};

/// The claims that are looked at.
pub const CLAIMS: [&str; 5] = ["ver", "tid", "oid", "name", "preferred_username"];

/// The tenant of all personal accounts.
/// <https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference>
pub const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Tenant and object id: stable, and the same for nobody else.
    pub id: String,
    /// For people, with the address that tells two of the same name apart.
    pub name: String,
    /// For people, in short.
    pub short: String,
}

/// Judges the claims. `tenant` is what was filled in; `claim` looks one up.
///
/// # Errors
/// When this account can't be used here.
pub fn judge<'a>(tenant: &str, claim: impl Fn(&str) -> Option<&'a str>) -> Result<Person, SignInError> {
    let filled = |name| claim(name).map(str::trim).filter(|value| !value.is_empty());
    let tid = filled("tid").unwrap_or_default().to_ascii_lowercase();
    if tid == PERSONAL_TENANT {
        return Err(personal_account());
    }
    let oid = filled("oid").unwrap_or_default().to_ascii_lowercase();
    if !is_guid(&tid) || !is_guid(&oid) || filled("ver") != Some("2.0") {
        return Err(refused(
            Problem::Other,
            "Microsoft does not say who has signed in: check that the application is registered for work or school \
             accounts, and sign in again",
        ));
    }
    let tenant = tenant.trim().to_ascii_lowercase();
    if is_guid(&tenant) && tenant != tid {
        return Err(refused(
            Problem::AccountRefused,
            "this account has signed in to another tenant than the one that was filled in: pick an account of that tenant",
        ));
    }
    let (name, mail) = (filled("name"), filled("preferred_username"));
    Ok(Person {
        id: format!("{tid}/{oid}"),
        short: name.or(mail).unwrap_or(&oid).to_owned(),
        name: match (name, mail) {
            (Some(name), Some(mail)) => format!("{name} ({mail})"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => oid,
        },
    })
}

/// Rule 21.
#[must_use]
pub fn personal_account() -> SignInError {
    refused(
        Problem::AccountRefused,
        "this is a personal Microsoft account, and personal OneDrive accounts are not supported: pick a work or school \
         account",
    )
}

pub(crate) fn refused(problem: Problem, message: &str) -> SignInError {
    SignInError {
        problem,
        key: None,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::source::ANY_TENANT;

    const TID: &str = "11111111-2222-3333-4444-555555555555";
    const OID: &str = "66666666-7777-8888-9999-000000000000";

    fn judged(tenant: &str, claims: &[(&'static str, &'static str)]) -> Result<Person, SignInError> {
        judge(tenant, |name| {
            claims.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
        })
    }

    #[test]
    fn r07_a_person_is_known_by_tenant_and_object_and_never_by_mail() {
        let ada = [
            ("ver", "2.0"),
            ("tid", TID),
            ("oid", OID),
            ("name", "Ada"),
            ("preferred_username", "a@x.y"),
        ];
        let person = judged(ANY_TENANT, &ada).unwrap();
        assert_eq!(person.id, format!("{TID}/{OID}"));
        assert_eq!(person.name, "Ada (a@x.y)");
        assert_eq!(judged(TID, &ada).unwrap(), person);
        assert_eq!(judged("contoso.com", &ada).unwrap(), person);
        assert_eq!(judged(ANY_TENANT, &ada[..3]).unwrap().name, OID);
    }

    #[test]
    fn r21_the_tenant_of_personal_accounts_is_refused() {
        let claims = [("ver", "2.0"), ("tid", PERSONAL_TENANT), ("oid", OID)];
        let error = judged(ANY_TENANT, &claims).unwrap_err();
        assert_eq!(error.problem, Problem::AccountRefused);
        assert!(error.message.contains("personal"), "{}", error.message);
    }

    #[test]
    fn an_account_of_another_tenant_than_the_one_filled_in_is_refused() {
        let claims = [("ver", "2.0"), ("tid", TID), ("oid", OID)];
        let error = judged("aaaaaaaa-2222-3333-4444-555555555555", &claims).unwrap_err();
        assert_eq!(error.problem, Problem::AccountRefused);
    }

    #[test]
    fn claims_that_do_not_say_who_it_is_are_no_sign_in() {
        for claims in [
            &[][..],
            &[("ver", "2.0"), ("tid", TID)],
            &[("ver", "2.0"), ("oid", OID)],
            &[("ver", "1.0"), ("tid", TID), ("oid", OID)],
            &[("ver", "2.0"), ("tid", "contoso"), ("oid", OID)],
        ] {
            assert_eq!(
                judged(ANY_TENANT, claims).unwrap_err().problem,
                Problem::Other,
                "{claims:?}"
            );
        }
    }
}
