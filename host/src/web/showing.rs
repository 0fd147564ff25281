//! How a page is answered: to whom, and where one goes after something was done.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    console::{Asker, Console},
    entering, frame, reconnect, trouble,
};
use crate::{Result, service::Session};

/// Shows a page to whoever is logged in, working with the connection that its address names; others log in first.
pub(super) async fn shown(
    console: &Console,
    asker: &Asker,
    page: impl AsyncFnOnce(&Session<'_>) -> Result<Response>,
) -> Response {
    let session = match entering::entered(console, asker).await {
        Ok(session) => session.through(asker.through),
        Err(answer) => return answer,
    };
    let made = async {
        let made = match asker.refuse_no_connection() {
            Ok(()) => page(&session).await,
            Err(error) => return trouble::unreadable(&error, &session),
        };
        match made {
            Ok(answer) => answer,
            // An address that can't be right was mistyped, or cut short.
            Err(error) if asker.looks && error.is_usage() => trouble::unreadable(&error, &session),
            Err(error) => trouble::of(&error, &session),
        }
    };
    frame::below(reconnect::bar(&session).await, made).await
}

/// After something was done: to a page that tells of it, so that reloading does nothing twice.
pub(super) fn done(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// An address with a query; what is empty is left out.
pub(super) fn address(path: &str, query: &[(&str, &str)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        text.append_pair(name, value);
    }
    let query = text.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{path}{mark}{query}")
}

/// The console, as a page is given it.
pub(super) type Here = State<Console>;
