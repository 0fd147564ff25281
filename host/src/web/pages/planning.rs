//! Beginning a sync, looking what it would do and doing exactly that, and letting files go that a sync holds back.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::paging::{more, part};
use crate::{
    Result,
    service::{HeldBack, Plan, PlannedRow, Search, Session, SyncAim, SyncStart},
    web::{
        asked::{Asked, At},
        console::{Asker, Console},
        frame::Page,
        showing::{Here, address, done, shown},
        words,
    },
};

/// Which part of a plan, or of what is held back.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    pub(super) outcome: String,
    #[serde(default)]
    pub(super) q: String,
    #[serde(default)]
    pub(super) after: String,
}

/// `POST /sync/now`
pub(super) async fn now(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        begin(&console, &asker, session, SyncAim::Sync).await
    })
    .await
}

/// `POST /sync/look`
pub(super) async fn look(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        begin(&console, &asker, session, SyncAim::Look).await
    })
    .await
}

/// `POST /sync/{run}/carry-out`
pub(super) async fn carry_out(State(console): Here, asker: Asker, At(run): At<i64>) -> Response {
    shown(&console, &asker, async |session| {
        begin(&console, &asker, session, SyncAim::Exactly { run }).await
    })
    .await
}

/// `GET /sync/{run}/gone`: what a sync holds back.
pub(super) async fn held_back(
    State(console): Here,
    asker: Asker,
    At(run): At<i64>,
    Asked(wanted): Asked<Wanted>,
) -> Response {
    shown(&console, &asker, async |session| {
        gone(session, run, &wanted.after).await
    })
    .await
}

/// `POST /sync/{run}/gone`: they are really gone.
pub(super) async fn let_go(State(console): Here, asker: Asker, At(run): At<i64>) -> Response {
    shown(&console, &asker, async |session| {
        begin(&console, &asker, session, SyncAim::TakeForGone { run }).await
    })
    .await
}

/// Begins one beside the request. Where one is under way, its page tells so.
async fn begin(console: &Console, asker: &Asker, session: &Session<'_>, aim: SyncAim) -> Result<Response> {
    let begun = match session.begin_sync(aim).await? {
        SyncStart::Begun(begun) => begun,
        SyncStart::UnderWay(first) => return Ok(done(&format!("/operations/{}?instead=yes", first.id))),
    };
    let number = begun.id();
    let (what, about) = match aim {
        SyncAim::Look => ("look", String::new()),
        SyncAim::Sync => ("sync", String::new()),
        SyncAim::Exactly { run } => ("sync-by-plan", format!("run {run}")),
        SyncAim::TakeForGone { run } => ("accept-gone", format!("run {run}")),
    };
    asker.note(console, session, what, &about).await?;
    let (host, user, stop) = (console.host.clone(), session.user().name, console.stop.clone());
    drop(console.beside(async move { host.session(&user).await?.carry_out_sync(begun, &stop).await }));
    Ok(done(&format!("/operations/{number}")))
}

/// The buttons that begin one, for the connection that the query names.
pub(super) fn buttons(query: &str, is_main: bool) -> Markup {
    html! {
        div.buttons {
            form method="post" action={ "/sync/look" (query) } { button class=(if is_main { "btn main" } else { "btn" }) type="submit" { "Look what would change" } }
            form method="post" action={ "/sync/now" (query) } { button.btn type="submit" { "Sync now" } }
        }
    }
}

/// That a sync holds files back, and where to look at them.
pub(super) fn guard(held: &HeldBack) -> Markup {
    html! {
        section.note role="note" {
            p { b { (words::count(held.files, "file", "files")) } " would be marked as gone at once, and are held back until somebody has looked at them." }
            a.btn href={ "/sync/" (held.run.id) "/gone" } { "Look at them" }
        }
    }
}

/// What a look has found.
pub(super) async fn plan(session: &Session<'_>, run: i64, wanted: &Wanted) -> Result<Response> {
    let plan = session.plan_made(run).await?;
    let sought = wanted.q.trim();
    let search = (!sought.is_empty()).then(|| sought.parse::<Search>()).transpose()?;
    let outcome = (!wanted.outcome.is_empty()).then_some(wanted.outcome.as_str());
    let narrowed = (outcome, search.as_ref());
    let rows = session.planned_page(run, narrowed, &part(&wanted.after)?).await?;
    let path = format!("/sync/{run}");
    let at = |outcome: &str, after: &str| address(&path, &[("outcome", outcome), ("q", &wanted.q), ("after", after)]);
    let body = html! {
        (about(&plan))
        @if 0 < plan.files {
            section.card aria-labelledby="lines" {
                div.pad { h2 #lines { "What would happen" } }
                form.tools method="get" action=(path) role="search" {
                    label.unseen for="q" { "Search by name" }
                    input #q type="search" name="q" value=(wanted.q) placeholder="Search by name" maxlength="200";
                    @if let Some(outcome) = outcome { input type="hidden" name="outcome" value=(outcome); }
                    button.btn type="submit" { "Search" }
                }
                nav.tools.chips aria-label="Outcome" {
                    a.chip href=(at("", "")) aria-current=[outcome.is_none().then_some("true")] { "All " (words::grouped(plan.files)) }
                    @for (word, count) in &plan.counts {
                        a.chip href=(at(word, "")) aria-current=[(*word == wanted.outcome).then_some("true")] { (words::planned(word).1) " " (words::grouped(*count)) }
                    }
                }
                @if rows.rows.is_empty() {
                    div.pad.empty { p.soft { "Nothing in it is like that." } p { a.btn href=(path) { "Show all of it" } } }
                } @else { (table(&rows.rows)) }
                (more(rows.next.as_ref(), &wanted.after, |after| at(&wanted.outcome, after)))
            }
        }
    };
    Ok(Page::new("/sync", "What a sync would do", body)
        .below("Sync", "/sync")
        .of(session))
}

fn about(plan: &Plan) -> Markup {
    let run = &plan.run;
    let moved = html! { p { "What would happen may have changed since: look again." } };
    html! {
        section.card { div.pad {
            p.soft { "Looked " (words::moment(&run.started_at)) ", by " (words::name(&run.started_by)) ". Nothing was changed by looking." }
            @match (&plan.plan, plan.is_past, plan.files) {
                (None, ..) if run.ended_at.is_none() => p { "It is still being looked." },
                (None, ..) => p { (words::state(words::Tone::Bad, "This look did not come to its end")) ": look again." },
                (Some(_), true, _) => { p { "Somebody has looked again since, so what this one has found is not kept any more." } },
                (Some(_), false, 0) => { p { (words::state(words::Tone::Good, "Nothing to do")) ": every file that follows has the content of its item." } },
                (Some(_), false, _) => {
                    p { b { (words::count(plan.files, "file", "files")) ", " (words::count(plan.shown_in, "place", "places")) ", " (words::size(plan.bytes)) } ". "
                        @if 0 < plan.others { (words::count(plan.others, "file stays as it is.", "files stay as they are.")) } }
                    p.soft { "Doing exactly this does these things and no others. If something has changed in between, nothing is done, and you are told." }
                    form method="post" action={ "/sync/" (run.id) "/carry-out" } { button.btn.main type="submit" { "Do exactly this" } }
                },
            }
            @if plan.is_past { (moved) }
            (buttons("", plan.files == 0 || plan.is_past))
        } }
    }
}

fn table(rows: &[PlannedRow]) -> Markup {
    html! {
        div.wide { table.stack {
            caption.unseen { "What would happen to each file" }
            thead { tr {
                th scope="col" { "File ID" } th scope="col" { "Name" } th scope="col" { "What would happen" }
                th.num scope="col" { "Size" } th.num scope="col" { "Shown in" }
            } }
            tbody { @for row in rows { (line(row)) } }
        } }
    }
}

fn line(row: &PlannedRow) -> Markup {
    let (tone, label) = words::planned(&row.outcome);
    html! {
        tr {
            td data-label="File ID" { a href={ "/files/" (row.file) } { (row.file) } }
            td { span.name {
                (words::name(&row.library_name))
                @if row.name != row.library_name { small.soft { "follows " (words::name(&row.name)) } }
            } }
            td { (words::state(tone, label)) }
            td.num { @if let Some(size) = row.size { (words::size(size)) } }
            td.num data-label="Shown in" { (words::grouped(row.shown_in.into())) }
        }
    }
}

async fn gone(session: &Session<'_>, run: i64, after: &str) -> Result<Response> {
    let held = session.held_back_by(run).await?;
    let rows = session.held_back_page(run, &part(after)?).await?;
    let path = format!("/sync/{run}/gone");
    let files = words::count(held.files, "file", "files");
    let body = html! {
        section.card.trouble { div.pad {
            p { b { (files) } " of " (words::grouped(held.run.inputs)) " were missing at once, in the sync of " (words::moment(&held.run.started_at)) ". So many rarely vanish on purpose, so they were held back: they keep their content, and follow again as soon as their items are there." }
            p { "If they are really gone, say so: the sync that this begins marks them as gone, and any other file that is missing by then. The library keeps their last content, wherever they are shown." }
            div.buttons {
                form method="post" action=(path) { button.btn.main type="submit" { "They are really gone" } }
                a.btn href="/sync" { "Leave them held" }
            }
        } }
        section.card aria-labelledby="lines" {
            div.pad { h2 #lines { "What is held back" } }
            div.wide { table.stack {
                caption.unseen { "Files that are held back" }
                thead { tr { th scope="col" { "File ID" } th scope="col" { "Name" } } }
                tbody { @for row in &rows.rows { tr {
                    td data-label="File ID" { a href={ "/files/" (row.line.file) } { (row.line.file) } }
                    td { span.name { (words::name(&row.line.name)) } }
                } } }
            } }
            (more(rows.next.as_ref(), after, |after| address(&path, &[("after", after)])))
        }
    };
    Ok(Page::new("/sync", format!("{files} held back"), body)
        .below("Sync", "/sync")
        .of(session))
}
