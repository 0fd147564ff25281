//! The console: pages for people who have never seen a terminal. Each page calls the service and shows what it says; it
//! decides nothing. Every action is a form, so all of it works without scripts.
//!
//! - [`server`]: connections and their limits; `guard`: under which name, from whose page, and with which headers.
//! - `watching`: what is asked by those who watch this host; `exposition`: its numbers as text.
//! - `logins`: cookies; `throttle`: how fast passwords may be tried.
//! - `api`: the same service for programs, in JSON.
//! - `asked`, `form`: what a browser sends, read so that nothing of it is passed over.
//! - `receiving`: files that are sent; `one_upload`: so that nobody uploads two files at a time.
//! - `frame`: what is around every page; `words`: states and dates as people read them; `pages`: the pages.

mod api;
mod asked;
mod assets;
mod console;
mod cookies;
mod entering;
mod exposition;
mod form;
mod frame;
mod guard;
mod metrics_token;
mod one_upload;
mod pages;
mod place;
mod receiving;
mod reconnect;
mod routes;
mod saving;
mod sending;
pub mod server;
mod showing;
mod streams;
mod throttle;
mod trouble;
mod watching;
mod words;

use axum::{Router, extract::DefaultBodyLimit, middleware};

pub use console::{Console, Peer};
pub use metrics_token::MetricsToken;
pub use place::Place;
pub use routes::{Route, Who};
pub use watching::Watching;

/// The most that a form may say, in bytes.
const FORM_AT_MOST: usize = 160 << 10;

impl Console {
    /// All addresses of pages, and for whom each is.
    pub fn routes() -> Vec<Route> {
        pages::routes().all()
    }

    /// All addresses of the JSON API, and for whose programs each is.
    pub fn api_routes() -> Vec<Route> {
        api::routes().all()
    }

    /// The JSON API as OpenAPI describes it.
    pub fn open_api() -> &'static str {
        api::described()
    }

    /// All pages and the API, behind the guard.
    pub fn router(self) -> Router {
        pages::routes()
            .router(&self)
            .merge(api::router(&self))
            .fallback(guard::nowhere)
            .layer(DefaultBodyLimit::max(FORM_AT_MOST))
            .layer(middleware::from_fn_with_state(self.clone(), guard::guard))
            .with_state(self)
    }
}
