//! The sync: beginning one, looking what it would do and doing exactly that, and what became of each file.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use clientpoint_engine::clock::stamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    begin::{Aim, begin},
    caller::Caller,
    files::WhichPart,
    given::{Asked, At, Given, Nothing, part, word},
    people::Through,
    problem::Answer,
};
use crate::{
    Error,
    service::{
        LedgerFormat, LineFilter, LineRow, NEEDS_A_PERSON, Page, Plan, PlannedRow, RunFilter, RunRow, SyncAim,
        api::Operation,
    },
    web::{console::Console, sending},
};

/// Which runs.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichRuns {
    /// `scheduled`, `manual`, `plan` or `upload`.
    kind: Option<String>,
    /// `running`, `interrupted`, `complete`, `incomplete`, `failed` or `planned`.
    state: Option<String>,
    /// Those of the connection with this id.
    connection: Option<String>,
    /// Those that have begun at that moment or later; RFC 3339.
    since: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of the page, 1 to 1000; 50 where nobody says.
    limit: Option<u32>,
}

/// Which lines of a run.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichLines {
    /// Those with this outcome.
    outcome: Option<String>,
    /// Those alone that a person must do something about.
    open: Option<bool>,
    /// Those that have this in their names.
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of the page, 1 to 1000; 50 where nobody says.
    limit: Option<u32>,
}

/// Which lines of a run go into a file.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichOfLedger {
    /// Those with this outcome.
    outcome: Option<String>,
    /// Those alone that a person must do something about.
    open: Option<bool>,
    /// Those that have this in their names.
    q: Option<String>,
}

/// Which files of a plan.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichPlanned {
    /// Those with this outcome.
    outcome: Option<String>,
    /// Those that have this in their names in the library.
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of the page, 1 to 1000; 50 where nobody says.
    limit: Option<u32>,
}

/// Begins a sync: an operation, at the address that `Location` says. While one of that connection is under way, the answer
/// is 409, and `Location` says where that is.
#[utoipa::path(post, path = "/api/syncs", tag = "sync", params(Through, ("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), responses((status = 202, body = Operation)))]
pub(super) async fn begin_sync(
    State(console): State<Console>,
    caller: Caller,
    Asked(_): Asked<Through>,
    Given(_): Given<Nothing>,
) -> Answer {
    begin(&console, caller, Aim::Sync(SyncAim::Sync)).await
}

/// Looks what a sync would do: an operation, the run of which is the plan.
#[utoipa::path(post, path = "/api/plans", tag = "sync", params(Through, ("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), responses((status = 202, body = Operation)))]
pub(super) async fn begin_plan(
    State(console): State<Console>,
    caller: Caller,
    Asked(_): Asked<Through>,
    Given(_): Given<Nothing>,
) -> Answer {
    begin(&console, caller, Aim::Sync(SyncAim::Look)).await
}

/// What a look at the sync has found, in sums.
#[utoipa::path(get, path = "/api/plans/{run}", tag = "sync", params(("run" = i64, Path, description = "The run that has looked")), responses((status = 200, body = Plan)))]
pub(super) async fn show_plan(caller: Caller, At(run): At<i64>) -> Answer<Json<Plan>> {
    let session = caller.session().await?;
    Ok(Json(session.plan_made(run).await?))
}

/// What it has found, file by file.
#[utoipa::path(get, path = "/api/plans/{run}/files", tag = "sync", params(("run" = i64, Path, description = "The run that has looked"), WhichPlanned), responses((status = 200, body = Page<PlannedRow>)))]
pub(super) async fn plan_files(
    caller: Caller,
    At(run): At<i64>,
    Asked(which): Asked<WhichPlanned>,
) -> Answer<Json<Page<PlannedRow>>> {
    let part = part(which.limit, which.after.as_deref())?;
    let search = word(which.q.as_deref(), "q")?;
    let session = caller.session().await?;
    let narrowed = (which.outcome.as_deref(), search.as_ref());
    Ok(Json(session.planned_page(run, narrowed, &part).await?))
}

/// Does exactly what a look has found, or nothing.
#[utoipa::path(post, path = "/api/plans/{run}/carry-out", tag = "sync", params(("run" = i64, Path, description = "The run that has looked"), ("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), responses((status = 202, body = Operation)))]
pub(super) async fn carry_out_plan(
    State(console): State<Console>,
    caller: Caller,
    At(run): At<i64>,
    Given(_): Given<Nothing>,
) -> Answer {
    begin(&console, caller, Aim::Sync(SyncAim::Exactly { run })).await
}

/// The runs and uploads, the newest first.
#[utoipa::path(get, path = "/api/runs", tag = "sync", params(WhichRuns), responses((status = 200, body = Page<RunRow>)))]
pub(super) async fn list_runs(caller: Caller, Asked(which): Asked<WhichRuns>) -> Answer<Json<Page<RunRow>>> {
    let filter = RunFilter {
        kind: word(which.kind.as_deref(), "kind")?,
        state: word(which.state.as_deref(), "state")?,
        connection: which.connection,
        since: which.since.as_deref().map(moment).transpose()?,
    };
    let part = part(which.limit, which.after.as_deref())?;
    let session = caller.session().await?;
    Ok(Json(session.runs_page(&filter, &part).await?))
}

/// A moment as the library writes it down.
fn moment(text: &str) -> Result<String, Error> {
    let moment = text.parse::<DateTime<Utc>>();
    moment.map(stamp).map_err(|_| {
        let text = text.escape_debug();
        Error::Settings(format!("`{text}` is no moment: write one as in 2026-03-02T05:30:00Z")).at("since")
    })
}

/// A run, with its sums.
#[utoipa::path(get, path = "/api/runs/{run}", tag = "sync", params(("run" = i64, Path, description = "Its number")), responses((status = 200, body = RunRow)))]
pub(super) async fn show_run(caller: Caller, At(run): At<i64>) -> Answer<Json<RunRow>> {
    let session = caller.session().await?;
    Ok(Json(session.run_row(run).await?))
}

/// What became of each file of a run. Files that have not changed have no line: they are counted.
#[utoipa::path(get, path = "/api/runs/{run}/lines", tag = "sync", params(("run" = i64, Path, description = "Its number"), WhichLines), responses((status = 200, body = Page<LineRow>)))]
pub(super) async fn run_lines(
    caller: Caller,
    At(run): At<i64>,
    Asked(which): Asked<WhichLines>,
) -> Answer<Json<Page<LineRow>>> {
    let filter = filter(which.outcome, which.open, which.q.as_deref())?;
    let part = part(which.limit, which.after.as_deref())?;
    let session = caller.session().await?;
    Ok(Json(session.lines_page(run, &filter, &part).await?))
}

fn filter(outcome: Option<String>, open: Option<bool>, sought: Option<&str>) -> Answer<LineFilter> {
    Ok(LineFilter {
        outcomes: if open.unwrap_or_default() {
            NEEDS_A_PERSON.to_vec()
        } else {
            Vec::new()
        },
        search: word(sought, "q")?,
        outcome,
        ..LineFilter::default()
    })
}

/// A run's ledger as a file, with all of its lines, or with those that are asked for. It is whole before its first byte goes,
/// and `Content-Length` says how long it is.
#[utoipa::path(get, path = "/api/runs/{run}/ledger/{form}", tag = "sync", params(("run" = i64, Path, description = "Its number"), ("form" = String, Path, description = "`xlsx`, `csv` or `json`"), WhichOfLedger),
    responses((status = 200, content_type = "application/octet-stream", body = String, description = "The file, of the type of its form")))]
pub(super) async fn ledger_file(
    caller: Caller,
    At((run, form)): At<(i64, String)>,
    Asked(which): Asked<WhichOfLedger>,
) -> Answer {
    let format = form.parse::<LedgerFormat>().map_err(|error| error.at("form"))?;
    let filter = filter(which.outcome, which.open, which.q.as_deref())?;
    let session = caller.session().await?;
    let ledger = session.run_with(run, &filter).await?;
    let report = session.ledger_file(&ledger, format).await?;
    Ok(sending::report(
        &format!("run-{run}.{}", format.ending()),
        format,
        report,
    ))
}

/// The files that a sync holds back because so many were gone at once.
#[utoipa::path(get, path = "/api/runs/{run}/held-back", tag = "sync", params(("run" = i64, Path, description = "Its number"), WhichPart), responses((status = 200, body = Page<LineRow>)))]
pub(super) async fn held_back(
    caller: Caller,
    At(run): At<i64>,
    Asked(which): Asked<WhichPart>,
) -> Answer<Json<Page<LineRow>>> {
    let part = part(which.limit, which.after.as_deref())?;
    let session = caller.session().await?;
    session.held_back_by(run).await?;
    Ok(Json(session.held_back_page(run, &part).await?))
}

/// Begins a sync that takes those for gone which the run holds back.
#[utoipa::path(post, path = "/api/runs/{run}/let-go", tag = "sync", params(("run" = i64, Path, description = "Its number"), ("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), responses((status = 202, body = Operation)))]
pub(super) async fn let_go(
    State(console): State<Console>,
    caller: Caller,
    At(run): At<i64>,
    Given(_): Given<Nothing>,
) -> Answer {
    begin(&console, caller, Aim::Sync(SyncAim::TakeForGone { run })).await
}
