//! Logging in, and the link by which people come in for the first time.

use std::time::Duration;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use clientpoint_engine::secrets::Secret;
use http::{HeaderValue, StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    service::people::{LoggedIn, Refused},
    web::{
        asked::{Asked, Sent},
        console::Asker,
        console::Console,
        cookies, frame,
        showing::Here,
        words,
    },
};

#[derive(Default, Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
pub(super) struct Login {
    #[serde(default)]
    back: String,
    name: String,
    password: String,
}

#[derive(Deserialize)]
pub(super) struct Invited {
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Claim {
    token: String,
    password: String,
}

/// So much of a name is remembered with a failure, in characters; nobody has a longer one.
const NAME_AT_MOST: usize = 256;

/// `GET /login`
pub(super) async fn login(State(console): Here, Asked(back): Asked<Back>) -> Response {
    frame::alone(StatusCode::OK, "Log in", &form(&console, "", &back.back, None))
}

/// `POST /login`
pub(super) async fn log_in(State(console): Here, asker: Asker, Sent(given): Sent<Login>) -> Response {
    let keys = [
        format!(
            "name {}",
            given.name.chars().take(NAME_AT_MOST).collect::<String>().to_lowercase()
        ),
        format!("address {}", asker.from.address),
    ];
    let again =
        |status, why: &str| frame::alone(status, "Log in", &form(&console, &given.name, &given.back, Some(why)));
    if let Some(wait) = console.throttle.wait(&keys) {
        return slow_down(again(StatusCode::TOO_MANY_REQUESTS, &too_fast(wait)), wait);
    }
    // Counted before it is looked at, so that many at once are no way around the pauses.
    console.throttle.failed(&keys);
    let done = console
        .host
        .log_in(&given.name, Secret::new(given.password.clone()), &asker.from)
        .await;
    match done {
        Ok(logged_in) => {
            console.throttle.came_in(&keys);
            come_in(&console, &logged_in, &given.back)
        }
        Err(Refused::Other(error)) => again(StatusCode::SERVICE_UNAVAILABLE, &error.fact()),
        Err(refused) => again(StatusCode::UNAUTHORIZED, &sentence(&refused)),
    }
}

/// What is said to somebody who has tried too often.
pub(super) fn too_fast(wait: Duration) -> String {
    let seconds = wait.as_secs() + 1;
    format!(
        "Too many tries. Wait {}, and try again.",
        words::count(seconds, "second", "seconds")
    )
}

/// The same for their browser.
pub(super) fn slow_down(mut answer: Response, wait: Duration) -> Response {
    let seconds = HeaderValue::from(wait.as_secs() + 1);
    answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    answer
}

/// `POST /logout`
pub(super) async fn log_out(State(console): Here, asker: Asker) -> Response {
    if let Some(cookie) = &asker.cookie
        && let Err(error) = console.host.log_out(cookie, &asker.from).await
    {
        tracing::error!("a login can't be ended: {error}");
    }
    let mut answer = Redirect::to("/login").into_response();
    answer
        .headers_mut()
        .extend(cookies::forgotten(&console.place).map(|value| (header::SET_COOKIE, value)));
    answer
}

/// `GET /claim`
pub(super) async fn invited(State(console): Here, Asked(given): Asked<Invited>) -> Response {
    match console.host.invited(&Secret::new(given.token.clone())).await {
        Ok(user) => {
            let page = choose(&console, &user, &given.token, None);
            frame::alone(StatusCode::OK, how_to_come_in(&console), &page)
        }
        Err(refused) => no_link(&refused),
    }
}

/// `POST /claim`
pub(super) async fn claim(State(console): Here, asker: Asker, Sent(given): Sent<Claim>) -> Response {
    let token = Secret::new(given.token.clone());
    let user = match console.host.invited(&token).await {
        Ok(user) => user,
        Err(refused) => return no_link(&refused),
    };
    match console
        .host
        .claim(&token, Secret::new(given.password), &asker.from)
        .await
    {
        Ok(logged_in) => come_in(&console, &logged_in, "/"),
        Err(refused @ Refused::UnfitPassword(_)) => {
            let page = choose(&console, &user, &given.token, Some(&sentence(&refused)));
            frame::alone(StatusCode::UNPROCESSABLE_ENTITY, how_to_come_in(&console), &page)
        }
        Err(refused) => no_link(&refused),
    }
}

/// With a new cookie, to where they wanted to go. That is a page of ours: an address from outside leads nowhere else.
pub(super) fn come_in(console: &Console, logged_in: &LoggedIn, back: &str) -> Response {
    let mut answer = Redirect::to(if is_ours(back) { back } else { "/" }).into_response();
    let cookie = cookies::kept(&logged_in.cookie, &console.place);
    answer
        .headers_mut()
        .extend(cookie.map(|value| (header::SET_COOKIE, value)));
    answer
}

/// Whether this can only lead to a page of ours. Browsers drop tabs and line breaks out of an address, and take a backslash
/// for a slash, so that a slash with one of them behind it may be the beginning of another host's name.
fn is_ours(back: &str) -> bool {
    let misleads = |letter: char| letter == '\\' || letter.is_control();
    back.starts_with('/') && !back.starts_with("//") && !back.contains(misleads)
}

pub(super) fn no_link(refused: &Refused) -> Response {
    let status = match refused {
        Refused::Other(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refused::LinkUsed | Refused::LinkOver => StatusCode::GONE,
        _ => StatusCode::NOT_FOUND,
    };
    let body = html! {
        p role="alert" { (sentence(refused)) }
        p { "Whoever runs this host can make another one; a password that was chosen goes on working." }
        p { a.btn.main href="/login" { "Log in" } }
    };
    frame::alone(status, "This link does not work", &body)
}

pub(super) fn sentence(refused: &Refused) -> String {
    let text = match refused {
        // What would have to be typed is on no page.
        Refused::Other(error) => error.fact(),
        refused => refused.to_string(),
    };
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn problem(why: Option<&str>) -> Markup {
    html! { @if let Some(why) = why { p #problem .wrong role="alert" { (why) } } }
}

/// The button that leads to the sign-in service, where one is set. `field` goes along.
fn by_account(console: &Console, action: &str, field: (&str, &str)) -> Markup {
    let Some(name) = console.host.sign_in_name() else {
        return html! {};
    };
    html! {
        form.fields method="post" action=(action) {
            @if !field.1.is_empty() { input type="hidden" name=(field.0) value=(field.1); }
            button.btn type="submit" { span { "Sign in with " (words::name(name)) } }
        }
        p.soft { "Or by a password of this console:" }
    }
}

fn form(console: &Console, name: &str, back: &str, why: Option<&str>) -> Markup {
    html! {
        (by_account(console, "/login/account", ("back", back)))
        form.fields method="post" action="/login" {
            (problem(why))
            label for="name" { "Name" }
            input #name name="name" value=(name) autocomplete="username" required autocapitalize="none" spellcheck="false" aria-describedby=[why.map(|_| "problem")];
            label for="password" { "Password" }
            input #password name="password" type="password" autocomplete="current-password" required;
            @if !back.is_empty() { input type="hidden" name="back" value=(back); }
            button.btn.main type="submit" { "Log in" }
        }
        p.soft { "No password yet, or lost it? Whoever runs this host can make a link for you that works once." }
    }
}

fn how_to_come_in(console: &Console) -> &'static str {
    if console.host.sign_in_name().is_some() {
        "Choose how you come in"
    } else {
        "Choose a password"
    }
}

fn choose(console: &Console, user: &str, token: &str, why: Option<&str>) -> Markup {
    let has_service = console.host.sign_in_name().is_some();
    html! {
        p {
            "You come in as " b { (words::name(user)) } ". "
            @if has_service { "Sign in once, and that account is yours here from now on; or choose a password." }
            @else { "The password is for this console alone." }
        }
        (by_account(console, "/claim/account", ("token", token)))
        form.fields method="post" action="/claim" {
            (problem(why))
            input type="hidden" name="token" value=(token);
            input type="hidden" name="username" value=(user) autocomplete="username";
            label for="password" { "Password" }
            input #password name="password" type="password" autocomplete="new-password" minlength="12" maxlength="128" required aria-describedby="hint";
            small #hint .soft { "At least 12 characters. A few words in a row are easy to keep in mind." }
            button.btn.main type="submit" { "Go in" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_logging_in_nobody_is_led_away_from_the_console() {
        for ours in ["/", "/files?q=a%20b", "/sync/7"] {
            assert!(is_ours(ours), "{ours}");
        }
        for foreign in [
            "",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "/\u{85}/x",
        ] {
            assert!(!is_ours(foreign), "{foreign:?}");
        }
    }
}
