//! Disconnect: what it comes to, before and after.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::integrations::called;
use crate::{
    service::Disconnected,
    store::connections::Mode,
    web::{
        asked::Asked,
        console::Asker,
        form::Filled,
        frame::Page,
        showing::{Here, shown},
        trouble, words,
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
pub(super) async fn ask(State(console): Here, asker: Asker, Asked(whose): Asked<Whose>) -> Response {
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
                        input type="hidden" name="seen" value=(would.connection.connected_at);
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
        // Without the field it is not known which one, and the company's would be the wrong guess.
        let whose = match filled.needed("of") {
            Ok(whose) => whose,
            Err(error) => return Ok(trouble::unreadable(&error, session)),
        };
        let (mode, of) = named(whose);
        let done = session.disconnect_from(mode, of, filled.all("seen").next()).await?;
        asker.note(&console, session, "disconnected", whose).await?;
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
