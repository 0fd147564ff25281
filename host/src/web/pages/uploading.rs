//! Add to Library > Upload, and replacing a file: by hand, straight to the disk, as large as the settings allow.

use std::time::Duration;

use axum::{
    extract::{
        Multipart, State,
        multipart::{Field, MultipartError},
    },
    response::Response,
};
use http::StatusCode;
use maud::html;
use tokio::time::timeout;

use super::file;
use crate::{
    Error, Result,
    place::Place,
    service::{FileRow, Session},
    web::{
        asked::At,
        console::Asker,
        form::{Filled, problem},
        frame::Page,
        receiving,
        showing::{Here, done, shown},
        trouble, words,
    },
};

/// How many fields a form has at most.
const FIELDS_AT_MOST: usize = 8;

/// How long a file that was refused is read on.
const READ_ON: Duration = Duration::from_secs(30);

/// The longest field beside the file, in bytes: the number of a revision.
const FIELD_AT_MOST: usize = 32;

/// `GET /files/upload`
pub(super) async fn ask(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| page(session, None).await).await
}

async fn page(session: &Session<'_>, error: Option<&Error>) -> Result<Response> {
    session.require_administrator("add files to the library")?;
    let most = session.upload_at_most().await?;
    let body = html! {
        (problem(error))
        section.card { div.pad {
            p { "The file is the library's own: it follows nothing, and is replaced by hand. It is added to " b { "Company Wide" } ", where everyone can see it until you move it." }
            form.fields method="post" action="/files/upload" enctype="multipart/form-data" {
                label for="file" { "File" }
                input #file type="file" name="file" required aria-describedby="file-hint";
                small #file-hint .soft { "Up to " (words::size(most)) "." }
                button.btn.main type="submit" { "Upload" }
            }
        } }
    };
    Ok(Page::new("/files", "Upload", body)
        .below("Files", "/files")
        .answer(error.map_or(StatusCode::OK, trouble::status), session))
}

/// `POST /files/upload`
pub(super) async fn upload(State(console): Here, asker: Asker, mut parts: Multipart) -> Response {
    shown(&console, &asker, async |session| {
        session.require_administrator("add files to the library")?;
        let Some(_upload) = console.uploads.begin(&session.user().name) else {
            read_on(&mut parts).await;
            return Ok(another());
        };
        let taken = taken(session, &mut parts, None).await;
        if taken.is_err() {
            read_on(&mut parts).await;
        }
        match taken {
            Ok(file) => {
                asker.note(&console, session, "uploaded", &file.id).await?;
                Ok(done(&format!("/files/{}", file.id)))
            }
            Err(error) if file::is_told_on_its_page(&error) => page(session, Some(&error.at("file"))).await,
            Err(error) => Err(error),
        }
    })
    .await
}

/// `POST /files/{id}/content`
pub(super) async fn replace(State(console): Here, asker: Asker, At(id): At<String>, mut parts: Multipart) -> Response {
    shown(&console, &asker, async |session| {
        session.require_administrator("replace files of the library")?;
        let Some(_upload) = console.uploads.begin(&session.user().name) else {
            read_on(&mut parts).await;
            return Ok(another());
        };
        let taken = taken(session, &mut parts, Some(&id)).await;
        if taken.is_err() {
            read_on(&mut parts).await;
        }
        match taken {
            Ok(_) => {
                asker.note(&console, session, "replaced", &id).await?;
                Ok(done(&format!("/files/{id}")))
            }
            Err(error) if error.is_usage() => file::again(session, &id, &Filled::default(), error.at("file")).await,
            Err(error) => file::again(session, &id, &Filled::default(), error).await,
        }
    })
    .await
}

/// That something is on its way already.
fn another() -> Response {
    let why = "Another file of yours is being uploaded, and there is one at a time: wait for it, then send this one. Nothing was changed.";
    trouble::page(StatusCode::CONFLICT, "One file at a time", why)
}

/// The file of a form, as a new one or in the place of what the file of that File ID has.
async fn taken(session: &Session<'_>, parts: &mut Multipart, id: Option<&str>) -> Result<FileRow> {
    let mut decided = None;
    for _ in 0..FIELDS_AT_MOST {
        let Some(part) = parts.next_field().await.map_err(broken_off)? else {
            break;
        };
        if let Some(name) = receiving::file_name(&part) {
            let bytes = std::pin::pin!(receiving::bytes(part));
            return match id {
                None => session.add_file(&name, bytes, &Place::company_wide()).await,
                Some(id) => Ok(session.replace_file_from(id, bytes, decided).await?.file),
            };
        }
        if part.name() == Some("revision") {
            let text = short(part).await?;
            let wrong = |_| Error::Settings(format!("`{}` is no revision", text.escape_debug()));
            decided = Some(text.parse().map_err(wrong)?);
        }
    }
    Err(Error::Settings("no file was chosen".into()))
}

/// A file that was refused is read on for a while: a browser that may not send to its end shows no answer.
async fn read_on(parts: &mut Multipart) {
    let rest = async { while let Ok(Some(_)) = parts.next_field().await {} };
    // What is thrown away can't fail in a way that matters.
    let _ = timeout(READ_ON, rest).await;
}

async fn short(mut part: Field<'_>) -> Result<String> {
    let mut text = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(broken_off)? {
        text.extend_from_slice(&piece);
        if FIELD_AT_MOST < text.len() {
            return Err(Error::Settings("a field of the form is too long".into()));
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn broken_off(error: MultipartError) -> Error {
    Error::Settings(format!("what was sent can't be read: {}", error.body_text()))
}
