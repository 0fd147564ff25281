//! Sync: how last night's went, and the list of runs.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    integrations::{called, through},
    last_night,
    paging::{more, part},
    planning,
};
use crate::{
    Result,
    service::{RunFilter, RunRow, RunState, RunType, Session},
    store::words::Subject,
    web::{
        asked::Asked,
        console::Asker,
        frame::Page,
        showing::{Here, address, shown},
        words,
    },
};

/// What the address says.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

impl Wanted {
    fn filter(&self) -> Result<RunFilter> {
        let kind = (!self.kind.is_empty()).then(|| self.kind.parse::<RunType>());
        let state = (!self.state.is_empty()).then(|| self.state.parse::<RunState>());
        Ok(RunFilter {
            kind: kind.transpose()?,
            state: state.transpose()?,
            ..RunFilter::default()
        })
    }

    /// The same list from another place on, or with another filter.
    fn address(&self, kind: &str, state: &str, after: &str) -> String {
        address("/sync", &[("kind", kind), ("state", state), ("after", after)])
    }
}

/// `GET /sync`
pub(super) async fn runs(State(console): Here, asker: Asker, Asked(wanted): Asked<Wanted>) -> Response {
    shown(&console, &asker, async |session| list(session, &wanted).await).await
}

async fn list(session: &Session<'_>, wanted: &Wanted) -> Result<Response> {
    let page = session.runs_page(&wanted.filter()?, &part(&wanted.after)?).await?;
    let is_narrowed = [&wanted.kind, &wanted.state, &wanted.after]
        .iter()
        .any(|text| !text.is_empty());
    let body = html! {
        (at_a_glance(session).await?)
        section.card aria-labelledby="runs" {
            div.pad { h2 #runs { "Runs" } }
            (chips(wanted))
            @if page.rows.is_empty() { (nothing(is_narrowed)) } @else { (table(&page.rows)) }
            (more(page.next.as_ref(), &wanted.after, |after| wanted.address(&wanted.kind, &wanted.state, after)))
        }
    };
    Ok(Page::new("/sync", "Sync", body).of(session))
}

/// How it stands, and what can be done.
async fn at_a_glance(session: &Session<'_>) -> Result<Markup> {
    let health = session.health().await?;
    let mut held = Vec::new();
    for health in &health {
        held.extend(session.held_back(&health.connection).await?);
    }
    // Without a plugin there are none to work with.
    let connections = session.connections().await.unwrap_or_default();
    let mut usable: Vec<_> = connections
        .iter()
        .filter(|row| row.connection.drive.is_some())
        .collect();
    usable.retain(|row| through(row).is_some());
    let told = last_night::told(session, &health).await?;
    let next = health.iter().find_map(|health| health.next.as_deref());
    Ok(html! {
        section.card { div.pad {
            @if health.is_empty() {
                p { "Nothing is connected, so nothing can be brought up to date." }
                div.buttons { a.btn.main href="/integrations" { "Cloud Storage Integrations" } }
            } @else {
                (told)
                @if let Some(next) = next { p.soft { "The next daily sync: " (words::moment(next)) ". One that is begun by hand does not count as it." } }
                @for row in &usable {
                    @if 1 < usable.len() { p { (words::name(&called(&row.connection))) } }
                    (planning::buttons(&format!("?{}", through(row).unwrap_or_default()), true))
                }
            }
        } }
        @for held in &held { (planning::guard(held)) }
    })
}

fn chips(wanted: &Wanted) -> Markup {
    let kinds = [
        ("", "All"),
        ("scheduled", "Daily"),
        ("manual", "By hand"),
        ("plan", "Looks"),
        ("upload", "Uploads of sheets"),
    ];
    let states = [
        ("", "In any state"),
        ("complete", "Finished"),
        ("incomplete", "Not finished"),
        ("failed", "Failed"),
        ("interrupted", "Interrupted"),
    ];
    html! {
        nav.tools.chips aria-label="Kind" {
            @for (kind, label) in kinds {
                a.chip href=(wanted.address(kind, &wanted.state, "")) aria-current=[(kind == wanted.kind).then_some("true")] { (label) }
            }
        }
        nav.tools.chips aria-label="State" {
            @for (state, label) in states {
                a.chip href=(wanted.address(&wanted.kind, state, "")) aria-current=[(state == wanted.state).then_some("true")] { (label) }
            }
        }
    }
}

fn nothing(is_narrowed: bool) -> Markup {
    html! {
        div.pad.empty {
            @if is_narrowed {
                h2 { "No run fits" }
                p { "None of this kind is in that state here." }
                p { a.btn href="/sync" { "Show all runs" } }
            } @else {
                h2 { "Nothing has run yet" }
                p { "Once a drive is chosen, files are brought up to date every night; each run is listed here, with what became of each file." }
            }
        }
    }
}

fn table(rows: &[RunRow]) -> Markup {
    html! {
        div.wide { table.stack {
            caption.unseen { "Runs and uploads, the newest first" }
            thead { tr {
                th scope="col" { "Run" } th scope="col" { "What" } th scope="col" { "When" } th scope="col" { "By" }
                th.num scope="col" { "Files" } th scope="col" { "State" } th scope="col" { "What became of them" }
            } }
            tbody { @for row in rows { (run_line(row)) } }
        } }
    }
}

/// What a run is, in words.
pub(super) fn what(row: &RunRow) -> &'static str {
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
