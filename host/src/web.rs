//! The console: pages for people who have never seen a terminal. Each page calls the service and shows what it says; it
//! decides nothing. Every action is a form, so all of it works without scripts.
//!
//! - [`server`]: connections and their limits; `guard`: under which name, from whose page, and with which headers.
//! - `logins`: cookies; `throttle`: how fast passwords may be tried.
//! - `frame`: what is around every page; `words`: states and dates as people read them; `pages`: the pages.

mod assets;
mod cookies;
mod frame;
mod guard;
mod pages;
pub mod server;
mod throttle;
mod trouble;
mod words;

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts},
    middleware,
};
use clientpoint_engine::secrets::Secret;
use http::request::Parts;

use crate::{Host, service::people::From as Whence};

pub use guard::Place;

/// The most that a form may say, in bytes.
const FORM_AT_MOST: usize = 64 << 10;

/// What every page has at hand.
#[derive(Clone)]
pub struct Console {
    host: Arc<Host>,
    place: Arc<Place>,
    throttle: Arc<throttle::Throttle>,
}

impl Console {
    /// A console of this host, to be found at that place.
    pub fn new(host: Arc<Host>, place: Place) -> Self {
        let throttle = throttle::Throttle::new(host.clock.clone());
        Self {
            host,
            place: Arc::new(place),
            throttle: Arc::new(throttle),
        }
    }

    /// All pages, behind the guard.
    pub fn router(self) -> Router {
        pages::routes()
            .layer(DefaultBodyLimit::max(FORM_AT_MOST))
            .layer(middleware::from_fn_with_state(self.clone(), guard::guard))
            .with_state(self)
    }
}

/// The address of the other end, as [`server`] notes it with each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Who asks, before anybody knows who that is, and for what.
pub(crate) struct Asker {
    pub(crate) from: Whence,
    pub(crate) cookie: Option<Secret>,
    /// What is asked for: path and query.
    pub(crate) path: String,
}

impl FromRequestParts<Console> for Asker {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<Peer>();
        let agent = parts.headers.get(http::header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Self {
            from: Whence {
                address: peer.map(|peer| peer.0.to_string()).unwrap_or_default(),
                agent: agent.to_owned(),
            },
            path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            cookie: cookies::sent(&parts.headers, &console.place),
        })
    }
}
