//! The pages.

mod coming_in;
mod file;
mod files;
mod home;
mod integrations;
mod limits;
mod plugin;
mod sync;
mod users;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::StatusCode;

use super::{Asker, Console, assets, guard, trouble};
use crate::{Result, service::Session};

/// Which page is where.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/", get(home::home))
        .route("/files", get(files::files))
        .route("/files/{id}", get(file::file))
        .route("/files/{id}/move", post(file::move_it))
        .route("/files/{id}/roll-back", post(file::roll_back))
        .route("/files/{id}/release", post(file::release))
        .route("/files/{id}/content", get(file::content))
        .route("/integrations", get(integrations::integrations))
        .route("/sync", get(sync::runs))
        .route("/sync/{run}", get(sync::run))
        .route("/plugin", get(plugin::plugin))
        .route("/limits", get(limits::limits).post(limits::set))
        .route("/users", get(users::users).post(users::add))
        .route("/users/link", post(users::link))
        .route("/login", get(coming_in::login).post(coming_in::log_in))
        .route("/logout", post(coming_in::log_out))
        .route("/claim", get(coming_in::invited).post(coming_in::claim))
        .route("/healthz", get(async || "ok\n"))
        .route("/look.css", get(assets::look))
        .route("/time.js", get(assets::time))
        .route("/icon.svg", get(assets::icon))
        .fallback(guard::nowhere)
}

/// Shows a page to whoever is logged in; others log in first.
async fn shown(console: &Console, asker: &Asker, page: impl AsyncFnOnce(&Session<'_>) -> Result<Response>) -> Response {
    let session = match &asker.cookie {
        Some(cookie) => console.host.resumed(cookie).await,
        None => Ok(None),
    };
    let session = match session {
        Ok(Some(session)) => session,
        Ok(None) => return trouble::log_in_first(&asker.path),
        Err(error) => {
            tracing::error!("a page can't be shown: {error}");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return trouble::page(status, "The host can't answer just now", &error.fact());
        }
    };
    match page(&session).await {
        Ok(answer) => answer,
        Err(error) => trouble::of(&error, &session),
    }
}

/// After something was done: to a page that tells of it, so that reloading does nothing twice.
fn done(address: &str) -> Response {
    Redirect::to(address).into_response()
}

type Here = State<Console>;
