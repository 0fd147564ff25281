//! The token endpoint: tokens for a code, for a refresh token, or for the application itself.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    reply,
    sign_in::{
        authority::Authority,
        client,
        form::{Form, field, required},
        ledger::{ACCESS_SECONDS, Bearer, Code, Grant},
        refusal::Refusal,
        scope::Scopes,
    },
    world::World,
};

/// The members of an answer.
type Tokens = Map<String, Value>;

/// Answers a request for a token. `segment` is the first segment of the path.
pub(crate) fn answer(world: &World, segment: &str, headers: &HeaderMap, form: &Form) -> Response {
    let mut state = world.state();
    for name in [
        "client_secret",
        "client_assertion",
        "code_verifier",
        "refresh_token",
        "code",
    ] {
        if let Some(secret) = field(form, name) {
            state.ledger.note_secret(secret);
        }
    }
    drop(state);
    match tokens(world, segment, headers, form) {
        Ok(tokens) => {
            let mut answer = reply::json(StatusCode::OK, &tokens.into());
            reply::set(&mut answer, header::CACHE_CONTROL, "no-store, no-cache");
            answer
        }
        Err(refusal) => refusal.answer(world),
    }
}

fn tokens(world: &World, segment: &str, headers: &HeaderMap, form: &Form) -> Result<Tokens, Refusal> {
    let authority = Authority::parse(segment).ok_or_else(|| Refusal::unknown_tenant(segment))?;
    let token_url = format!("{}/{segment}/oauth2/v2.0/token", world.login_url);
    let platform = || {
        ["code", "refresh_token"].iter().find_map(|name| {
            let state = world.state();
            state.ledger.platform_of(field(form, name)?)
        })
    };
    let by_client = || client::check(world, &token_url, headers, form, platform());
    match required(form, "grant_type")? {
        "client_credentials" => {
            let Authority::Tenant(_) = authority else {
                return Err(Refusal::new(
                    "invalid_request",
                    9_001_023,
                    format!(
                        "The grant type is not supported over the /{segment} endpoint. Use a tenant's own endpoint."
                    ),
                ));
            };
            by_client()?;
            if !authority.knows_the_application() {
                return Err(Refusal::not_in_the_tenant(field(form, "client_id").unwrap_or_default()));
            }
            for_itself(world, form)
        }
        "authorization_code" => {
            by_client()?;
            for_code(world, authority, form)
        }
        "refresh_token" => {
            by_client()?;
            for_refresh_token(world, authority, form)
        }
        other => Err(Refusal::new(
            "unsupported_grant_type",
            70_003,
            format!("The grant type '{other}' is not supported."),
        )),
    }
}

fn for_itself(world: &World, form: &Form) -> Result<Tokens, Refusal> {
    let scope = required(form, "scope")?;
    // All rights of one resource; rclone sends the bare word, which stands for Graph's.
    if scope.contains(' ') || !(scope == ".default" || scope.ends_with("/.default")) {
        return Err(Refusal::scope(scope));
    }
    let mut state = world.state();
    let now = state.clock.now();
    // What is granted later is in later tokens.
    let bearer = Bearer {
        account: None,
        rights: Scopes::of_roles(&state.tenant.roles),
    };
    let token = state.ledger.issue_access_token(bearer, now);
    Ok(access(&token, state.tenant.told_life.as_ref()))
}

fn for_code(world: &World, authority: Authority, form: &Form) -> Result<Tokens, Refusal> {
    let code = required(form, "code")?;
    let redirect_uri = required(form, "redirect_uri")?;
    let verifier = required(form, "code_verifier")?;
    let accept = |code: &Code| {
        check_authority(&code.grant, authority)?;
        if code.redirect_uri != redirect_uri {
            return Err(Refusal::grant(
                500_112,
                "The reply address does not match the reply address provided when requesting the authorization code.",
            ));
        }
        if !verifies(verifier, &code.challenge) {
            return Err(Refusal::grant(
                501_481,
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
            ));
        }
        Ok(())
    };
    let mut state = world.state();
    let now = state.clock.now();
    let code = state.ledger.redeem_code(code, now, accept)?;
    drop(state);
    Ok(for_person(world, code.grant, None, code.nonce.as_deref()))
}

fn for_refresh_token(world: &World, authority: Authority, form: &Form) -> Result<Tokens, Refusal> {
    let token = required(form, "refresh_token")?;
    let fewer = field(form, "scope").map(Scopes::parse).transpose()?;
    let state = world.state();
    let grant = state
        .ledger
        .refresh(token, state.tenant.sign_in_every, state.clock.now())?;
    drop(state);
    check_authority(&grant, authority)?;
    if fewer.as_ref().is_some_and(|fewer| !grant.scopes.cover(fewer)) {
        return Err(Refusal::grant(
            65_001,
            "The user or administrator has not consented to use the application with these permissions.",
        ));
    }
    Ok(for_person(world, grant, fewer, None))
}

/// A grant is good where it was given, and at the tenant of whoever gave it.
fn check_authority(grant: &Grant, authority: Authority) -> Result<(), Refusal> {
    let same = grant.authority == authority || grant.account.tenant == authority.tenant();
    same.then_some(()).ok_or_else(|| {
        Refusal::grant(
            700_005,
            "The provided grant was issued for another tenant than the one it is used at.",
        )
    })
}

/// The verifier of PKCE: 43 to 128 unreserved characters whose SHA-256 is the challenge.
fn verifies(verifier: &str, challenge: &str) -> bool {
    let unreserved = |c: u8| c.is_ascii_alphanumeric() || b"-._~".contains(&c);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(unreserved)
        && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}

/// Tokens for a person; `fewer` are scopes for this access token alone.
fn for_person(world: &World, grant: Grant, fewer: Option<Scopes>, nonce: Option<&str>) -> Tokens {
    let mut state = world.state();
    let now = state.clock.now();
    let rights = fewer
        .as_ref()
        .filter(|fewer| !fewer.grant_nothing() && !fewer.has(".default"));
    let rights = rights.unwrap_or(&grant.scopes).clone();
    let bearer = Bearer {
        account: Some(grant.account.clone()),
        rights,
    };
    let token = state.ledger.issue_access_token(bearer, now);
    let mut tokens = access(&token, state.tenant.told_life.as_ref());
    let scope = fewer.as_ref().unwrap_or(&grant.scopes).in_answer();
    tokens.insert("scope".to_owned(), scope.into());
    if grant.scopes.has("openid") {
        let id_token = world.signer.id_token(&world.login_url, &grant, nonce, now);
        state.ledger.note_secret(&id_token);
        tokens.insert("id_token".to_owned(), id_token.into());
    }
    if grant.scopes.has("offline_access") {
        let token = state.ledger.issue_refresh_token(grant, now);
        tokens.insert("refresh_token".to_owned(), token.into());
    }
    tokens
}

fn access(token: &str, told_life: Option<&Value>) -> Tokens {
    [
        ("token_type", json!("Bearer")),
        ("expires_in", told_life.cloned().unwrap_or(json!(ACCESS_SECONDS))),
        ("ext_expires_in", json!(ACCESS_SECONDS)),
        ("access_token", json!(token)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pair_of_the_standard_verifies() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(verifies(verifier, challenge));
        assert!(!verifies(&verifier.replace('d', "e"), challenge));
        assert!(!verifies("short", challenge));
    }
}
