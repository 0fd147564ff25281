//! Connect: which way, and what is filled in for it.

use axum::{extract::State, response::Response};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;

use super::sign_in;
use crate::{
    Error, Result,
    service::{Session, api::WayToConnect},
    store::connections::Mode,
    web::{
        asked::Asked,
        console::Asker,
        console::Console,
        form::{self, Filled},
        frame::Page,
        showing::{Here, done, shown},
        words,
    },
};

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    of: String,
}

/// `GET /integrations/connect`
pub(super) async fn ways(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let ways = session.ways_to_connect().await?;
        let body = html! { @for way in &ways { (choice(way)) } };
        Ok(page("Connect", body).of(session))
    })
    .await
}

/// `GET /integrations/connect/company`
pub(super) async fn company(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let way = way(session, Mode::Organization).await?;
        Ok(page(PRODUCT[1], company_form(session, &way, None, None).await?).of(session))
    })
    .await
}

/// `POST /integrations/connect/company`: tried before it is stored.
pub(super) async fn connect_company(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let way = way(session, Mode::Organization).await?;
        let connected = async { session.connect_organization(filled.given(&way.fields)?).await };
        match connected.await {
            Ok(connection) => {
                asker
                    .note(&console, session, "connected", "the company's connection")
                    .await?;
                Ok(done(match connection.drive {
                    None => "/integrations/drives?through=company",
                    Some(_) => "/integrations/done?through=company",
                }))
            }
            Err(error) if is_of_the_form(&error) => {
                let body = company_form(session, &way, Some(&filled), Some(&error)).await?;
                Ok(page(PRODUCT[1], body).answer(StatusCode::UNPROCESSABLE_ENTITY, session))
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// `GET /integrations/connect/own`
pub(super) async fn own(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let way = way(session, Mode::User).await?;
        let body = own_form(&console, session, &way, None, None).await?;
        Ok(page(PRODUCT[0], body).of(session))
    })
    .await
}

/// `POST /integrations/connect/own`: begins a sign-in.
pub(super) async fn connect_own(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let way = way(session, Mode::User).await?;
        let redirect = console.redirect_uri();
        let begun = async { session.begin_sign_in_at(filled.given(&way.fields)?, &redirect).await };
        match begun.await {
            Ok(begun) => sign_in::go(&asker, session, &begun).await,
            Err(error) if is_of_the_form(&error) => {
                let body = own_form(&console, session, &way, Some(&filled), Some(&error)).await?;
                Ok(page(PRODUCT[0], body).answer(StatusCode::UNPROCESSABLE_ENTITY, session))
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// `GET /integrations/where`: where each value is found.
pub(super) async fn where_found(State(console): Here, asker: Asker, Asked(which): Asked<Which>) -> Response {
    shown(&console, &asker, async |session| {
        let mode = match which.of.as_str() {
            "own" => Mode::User,
            "" | "company" => Mode::Organization,
            other => {
                let other: String = other.chars().take(40).collect();
                let what = format!(
                    "`{}` is no way to connect: there are own and company",
                    other.escape_debug()
                );
                return Err(Error::Settings(what).at("of"));
            }
        };
        let way = way(session, mode).await?;
        let title = where_to_find(session).await?;
        let body = html! {
            section.card { div.pad { dl.facts {
                @for field in &way.fields { dt { (words::name(&field.label)) } dd { (words::name(&field.help)) "." } }
            } } }
            section.card { div.pad {
                h2 { "Redirect address" }
                p { "For own sign-ins the application is registered with exactly this one:" }
                p { code { (console.redirect_uri_registered()) } }
            } }
        };
        Ok(page(&title, body).of(session))
    })
    .await
}

/// What the product calls the two ways.
const PRODUCT: [&str; 2] = [
    "OAuth 2.0 user authorization",
    "OAuth 2.0 company/organization authorization",
];

fn page(title: &str, body: Markup) -> Page {
    Page::new("/integrations", title, body).below("Cloud Storage Integrations", "/integrations")
}

async fn way(session: &Session<'_>, mode: Mode) -> Result<WayToConnect> {
    let ways = session.ways_to_connect().await?;
    let way = ways.into_iter().find(|way| way.mode == mode);
    way.ok_or_else(|| Error::Settings("this source can't be connected that way".into()))
}

async fn where_to_find(session: &Session<'_>) -> Result<String> {
    let title = session.source().await?.title;
    Ok(format!("Where to find this information in {title}?"))
}

/// Whether an error is about what was filled in, so that the form is shown again with it.
fn is_of_the_form(error: &Error) -> bool {
    error.field().is_some()
        || matches!(
            error.bare(),
            Error::Settings(_) | Error::SignIn { .. } | Error::Plugin { .. }
        )
}

fn choice(way: &WayToConnect) -> Markup {
    let (address, title) = match way.mode {
        Mode::User => ("/integrations/connect/own", PRODUCT[0]),
        Mode::Organization => ("/integrations/connect/company", PRODUCT[1]),
    };
    html! {
        section.card { div.pad {
            h2 { (title) }
            p { b { (words::name(&way.label)) } ": " (words::name(&way.help)) }
            @if way.mode == Mode::User && way.is_ready {
                form method="post" action=(address) data-sign-in { button.btn.main type="submit" { "Connect" } }
                p { a href=(address) { "Something else than what is registered" } }
            } @else {
                p { a.btn.main href=(address) { "Connect" } }
            }
        } }
    }
}

async fn company_form(
    session: &Session<'_>,
    way: &WayToConnect,
    sent: Option<&Filled>,
    error: Option<&Error>,
) -> Result<Markup> {
    let title = where_to_find(session).await?;
    Ok(html! {
        (form::summary(error, &way.fields))
        section.card { div.pad {
            p { (words::name(&way.help)) " What you fill in is tried first, and kept only if it works." }
            @if way.is_ready { p.soft { "It is connected already: fill in only what is another one now." } }
            p { a href="/integrations/where?of=company" { (words::name(&title)) } }
            form.fields method="post" action="/integrations/connect/company" enctype="multipart/form-data" {
                (form::fields(&way.fields, sent, error))
                button.btn.main type="submit" { "Connect" }
            }
        } }
    })
}

async fn own_form(
    console: &Console,
    session: &Session<'_>,
    way: &WayToConnect,
    sent: Option<&Filled>,
    error: Option<&Error>,
) -> Result<Markup> {
    let title = where_to_find(session).await?;
    let (of_application, others): (Vec<_>, Vec<_>) =
        way.fields.iter().cloned().partition(|field| field.is_of_application);
    Ok(html! {
        (form::summary(error, &way.fields))
        section.card { div.pad {
            p { (words::name(&way.help)) }
            form.fields method="post" action="/integrations/connect/own" enctype="multipart/form-data" data-sign-in {
                @if way.is_ready {
                    button.btn.main type="submit" { "Connect" }
                    (form::fields(&others, sent, error))
                    details open[error.is_some()] { summary { "Another application than the registered one" } div.fields { (form::fields(&of_application, sent, error)) } }
                } @else {
                    h2 { "Once for all Administrators" }
                    p { "The application is registered by the first who signs in. Whoever comes after picks an account, accepts, and fills in nothing." }
                    p { "Register it with this redirect address: " code { (console.redirect_uri_registered()) } }
                    p { a href="/integrations/where?of=own" { (words::name(&title)) } }
                    (form::fields(&way.fields, sent, error))
                    button.btn.main type="submit" { "Connect" }
                }
            }
        } }
    })
}
