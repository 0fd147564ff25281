//! A run: what became of each file, filtered, searched, fifty a page; and the same as a file.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    paging::{more, part},
    planning,
    sync::what,
};
use crate::{
    Error, Result,
    service::{LedgerFormat, LineFilter, LineRow, NEEDS_A_PERSON, RunRow, Search, Session},
    store::words::{RunKind, RunState, Subject},
    way_out::WayOut,
    web::{
        asked::{Asked, At},
        console::Asker,
        frame::Page,
        sending,
        showing::{Here, address, shown},
        trouble, words,
    },
};

/// What `only` says of lines that a person must do something about.
const NEEDS_YOU: &str = "needs-you";

/// What the address says.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    only: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

impl Wanted {
    fn filter(&self) -> Result<LineFilter> {
        let sought = self.q.trim();
        let outcomes = match self.only.as_str() {
            "" => Vec::new(),
            NEEDS_YOU => NEEDS_A_PERSON.to_vec(),
            other => {
                let message = format!("`{}` is no choice of lines", other.escape_debug());
                return Err(Error::Settings(message));
            }
        };
        Ok(LineFilter {
            outcome: (!self.outcome.is_empty()).then(|| self.outcome.clone()),
            outcomes,
            search: (!sought.is_empty()).then(|| sought.parse::<Search>()).transpose()?,
            ..LineFilter::default()
        })
    }

    fn is_narrowed(&self) -> bool {
        [&self.outcome, &self.only, &self.q]
            .iter()
            .any(|text| !text.trim().is_empty())
    }

    fn at(&self, path: &str, after: &str) -> String {
        let query = [
            ("outcome", self.outcome.as_str()),
            ("only", &self.only),
            ("q", &self.q),
            ("after", after),
        ];
        address(path, &query)
    }
}

/// `GET /sync/{run}`
pub(super) async fn run(State(console): Here, asker: Asker, At(id): At<i64>, Asked(wanted): Asked<Wanted>) -> Response {
    shown(&console, &asker, async |session| page(session, id, &wanted).await).await
}

/// `GET /sync/{run}/ledger/{form}`: as a file, which is made whole before its first byte goes out.
pub(super) async fn ledger(
    State(console): Here,
    asker: Asker,
    At((id, form)): At<(i64, String)>,
    Asked(wanted): Asked<Wanted>,
) -> Response {
    shown(&console, &asker, async |session| {
        let format: LedgerFormat = form.parse()?;
        let ledger = session.run_with(id, &wanted.filter()?).await?;
        let report = session.ledger_file(&ledger, format).await?;
        Ok(sending::report(
            &format!("run-{id}.{}", format.ending()),
            format,
            report,
        ))
    })
    .await
}

async fn page(session: &Session<'_>, id: i64, wanted: &Wanted) -> Result<Response> {
    let row = session.run_row(id).await?;
    if row.run.kind == RunKind::Plan {
        let wanted = planning::Wanted {
            outcome: wanted.outcome.clone(),
            q: wanted.q.clone(),
            after: wanted.after.clone(),
        };
        return planning::plan(session, id, &wanted).await;
    }
    let held = match row.run.subject {
        Subject::Sync => session
            .held_back(&row.run.connection)
            .await?
            .filter(|held| held.run.id == id),
        Subject::Association => None,
    };
    let lines = session.lines_page(id, &wanted.filter()?, &part(&wanted.after)?).await?;
    let path = format!("/sync/{id}");
    let body = html! {
        (about(&row))
        @if let Some(held) = &held { (planning::guard(held)) }
        section.card aria-labelledby="lines" {
            div.pad { h2 #lines { "What became of each file" } }
            (search(&path, wanted))
            (chips(&path, &row, wanted))
            @if lines.rows.is_empty() { (nothing(&path, &row, wanted)) } @else { (table(&row, &lines.rows)) }
            (more(lines.next.as_ref(), &wanted.after, |after| wanted.at(&path, after)))
        }
        (downloads(&path, wanted))
    };
    Ok(Page::new("/sync", format!("Run {id}"), body)
        .below("Sync", "/sync")
        .of(session))
}

fn about(row: &RunRow) -> Markup {
    let (run, (tone, state)) = (&row.run, words::run(row.run.state));
    html! {
        section.card { div.pad {
            p { (what(row)) ", " (words::moment(&run.started_at)) ", by " (words::name(&run.started_by)) ": " (words::state(tone, state)) }
            @if let Some(message) = &run.message { p { (words::sentence(message)) } }
            @if let Some(at) = &run.undone_at { p { "It was taken back " (words::moment(at)) "." } }
            @if !row.counts.is_empty() { p { (sum(row)) } }
            div.buttons { (trouble::buttons(&row.ways_out)) }
        } }
    }
}

/// The counts as a sum that adds up to all files.
fn sum(row: &RunRow) -> Markup {
    let things = match row.run.subject {
        Subject::Association => ("row", "rows"),
        Subject::Sync => ("file", "files"),
    };
    html! {
        @for (number, (outcome, count)) in row.counts.iter().enumerate() {
            @if 0 < number { " + " } (words::grouped(*count)) " " (words::outcome(outcome).1)
        }
        " = " (words::count(row.run.inputs, things.0, things.1)) "."
        @if 0 < row.run.rest { span.soft { " " (words::grouped(row.run.rest)) " of them have no line of their own below: they are counted." } }
    }
}

fn search(path: &str, wanted: &Wanted) -> Markup {
    html! {
        form.tools method="get" action=(path) role="search" {
            label.unseen for="q" { "Search by name" }
            input #q type="search" name="q" value=(wanted.q) placeholder="Search by name" maxlength="200";
            @if !wanted.outcome.is_empty() { input type="hidden" name="outcome" value=(wanted.outcome); }
            @if !wanted.only.is_empty() { input type="hidden" name="only" value=(wanted.only); }
            button.btn type="submit" { "Search" }
        }
    }
}

fn chips(path: &str, row: &RunRow, wanted: &Wanted) -> Markup {
    let needy = NEEDS_A_PERSON
        .iter()
        .filter_map(|outcome| row.counts.get(outcome.as_str()))
        .sum::<u64>();
    let at = |outcome: &str, only: &str| address(path, &[("outcome", outcome), ("only", only), ("q", &wanted.q)]);
    let is_all = wanted.outcome.is_empty() && wanted.only.is_empty();
    html! {
        nav.tools.chips aria-label="Outcome" {
            a.chip href=(at("", "")) aria-current=[is_all.then_some("true")] { "All " (words::grouped(row.run.inputs)) }
            @if 0 < needy || !wanted.only.is_empty() {
                a.chip href=(at("", NEEDS_YOU)) aria-current=[(wanted.only == NEEDS_YOU).then_some("true")] { "Only what needs a person " (words::grouped(needy)) }
            }
            @for (outcome, count) in &row.counts {
                a.chip href=(at(outcome, "")) aria-current=[(*outcome == wanted.outcome).then_some("true")] { (words::outcome(outcome).1) " " (words::grouped(*count)) }
            }
        }
    }
}

fn nothing(path: &str, row: &RunRow, wanted: &Wanted) -> Markup {
    html! {
        div.pad.empty {
            @if wanted.is_narrowed() || !wanted.after.is_empty() {
                p.soft { "No line is like that. Files that have not changed have none: they are counted." }
                p { a.btn href=(path) { "Show all lines" } }
            } @else if row.run.state == RunState::Waiting {
                p.soft { "No file has an outcome yet." }
            } @else {
                p.soft { "No file has a line of its own here: those that have not changed are counted." }
            }
        }
    }
}

fn table(row: &RunRow, lines: &[LineRow]) -> Markup {
    let of_sheet = row.run.subject == Subject::Association;
    html! {
        div.wide { table.stack {
            caption.unseen { "What became of each file" }
            thead { tr {
                @if of_sheet { th scope="col" { "Row" } }
                th scope="col" { "File ID" }
                th scope="col" { (if of_sheet { "Path" } else { "Name" }) }
                th scope="col" { "What became of it" }
                @if !of_sheet { th.num scope="col" { "Revision" } th.num scope="col" { "Shown in" } }
            } }
            tbody { @for line in lines { (line_of(line, of_sheet)) } }
        } }
    }
}

fn line_of(row: &LineRow, of_sheet: bool) -> Markup {
    let line = &row.line;
    let (tone, label) = words::outcome(&line.outcome);
    html! {
        tr {
            @if of_sheet { td data-label="Row" { (line.reason.strip_prefix("row-").unwrap_or_default()) } }
            td data-label="File ID" { a href={ "/files/" (line.file) } { (line.file) } }
            td { span.name { (words::name(&line.name)) } }
            td { span.name {
                (words::state(tone, label))
                @if !line.message.is_empty() { small.why { (words::sentence(&line.message)) } }
                (ways_out(row))
            } }
            @if !of_sheet {
                td.num data-label="Revision" { (words::grouped(line.revision)) }
                td.num data-label="Shown in" { (words::grouped(line.reached)) }
            }
        }
    }
}

fn ways_out(row: &LineRow) -> Markup {
    let takes_back = row.ways_out.contains(&WayOut::RollBack);
    let links = trouble::links(&row.ways_out);
    html! {
        @if takes_back || !links.is_empty() {
            span.why.chips {
                @for (address, label) in &links { a.chip href=(address) { (label) } }
                @if takes_back { a.chip href={ "/files/" (row.line.file) "/take-back" } { "Take it back…" } }
            }
        }
    }
}

fn downloads(path: &str, wanted: &Wanted) -> Markup {
    let files = |narrowed: bool, format: LedgerFormat| {
        let path = format!("{path}/ledger/{}", format.ending());
        if narrowed { wanted.at(&path, "") } else { path }
    };
    let label = |format| match format {
        LedgerFormat::Xlsx => "Excel (.xlsx)",
        LedgerFormat::Csv => "CSV",
        LedgerFormat::Json => "JSON",
    };
    let group = |narrowed: bool, what: &str| {
        html! {
            p { (what) }
            div.buttons { @for format in LedgerFormat::ALL { a.btn href=(files(narrowed, format)) download { (label(format)) } } }
        }
    };
    html! {
        section.card aria-labelledby="download" { div.pad {
            h2 #download { "Download" }
            @if wanted.is_narrowed() { (group(true, "What is shown here, all pages of it")) }
            (group(false, "The whole run"))
        } }
    }
}
