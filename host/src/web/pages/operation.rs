//! Long work, as it goes: each has an address that outlasts a reload, and a host that was ended in between.

use axum::{extract::State, response::Response};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;

use super::{adding, associating, sheet_check, sheet_rows};
use crate::{
    Result,
    service::{
        FileRow, ItemState, OperationKind, OperationState, Session,
        api::{ItemProgress, Operation},
    },
    way_out::WayOut,
    web::{
        asked::{Asked, At},
        console::Asker,
        frame::Page,
        showing::{Here, done, shown},
        streams, trouble, words,
    },
};

/// What the address says.
#[derive(Default, Deserialize)]
pub(super) struct Instead {
    /// Not empty for somebody who wanted to begin one, while this one was under way.
    #[serde(default)]
    instead: String,
}

/// `GET /operations/{id}`
pub(super) async fn operation(
    State(console): Here,
    asker: Asker,
    At(id): At<i64>,
    Asked(wanted): Asked<sheet_rows::Wanted>,
    Asked(wished): Asked<Instead>,
) -> Response {
    shown(&console, &asker, async |session| {
        let operation = session.operation(id).await?;
        let is_done = operation.state == OperationState::Done;
        match (operation.kind, operation.run) {
            (OperationKind::CheckSheet, _) if is_done => sheet_check::page(&asker, session, &operation, &wanted).await,
            (OperationKind::LinkSheet, Some(run)) if is_done => Ok(done(&format!("/files/associate/{run}"))),
            (OperationKind::Plan, Some(run)) if is_done => Ok(done(&format!("/sync/{run}"))),
            _ => page(&asker, session, &operation, !wished.instead.is_empty()).await,
        }
    })
    .await
}

/// `POST /operations/{id}/stop`
pub(super) async fn stop(State(console): Here, asker: Asker, At(id): At<i64>) -> Response {
    shown(&console, &asker, async |session| {
        session.stop_operation(id).await?;
        asker.note(&console, session, "stopped", &id.to_string()).await?;
        Ok(done(&format!("/operations/{id}")))
    })
    .await
}

/// `POST /operations/{id}/again`: an import of what did not come in.
pub(super) async fn again(State(console): Here, asker: Asker, At(id): At<i64>) -> Response {
    shown(&console, &asker, async |session| {
        let operation = session.operation(id).await?;
        let failed = operation.progress.items.iter().filter(|item| may_be_tried_again(item));
        let items = failed
            .map(|item| format!("{}/{}", item.item.drive, item.item.id))
            .collect();
        adding::begin(&console, &asker, session, items).await
    })
    .await
}

/// `GET /operations/{id}/events`: how it stands, whenever that has changed, until its end.
pub(super) async fn events(State(console): Here, asker: Asker, At(id): At<i64>) -> Response {
    let (host, cookie) = (console.host.clone(), asker.cookie.clone());
    let out = streams::once_out(move || {
        let (host, cookie) = (host.clone(), cookie.clone());
        async move {
            match cookie {
                Some(cookie) => host.is_logged_in(&cookie).await,
                None => Ok(false),
            }
        }
    });
    shown(&console, &asker, async |session| {
        let watching = session.watch_operation(id).await?;
        let (host, user) = (console.host.clone(), session.user().name);
        Ok(streams::events(host, user, (console.stop.clone(), out), watching))
    })
    .await
}

/// Which pages it belongs to.
fn way(kind: OperationKind) -> (&'static str, &'static str) {
    match kind {
        OperationKind::Sync | OperationKind::Plan => ("/sync", "Sync"),
        OperationKind::Backup => ("/backups", "Backups"),
        _ => ("/files", "Files"),
    }
}

/// Whether it goes through the files that follow, one after the other.
fn is_of_sync(operation: &Operation) -> bool {
    way(operation.kind).0 == "/sync"
}

/// That somebody wanted to begin one while this one was under way.
fn told_instead(operation: &Operation) -> Markup {
    html! {
        section.note role="status" {
            p { "This one is under way already, begun by " (words::name(&operation.begun_by)) ": there is one at a time, so no second one was begun." }
        }
    }
}

async fn page(asker: &Asker, session: &Session<'_>, operation: &Operation, is_instead: bool) -> Result<Response> {
    let is_running = operation.state == OperationState::Running;
    let everyone = everyone_sees(session, operation).await?;
    let (tone, label) = words::operation::how(operation);
    let again = match operation.kind {
        OperationKind::CheckSheet if !is_running => Some(session.sheet_form().await?),
        _ => None,
    };
    let check = match operation.kind {
        OperationKind::LinkSheet if !is_running => session.check_of_link(operation.id).await?,
        _ => None,
    };
    let body = html! {
        @if is_instead && is_running { (told_instead(operation)) }
        section.card data-operation=[is_running.then_some(operation.id)] { div.pad {
            p #overall role="status" { (words::state(tone, label)) @if has_numbers(operation) { " – " (sum(operation)) } }
            p #now .soft { (now(operation, is_running)) }
            @if let Some(error) = &operation.error {
                p { (words::sentence(&error.message)) }
                div.buttons { (trouble::buttons(&error.ways_out)) }
            }
            p.soft { "Begun by " (words::name(&operation.begun_by)) ", " (words::moment(&operation.begun_at)) @if let Some(at) = &operation.ended_at { "; ended " (words::moment(at)) } "." }
            (buttons(operation, is_running))
            @if let Some(check) = check { div.buttons { a.btn.main href={ "/operations/" (check) } { "Back to the check" } } }
            @if let Some(form) = &again { (associating::form(asker, form)) }
        } }
        @if !everyone.is_empty() { (exposure(&everyone)) }
        @if !operation.progress.items.is_empty() && !is_of_sync(operation) { (items(&operation.progress.items)) }
    };
    let (address, name) = way(operation.kind);
    let page = Page::new(address, words::operation::name(operation.kind), body).below(name, address);
    let page = if is_running { page.again_in(2) } else { page };
    Ok(page.answer(StatusCode::OK, session))
}

fn has_numbers(operation: &Operation) -> bool {
    let progress = &operation.progress;
    !operation.counts.is_empty() || progress.of.is_some() || 0 < progress.done
}

/// What it does just now: what is waited for, and the files that are on their way.
fn now(operation: &Operation, is_running: bool) -> Markup {
    let progress = &operation.progress;
    html! {
        @if let Some(wait) = &progress.waits { "Waits: " (words::sentence(&wait.why)) }
        @else if is_running && is_of_sync(operation) {
            @for (number, item) in progress.items.iter().enumerate() {
                @if 0 < number { ", " }
                (words::name(&item.name)) " " (words::size(item.done)) @if let Some(of) = item.of { " of " (words::size(of)) }
            }
        }
    }
}

fn sum(operation: &Operation) -> Markup {
    let progress = &operation.progress;
    let amount = match operation.kind {
        OperationKind::Backup | OperationKind::Verify => words::size,
        _ => words::grouped,
    };
    html! {
        @if operation.counts.is_empty() {
            (amount(progress.done)) @if let Some(of) = progress.of { " of " (amount(of)) }
        } @else {
            @for (number, (word, count)) in operation.counts.iter().enumerate() {
                @if 0 < number { ", " } (words::grouped(*count)) " " (words::operation::counted(operation.kind, word))
            }
        }
        "."
    }
}

fn buttons(operation: &Operation, is_running: bool) -> Markup {
    let failed = operation
        .progress
        .items
        .iter()
        .filter(|item| may_be_tried_again(item))
        .count() as u64;
    html! {
        div.buttons {
            @if is_running {
                a.btn.main href={ "/operations/" (operation.id) } { "Look again" }
                form method="post" action={ "/operations/" (operation.id) "/stop" } { button.btn type="submit" { "Stop" } }
                @if operation.kind == OperationKind::Sync { span.soft { "Nothing is lost by that: the next sync goes on where it stood." } }
            } @else if operation.kind == OperationKind::Import {
                a.btn.main href="/files" { "Files" }
                @if 0 < failed {
                    form method="post" action={ "/operations/" (operation.id) "/again" } {
                        button.btn type="submit" { "Import " (words::count(failed, "file", "files")) " again" }
                    }
                }
            }
            @if let Some(run) = operation.run.filter(|run| !leads_to(operation, *run)) { a.btn href=(address_of(operation.kind, run)) { (if is_of_sheet(operation.kind) { "Look at the upload" } else { "Look at the run" }) } }
        }
    }
}

/// Whether a button for the way out leads to that run already.
fn leads_to(operation: &Operation, run: i64) -> bool {
    let ways = operation.error.iter().flat_map(|error| &error.ways_out);
    ways.into_iter().any(|way| *way == WayOut::UndoUpload { run })
}

fn is_of_sheet(kind: OperationKind) -> bool {
    matches!(kind, OperationKind::LinkSheet | OperationKind::UndoUpload)
}

fn address_of(kind: OperationKind, run: i64) -> String {
    let path = if is_of_sheet(kind) { "/files/associate" } else { "/sync" };
    format!("{path}/{run}")
}

fn may_be_tried_again(item: &ItemProgress) -> bool {
    matches!(
        item.state,
        ItemState::Failed | ItemState::Stopped | ItemState::NotStarted
    )
}

fn items(items: &[ItemProgress]) -> Markup {
    html! {
        section.card { div.wide { table.stack {
            caption.unseen { "Files of this import" }
            thead { tr { th scope="col" { "Name" } th scope="col" { "How far" } th scope="col" { "What became of it" } } }
            tbody { @for item in items { (line(item)) } }
        } } }
    }
}

fn line(item: &ItemProgress) -> Markup {
    let (tone, label) = words::item(item.state);
    let name = if item.name.is_empty() {
        "a file whose name is not known yet"
    } else {
        &item.name
    };
    html! {
        tr data-item=(item.item.id) {
            td { span.name { (words::name(name)) } }
            td {
                @if item.state.has_ended() { @if let Some(of) = item.of { (words::size(of)) } } @else {
                    progress max=[item.of] value=(item.done) aria-label={ "How far " (clientpoint_engine::text::one_line(name)) } {}
                    small.soft { " " (words::size(item.done)) @if let Some(of) = item.of { " of " (words::size(of)) } @if 0 < item.begun_again { ", began again" } }
                }
            }
            td { span.name {
                (words::state(tone, label))
                @if let Some(file) = &item.file { span.why { "File ID " a href={ "/files/" (file) } { (file) } } }
                @else if !item.message.is_empty() { span.why { (words::sentence(&item.message)) } }
            } }
        }
    }
}

/// The files of an import that stand where everybody sees them.
async fn everyone_sees(session: &Session<'_>, operation: &Operation) -> Result<Vec<FileRow>> {
    let mut files = Vec::new();
    if operation.kind != OperationKind::Import || operation.state == OperationState::Running {
        return Ok(files);
    }
    for item in operation
        .progress
        .items
        .iter()
        .filter(|item| item.state == ItemState::Imported)
    {
        let Some(id) = &item.file else { continue };
        // It may be in the bin by now.
        if let Ok(file) = session.file(id).await
            && file.place.starts_with("Company Wide")
        {
            files.push(file);
        }
    }
    Ok(files)
}

fn exposure(files: &[FileRow]) -> Markup {
    let one = files.len() == 1;
    html! {
        section.note role="note" {
            p { (if one { "This file is in " } else { "These files are in " }) b { "Company Wide" } ": everyone can see " (if one { "it" } else { "them" }) " (" (words::count(files.len() as u64, "file", "files")) ")." }
            form method="get" action="/files/move" {
                @for file in files { input type="hidden" name="file" value=(file.id); }
                button.btn type="submit" { (if one { "Move it…" } else { "Move them…" }) }
            }
        }
    }
}
