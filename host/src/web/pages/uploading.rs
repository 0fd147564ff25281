//! Add to Library > Upload: a file by hand, straight to the disk, however large it is.

use axum::{
    extract::{Multipart, State, multipart::Field},
    response::{IntoResponse, Response},
};
use futures::TryStreamExt;
use maud::html;
use tokio_util::io::StreamReader;

use crate::{
    Error, Result,
    place::Place,
    service::Session,
    web::{
        console::Asker,
        frame::Page,
        showing::{Here, done, shown},
    },
};

/// `GET /files/upload`
pub(super) async fn ask(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        session.require_administrator("add files to the library")?;
        let body = html! {
            section.card { div.pad {
                p { "The file is the library's own: it follows nothing, and is replaced by hand. It is added to " b { "Company Wide" } ", where everyone can see it until you move it." }
                form.fields method="post" action="/files/upload" enctype="multipart/form-data" {
                    label for="file" { "File" }
                    input #file type="file" name="file" required;
                    button.btn.main type="submit" { "Upload" }
                }
            } }
        };
        Ok(Page::new("/files", "Upload", body).below("Files", "/files").of(session))
    })
    .await
}

/// `POST /files/upload`
pub(super) async fn upload(State(console): Here, asker: Asker, mut parts: Multipart) -> Response {
    shown(&console, &asker, async |session| {
        session.require_administrator("add files to the library")?;
        loop {
            match parts.next_field().await {
                Ok(Some(part)) if part.file_name().is_some_and(|name| !name.is_empty()) => {
                    let id = stored(session, part).await?;
                    asker.note(&console, session, "uploaded", &id).await?;
                    return Ok(done(&format!("/files/{id}")));
                }
                Ok(Some(_)) => {}
                Ok(None) => return Err(Error::Settings("no file was chosen".into())),
                Err(error) => return Ok(error.into_response()),
            }
        }
    })
    .await
}

async fn stored(session: &Session<'_>, part: Field<'_>) -> Result<String> {
    // Some browsers send a path: the last part of it is the name.
    let given = part.file_name().unwrap_or_default();
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let bytes = StreamReader::new(part.map_err(std::io::Error::other));
    let bytes = std::pin::pin!(bytes);
    let file = session.add_file(&name, bytes, &Place::company_wide()).await?;
    Ok(file.id)
}
