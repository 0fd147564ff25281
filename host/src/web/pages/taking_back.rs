//! What content a file has had, and taking its last update back: what that comes to, before it is done.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::paging::{more, part};
use crate::{
    Error, Result,
    service::{RevisionRow, Session, TakingBack},
    web::{
        console::Asker,
        form::Filled,
        frame::Page,
        showing::{Here, address, done, shown},
        words,
    },
};

/// Which part of the list.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    after: String,
}

/// `GET /files/{id}/take-back`
pub(super) async fn ask(State(console): Here, asker: Asker, Path(id): Path<String>) -> Response {
    shown(&console, &asker, async |session| {
        let would = session.would_roll_back(&id).await?;
        let title = format!("Take back: {}", clientpoint_engine::text::one_line(&would.file.name));
        Ok(Page::new("/files", title, question(&would))
            .below("Files", "/files")
            .of(session))
    })
    .await
}

/// `POST /files/{id}/roll-back`
pub(super) async fn take_back(State(console): Here, asker: Asker, Path(id): Path<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        session.rollback_from(&id, decided(&filled)?).await?;
        asker.note(&console, session, "rolled-back", &id).await?;
        Ok(done(&format!("/files/{id}")))
    })
    .await
}

/// Which revision somebody has looked at before they decided; none where the form does not say.
fn decided(filled: &Filled) -> Result<Option<u64>> {
    let text = filled.text("revision");
    let wrong = || Error::Settings(format!("`{}` is no revision", text.escape_debug()));
    (!text.is_empty())
        .then(|| text.parse().map_err(|_| wrong()))
        .transpose()
}

fn question(would: &TakingBack) -> Markup {
    let file = &would.file;
    html! {
        section.card { div.pad {
            p { "File ID " a href={ "/files/" (file.id) } { (file.id) } ", " (words::name(&file.name)) }
            dl.facts {
                dt { "Its content now" } dd { "Revision " (file.revision) ", " (words::size(file.size)) }
                dt { "Goes back to" } dd { "the content of revision " (would.earlier) ", of " (words::moment(&would.earlier_at)) ", " (words::size(would.earlier_size)) }
                dt { "Shown in" } dd { (words::count(would.shown_in, "ClientPoint or Template", "ClientPoints and Templates")) ": they show it at once" }
            }
            p { "The file is held from then on: no sync brings new content until somebody releases it." }
            div.buttons {
                form method="post" action={ "/files/" (file.id) "/roll-back" } {
                    input type="hidden" name="revision" value=(file.revision);
                    button.btn.main type="submit" { "Take it back and hold it" }
                }
                a.btn href={ "/files/" (file.id) } { "Leave it" }
            }
        } }
    }
}

/// `GET /files/{id}/revisions`
pub(super) async fn revisions(
    State(console): Here,
    asker: Asker,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    shown(&console, &asker, async |session| {
        history(session, &id, &wanted.after).await
    })
    .await
}

async fn history(session: &Session<'_>, id: &str, after: &str) -> Result<Response> {
    let file = session.file(id).await?;
    let page = session.revisions_page(id, &part(after)?).await?;
    let path = format!("/files/{id}/revisions");
    let name = clientpoint_engine::text::one_line(&file.name).into_owned();
    let has_earlier = file.managed && page.rows.iter().any(|row| row.sha256 != file.sha256);
    let body = html! {
        section.card {
            div.wide { table.stack {
                caption.unseen { "What content the file has had, the newest first" }
                thead { tr {
                    th.num scope="col" { "Revision" } th scope="col" { "Came" } th scope="col" { "With" } th scope="col" { "By" }
                    th.num scope="col" { "Size" } th scope="col" { "Now" }
                } }
                tbody { @for row in &page.rows { (line(row)) } }
            } }
            (more(page.next.as_ref(), after, |after| address(&path, &[("after", after)])))
        }
        @if has_earlier {
            section.card { div.pad {
                p { "The last update can be taken back, wherever the file is shown." }
                div.buttons { a.btn href={ "/files/" (id) "/take-back" } { "Take it back…" } }
            } }
        }
    };
    Ok(Page::new("/files", "Revisions", body)
        .below("Files", "/files")
        .below(&name, &format!("/files/{id}"))
        .of(session))
}

fn line(row: &RevisionRow) -> Markup {
    html! {
        tr {
            td.num data-label="Revision" { (row.revision) }
            td { (words::moment(&row.made_at)) }
            td {
                @if let Some(run) = row.run { a href={ "/sync/" (run) } { "the sync, run " (run) } }
                @else if row.revision == 1 { "being added" }
                @else { "a person, who gave it or put it back" }
            }
            td { @if let Some(by) = &row.started_by { (words::name(by)) } }
            td.num data-label="Size" { (words::size(row.size)) }
            td { @if row.is_present { (words::state(words::Tone::Good, "Shown now")) } }
        }
    }
}
