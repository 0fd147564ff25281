//! The bin: files that were taken out of the library, and can be brought back for some days.

use axum::{extract::State, response::Response};
use maud::{Markup, html};

use super::paging::{After, more, part};
use crate::{
    Result,
    service::{Session, api::Binned},
    web::{
        asked::{Asked, At},
        console::Asker,
        frame::Page,
        showing::{Here, address, done, shown},
        words,
    },
};

/// `GET /bin`
pub(super) async fn bin(State(console): Here, asker: Asker, Asked(wanted): Asked<After>) -> Response {
    shown(&console, &asker, async |session| page(session, &wanted.after).await).await
}

/// `POST /bin/{id}/restore`
pub(super) async fn restore(State(console): Here, asker: Asker, At(id): At<String>) -> Response {
    shown(&console, &asker, async |session| {
        session.restore_file(&id).await?;
        asker.note(&console, session, "restored", &id).await?;
        Ok(done(&format!("/files/{id}")))
    })
    .await
}

/// `GET /bin/{id}/remove`: what it comes to.
pub(super) async fn ask(State(console): Here, asker: Asker, At(id): At<String>) -> Response {
    shown(&console, &asker, async |session| {
        let file = session.binned(&id).await?;
        let body = html! {
            section.card { div.pad {
                p { "File ID " (file.id) ", " (words::name(&file.name)) ", " (words::size(file.size)) }
                p { "Removed for good, it can't be brought back, and its File ID is not given to another file. In a backup that was made before it is still there." }
                div.buttons {
                    form method="post" action={ "/bin/" (file.id) "/remove" } { button.btn.main type="submit" { "Remove it for good" } }
                    a.btn href="/bin" { "Leave it in the bin" }
                }
            } }
        };
        Ok(below(Page::new("/files", "Remove for good", body)).below("Bin", "/bin").of(session))
    })
    .await
}

/// `POST /bin/{id}/remove`
pub(super) async fn remove(State(console): Here, asker: Asker, At(id): At<String>) -> Response {
    shown(&console, &asker, async |session| {
        session.remove_binned(&id).await?;
        asker.note(&console, session, "removed-for-good", &id).await?;
        Ok(done("/bin"))
    })
    .await
}

fn below(page: Page) -> Page {
    page.below("Files", "/files")
}

async fn page(session: &Session<'_>, after: &str) -> Result<Response> {
    let page = session.bin_page(&part(after)?).await?;
    let body = html! {
        section.card {
            @if page.rows.is_empty() {
                div.pad.empty {
                    h2 { "The bin is empty" }
                    p { "Files that are put into the bin are listed here, and can be brought back for some days." }
                    p { a.btn href="/files" { "Files" } }
                }
            } @else { (table(&page.rows)) }
            (more(page.next.as_ref(), after, |after| address("/bin", &[("after", after)])))
        }
    };
    Ok(below(Page::new("/files", "Bin", body)).of(session))
}

fn table(rows: &[Binned]) -> Markup {
    html! {
        div.wide { table.stack {
            caption.unseen { "Files in the bin" }
            thead { tr {
                th scope="col" { "File ID" } th scope="col" { "Name" } th scope="col" { "Place" } th.num scope="col" { "Size" }
                th scope="col" { "Put there" } th scope="col" { "Kept until" } th scope="col" { span.unseen { "What can be done" } }
            } }
            tbody { @for row in rows { (line(row)) } }
        } }
    }
}

fn line(row: &Binned) -> Markup {
    let about = clientpoint_engine::text::one_line(&row.name);
    html! {
        tr {
            td data-label="File ID" { (row.id) }
            td { span.name {
                (words::name(&row.name))
                @if let Some(name) = &row.source_name { small.soft { "followed " (words::name(name)) } }
            } }
            td { span.name { (words::name(&row.place)) } }
            td.num { (words::size(row.size)) }
            td { span.name { (words::moment(&row.removed_at)) small.soft { "by " (words::name(&row.removed_by)) } } }
            td data-label="Kept until" { (words::moment(&row.until)) }
            td { div.buttons {
                form method="post" action={ "/bin/" (row.id) "/restore" } { button.btn type="submit" aria-label={ "Bring back " (about) } { "Bring back" } }
                a.btn href={ "/bin/" (row.id) "/remove" } aria-label={ "Remove for good " (about) } { "Remove for good…" }
            } }
        }
    }
}
