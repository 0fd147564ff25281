//! Coming in by an account of the company's sign-in service: to it by a page of ours that one goes on from, and back.

use std::time::Duration;

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use clientpoint_engine::secrets::Secret;
use http::{StatusCode, header};
use maud::{Markup, html};

use super::coming_in::{come_in, no_link, sentence, slow_down, too_fast};
use crate::{
    service::people::{Refused, accounts::SetOut},
    web::{
        console::{Asker, Console},
        cookies,
        form::Filled,
        frame,
        showing::Here,
        words,
    },
};

/// `POST /login/account`: somebody sets out to the sign-in service.
pub(super) async fn set_out(State(console): Here, asker: Asker, filled: Filled) -> Response {
    if let Some(wait) = console.throttle.wait(&keys(&asker)) {
        return too_often(wait);
    }
    let redirect = redirect_uri(&console);
    match console.host.set_out(filled.text("back"), &redirect, &asker.from).await {
        Ok(set_out) => go_on(&console, &set_out),
        Err(refused) => refusal(&refused),
    }
}

/// `POST /claim/account`: the same with a link.
pub(super) async fn set_out_with_link(State(console): Here, asker: Asker, filled: Filled) -> Response {
    if let Some(wait) = console.throttle.wait(&keys(&asker)) {
        return too_often(wait);
    }
    let token = Secret::new(filled.text("token").to_owned());
    let redirect = redirect_uri(&console);
    match console.host.set_out_with_link(&token, &redirect, &asker.from).await {
        Ok(set_out) => go_on(&console, &set_out),
        Err(refused) => refusal(&refused),
    }
}

/// `GET /login/return`: what came back. It is taken once, in the browser that has set out, and leaves the address.
pub(super) async fn arrived(State(console): Here, asker: Asker, RawQuery(query): RawQuery) -> Response {
    let Some(cookie) = asker.on_the_way.clone() else {
        return refusal(&Refused::Stray);
    };
    // Who closes the window now must not break it off: what came back is good once.
    let (host, from) = (console.host.clone(), asker.from.clone());
    let arriving = tokio::spawn(async move { host.arrive(&query.unwrap_or_default(), &cookie, &from).await });
    let mut answer = match arriving.await {
        Ok(Ok(arrived)) => {
            console.throttle.came_in(&keys(&asker));
            come_in(&console, &arrived.logged_in, &arrived.back)
        }
        // Somebody may be on the way in this browser still.
        Ok(Err(Refused::Stray)) => return refusal(&Refused::Stray),
        Ok(Err(refused)) => {
            console.throttle.failed(&keys(&asker));
            refusal(&refused)
        }
        Err(_) => refusal(&Refused::ServiceAway),
    };
    if let Some(forgotten) = cookies::forgotten_on_the_way(&console.place) {
        answer.headers_mut().append(header::SET_COOKIE, forgotten);
    }
    answer
}

fn redirect_uri(console: &Console) -> String {
    format!("{}/login/return", console.place.origin())
}

fn keys(asker: &Asker) -> [String; 1] {
    [format!("account {}", asker.from.address)]
}

/// Whoever has come back in vain too often waits.
fn too_often(wait: Duration) -> Response {
    let body = html! { p role="alert" { (too_fast(wait)) } p { a.btn.main href="/login" { "Log in" } } };
    slow_down(
        frame::alone(StatusCode::TOO_MANY_REQUESTS, "Too many tries", &body),
        wait,
    )
}

/// The way on. Not a redirect: browsers hold what a form leads to against the policy of the page that it stands on.
fn go_on(console: &Console, set_out: &SetOut) -> Response {
    let name = console.host.sign_in_name().unwrap_or_default();
    let body = html! {
        p { "There you say who you are. Afterwards you come back here." }
        p { a.btn.main #go data-go href=(set_out.address) rel="noreferrer" { span { "Go on to " (words::name(name)) } } }
    };
    let mut answer = frame::alone(StatusCode::OK, "You go to sign in", &body);
    let cookie = cookies::kept_on_the_way(&set_out.cookie, &console.place);
    answer
        .headers_mut()
        .extend(cookie.map(|value| (header::SET_COOKIE, value)));
    answer
}

fn refusal(refused: &Refused) -> Response {
    let (status, title) = match refused {
        Refused::NoService => (StatusCode::NOT_FOUND, "Nobody signs in by an account here"),
        Refused::Stray => (StatusCode::FORBIDDEN, "This sign-in was not begun here"),
        Refused::ServiceAway => (StatusCode::BAD_GATEWAY, "The sign-in does not work just now"),
        Refused::Other(_) => (StatusCode::SERVICE_UNAVAILABLE, "The sign-in does not work just now"),
        Refused::LinkUsed | Refused::LinkOver | Refused::LinkUnknown => return no_link(refused),
        _ => (StatusCode::UNAUTHORIZED, "You are not in yet"),
    };
    let body = html! {
        p role="alert" { (sentence(refused)) }
        @if matches!(refused, Refused::UnknownAccount) { (no_account()) }
        p { a.btn.main href="/login" { "Log in" } }
        small.soft { "For support: " code { (refused.code()) } }
    };
    frame::alone(status, title, &body)
}

fn no_account() -> Markup {
    html! { p { "An Administrator of this host makes a link for you. Open it, and sign in there once: from then on this account is yours here, whatever its name or address becomes." } }
}
