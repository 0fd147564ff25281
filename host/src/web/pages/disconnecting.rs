//! Disconnect: what it comes to, before and after.

use axum::{
    extract::{Query, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::integrations::called;
use crate::{
    service::Disconnected,
    store::connections::Mode,
    web::{
        console::Asker,
        form::Filled,
        frame::Page,
        showing::{Here, shown},
        words,
    },
};

#[derive(Deserialize)]
pub(super) struct Whose {
    /// The Administrator whose own sign-in it is; empty for the company's connection.
    #[serde(default)]
    of: String,
}

fn named(of: &str) -> (Option<Mode>, Option<&str>) {
    match of {
        "" => (Some(Mode::Organization), None),
        of => (Some(Mode::User), Some(of)),
    }
}

/// `GET /integrations/disconnect`
pub(super) async fn ask(State(console): Here, asker: Asker, Query(whose): Query<Whose>) -> Response {
    shown(&console, &asker, async |session| {
        let (mode, of) = named(&whose.of);
        let would = session.would_disconnect(mode, of).await?;
        let body = html! {
            section.card { div.pad {
                h2 { (words::name(&called(&would.connection))) }
                (consequences(&would))
                div.buttons {
                    form method="post" action="/integrations/disconnect" {
                        input type="hidden" name="of" value=(whose.of);
                        button.btn.main type="submit" { "Disconnect" }
                    }
                    a.btn href="/integrations" { "Keep it" }
                }
            } }
        };
        Ok(page("Disconnect", body).of(session))
    })
    .await
}

/// `POST /integrations/disconnect`
pub(super) async fn disconnect(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let (mode, of) = named(filled.text("of"));
        let done = session.disconnect(mode, of).await?;
        asker.note(&console, session, "disconnected", filled.text("of")).await?;
        let body = html! {
            section.card role="status" { div.pad {
                p { (words::state(words::Tone::Good, "Disconnected")) " "
                    (words::count(done.files.detached, "file does", "files do")) " not follow any more." }
                (consequences(&done))
                div.buttons {
                    a.btn.main href="/integrations" { "Cloud Storage Integrations" }
                    @if 0 < done.files.detached { a.btn href="/files?state=detached" { "Look at the files" } }
                }
            } }
        };
        Ok(page("Disconnected", body).of(session))
    })
    .await
}

fn page(title: &str, body: Markup) -> Page {
    Page::new("/integrations", title, body).below("Cloud Storage Integrations", "/integrations")
}

fn consequences(of: &Disconnected) -> Markup {
    html! { ul { @for one in &of.consequences { li { (words::sentence(one)) } } } }
}
