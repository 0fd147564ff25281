//! Sync: the runs, and the ledger of each.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    Result,
    service::{Cursor, LineFilter, Part, RunFilter, RunRow, Session, api::Line},
    store::words::Subject,
    web::{
        console::Asker,
        frame::Page,
        showing::{Here, shown},
        trouble, words,
    },
};

/// Rows of a page.
const ROWS: u32 = 50;

#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    after: String,
}

impl Wanted {
    fn part(&self) -> Result<Part> {
        let after = (!self.after.is_empty())
            .then(|| self.after.parse::<Cursor>())
            .transpose()?;
        Part::new(ROWS, after)
    }
}

/// `GET /sync`
pub(super) async fn runs(State(console): Here, asker: Asker, Query(wanted): Query<Wanted>) -> Response {
    shown(&console, &asker, async |session| list(session, &wanted).await).await
}

async fn list(session: &Session<'_>, wanted: &Wanted) -> Result<Response> {
    let page = session.runs_page(&RunFilter::default(), &wanted.part()?).await?;
    let body = html! {
        section.card {
            @if page.rows.is_empty() {
                div.pad.empty {
                    h2 { "Nothing has run yet" }
                    p { "Once a drive is chosen, files are brought up to date every night; each run is listed here, with what became of each file." }
                }
            } @else {
                div.wide { table.stack {
                    caption.unseen { "Runs and uploads, the newest first" }
                    thead { tr {
                        th scope="col" { "Run" } th scope="col" { "What" } th scope="col" { "When" } th scope="col" { "By" }
                        th.num scope="col" { "Files" } th scope="col" { "State" } th scope="col" { "What became of them" }
                    } }
                    tbody { @for row in &page.rows { (run_line(row)) } }
                } }
            }
            (more("/sync", "", &wanted.after, page.next.as_ref()))
        }
    };
    Ok(Page::new("/sync", "Sync", body).of(session))
}

fn what(row: &RunRow) -> &'static str {
    match (row.run.subject, row.run.kind.as_str(), row.run.late) {
        (Subject::Association, ..) => "Upload of a sheet",
        (_, "scheduled", true) => "Daily sync, late",
        (_, "scheduled", false) => "Daily sync",
        (_, "plan", _) => "Look what would change",
        _ => "Sync by hand",
    }
}

fn run_line(row: &RunRow) -> Markup {
    let (tone, state) = words::run(row.run.state);
    html! {
        tr {
            td data-label="Run" { a href={ "/sync/" (row.run.id) } { (row.run.id) } }
            td { (what(row)) }
            td { (words::moment(&row.run.started_at)) }
            td { (words::name(&row.run.started_by)) }
            td.num data-label="Files" { (words::grouped(row.run.inputs)) }
            td { (words::state(tone, state)) }
            td { (sums(row)) }
        }
    }
}

fn sums(row: &RunRow) -> Markup {
    html! {
        span.chips {
            @for (outcome, count) in &row.counts {
                @let (tone, label) = words::outcome(outcome);
                span { (words::state(tone, &format!("{} {label}", words::grouped(*count)))) }
            }
        }
    }
}

fn more(path: &str, outcome: &str, after: &str, next: Option<&Cursor>) -> Markup {
    let outcome: String = url::form_urlencoded::byte_serialize(outcome.as_bytes()).collect();
    html! {
        @if next.is_some() || !after.is_empty() {
            nav.foot aria-label="Pages" {
                @if !after.is_empty() { a.btn href={ (path) "?outcome=" (outcome) } { "First page" } }
                @if let Some(next) = next { a.btn href={ (path) "?outcome=" (outcome) "&after=" (next.to_string()) } { "Next page" } }
            }
        }
    }
}

/// `GET /sync/{run}`
pub(super) async fn run(
    State(console): Here,
    asker: Asker,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Response {
    shown(&console, &asker, async |session| ledger(session, id, &wanted).await).await
}

async fn ledger(session: &Session<'_>, id: i64, wanted: &Wanted) -> Result<Response> {
    let row = session.run_row(id).await?;
    let filter = LineFilter {
        outcome: (!wanted.outcome.is_empty()).then(|| wanted.outcome.clone()),
        ..LineFilter::default()
    };
    let lines = session.lines_page(id, &filter, &wanted.part()?).await?;
    let path = format!("/sync/{id}");
    let (tone, state) = words::run(row.run.state);
    let body = html! {
        section.card { div.pad {
            p { (what(&row)) ", " (words::moment(&row.run.started_at)) ", by " (words::name(&row.run.started_by)) ": " (words::state(tone, state)) }
            @if let Some(message) = &row.run.message { p { (words::name(message)) } }
            div.buttons { (trouble::buttons(&row.ways_out)) }
        } }
        section.card {
            nav.tools.chips aria-label="Outcome" {
                a.chip href=(path) aria-current=[wanted.outcome.is_empty().then_some("true")] { "All " (words::grouped(row.run.inputs)) }
                @for (outcome, count) in &row.counts {
                    a.chip href={ (path) "?outcome=" (outcome) } aria-current=[(*outcome == wanted.outcome).then_some("true")] { (words::outcome(outcome).1) " " (words::grouped(*count)) }
                }
            }
            @if lines.rows.is_empty() {
                div.pad { p.soft { "No file has a line of its own here: those that have not changed are counted." } }
            } @else {
                div.wide { table.stack {
                    caption.unseen { "What became of each file" }
                    thead { tr { th scope="col" { "File ID" } th scope="col" { "Name" } th scope="col" { "What became of it" } th.num scope="col" { "Shown in" } } }
                    tbody { @for line in &lines.rows { (line_of(line)) } }
                } }
            }
            (more(&path, &wanted.outcome, &wanted.after, lines.next.as_ref()))
        }
    };
    Ok(Page::new("/sync", format!("Run {id}"), body)
        .below("Sync", "/sync")
        .of(session))
}

fn line_of(line: &Line) -> Markup {
    let (tone, label) = words::outcome(&line.outcome);
    html! {
        tr {
            td data-label="File ID" { a href={ "/files/" (line.file) } { (line.file) } }
            td { span.name { (words::name(&line.name)) } }
            td { span.name { (words::state(tone, label)) @if !line.message.is_empty() { small.why { (words::name(&line.message)) } } } }
            td.num data-label="Shown in" { (words::grouped(line.reached)) }
        }
    }
}
