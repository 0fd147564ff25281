//! The pages that tie files to a source by a sheet: it is uploaded, checked, and then linked, each step with an address of its own.

use axum::{
    extract::{Multipart, State, multipart::Field},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::{Markup, html};
use tokio::io::AsyncReadExt;

use crate::{
    Error, Result,
    service::{Beginning, Part, RunFilter, RunRow, RunType, Session, SheetFile, SheetForm, open_rows},
    web::{
        asked::At,
        console::{Asker, Console},
        form::summary,
        frame::Page,
        receiving,
        showing::{Here, done, shown},
        trouble, words,
    },
};

/// Of a file that is too large, so much more is read before it is refused, in bytes: a browser that may not send to its end
/// shows no answer.
const READ_ON: u64 = 256 << 20;

/// The latest uploads that are listed.
const LATEST: u32 = 5;

/// The steps, in their order.
const STEPS: [&str; 4] = ["Import Excel sheet", "Check", "Link", "Report"];

/// Where in the steps a page stands.
pub(super) fn steps(now: &str) -> Markup {
    html! {
        ol.steps aria-label="Steps" { @for step in STEPS { li aria-current=[(step == now).then_some("step")] { (step) } } }
    }
}

/// `GET /files/associate`
pub(super) async fn ask(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| page(&asker, session, None).await).await
}

/// `POST /files/associate`: takes the sheet and begins its check.
pub(super) async fn upload(State(console): Here, asker: Asker, mut parts: Multipart) -> Response {
    shown(&console, &asker, async |session| {
        loop {
            let taken = match parts.next_field().await {
                Ok(Some(part)) if receiving::file_name(&part).is_some() => taken(session, part).await,
                Ok(Some(_)) => continue,
                Ok(None) => Err(Error::Settings("Choose the sheet first.".into()).at("sheet")),
                Err(error) => return Ok(error.into_response()),
            };
            let begun = match taken {
                Ok((name, sheet)) => checked(&console, session, &name, &sheet).await,
                Err(error) => Err(error),
            };
            return match begun {
                Ok(answer) => Ok(answer),
                Err(error) => page(&asker, session, Some(&error)).await,
            };
        }
    })
    .await
}

async fn taken(session: &Session<'_>, part: Field<'_>) -> Result<(String, SheetFile)> {
    let name = receiving::file_name(&part).unwrap_or_default();
    let mut bytes = std::pin::pin!(receiving::bytes(part));
    let sheet = session.take_sheet(&name, &mut bytes).await;
    if sheet.is_err() {
        // What is thrown away can't fail in a way that matters.
        let _ = tokio::io::copy(&mut bytes.take(READ_ON), &mut tokio::io::sink()).await;
    }
    Ok((name, sheet?))
}

async fn checked(console: &Console, session: &Session<'_>, name: &str, sheet: &SheetFile) -> Result<Response> {
    let begun = session.begin_check(name, sheet).await?;
    Ok(check_goes_on(console, session, begun))
}

/// Carries a check out beside the request, and leads to it.
pub(super) fn check_goes_on(console: &Console, session: &Session<'_>, begun: Beginning) -> Response {
    let begun = match begun {
        Beginning::Already(check) => return done(&format!("/operations/{check}")),
        Beginning::Anew(begun) => begun,
    };
    let check = begun.id();
    let (host, user, stop) = (console.host.clone(), session.user().name, console.stop.clone());
    drop(console.beside(async move { host.session(&user).await?.carry_out_check(begun, &stop).await }));
    done(&format!("/operations/{check}"))
}

/// `POST /operations/{id}/link`: links what that check has found.
pub(super) async fn link(State(console): Here, asker: Asker, At(check): At<i64>) -> Response {
    shown(&console, &asker, async |session| {
        let begun = match session.begin_link(check).await? {
            Beginning::Already(link) => return Ok(done(&format!("/operations/{link}"))),
            Beginning::Anew(begun) => begun,
        };
        let link = begun.id();
        asker.note(&console, session, "linked-sheet", &link.to_string()).await?;
        let (host, user, stop) = (console.host.clone(), session.user().name, console.stop.clone());
        drop(console.beside(async move {
            let session = host.session(&user).await?;
            session.carry_out_link(check, begun, &stop).await
        }));
        Ok(done(&format!("/operations/{link}")))
    })
    .await
}

async fn page(asker: &Asker, session: &Session<'_>, error: Option<&Error>) -> Result<Response> {
    let form = session.sheet_form().await?;
    let status = session.status().await?;
    let connection = status.connection.as_ref();
    let filter = RunFilter {
        kind: Some(RunType::Upload),
        ..RunFilter::default()
    };
    let latest = session.runs_page(&filter, &Part::new(LATEST, None)?).await?.rows;
    let body = html! {
        (steps("Import Excel sheet"))
        (summary(error, &[]))
        @if let Some(broken) = connection.and_then(|connection| connection.needs_reconnect.as_ref()) {
            section.note role="note" { p { (words::sentence(&broken.message)) } a.btn href="/integrations" { "Look at the connection" } }
        }
        @if connection.is_some_and(|connection| connection.drive.is_some()) {
            section.card { div.pad { (self::form(asker, &form)) } }
        } @else {
            section.card { div.pad.empty {
                h2 { (if connection.is_some() { "Choose a drive first".to_owned() } else { format!("Connect {} first", status.source) }) }
                p { "Paths in a sheet lead into the drive that files are to follow." }
                div.buttons { (trouble::buttons(&status.ways_out)) }
            } }
        }
        (what_it_must_have(&form))
        (uploads(&latest))
    };
    let status = error.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    Ok(Page::new("/files", form.title, body)
        .below("Files", "/files")
        .answer(status, session))
}

/// The one field. It stands as well where a check has failed.
pub(super) fn form(asker: &Asker, form: &SheetForm) -> Markup {
    html! {
        form.fields method="post" action=(asker.with_through("/files/associate")) enctype="multipart/form-data" {
            label for="sheet" { "Excel sheet" }
            input #sheet type="file" name="sheet" accept=".xlsx,.csv" required aria-describedby="sheet-help";
            small #sheet-help .soft { "An Excel workbook (.xlsx) or comma separated text (.csv), up to " (words::size(form.bytes_at_most)) ". It is checked first; nothing is changed by that. " a href="/files/template" download { "Template sheet" } }
            button.btn.main type="submit" { "Check" }
        }
    }
}

fn what_it_must_have(form: &SheetForm) -> Markup {
    html! {
        section.card aria-labelledby="needs" { div.pad {
            h2 #needs { "What the sheet must have" }
            p { "One row for each library file that is to follow a file in " (words::name(&form.source)) ", with two columns, in any order; others are left alone:" }
            div.wide { table {
                caption.unseen { "An example" }
                thead { tr { th scope="col" { "File ID" } th scope="col" { (words::name(&form.path_column)) } } }
                tbody { tr { td { "100001" } td { (words::name(&form.path_example)) } } }
            } }
            details { summary { "Where can I find the file id?" } div.fields {
                p { "Download the list of all files: its first column is the File ID. Take away the columns that you don't need, and add one called " b { (words::name(&form.path_column)) } "." }
                div.buttons { a.btn href="/files/excel" download { "Excel" } a.btn href="/files/template" download { "Template sheet" } }
            } }
            details { summary { "Where can I find the path?" } div.fields { @for paragraph in &form.path_help { p { (words::name(paragraph)) } } } }
        } }
    }
}

fn uploads(latest: &[RunRow]) -> Markup {
    html! {
        section.card aria-labelledby="latest" {
            div.pad { h2 #latest { "Uploads" } @if latest.is_empty() { p.soft { "No sheet has been linked yet." } } }
            @if !latest.is_empty() { div.wide { table.stack {
                caption.unseen { "The latest uploads" }
                thead { tr { th scope="col" { "When" } th scope="col" { "By" } th.num scope="col" { "Rows" } th.num scope="col" { "Need you" } th scope="col" { "State" } } }
                tbody { @for row in latest { (upload_line(row)) } }
            } } }
        }
    }
}

fn upload_line(row: &RunRow) -> Markup {
    let state = row.run.state;
    let (tone, label) = words::sheet::upload(state).unwrap_or_else(|| words::run(state));
    html! {
        tr {
            td { a href={ "/files/associate/" (row.run.id) } { (words::moment(&row.run.started_at)) } }
            td { (words::name(&row.run.started_by)) }
            td.num data-label="Rows" { (words::grouped(row.run.inputs)) }
            td.num data-label="Need you" { (words::grouped(open_rows(&row.counts))) }
            td { @if row.run.undone_at.is_some() { (words::state(words::Tone::Off, "Taken back")) } @else { (words::state(tone, label)) } }
        }
    }
}
