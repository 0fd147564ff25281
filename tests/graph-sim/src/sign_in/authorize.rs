//! The authorize endpoint: a person says yes, and the browser goes back to the application with a code.

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    config::{CLIENT_ID, Platform},
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

/// The parameter by which the page that people pick from asks for the next one, where they accept.
pub(crate) const SIM_ASK: &str = "_sim_ask";

/// The parameter by which a person goes back from the page where they could accept, or from the page that asks for an approval.
pub(crate) const SIM_BACK: &str = "_sim_back";

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
    platform: Platform,
    state: String,
}

/// Answers an authorize request whose query holds these fields. A wrong tenant, application or redirect address is
/// told to the person, never to the address; all else goes back.
pub(crate) fn answer(world: &World, segment: &str, query: &Form) -> Response {
    let (authority, redirect_uri, platform) = match whereto(world, segment, query) {
        Ok(found) => found,
        Err(refusal) => return page::refusal(&refusal),
    };
    let back = Back {
        redirect_uri,
        platform,
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
        Some(Some(person)) => decided(world, wish, person, query),
        Some(None) => page::refusal(&Refusal::new(
            "invalid_request",
            50_034,
            "There is no such person to sign in.",
        )),
    }
}

/// What the service must know before it sends a browser anywhere.
fn whereto(world: &World, segment: &str, query: &Form) -> Result<(Authority, String, Platform), Refusal> {
    let authority = Authority::parse(segment).ok_or_else(|| Refusal::unknown_tenant(segment))?;
    let id = required(query, "client_id")?;
    if !id.eq_ignore_ascii_case(CLIENT_ID) || !authority.knows_the_application() {
        return Err(Refusal::unknown_application(id));
    }
    let redirect_uri = required(query, "redirect_uri")?;
    let platform = world.state().tenant.platform(redirect_uri);
    let platform = platform.ok_or_else(|| {
        Refusal::new(
            "invalid_request",
            50_011,
            format!(
                "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs \
                 configured for the application '{CLIENT_ID}'."
            ),
        )
    })?;
    Ok((authority, redirect_uri.to_owned(), platform))
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

fn decided(world: &World, wish: Wish, person: Person, query: &Form) -> Response {
    let approved = world.state().tenant.approved;
    match person.fate {
        Fate::SignsIn => {}
        Fate::Declines => {
            return wish.back.with_refusal(&Refusal::declined());
        }
        Fate::DeclinesConsent => {
            return wish.back.with_refusal(&Refusal::new(
                "consent_required",
                65_004,
                "User declined to consent to access the app.",
            ));
        }
        // Without a number.
        Fate::GoesBack => {
            let cancelled = [
                ("error", "access_denied"),
                ("error_subcode", "cancel"),
                ("error_description", "the user canceled the authentication"),
            ];
            return wish.back.with(&cancelled);
        }
        Fate::NeedsAdministrator if approved => {}
        Fate::NeedsAdministrator => return unapproved(wish, &person, query),
    }
    if !world.state().tenant.lets_people_approve(&wish.scopes) {
        return unapproved(wish, &person, query);
    }
    if field(query, SIM_ASK).is_some() {
        return page::consent(&person, &wish.scopes, query);
    }
    if field(query, SIM_BACK).is_some() {
        return wish.back.with_refusal(&Refusal::declined());
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
            platform: wish.back.platform,
            since: world.now(),
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

/// The page *Need admin approval*. Nobody is sent back from it but who asks for that.
fn unapproved(wish: Wish, person: &Person, query: &Form) -> Response {
    if field(query, SIM_BACK).is_none() {
        return page::approval(person, &wish.scopes, query);
    }
    wish.back.with_refusal(&Refusal::new(
        "access_denied",
        90_094,
        "An administrator of the tenant has to grant the permissions that the app asks for.",
    ))
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
