//! Which program asks, by the token that it sends. Cookies are not looked at: a browser would send them by itself.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use clientpoint_engine::secrets::Secret;
use http::{HeaderMap, StatusCode, header, request::Parts};

use super::problem::{Answer, Problem};
use crate::{
    Error, Host,
    service::{Session, once::Once, people::From as Whence, tokens::Program},
    store::{connections::Mode, users::Role},
    web::console::{Asker, Console},
};

/// The longest token that is looked at, in characters. Ours are shorter.
const TOKEN_AT_MOST: usize = 128;

/// A program that has come in.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) host: Arc<Host>,
    pub(super) program: Program,
    token: Secret,
    from: Whence,
    /// Whose connection the address names, if any.
    pub(super) through: Option<Mode>,
    /// By which it asks once, if it does.
    key: Option<String>,
}

impl Caller {
    /// Whether its token still opens something, and its owner is still there.
    pub(super) async fn is_in(&self) -> crate::Result<bool> {
        let Some(program) = self.host.admitted(&self.token).await? else {
            return Ok(false);
        };
        match self.host.session_of(&program).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Its session, which works with the connection that the address names.
    pub(super) async fn session(&self) -> Answer<Session<'_>> {
        let session = self.host.session_of(&self.program).await?;
        Ok(session.through(self.through))
    }

    /// What it asks for once, where it does: all that tells one request from another.
    pub(super) fn once(&self, request: &[&[u8]]) -> Answer<Option<Once>> {
        let through = match self.through {
            None => "",
            Some(Mode::User) => "own",
            Some(Mode::Organization) => "company",
        };
        let request = [&[through.as_bytes()], request].concat();
        let once = self.key.as_deref().map(|key| Once::new(key, &request));
        Ok(once.transpose()?)
    }

    /// Writes down what it has done.
    pub(super) async fn note(&self, what: &str, about: &str) -> Answer<()> {
        let mark = if about.is_empty() { "" } else { ", " };
        let about = format!("{about}{mark}by the token {}", self.program.label);
        Ok(self.host.step(&self.program.user, what, &about, &self.from).await?)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(no_token)
    }
}

/// Lets programs through that have a token which opens something.
pub(super) async fn admitted(State(console): State<Console>, request: Request, next: Next) -> Response {
    match coming_in(&console, request).await {
        Ok((request, _)) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Lets those through that may do what Administrators may.
pub(super) async fn administrators_only(State(console): State<Console>, request: Request, next: Next) -> Response {
    let (request, role) = match coming_in(&console, request).await {
        Ok(came) => came,
        Err(problem) => return problem.into_response(),
    };
    if role == Role::Administrator {
        return next.run(request).await;
    }
    let user = request.extensions().get::<Caller>();
    let forbidden = Error::Forbidden {
        user: user.map(|caller| caller.program.user.clone()).unwrap_or_default(),
        what: "do this",
    };
    Problem::from(forbidden).into_response()
}

async fn coming_in(console: &Console, request: Request) -> Answer<(Request, Role)> {
    let (mut parts, body) = request.into_parts();
    let Ok(asker) = Asker::from_request_parts(&mut parts, console).await;
    asker.refuse_no_connection()?;
    let token = sent(&parts.headers).ok_or_else(no_token)?;
    let host = console.host.clone();
    let Some(program) = host.admitted(&token).await? else {
        return Err(refused(console, &asker));
    };
    let role = match host.session_of(&program).await {
        Ok(session) => session.user().role,
        // It has ended with its owner.
        Err(Error::NotFound { .. }) => return Err(refused(console, &asker)),
        Err(error) => return Err(error.into()),
    };
    let key = parts.headers.get("idempotency-key");
    let caller = Caller {
        host,
        program,
        token,
        from: asker.from,
        through: asker.through,
        // What can't be read as text can't be a key, which is told once it is wanted.
        key: key.map(|key| key.to_str().unwrap_or_default().to_owned()),
    };
    parts.extensions.insert(caller);
    Ok((Request::from_parts(parts, body), role))
}

/// What a program has sent in the place of a name and a password.
fn sent(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let fits = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= TOKEN_AT_MOST;
    fits.then(|| Secret::new(token.to_owned()))
}

fn no_token() -> Problem {
    let what = "a token is needed: send it as `Authorization: Bearer TOKEN`; an Administrator makes one";
    Problem::new(StatusCode::UNAUTHORIZED, "no-token", what).with(header::WWW_AUTHENTICATE, "Bearer")
}

/// A token that opens nothing. Who has a good one is never kept waiting; who tries others is.
fn refused(console: &Console, asker: &Asker) -> Problem {
    let keys = [format!("token from {}", asker.from.address)];
    if let Some(wait) = console.throttle.wait(&keys) {
        let seconds = (wait.as_secs() + 1).to_string();
        let what = format!("too many tokens that open nothing have come from there: wait {seconds} seconds");
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tries", what);
        return problem.with(header::RETRY_AFTER, &seconds);
    }
    console.throttle.failed(&keys);
    let what = "this token opens nothing: it was mistyped, has ended, or was ended; an Administrator makes another one";
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "wrong-token", what);
    problem.with(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
}
