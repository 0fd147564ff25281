//! What programs do with files by hand: adding and replacing them, showing them somewhere, and removing them for good.

use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    caller::Caller,
    files::{Places, tagged},
    given::{Asked, At, Fields, Given, Nothing, Seen},
    problem::{Answer, Problem},
};
use crate::{
    place::Place,
    service::api::Binned,
    store::files::ShowingKind,
    web::{console::Console, one_upload::Upload, receiving},
};

/// What a new file is called, and where it lands.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NewFile {
    /// Its name, with its ending.
    name: String,
    /// `Company Wide`, `Workspace/Sales`, `Division/North/Offers`; Company Wide where nobody says.
    place: Option<String>,
}

/// Where a file is to be shown, or not any more.
#[derive(Deserialize, ToSchema)]
pub(super) struct ShownIn {
    /// `ClientPoint` or `Template`.
    kind: String,
    /// Its name.
    name: String,
}

impl Fields for ShownIn {
    const ALL: &'static [&'static str] = &["kind", "name"];
}

impl ShownIn {
    fn kind(&self) -> Answer<ShowingKind> {
        Ok(self.kind.parse::<ShowingKind>().map_err(|error| error.at("kind"))?)
    }
}

/// Adds a file: its bytes are the body. It is the library's own, and follows nothing. One at a time for each person; while
/// another one is on its way, the answer is 409.
#[utoipa::path(post, path = "/api/files", tag = "files", params(NewFile), request_body(content_type = "application/octet-stream", content = String, description = "The bytes"), responses((status = 201, body = crate::service::FileRow)))]
pub(super) async fn add_file(
    State(console): State<Console>,
    caller: Caller,
    Asked(new): Asked<NewFile>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    refuse_other_kinds(&headers)?;
    let place = match new.place.as_deref() {
        Some(place) => place.parse::<Place>().map_err(|error| error.at("place"))?,
        None => Place::company_wide(),
    };
    let _upload = begun(&console, &caller)?;
    let session = caller.session().await?;
    let bytes = std::pin::pin!(receiving::bytes(body.into_data_stream()));
    let file = session.add_file(&new.name, bytes, &place).await?;
    caller.note("uploaded", &file.id).await?;
    let address = format!("/api/files/{}", file.id);
    let mut answer = tagged(file);
    *answer.status_mut() = StatusCode::CREATED;
    answer
        .headers_mut()
        .extend(address.parse().ok().map(|address| (header::LOCATION, address)));
    Ok(answer)
}

/// Gives a file that follows nothing new content: the bytes of the body. It is shown at once wherever the file is.
#[utoipa::path(put, path = "/api/files/{id}/content", tag = "files", params(("id" = String, Path, description = "The File ID"), ("If-Match" = String, Header, description = "The revision that was looked at: `\"3\"`, or `*`")), request_body(content_type = "application/octet-stream", content = String, description = "The bytes"), responses((status = 200, body = crate::service::FileRow)))]
pub(super) async fn replace_content(
    State(console): State<Console>,
    caller: Caller,
    At(id): At<String>,
    Seen(seen): Seen,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    refuse_other_kinds(&headers)?;
    let _upload = begun(&console, &caller)?;
    let session = caller.session().await?;
    let bytes = std::pin::pin!(receiving::bytes(body.into_data_stream()));
    let replaced = session.replace_file_from(&id, bytes, seen).await?;
    caller.note("replaced", &id).await?;
    Ok(tagged(replaced.file))
}

/// What a form of a browser sends is no file.
fn refuse_other_kinds(headers: &HeaderMap) -> Answer<()> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("multipart/") || kind.starts_with("application/x-www-form-urlencoded") {
        let what =
            "this address takes the bytes of the file as they are: send `Content-Type: application/octet-stream`";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no-file", what).at("Content-Type"));
    }
    Ok(())
}

fn begun(console: &Console, caller: &Caller) -> Answer<Upload> {
    console.uploads.begin(&caller.program.user).ok_or_else(|| {
        let what = "another file of the same person is being uploaded, and there is one at a time: wait for it";
        Problem::new(StatusCode::CONFLICT, "upload-running", what)
    })
}

/// Shows a file in one more ClientPoint or Template. Showing it twice changes nothing.
#[utoipa::path(post, path = "/api/files/{id}/show", tag = "files", params(("id" = String, Path, description = "The File ID")), request_body = ShownIn, responses((status = 200, body = Places)))]
pub(super) async fn show_file_in(
    caller: Caller,
    At(id): At<String>,
    Given(given): Given<ShownIn>,
) -> Answer<Json<Places>> {
    let kind = given.kind()?;
    let session = caller.session().await?;
    let places = session
        .place_file(&id, kind, &given.name)
        .await
        .map_err(|error| error.at("name"))?;
    caller.note("shown", &format!("{id} in {}", given.name)).await?;
    Ok(Json(Places { places }))
}

/// Takes a file out of a ClientPoint or Template.
#[utoipa::path(post, path = "/api/files/{id}/take-out", tag = "files", params(("id" = String, Path, description = "The File ID")), request_body = ShownIn, responses((status = 200, body = Places)))]
pub(super) async fn take_file_out(
    caller: Caller,
    At(id): At<String>,
    Given(given): Given<ShownIn>,
) -> Answer<Json<Places>> {
    let kind = given.kind()?;
    let session = caller.session().await?;
    let places = session.unplace_file(&id, kind, &given.name).await?;
    caller.note("taken-out", &format!("{id} of {}", given.name)).await?;
    Ok(Json(Places { places }))
}

/// Removes a file that is in the bin for good: it can't be brought back.
#[utoipa::path(delete, path = "/api/bin/{id}", tag = "files", params(("id" = String, Path, description = "The File ID")), responses((status = 200, body = Binned)))]
pub(super) async fn remove_for_good(caller: Caller, At(id): At<String>, Given(_): Given<Nothing>) -> Answer<Response> {
    let session = caller.session().await?;
    let removed = session.remove_binned(&id).await?;
    caller.note("removed-for-good", &id).await?;
    Ok(Json(removed).into_response())
}
