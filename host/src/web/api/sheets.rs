//! Tying files to items by a sheet: it is sent, checked, and then linked, each step an operation.

use std::collections::BTreeMap;

use axum::{Json, body::Body, extract::State};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    begin::{Aim, begin},
    caller::Caller,
    given::{Asked, At, Fields, Given, Nothing},
    problem::{Answer, Problem},
};
use crate::{
    service::{RowFilter, RunRow, SheetCheck, SheetLines, api::Operation},
    web::{
        console::Console,
        receiving,
        saving::{WORKBOOK, saved},
    },
};

/// What a sheet is called, and through which connection its paths lead.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichSheet {
    /// What messages call it.
    name: Option<String>,
    /// `own` or `company`: whose connection is meant. The own one, where there is one.
    #[allow(dead_code, reason = "whoever asks is told apart by it before")]
    through: Option<String>,
}

/// Which rows of a sheet.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichRows {
    /// Those with this outcome.
    outcome: Option<String>,
    /// Those alone that need a person.
    open: Option<bool>,
    /// `next` of the page before.
    after: Option<u32>,
}

/// A sheet that was checked, as long as that counts.
#[derive(Serialize, ToSchema)]
pub(super) struct Check {
    /// What the file was called.
    name: String,
    /// Until when it can be linked; RFC 3339.
    until: String,
    /// The upload that it has become.
    run: Option<i64>,
    /// The sheet's name inside the workbook; empty for text.
    sheet: String,
    /// The number of the row with the headers.
    header: u32,
    /// How many rows would have which outcome; they add up to the rows.
    counts: BTreeMap<String, u64>,
    /// What should be known of the sheet as a whole, each in a sentence.
    notes: Vec<String>,
    /// How many files linking it would lead to other items than they follow now.
    to_link: u64,
    /// How many of these follow an item now.
    re_linked: u64,
    /// How many rows need a person.
    open: u64,
}

/// Paths that were chosen among those that could have been meant.
#[derive(Deserialize, ToSchema)]
pub(super) struct Choices {
    /// 1 to 1000.
    choices: Vec<Choice>,
}

/// A path that was chosen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    /// The number of the row.
    row: u32,
    /// The place of the path among the row's suggestions, from 0.
    suggestion: usize,
}

impl Fields for Choices {
    const ALL: &'static [&'static str] = &["choices"];
}

/// Takes a sheet, and begins its check. The body is the sheet itself: a workbook (`.xlsx`), or comma separated text. Nothing
/// is changed by it.
#[utoipa::path(post, path = "/api/sheets", tag = "sheets", params(WhichSheet, ("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), request_body(content = String, content_type = "text/csv"), responses((status = 202, body = Operation)))]
pub(super) async fn check_sheet(
    State(console): State<Console>,
    caller: Caller,
    Asked(which): Asked<WhichSheet>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if ![WORKBOOK, "text/csv", "application/octet-stream"].contains(&kind.to_ascii_lowercase().as_str()) {
        let what = format!("this address takes a sheet: send `Content-Type: text/csv` or `{WORKBOOK}`");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no-sheet", what).at("Content-Type"));
    }
    let name = which.name.unwrap_or_else(|| "the sheet".into());
    let sheet = {
        let session = caller.session().await?;
        let mut bytes = std::pin::pin!(receiving::bytes(body.into_data_stream()));
        session.take_sheet(&name, &mut bytes).await?
    };
    begin(&console, caller, Aim::Check { name, sheet }).await
}

/// What a check has found, in sums.
#[utoipa::path(get, path = "/api/sheets/{check}", tag = "sheets", params(("check" = i64, Path, description = "The number of the operation that has checked it")), responses((status = 200, body = Check)))]
pub(super) async fn show_check(caller: Caller, At(check): At<i64>) -> Answer<Json<Check>> {
    let session = caller.session().await?;
    Ok(Json(session.sheet_check(check).await?.into()))
}

/// What it has found, row by row, fifty at a time.
#[utoipa::path(get, path = "/api/sheets/{check}/rows", tag = "sheets", params(("check" = i64, Path, description = "The number of the operation that has checked it"), WhichRows), responses((status = 200, body = SheetLines)))]
pub(super) async fn check_rows(
    caller: Caller,
    At(check): At<i64>,
    Asked(which): Asked<WhichRows>,
) -> Answer<Json<SheetLines>> {
    let session = caller.session().await?;
    let filter = which.filter();
    let lines = session.check_lines(check, &filter, which.after.unwrap_or_default());
    Ok(Json(lines.await?))
}

/// The sheet as a workbook, with what would become of each row.
#[utoipa::path(get, path = "/api/sheets/{check}/report", tag = "sheets", params(("check" = i64, Path, description = "The number of the operation that has checked it")),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = String, description = "The workbook")))]
pub(super) async fn check_report(State(console): State<Console>, caller: Caller, At(check): At<i64>) -> Answer {
    let session = caller.session().await?;
    let bytes = session.report_of_check(check, &console.stop).await?;
    Ok(saved("Check.xlsx", WORKBOOK, bytes))
}

/// Checks a small sheet of the rows for which a path was chosen.
#[utoipa::path(post, path = "/api/sheets/{check}/choices", tag = "sheets", params(("check" = i64, Path, description = "The number of the operation that has checked it"), ("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), request_body = Choices, responses((status = 202, body = Operation)))]
pub(super) async fn check_choices(
    State(console): State<Console>,
    caller: Caller,
    At(check): At<i64>,
    Given(given): Given<Choices>,
) -> Answer {
    let choices = given.choices.iter().map(|choice| (choice.row, choice.suggestion));
    let choices = choices.collect();
    begin(&console, caller, Aim::Choices { check, choices }).await
}

/// Links what a check has found: those very bytes, once.
#[utoipa::path(post, path = "/api/sheets/{check}/link", tag = "sheets", params(("check" = i64, Path, description = "The number of the operation that has checked it"), ("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), responses((status = 202, body = Operation)))]
pub(super) async fn link_sheet(
    State(console): State<Console>,
    caller: Caller,
    At(check): At<i64>,
    Given(_): Given<Nothing>,
) -> Answer {
    begin(&console, caller, Aim::Link(check)).await
}

/// An upload of a sheet, with its sums.
#[utoipa::path(get, path = "/api/uploads/{run}", tag = "sheets", params(("run" = i64, Path, description = "Its number")), responses((status = 200, body = RunRow)))]
pub(super) async fn show_upload(caller: Caller, At(run): At<i64>) -> Answer<Json<RunRow>> {
    let session = caller.session().await?;
    Ok(Json(session.upload(run).await?))
}

/// What became of each row of an upload, fifty at a time.
#[utoipa::path(get, path = "/api/uploads/{run}/rows", tag = "sheets", params(("run" = i64, Path, description = "Its number"), WhichRows), responses((status = 200, body = SheetLines)))]
pub(super) async fn upload_rows(
    caller: Caller,
    At(run): At<i64>,
    Asked(which): Asked<WhichRows>,
) -> Answer<Json<SheetLines>> {
    let session = caller.session().await?;
    let filter = which.filter();
    let lines = session.upload_lines(run, &filter, which.after.unwrap_or_default());
    Ok(Json(lines.await?))
}

/// An upload as a workbook, with what became of each row.
#[utoipa::path(get, path = "/api/uploads/{run}/report", tag = "sheets", params(("run" = i64, Path, description = "Its number")),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = String, description = "The workbook")))]
pub(super) async fn upload_report(State(console): State<Console>, caller: Caller, At(run): At<i64>) -> Answer {
    let session = caller.session().await?;
    let bytes = session.report_of_upload(run, &console.stop).await?;
    Ok(saved("Report.xlsx", WORKBOOK, bytes))
}

/// Takes an upload back: its files follow what they followed before, with the content that they had.
#[utoipa::path(post, path = "/api/uploads/{run}/take-back", tag = "sheets", params(("run" = i64, Path, description = "Its number"), ("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), responses((status = 202, body = Operation)))]
pub(super) async fn take_back_upload(
    State(console): State<Console>,
    caller: Caller,
    At(run): At<i64>,
    Given(_): Given<Nothing>,
) -> Answer {
    begin(&console, caller, Aim::TakeBack(run)).await
}

impl WhichRows {
    fn filter(&self) -> RowFilter {
        match &self.outcome {
            Some(outcome) => RowFilter::Outcome(outcome.clone()),
            None if self.open.unwrap_or_default() => RowFilter::Open,
            None => RowFilter::All,
        }
    }
}

impl From<SheetCheck> for Check {
    fn from(of: SheetCheck) -> Self {
        let (to_link, re_linked) = of.to_link();
        Self {
            open: of.open(),
            to_link,
            re_linked,
            name: of.name,
            until: of.until,
            run: of.run,
            sheet: of.found.sheet.clone(),
            header: of.found.header,
            counts: of.found.counts.clone(),
            notes: of.found.notes.clone(),
        }
    }
}
