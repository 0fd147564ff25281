//! What is wrong with what was filled in, or with how the application is registered.

use super::{
    super::{CERTIFICATE, CLIENT_ID, CLIENT_SECRET, CLOUD, TENANT},
    meaning::Meaning,
};
use crate::contract::Problem;

/// By Microsoft's number.
pub(super) fn by_number(number: u32) -> Option<Meaning> {
    secret(number)
        .or_else(|| certificate(number))
        .or_else(|| registration(number))
        .or_else(|| place(number))
}

fn secret(number: u32) -> Option<Meaning> {
    Some(match number {
        7_000_215 | 70_002 => Meaning::setting(
            CLIENT_SECRET,
            "the client secret is wrong: paste the secret's Value, not its Secret ID; the Value is shown only once, so \
             make a new secret if it is lost. One that was made just now may take a minute",
        ),
        7_000_222 => Meaning {
            problem: Problem::ExpiredSecret,
            ..Meaning::setting(
                CLIENT_SECRET,
                "the client secret has expired: make a new one under Certificates & secrets, and connect with its Value",
            )
        },
        7_000_216 | 7_000_218 | 900_144 | 90_014 => Meaning::setting(
            CLIENT_SECRET,
            "the client secret is missing: fill in the secret's Value, or give a certificate",
        ),
        700_025 => Meaning::setting(
            CLIENT_SECRET,
            "the application is registered as a public client (mobile and desktop), which has no secret: leave the \
             secret out, or register the redirect address under Web",
        ),
        _ => return None,
    })
}

/// The numbers that Microsoft's own clients take for the certificate (microsoft-identity-web, `CertificateErrorCodes`), and
/// those of the assertion that is signed with it.
fn certificate(number: u32) -> Option<Meaning> {
    Some(match number {
        700_027 | 700_030 | 50_012 | 50_013 | 50_048 => Meaning::setting(
            CERTIFICATE,
            "the certificate is not accepted: upload it under Certificates & secrets, and check that it has not expired \
             and that this machine's clock is right. One that was uploaded just now may take a minute",
        ),
        1_000_502 | 7_000_214 | 7_000_274 | 7_000_277 => Meaning {
            problem: Problem::ExpiredSecret,
            ..Meaning::setting(
                CERTIFICATE,
                "the certificate has ended, is not good yet, or was revoked: make a new one, upload it under Certificates & \
                 secrets, and connect with it",
            )
        },
        700_024 => Meaning::new(
            Problem::WrongSettings,
            "what was signed with the certificate was not in its time: this machine's clock and Microsoft's differ; set this \
             one right",
        ),
        700_023 => Meaning::setting(
            TENANT,
            "Microsoft takes a certificate only at the address of one tenant: fill in that tenant's id in the place of \
             organizations",
        ),
        _ => return None,
    })
}

const SINGLE_PAGE: &str = "the redirect address is registered under Single-page application, which is for scripts in a page: \
    take it out there, and add http://localhost/connect under Web (with a secret or certificate) or Mobile and desktop \
    (without), on one platform only; then sign in again";

fn registration(number: u32) -> Option<Meaning> {
    Some(match number {
        50_011 | 70_004 => Meaning::new(
            Problem::WrongSettings,
            "the redirect address is not registered: add http://localhost/connect to the application's redirect URIs, \
             letter for letter and on one platform only",
        ),
        9_002_325..=9_002_327 => Meaning::new(Problem::WrongSettings, SINGLE_PAGE),
        700_084 => Meaning::new(Problem::SignInAgain, SINGLE_PAGE),
        700_016 | 700_011 | 70_001 => Meaning::setting(
            CLIENT_ID,
            "the tenant has no application with this client id: check the Client ID, and that the application is \
             registered in this tenant or approved for it. One that was registered just now may take a minute",
        ),
        7_000_112 => Meaning::setting(
            CLIENT_ID,
            "the application is disabled: an administrator of Microsoft 365 can enable it under Enterprise applications",
        ),
        _ => return None,
    })
}

/// The tenant, and the cloud that it lives in.
fn place(number: u32) -> Option<Meaning> {
    Some(match number {
        50_194 => Meaning::setting(
            TENANT,
            "the application is for one tenant only: fill in that tenant's id or domain",
        ),
        90_002 | 50_059 | 50_128 | 50_049 | 90_019 => Meaning::setting(
            TENANT,
            "Microsoft knows no such tenant: check the Tenant ID, and that it belongs to the cloud chosen",
        ),
        90_038 | 900_382 | 900_432 | 90_043 | 90_051 => {
            Meaning::setting(CLOUD, "the tenant lives in another Microsoft cloud: choose that cloud")
        }
        // us-gov and us-dod share one sign-in service, so that a wrong choice shows here and not before.
        500_011 => Meaning::setting(
            CLOUD,
            "the tenant does not know the Microsoft Graph of the cloud chosen: check the cloud (us-gov and us-dod are two)",
        ),
        _ => return None,
    })
}
