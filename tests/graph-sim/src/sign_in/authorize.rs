//! The authorize endpoint: a person says yes, and the browser goes back to the application with a code.

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    config::CLIENT_ID,
    ids, reply,
    sign_in::{
        authority::Authority,
        form::{Form, field, required},
        ledger::{Code, Grant},
        page,
        people::{self, Fate, Person},
        refusal::Refusal,
        scope::Scopes,
    },
    text::encoded,
    world::World,
};

/// The parameter that names a person, for tests that have no browser.
pub(crate) const SIM_USER: &str = "_sim_user";

/// Where redirects are always allowed: a port of this machine, as for applications under test.
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://localhost"];

/// A request that may be granted.
struct Wish {
    authority: Authority,
    back: Back,
    scopes: Scopes,
    challenge: String,
    nonce: Option<String>,
}

/// The way back to the application.
struct Back {
    redirect_uri: String,
    state: String,
}

/// Answers an authorize request whose query holds these fields. A wrong tenant, application or redirect address is
/// told to the person, never to the address; all else goes back.
pub(crate) fn answer(world: &World, segment: &str, query: &Form) -> Response {
    let (authority, redirect_uri) = match whereto(world, segment, query) {
        Ok(found) => found,
        Err(refusal) => return page::refusal(&refusal),
    };
    let back = Back {
        redirect_uri,
        state: field(query, "state").unwrap_or_default().to_owned(),
    };
    let person = field(query, SIM_USER);
    if let Err(refusal) = check(query, person.is_some()) {
        return back.with_refusal(&refusal);
    }
    let wish = match wish(query) {
        Ok((scopes, challenge, nonce)) => Wish {
            authority,
            back,
            scopes,
            challenge,
            nonce,
        },
        Err(refusal) => return back.with_refusal(&refusal),
    };

    let state = world.state();
    let people = people::all(&state.company);
    let chosen = person.map(|name| people::find(&state.company, name));
    drop(state);
    match chosen {
        None => page::choice(authority, &people, &wish.scopes, query),
        Some(Some(person)) => decided(world, wish, person),
        Some(None) => page::refusal(&Refusal::new(
            "invalid_request",
            50_034,
            "There is no such person to sign in.",
        )),
    }
}

/// What the service must know before it sends a browser anywhere.
fn whereto(world: &World, segment: &str, query: &Form) -> Result<(Authority, String), Refusal> {
    let authority = Authority::parse(segment).ok_or_else(|| Refusal::unknown_tenant(segment))?;
    let id = required(query, "client_id")?;
    if !id.eq_ignore_ascii_case(CLIENT_ID) || !authority.knows_the_application() {
        return Err(Refusal::unknown_application(id));
    }
    let redirect_uri = required(query, "redirect_uri")?;
    let registered = world.redirect_uris.iter().any(|known| known == redirect_uri);
    if !registered && !is_loopback(redirect_uri) {
        return Err(Refusal::new(
            "invalid_request",
            50_011,
            format!(
                "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs \
                 configured for the application '{CLIENT_ID}'."
            ),
        ));
    }
    Ok((authority, redirect_uri.to_owned()))
}

fn is_loopback(redirect_uri: &str) -> bool {
    LOOPBACK
        .iter()
        .filter_map(|host| redirect_uri.strip_prefix(host))
        .any(|rest| rest.is_empty() || rest.starts_with([':', '/']) && !rest.contains(['@', '#']))
}

fn check(query: &Form, person_is_known: bool) -> Result<(), Refusal> {
    let kind = required(query, "response_type")?;
    if kind != "code" {
        return Err(Refusal::new(
            "unsupported_response_type",
            70_005,
            format!("The response type '{kind}' is not enabled for the application."),
        ));
    }
    if let Some(mode) = field(query, "response_mode").filter(|mode| *mode != "query") {
        return Err(Refusal::new(
            "invalid_request",
            90_023,
            format!("The response mode '{mode}' is not supported."),
        ));
    }
    required(query, "state")?;
    match field(query, "prompt") {
        None | Some("select_account" | "login" | "consent") => Ok(()),
        // Nobody is ever signed in already.
        Some("none") if person_is_known => Ok(()),
        Some("none") => Err(Refusal::new(
            "login_required",
            50_058,
            "A silent sign-in request was sent but no user is signed in.",
        )),
        Some(other) => Err(Refusal::new(
            "invalid_request",
            90_023,
            format!("The prompt '{other}' is not supported."),
        )),
    }
}

/// The scopes, the challenge and the nonce. The nonce must be there where an id_token is asked for.
fn wish(query: &Form) -> Result<(Scopes, String, Option<String>), Refusal> {
    let scopes = Scopes::parse(required(query, "scope")?)?;
    let challenge = required(query, "code_challenge")?;
    let hash = URL_SAFE_NO_PAD.decode(challenge).unwrap_or_default();
    if hash.len() != 32 || field(query, "code_challenge_method") != Some("S256") {
        return Err(Refusal::new(
            "invalid_request",
            50_147,
            "The code challenge is not a SHA-256 in base64url with the method S256.",
        ));
    }
    let nonce = match scopes.has("openid") {
        true => Some(required(query, "nonce")?.to_owned()),
        false => field(query, "nonce").map(str::to_owned),
    };
    Ok((scopes, challenge.to_owned(), nonce))
}

fn decided(world: &World, wish: Wish, person: Person) -> Response {
    match person.fate {
        Fate::SignsIn => {}
        Fate::Declines => {
            return wish.back.with_refusal(&Refusal::new(
                "access_denied",
                65_004,
                "User declined to consent to access the app.",
            ));
        }
        Fate::NeedsAdministrator => {
            return wish.back.with_refusal(&Refusal::new(
                "access_denied",
                90_094,
                "An administrator of the tenant has to grant the permissions that the app asks for.",
            ));
        }
    }
    let Some(account) = wish.authority.account(person) else {
        return page::refusal(&Refusal::new(
            "invalid_request",
            50_020,
            "This user account does not exist here; only personal accounts do.",
        ));
    };
    let code = Code {
        grant: Grant {
            authority: wish.authority,
            account,
            scopes: wish.scopes,
        },
        redirect_uri: wish.back.redirect_uri.clone(),
        challenge: wish.challenge,
        nonce: wish.nonce,
    };
    let mut state = world.state();
    let now = state.clock.now();
    let code = state.ledger.issue_code(code, now);
    drop(state);
    wish.back
        .with(&[("code", &code), ("session_state", &ids::random_guid())])
}

impl Back {
    fn with_refusal(&self, refusal: &Refusal) -> Response {
        self.with(&[("error", refusal.error), ("error_description", &refusal.headline())])
    }

    /// Sends the browser back with these parameters and the state.
    fn with(&self, parameters: &[(&str, &str)]) -> Response {
        let mut location = self.redirect_uri.clone();
        let state = ("state", self.state.as_str());
        for (name, value) in parameters.iter().chain([&state]) {
            location.push(if location.contains('?') { '&' } else { '?' });
            location.push_str(&format!("{name}={}", encoded(value)));
        }
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::FOUND;
        reply::set(&mut answer, header::LOCATION, &location);
        reply::set(&mut answer, header::CACHE_CONTROL, "no-store, no-cache");
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_loopback_counts_as_loopback() {
        for good in [
            "http://127.0.0.1:8080/done",
            "http://localhost:1/",
            "http://localhost",
            "http://127.0.0.1/x?y=1",
        ] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in [
            "http://127.0.0.1.evil.example/",
            "http://localhost.evil.example",
            "http://localhost:1@evil.example/",
            "https://localhost/",
            "http://localhost/#part",
        ] {
            assert!(!is_loopback(bad), "{bad}");
        }
    }
}
