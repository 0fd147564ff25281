//! A sheet that was checked: what would become of each row, and the one button that links.

use axum::{extract::State, response::Response};
use http::StatusCode;
use maud::{Markup, html};

use super::{
    associating::{check_goes_on, form, steps},
    sheet_rows::{List, Wanted},
};
use crate::{
    Error, Result,
    service::{Session, SheetCheck, SheetLines, api::Operation},
    web::{
        asked::At,
        console::Asker,
        form::{Filled, problem},
        frame::Page,
        saving::{WORKBOOK, saved},
        showing::{Here, shown},
        words,
    },
};

/// `GET /operations/{id}/report`
pub(super) async fn report(State(console): Here, asker: Asker, At(check): At<i64>) -> Response {
    shown(&console, &asker, async |session| {
        let bytes = session.report_of_check(check, &console.stop).await?;
        Ok(saved("Check.xlsx", WORKBOOK, bytes))
    })
    .await
}

/// `POST /operations/{id}/choose`: checks a small sheet of the rows for which a path was chosen.
pub(super) async fn choose(State(console): Here, asker: Asker, At(check): At<i64>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let begun = async { session.begin_check_of_choices(check, &choices(&filled)?).await };
        match begun.await {
            Ok(begun) => Ok(check_goes_on(&console, session, begun)),
            // The check is shown again, with what was chosen.
            Err(error) if error.is_usage() => {
                let operation = session.operation(check).await?;
                again(&asker, session, &operation, (&filled, &error)).await
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// The rows of a check for which a path was chosen, each with the place of the path.
fn choices(filled: &Filled) -> Result<Vec<(u32, usize)>> {
    let named = filled
        .pairs()
        .filter_map(|(name, value)| Some((name.strip_prefix("row-")?, value)));
    let choices = named.map(|(row, value)| -> Result<(u32, usize)> {
        let cut = |text: &str| text.chars().take(40).collect::<String>().escape_debug().to_string();
        let no_row = |_| Error::Settings(format!("`{}` is no row of a sheet", cut(row)));
        let number: u32 = row.parse().map_err(no_row)?;
        let no_choice = |_| Error::Settings(format!("row {number} has no choice `{}`", cut(value)));
        let place: usize = value.parse().map_err(no_choice)?;
        Ok((number, place))
    });
    choices.collect()
}

/// The page of a check that has come to its end.
pub(super) async fn page(
    asker: &Asker,
    session: &Session<'_>,
    operation: &Operation,
    wanted: &Wanted,
) -> Result<Response> {
    with_choices(asker, session, operation, wanted, None).await
}

/// The same, after choices that can't be: as they were sent, with what is wrong above.
async fn again(
    asker: &Asker,
    session: &Session<'_>,
    operation: &Operation,
    tried: (&Filled, &Error),
) -> Result<Response> {
    let wanted = Wanted::of(tried.0);
    with_choices(asker, session, operation, &wanted, Some(tried)).await
}

async fn with_choices(
    asker: &Asker,
    session: &Session<'_>,
    operation: &Operation,
    wanted: &Wanted,
    tried: Option<(&Filled, &Error)>,
) -> Result<Response> {
    let sheet_form = session.sheet_form().await?;
    let path = format!("/operations/{}", operation.id);
    let Ok(check) = session.sheet_check(operation.id).await else {
        let body = html! {
            (steps("Import Excel sheet"))
            section.card { div.pad {
                p { (words::state(words::Tone::Off, "This check is over")) }
                p { "A check counts for 30 minutes, for whoever has uploaded the sheet, and until the host is ended. Nothing was changed by it: upload the sheet once more." }
                (form(asker, &sheet_form))
            } }
        };
        return Ok(titled(body).of(session));
    };
    let counts = &check.found.counts;
    let lines = session
        .check_lines(operation.id, &wanted.filter(counts), wanted.after())
        .await?;
    let list = List {
        path: &path,
        wanted,
        counts,
        is_done: false,
        chosen: tried.map(|tried| tried.0),
    };
    let has_choices = lines.rows.iter().any(|row| !row.suggestions.is_empty());
    let body = html! {
        (steps("Check"))
        (problem(tried.map(|tried| tried.1)))
        (told(&path, &check))
        section.card {
            (list.chips())
            @if has_choices {
                form method="post" action={ (path) "/choose" } {
                    (wanted.fields())
                    (list.table(&lines.rows, &sheet_form.path_column))
                    div.tools { button.btn type="submit" { "Check the chosen paths" } span.soft { "They become a small sheet of their own, which is checked and linked by itself." } }
                }
            } @else { (list.table(&lines.rows, &sheet_form.path_column)) }
            (foot(&path, &check, &list, &lines))
        }
    };
    let status = tried.map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
    Ok(titled(body).answer(status, session))
}

fn titled(body: Markup) -> Page {
    Page::new("/files", "Check of a sheet", body)
        .below("Files", "/files")
        .below("Import Excel sheet", "/files/associate")
}

fn told(path: &str, check: &SheetCheck) -> Markup {
    let found = &check.found;
    html! {
        section.card { div.pad {
            p {
                b { (words::name(&check.name)) } @if !found.sheet.is_empty() { ", sheet " (words::name(&found.sheet)) }
                ", headers in row " (found.header) ": " (words::count(found.rows.len() as u64, "row", "rows")) ", looked up in " (words::name(&found.drive)) "."
            }
            p.soft { "Nothing has been changed yet. Linked files keep their content until the next sync, and are locked from now on: their content comes from there." }
            @if check.run.is_none() { p.soft { "It can be linked until " (words::moment(&check.until)) "." } }
            @if !found.notes.is_empty() { ul { @for note in &found.notes { li { (words::sentence(note)) } } } }
            div.buttons {
                a.btn href={ (path) "/report" } download { "Download this check (.xlsx)" }
                a.btn href="/files/associate" { "Correct it and upload again" }
            }
        } }
    }
}

fn foot(path: &str, check: &SheetCheck, list: &List<'_>, lines: &SheetLines) -> Markup {
    let ((links, anew), open) = (check.to_link(), check.open());
    html! {
        (list.more(lines))
        div.foot {
            @if let Some(run) = check.run {
                a.btn.main href={ "/files/associate/" (run) } { "Look at the upload" }
                span.soft { "This sheet is linked." }
            } @else if links == 0 {
                span { "There is nothing to link." }
            } @else {
                form method="post" action={ (path) "/link" } { button.btn.main type="submit" { "Link " (words::count(links, "file", "files")) } }
            }
            @if 0 < anew { span.soft { (words::count(anew, "of them follows", "of them follow")) " something else now." } }
            @if 0 < open { span.soft { (words::count(open, "row needs you and is", "rows need you and are")) " left out." } }
        }
    }
}
