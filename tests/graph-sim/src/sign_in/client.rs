//! The application behind a request for a token: by its secret, or by its certificate.

use axum::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    config::{CLIENT_ID, CLIENT_SECRET, EXPIRED_SECRET, Platform},
    sign_in::{
        assertion,
        form::{Form, field, required},
        refusal::Refusal,
    },
    text::decoded,
    world::World,
};

/// Checks that a form comes from the application. `token_url` is where it was sent; `platform` is the one over which a person
/// signed in, if one did.
pub(crate) fn check(
    world: &World,
    token_url: &str,
    headers: &HeaderMap,
    form: &Form,
    platform: Option<Platform>,
) -> Result<(), Refusal> {
    let basic = basic_credentials(headers);
    let id = match &basic {
        Some((id, _)) => id,
        None => required(form, "client_id")?,
    };
    if !id.eq_ignore_ascii_case(CLIENT_ID) {
        return Err(Refusal::unknown_application(id));
    }
    let secret = basic.as_ref().map(|(_, secret)| secret.as_str());
    let shown = (
        secret.or_else(|| field(form, "client_secret")),
        field(form, "client_assertion"),
    );
    if platform == Some(Platform::Spa) && !headers.contains_key(header::ORIGIN) {
        return Err(Refusal::new(
            "invalid_request",
            9_002_327,
            "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
        ));
    }
    let is_public = world.public_client || platform == Some(Platform::Native);
    match shown {
        (None, None) if is_public && field(form, "grant_type") != Some("client_credentials") => Ok(()),
        (Some(_), _) | (_, Some(_)) if platform == Some(Platform::Native) => Err(Refusal::new(
            "invalid_client",
            700_025,
            "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        )),
        (Some(secret), _) => check_secret(secret),
        (None, Some(assertion)) => {
            let kind = required(form, "client_assertion_type")?;
            if kind != assertion::TYPE {
                let text = format!("The client assertion type '{kind}' is not supported.");
                return Err(Refusal::new("invalid_request", 50_045, text));
            }
            let mut state = world.state();
            let now = state.clock.now();
            let anywhere = state.tenant.assertions_anywhere;
            if !anywhere && token_url.contains("/organizations/") {
                return Err(assertion::wrong_audience());
            }
            assertion::check(&mut state.ledger, token_url, assertion, now)
        }
        (None, None) if field(form, "grant_type") == Some("client_credentials") => Err(Refusal::new(
            "invalid_client",
            7_000_216,
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        )),
        (None, None) => Err(Refusal::new(
            "invalid_client",
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )),
    }
}

fn check_secret(secret: &str) -> Result<(), Refusal> {
    match secret {
        CLIENT_SECRET => Ok(()),
        EXPIRED_SECRET => Err(Refusal::new(
            "invalid_client",
            7_000_222,
            "The provided client secret keys for the application are expired.",
        )),
        _ => Err(Refusal::new(
            "invalid_client",
            7_000_215,
            "Invalid client secret provided. Send the value of the secret, not its id.",
        )),
    }
}

/// The id and the secret of a Basic header. Each is form-encoded before the base64 (RFC 6749, 2.3.1), which not every
/// client does: a `+` that was not encoded is kept as it is.
fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((decoded(id), decoded(secret)))
}
