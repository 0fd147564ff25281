//! The sign-in service: what a confidential client sees of Entra ID.
//!
//! `authorize.rs` shows `page.rs` with the `people.rs` there are and gives out a code; `token.rs` gives tokens to the
//! application that `client.rs` and `assertion.rs` know; `ledger.rs` remembers all that was given out, and `tenant.rs` what
//! the tenant's administrators have decided.

mod approve;
mod assertion;
pub(crate) mod authority;
mod authorize;
pub(crate) mod certificate;
mod client;
mod discovery;
mod form;
pub(crate) mod id_token;
pub(crate) mod ledger;
mod page;
pub(crate) mod people;
mod refusal;
pub(crate) mod scope;
pub(crate) mod tenant;
mod token;

use axum::{
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
};

use self::refusal::Refusal;
use crate::{
    fault::{FaultKind, Place},
    log::RequestKind,
    reply,
    world::World,
};

pub(crate) use self::form::Form;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Authorize,
    Token,
    Approve,
    Configuration,
    Keys,
}

impl Endpoint {
    /// Which endpoint a path leads to, and the first segment, which names the authority.
    pub fn of<'p>(method: &Method, path: &'p str) -> Option<(Self, &'p str)> {
        let (segment, rest) = path.trim_start_matches('/').split_once('/')?;
        let endpoint = match (method.as_str(), rest) {
            // The last page of a sign-in is sent off as a form.
            ("GET" | "POST", "oauth2/v2.0/authorize") => Self::Authorize,
            ("GET", "adminconsent") => Self::Approve,
            ("POST", "oauth2/v2.0/token") => Self::Token,
            ("GET", "v2.0/.well-known/openid-configuration") => Self::Configuration,
            ("GET", "discovery/v2.0/keys") => Self::Keys,
            _ => return None,
        };
        Some((endpoint, segment))
    }

    pub fn kind(self) -> RequestKind {
        match self {
            Self::Authorize => RequestKind::Authorize,
            Self::Token => RequestKind::Token,
            Self::Approve | Self::Configuration | Self::Keys => RequestKind::Other,
        }
    }
}

/// Answers a request; `form` is its body, or its query where it has no body.
pub(crate) fn answer(world: &World, asked: Option<(Endpoint, &str)>, headers: &HeaderMap, form: &Form) -> Response {
    match asked {
        Some((Endpoint::Authorize, segment)) => alone(authorize::answer(world, segment, form)),
        Some((Endpoint::Token, segment)) => {
            fault(world, headers).unwrap_or_else(|| token::answer(world, segment, headers, form))
        }
        Some((Endpoint::Approve, segment)) => alone(approve::answer(world, segment, form)),
        Some((Endpoint::Configuration, segment)) => discovery::configuration(world, segment),
        Some((Endpoint::Keys, _)) => discovery::keys(world),
        None => reply::html(StatusCode::NOT_FOUND, "Not found"),
    }
}

/// A page that no other window knows: the real ones cut each thread between a window and the one that has opened it.
fn alone(mut page: Response) -> Response {
    reply::set(
        &mut page,
        header::HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    page
}

/// What goes wrong instead of an answer. Throttling and errors of the server speak OAuth here, not Graph.
fn fault(world: &World, headers: &HeaderMap) -> Option<Response> {
    let mut state = world.state();
    let now = state.clock.now();
    let fault = state.faults.take_answer(Place::SignIn, None)?;
    drop(state);
    if let FaultKind::Refuse(refusal) = &fault {
        return Some(refusal::told(world, refusal));
    }
    let mut usual = reply::of_fault(&fault, Place::SignIn, headers, now);
    let refusal = match fault {
        FaultKind::Throttle(_) => Refusal::new(
            "temporarily_unavailable",
            90_055,
            "The tenant is throttled; too many requests came in.",
        ),
        FaultKind::ServerError(_) => Refusal::new(
            "temporarily_unavailable",
            90_033,
            "A transient error has occurred. Please try again.",
        ),
        _ => return Some(usual),
    };
    *usual.body_mut() = refusal.answer(world).into_body();
    // Its length is another now.
    usual.headers_mut().remove(header::CONTENT_LENGTH);
    Some(usual)
}
