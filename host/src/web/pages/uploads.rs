//! An upload of a sheet, once it is linked: what became of each row, the report of it, and taking it back.

use axum::{extract::State, response::Response};
use maud::{Markup, html};

use super::{
    associating::steps,
    sheet_rows::{List, Wanted},
};
use crate::{
    Result,
    service::{LedgerFormat, OperationKind, RunRow, Session, api::Undone, open_rows},
    web::{
        asked::{Asked, At},
        console::Asker,
        frame::Page,
        saving::{WORKBOOK, saved},
        showing::{Here, done, shown},
        trouble, words,
    },
};

/// File IDs that are named one by one.
const NAMED: usize = 20;

/// `GET /files/associate/{run}`
pub(super) async fn upload(
    State(console): Here,
    asker: Asker,
    At(run): At<i64>,
    Asked(wanted): Asked<Wanted>,
) -> Response {
    shown(&console, &asker, async |session| page(session, run, &wanted).await).await
}

/// `GET /files/associate/{run}/report`
pub(super) async fn report(State(console): Here, asker: Asker, At(run): At<i64>) -> Response {
    shown(&console, &asker, async |session| {
        let bytes = session.report_of_upload(run, &console.stop).await?;
        Ok(saved("Report.xlsx", WORKBOOK, bytes))
    })
    .await
}

/// `GET /files/associate/{run}/take-back`: what it comes to.
pub(super) async fn ask(State(console): Here, asker: Asker, At(run): At<i64>) -> Response {
    shown(&console, &asker, async |session| {
        let would = match session.would_undo(run).await {
            Ok(would) => would,
            // The address is right, and the upload is another one than it would have to be.
            Err(error) => return Ok(trouble::of(&error, session)),
        };
        let path = format!("/files/associate/{run}");
        let body = html! {
            section.card { div.pad {
                (consequences(&would))
                div.buttons {
                    form method="post" action={ (path) "/take-back" } { button.btn.main type="submit" { "Take it back" } }
                    a.btn href=(path) { "Keep it" }
                }
            } }
        };
        Ok(below(Page::new("/files", "Take it back", body))
            .below("Report", &path)
            .of(session))
    })
    .await
}

/// `POST /files/associate/{run}/take-back`
pub(super) async fn take_back(State(console): Here, asker: Asker, At(run): At<i64>) -> Response {
    shown(&console, &asker, async |session| {
        if session.upload(run).await?.run.undone_at.is_some() {
            return Ok(done(&format!("/files/associate/{run}")));
        }
        let begun = session.begin_operation(OperationKind::UndoUpload).await?;
        let operation = begun.id();
        asker.note(&console, session, "took-back", &run.to_string()).await?;
        let (host, user) = (console.host.clone(), session.user().name);
        drop(console.beside(async move {
            let session = host.session(&user).await?.carrying_out(begun);
            session.undo_association(run).await.map(drop)
        }));
        Ok(done(&format!("/operations/{operation}")))
    })
    .await
}

fn below(page: Page) -> Page {
    page.below("Files", "/files")
        .below("Import Excel sheet", "/files/associate")
}

async fn page(session: &Session<'_>, run: i64, wanted: &Wanted) -> Result<Response> {
    let form = session.sheet_form().await?;
    let row = session.upload(run).await?;
    let lines = session
        .upload_lines(run, &wanted.filter(&row.counts), wanted.after())
        .await?;
    let check = session.check_of_upload(run).await?;
    let path = format!("/files/associate/{run}");
    let list = List {
        path: &path,
        wanted,
        counts: &row.counts,
        is_done: true,
        chosen: None,
    };
    let body = html! {
        (steps("Report"))
        (told(&row, check, &path))
        @if !row.counts.is_empty() {
            section.card { (list.chips()) (list.table(&lines.rows, &form.path_column)) (list.more(&lines)) }
        }
    };
    Ok(below(Page::new("/files", "Report", body)).of(session))
}

fn told(row: &RunRow, check: Option<i64>, path: &str) -> Markup {
    let run = &row.run;
    let (tone, state) = words::sheet::upload(run.state).unwrap_or_else(|| words::run(run.state));
    let is_taken_back = run.undone_at.is_some();
    let linked: u64 = ["linked", "re-linked"]
        .iter()
        .filter_map(|word| row.counts.get(*word))
        .sum();
    let may_have_linked = 0 < linked || !row.ways_out.is_empty();
    let open = open_rows(&row.counts);
    html! {
        section.card { div.pad {
            p role="status" {
                @if is_taken_back { (words::state(words::Tone::Off, "Taken back")) } @else { (words::state(tone, state)) }
                " – " (words::count(linked, "file was linked", "files were linked"))
                @if 0 < open { ", " (words::count(open, "row needs you", "rows need you")) }
                ". Uploaded by " (words::name(&run.started_by)) ", " (words::moment(&run.started_at)) "."
            }
            @if let Some(message) = &run.message { p { (words::sentence(message)) } }
            @if let Some(at) = &run.undone_at { p.soft { "Since " (words::moment(at)) " its files follow what they followed before." } }
            @else if 0 < linked { p.soft { "Content stays as it is until the next sync; the files are locked from now on, as their content comes from there." } }
            div.buttons {
                @if 0 < open && !is_taken_back { a.btn.main href="/files/associate" { "Correct it and upload again" } }
                @if let Some(check) = check {
                    a.btn href={ (path) "/report" } download { "Download the report (.xlsx)" }
                    @if row.counts.contains_key("path-not-found") || row.counts.contains_key("ambiguous") { a.btn href={ "/operations/" (check) } { "Choose what was meant" } }
                }
                @if may_have_linked && !is_taken_back { a.btn href={ (path) "/take-back" } { "Take it back" } }
            }
            @if !row.counts.is_empty() {
                p.soft { "All rows as a list: " @for form in LedgerFormat::ALL { a href={ "/sync/" (run.id) "/ledger/" (form.ending()) } download { "." (form.ending()) } " " } "– " a href={ "/sync/" (run.id) } { "the run" } }
            }
        } }
    }
}

/// What taking it back means, in numbers.
fn consequences(would: &Undone) -> Markup {
    let alone = [
        (&would.left_alone, "linked anew or released since"),
        (&would.removed, "in the bin, or removed for good"),
        (&would.damaged, "the bytes that they had are damaged on the disk"),
    ];
    html! {
        ul {
            li { (words::count(would.files, "file goes", "files go")) " back to what they followed before, or to nothing." }
            @if 0 < would.contents { li { (words::count(would.contents, "of them has", "of them have")) " been updated since, and will show the content from before." } }
            @for (files, why) in alone.into_iter().filter(|(files, _)| !files.is_empty()) {
                li { (words::count(files.len() as u64, "file is", "files are")) " left alone – " (why) ": " (named(files)) "." }
            }
        }
    }
}

fn named(files: &[String]) -> Markup {
    html! {
        @for (number, file) in files.iter().take(NAMED).enumerate() {
            @if 0 < number { ", " } a href={ "/files/" (file) } { "File ID " (file) }
        }
        @if NAMED < files.len() { " and " (words::grouped((files.len() - NAMED) as u64)) " more" }
    }
}
