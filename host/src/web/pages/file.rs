//! One file: everything that is known of it, and what can be done with it.

use axum::{extract::State, response::Response};
use http::StatusCode;
use maud::{Markup, html};

use super::{
    file_forms::{self, Tried},
    files::standing,
};
use crate::{
    Error, Result,
    service::{
        LibraryRow, Session,
        api::{Damage, Source},
    },
    store::users::Role,
    web::{
        asked::At,
        console::Asker,
        form::{Filled, problem},
        frame::Page,
        showing::{Here, shown},
        streams, trouble, words,
    },
};

/// `GET /files/{id}`
pub(super) async fn file(State(console): Here, asker: Asker, At(id): At<String>) -> Response {
    shown(&console, &asker, async |session| page(session, &id, None).await).await
}

/// `GET /files/{id}/content`
pub(super) async fn content(State(console): Here, asker: Asker, At(id): At<String>) -> Response {
    shown(&console, &asker, async |session| {
        let name = session.file(&id).await?.name;
        let (host, user) = (console.host.clone(), session.user().name);
        Ok(streams::content(host, user, (id.clone(), None), &name))
    })
    .await
}

/// `GET /files/{id}/revisions/{number}`
pub(super) async fn revision(State(console): Here, asker: Asker, At((id, number)): At<(String, u64)>) -> Response {
    shown(&console, &asker, async |session| {
        let name = session.file(&id).await?.name;
        // What is not there is told on a page, before any byte goes.
        session.content_of(&id, number).await?;
        let (host, user) = (console.host.clone(), session.user().name);
        Ok(streams::content(host, user, (id.clone(), Some(number)), &name))
    })
    .await
}

/// Whether the page on which something was tried tells that it was not done, with what was filled in as it was.
pub(super) fn is_told_on_its_page(error: &Error) -> bool {
    error.is_usage()
        || matches!(
            error.bare(),
            Error::Outdated(_) | Error::Managed { .. } | Error::Bin { .. }
        )
}

/// The same page, with what is wrong above it and what was filled in as it was.
pub(super) async fn again(session: &Session<'_>, id: &str, filled: &Filled, error: Error) -> Result<Response> {
    if is_told_on_its_page(&error) {
        return page(session, id, Some((filled, &error))).await;
    }
    Err(error)
}

async fn page(session: &Session<'_>, id: &str, tried: Tried<'_>) -> Result<Response> {
    let row = session.library_file(id).await?;
    let file = &row.file;
    let showings = session.showings(id).await?;
    let may = session.user().role == Role::Administrator;
    // Without a plugin all but following goes on.
    let source = session.source().await.ok();
    let forms = if may {
        let known = session.known_places().await?;
        let propagation = session.propagation_of(id).await?;
        file_forms::forms(&row, source.is_some(), &known, &propagation, tried)
    } else {
        html! {}
    };
    let body = html! {
        (problem(tried.map(|tried| tried.1)))
        @if let Some(damage) = &file.damage {
            section.card.trouble role="alert" { div.pad {
                h2 { "Its bytes are damaged on this host's disk" }
                p { (damage_words(damage)) }
            } }
        }
        section.card { div.pad { (facts(&row, source.as_ref(), may)) } }
        (forms)
        (file_forms::shown_in(&row.file, &showings, may, tried))
        @if may { (file_forms::removal(&row.file)) }
    };
    let action = html! { a.btn href={ "/files/" (file.id) "/content" } download { "Download" } };
    let title = clientpoint_engine::text::one_line(&file.name).into_owned();
    Ok(Page::new("/files", title, body)
        .below("Files", "/files")
        .with(action)
        .answer(tried.map_or(StatusCode::OK, |tried| trouble::status(tried.1)), session))
}

fn damage_words(damage: &Damage) -> String {
    format!(
        "The bytes {}. A file that follows its source is fetched anew by the next sync; another one is put back from a copy.",
        damage.message
    )
}

fn facts(row: &LibraryRow, source: Option<&Source>, may: bool) -> Markup {
    let file = &row.file;
    let (tone, label) = standing(row);
    html! {
        dl.facts {
            dt { "File ID" } dd { (file.id) }
            dt { "State" } dd { (words::state(tone, label)) }
            dt { "Place" } dd { (words::name(&file.place)) }
            dt { "Size" } dd { (words::size(file.size)) @if 1_000 <= file.size { " (" (words::grouped(file.size)) " bytes)" } }
            dt { "Revision" } dd { @if may { a href={ "/files/" (file.id) "/revisions" } { (file.revision) } } @else { (file.revision) } ", of " (words::moment(&row.changed_at)) }
            dt { "Content" } dd {
                @if file.managed { "comes from its source: it is changed there" } @else { "is the library's own" }
            }
            @if file.managed {
                @if let Some(name) = &file.source_name { dt { "Follows" } dd { (words::name(name)) (open(row, source)) } }
                dt { "Last sync" } dd { (words::moment_or(row.last_sync.as_deref(), "not yet: the next one")) }
            }
            dt { "SHA-256" } dd { code.hash { (file.sha256) } }
        }
    }
}

/// The way to its item, for a person; by no other address than one that browsers keep to themselves.
fn open(row: &LibraryRow, source: Option<&Source>) -> Markup {
    let address = row.web_url.as_deref().filter(|address| address.starts_with("https://"));
    html! {
        @if let (Some(address), Some(source)) = (address, source) {
            " · " a href=(address) rel="noopener noreferrer" target="_blank" { "Open in " (words::name(&source.name)) }
        }
    }
}
