//! A person's own sign-in: to the sign-in service by a page of ours that one goes on from, and back to one that tells
//! what came of it.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Json, Response},
};
use http::StatusCode;
use maud::{Markup, html};

use crate::{
    Error, Result,
    service::{
        Session,
        api::{Connection, Refusal, SignInBegun, Standing},
    },
    web::{
        asked::At,
        console::Asker,
        frame::Page,
        showing::{Here, done, shown},
        trouble, words,
    },
};

/// Where a sign-in was begun: the way on. Not a redirect: browsers hold what a form leads to against the policy of the page
/// that it stands on.
pub(super) async fn go(asker: &Asker, session: &Session<'_>, begun: &SignInBegun) -> Result<Response> {
    if let Some(cookie) = &asker.cookie {
        session.sign_in_begun_in(&begun.id, cookie).await?;
    }
    let waiting = format!("/sign-ins/{}", begun.id);
    let body = html! {
        section.card data-sign-in-page=(begun.id) { div.pad {
            p { "There you pick an account and accept what is asked for. Afterwards you come back here. The sign-in is waited for until " (words::moment(&begun.ends_at)) "." }
            div.buttons {
                a.btn.main #go href=(begun.address) rel="noreferrer" { "Go on to the sign-in" }
                a.btn href=(waiting) { "I have signed in in another window" }
            }
        } }
        @if let Some(address) = &begun.approval_url { (approval(address)) }
    };
    Ok(page("You go to sign in", body).of(session))
}

/// `GET /connect`: what came back. It is taken once, in the browser that has begun it.
pub(super) async fn came_back(State(console): Here, asker: Asker, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let known = match &asker.cookie {
        Some(cookie) => console.host.sign_in_of_browser(cookie, &query).await,
        None => Ok(None),
    };
    let id = match known {
        Ok(Some(id)) => id,
        Ok(None) => {
            return trouble::page(
                StatusCode::FORBIDDEN,
                "This sign-in was not begun here",
                "It was begun in another browser or by somebody else, has ended, or was used before. Nothing was connected. Begin it again under Cloud Storage Integrations.",
            );
        }
        Err(error) => {
            tracing::warn!("whether a sign-in was begun here can't be told: {}", error.code());
            return unasked(
                "Whether this sign-in was begun here can't be told, so nothing was connected yet. Load this page again in a moment.",
            );
        }
    };
    let (to, begun) = (format!("/sign-ins/{id}"), id);
    // Who closes the window now must not break it off: what came back is good once.
    let (host, cookie) = (console.host.clone(), asker.cookie.clone());
    let note = (console.clone(), asker.clone());
    let finished = console.beside(async move {
        let Some(session) = (match &cookie {
            Some(cookie) => host.resumed(cookie).await?,
            None => None,
        }) else {
            return Ok(());
        };
        let connection = match session.finish_sign_in(&query).await {
            Ok(connection) => connection,
            // What came back was refused, and its page tells why.
            Err(error) if matches!(error.bare(), Error::SignIn { .. }) => return Ok(()),
            Err(error) => {
                let standing = session.sign_in(&begun).await?.standing;
                // It could not be taken, and is waited for: it can be given again.
                return if matches!(standing, Standing::Pending) {
                    Err(error)
                } else {
                    Ok(())
                };
            }
        };
        let about = connection.account.map(|account| account.name).unwrap_or_default();
        let (console, asker) = note;
        if let Err(error) = asker.note(&console, &session, "connected", &about).await {
            tracing::warn!("that somebody has connected could not be noted: {}", error.code());
        }
        Ok(())
    });
    match finished.await {
        // What came of it, its page tells.
        Ok(Ok(Ok(()))) => done(&to),
        Ok(Ok(Err(error))) => {
            tracing::warn!("what a sign-in has brought can't be taken now: {}", error.code());
            unasked("What this sign-in has brought could not be taken yet. Load this page again in a moment.")
        }
        _ => trouble::page(
            StatusCode::SERVICE_UNAVAILABLE,
            "The host is ending",
            "Nothing was connected. Begin the sign-in again once it is there.",
        ),
    }
}

/// That what came back can be given again in a moment.
fn unasked(what: &'static str) -> Response {
    trouble::page(StatusCode::SERVICE_UNAVAILABLE, "The library can't be asked now", what)
}

/// `GET /sign-ins/{id}`
pub(super) async fn standing(State(console): Here, asker: Asker, At(id): At<String>) -> Response {
    shown(&console, &asker, async |session| {
        let standing = session.sign_in(&id).await?;
        Ok(match standing.standing {
            Standing::Pending => waiting(&id, &standing.ends_at).of(session),
            Standing::Connected { connection } => connected(session, &connection).await?,
            Standing::Refused(refusal) => refused(&refusal).answer(StatusCode::OK, session),
        })
    })
    .await
}

/// `GET /sign-ins/{id}/standing`: the same for a script.
pub(super) async fn standing_in_json(State(console): Here, asker: Asker, At(id): At<String>) -> Response {
    shown(&console, &asker, async |session| {
        Ok(Json(session.sign_in(&id).await?).into_response())
    })
    .await
}

/// `POST /sign-ins/{id}/cancel`
pub(super) async fn cancel(State(console): Here, asker: Asker, At(id): At<String>) -> Response {
    shown(&console, &asker, async |session| {
        session.give_up_sign_in(&id).await?;
        Ok(done("/integrations/connect"))
    })
    .await
}

fn page(title: &str, body: Markup) -> Page {
    Page::new("/integrations", title, body).below("Cloud Storage Integrations", "/integrations")
}

fn waiting(id: &str, ends: &str) -> Page {
    let body = html! {
        section.card data-sign-in-waits=(id) { div.pad {
            p role="status" { (words::state(words::Tone::Wait, "Waiting for the sign-in")) " until " (words::moment(ends)) "." }
            div.buttons {
                a.btn.main href={ "/sign-ins/" (id) } { "Look again" }
                form method="post" action={ "/sign-ins/" (id) "/cancel" } { button.btn type="submit" { "Cancel" } }
            }
        } }
    };
    page("Waiting for the sign-in", body).again_in(3)
}

async fn connected(session: &Session<'_>, connection: &Connection) -> Result<Response> {
    let source = session.source().await?;
    let body = html! {
        section.card data-standing="connected" { div.pad {
            p role="status" { (words::state(words::Tone::Good, "Connected")) @if let Some(account) = &connection.account { " as " (words::name(&account.name)) } "." }
            @match &connection.drive {
                Some(drive) => {
                    p { "The drive is " b { (words::name(&drive.name)) } "." }
                    div.buttons {
                        a.btn.main href="/files/add?through=own" { (words::name(&source.add)) }
                        a.btn href="/integrations/drives?through=own" { "Change the drive" }
                    }
                },
                None => div.buttons { a.btn.main href="/integrations/drives?through=own" { "Choose the drive" } },
            }
        } }
    };
    Ok(page("Connected", body).of(session))
}

fn refused(refusal: &Refusal) -> Page {
    let body = html! {
        section.card.trouble role="alert" data-standing="refused" { div.pad {
            h2 { "Nothing was connected" }
            p { (words::name(&refusal.message)) }
            div.buttons { a.btn.main href="/integrations/connect" { "Try again" } }
            small.soft { "For support: " code { (refusal.code) } }
        } }
    };
    page("The sign-in did not work", body)
}

fn approval(address: &str) -> Markup {
    html! {
        section.card { div.pad {
            h2 { "If approval is needed" }
            p { "A page that says that approval is needed does not lead back here. An administrator of your company approves the application once, for everybody, at this address:" }
            p { code { (address) } }
        } }
    }
}
