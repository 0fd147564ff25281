//! What content a file has had, and taking its last update back: what that comes to, before it is done.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::paging::{After, more, part};
use crate::{
    Result,
    service::{FileRow, PutBack, RevisionRow, Session, TakingBack},
    web::{
        asked::{Asked, At},
        console::Asker,
        form::Filled,
        frame::Page,
        showing::{Here, address, done, shown},
        trouble, words,
    },
};

/// Which content is to be put back.
#[derive(Default, Deserialize)]
pub(super) struct Which {
    to: Option<u64>,
}

/// `GET /files/{id}/take-back`
pub(super) async fn ask(
    State(console): Here,
    asker: Asker,
    At(id): At<String>,
    Asked(which): Asked<Which>,
) -> Response {
    shown(&console, &asker, async |session| {
        let would = match session.would_put_back(&id, which.to).await {
            Ok(would) => would,
            // The address is right, and the file is another one than it would have to be.
            Err(error) => return Ok(trouble::of(&error, session)),
        };
        let what = if which.to.is_some() { "Put back" } else { "Take back" };
        let title = format!("{what}: {}", clientpoint_engine::text::one_line(&would.file.name));
        Ok(Page::new("/files", title, question(&would, which.to))
            .below("Files", "/files")
            .of(session))
    })
    .await
}

/// `POST /files/{id}/roll-back`
pub(super) async fn take_back(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let (to, decided) = match (filled.revision_at("to"), filled.revision()) {
            (Ok(to), Ok(decided)) => (to, decided),
            (Err(error), _) | (_, Err(error)) => return Ok(trouble::unreadable(&error, session)),
        };
        let wanted = PutBack {
            to,
            decided,
            why: filled.text("why").to_owned(),
        };
        session.put_back(&id, &wanted).await?;
        asker.note(&console, session, "rolled-back", &id).await?;
        Ok(done(&format!("/files/{id}")))
    })
    .await
}

fn question(would: &TakingBack, to: Option<u64>) -> Markup {
    let file = &would.file;
    html! {
        section.card { div.pad {
            p { "File ID " a href={ "/files/" (file.id) } { (file.id) } ", " (words::name(&file.name)) }
            dl.facts {
                dt { "Its content now" } dd { "Revision " (file.revision) ", " (words::size(file.size)) }
                dt { "Goes back to" } dd { "the content of revision " (would.earlier) ", of " (words::moment(&would.earlier_at)) ", " (words::size(would.earlier_size)) }
                dt { "Shown in" } dd { (words::count(would.shown_in, "ClientPoint or Template", "ClientPoints and Templates")) ": they show it at once" }
            }
            @if file.managed { p { "The file is held from then on: no sync brings new content until somebody releases it." } }
            form.fields method="post" action={ "/files/" (file.id) "/roll-back" } {
                input type="hidden" name="revision" value=(file.revision);
                @if let Some(to) = to { input type="hidden" name="to" value=(to); }
                label for="why" { "Why" }
                input #why name="why" maxlength="300" autocomplete="off" aria-describedby="why-hint";
                small #why-hint .soft { "May stay empty. Whoever looks at the revisions later reads it." }
                div.buttons {
                    button.btn.main type="submit" { @match (to, file.managed) {
                        (Some(_), true) => { "Put it back and hold it" },
                        (Some(_), false) => { "Put it back" },
                        (None, _) => { "Take it back and hold it" },
                    } }
                    a.btn href={ "/files/" (file.id) } { "Leave it" }
                }
            }
        } }
    }
}

/// `GET /files/{id}/revisions`
pub(super) async fn revisions(
    State(console): Here,
    asker: Asker,
    At(id): At<String>,
    Asked(wanted): Asked<After>,
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
                tbody { @for row in &page.rows { (line(&file, row)) } }
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

fn line(file: &FileRow, row: &RevisionRow) -> Markup {
    let path = format!("/files/{}/revisions/{}", file.id, row.revision);
    html! {
        tr {
            td.num data-label="Revision" { (row.revision) }
            td { (words::moment(&row.made_at)) }
            td {
                @if let Some(earlier) = row.put_back {
                    "the content of revision " (earlier) ", put back"
                    @if let Some(why) = row.why.as_deref().filter(|why| !why.is_empty()) { ": " (words::name(why)) }
                }
                @else if let Some(run) = row.run { a href={ "/sync/" (run) } { "the sync, run " (run) } }
                @else if row.revision == 1 { "being added" }
                @else { "a person, who gave it or put it back" }
            }
            td { @if let Some(by) = row.put_back_by.as_ref().or(row.started_by.as_ref()) { (words::name(by)) } }
            td.num data-label="Size" { (words::size(row.size)) }
            td {
                @if row.is_present { (words::state(words::Tone::Good, "Shown now")) }
                @else {
                    a href=(path) { "Look at it" }
                    @if row.sha256 != file.sha256 { " · " a href={ "/files/" (file.id) "/take-back?to=" (row.revision) } { "Put it back…" } }
                }
            }
        }
    }
}
