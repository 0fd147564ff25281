//! The library: its files, what they have in them, and what can be done with them.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderName, HeaderValue, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    begin::{Aim, begin},
    caller::Caller,
    given::{Asked, At, Fields, Given, Nothing, Seen, part, word},
    people::Through,
    problem::Answer,
};
use crate::{
    Error,
    place::Place,
    service::{
        FileRow, LibraryFilter, LibraryOrder, LibraryRow, LookedAt, Page, PutBack, RevisionRow,
        api::{Binned, Operation, Showing},
    },
    web::{console::Console, streams},
};

/// Which files of the library.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichFiles {
    /// Those that have this in their names.
    q: Option<String>,
    /// Those at this very place: `Company Wide`, `Workspace/Sales`, `Division/North/Offers`.
    place: Option<String>,
    /// Those that stand so: `following`, `held`, `waiting`, `gone`, `detached`, `own`, `not-following` or `damaged`.
    state: Option<String>,
    /// `id`, `name` or `changed`: the newest first.
    order: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of the page, 1 to 1000; 50 where nobody says.
    limit: Option<u32>,
}

/// Which part of a list.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichPart {
    /// `next` of the page before.
    pub(super) after: Option<String>,
    /// Rows of the page, 1 to 1000; 50 where nobody says.
    pub(super) limit: Option<u32>,
}

/// Where a file is to stand.
#[derive(Deserialize, ToSchema)]
pub(super) struct Move {
    /// `Company Wide`, `Workspace/Sales`, `Division/North/Offers`.
    place: String,
    /// Where it was when you have looked; it is refused (412) if it is elsewhere by now.
    from: Option<String>,
}

impl Fields for Move {
    const ALL: &'static [&'static str] = &["place", "from"];
}

/// What a file is to be called.
#[derive(Deserialize, ToSchema)]
pub(super) struct Rename {
    /// With the same ending as before.
    name: String,
    /// What it was called when you have looked; it is refused (412) if it is called otherwise by now.
    from: Option<String>,
}

impl Fields for Rename {
    const ALL: &'static [&'static str] = &["name", "from"];
}

/// What a file is to follow.
#[derive(Deserialize, ToSchema)]
pub(super) struct Follow {
    /// Its path from the drive's root, its name, its address from the browser, or its id.
    item: String,
}

impl Fields for Follow {
    const ALL: &'static [&'static str] = &["item"];
}

/// Where a file is shown.
#[derive(Serialize, ToSchema)]
pub(super) struct Places {
    /// ClientPoints and Templates.
    pub(super) places: Vec<Showing>,
}

/// The files of the library, page by page.
#[utoipa::path(get, path = "/api/files", tag = "files", params(WhichFiles), responses((status = 200, body = Page<LibraryRow>)))]
pub(super) async fn list_files(caller: Caller, Asked(which): Asked<WhichFiles>) -> Answer<Json<Page<LibraryRow>>> {
    let filter = LibraryFilter {
        place: word(which.place.as_deref(), "place")?,
        state: word(which.state.as_deref(), "state")?,
        search: word(which.q.as_deref(), "q")?,
    };
    let order = word(which.order.as_deref(), "order")?.unwrap_or(LibraryOrder::Id);
    let part = part(which.limit, which.after.as_deref())?;
    let session = caller.session().await?;
    Ok(Json(session.library_page(&filter, order, &part).await?))
}

/// A file. Its `ETag` is its revision.
#[utoipa::path(get, path = "/api/files/{id}", tag = "files", params(("id" = String, Path, description = "The File ID")), responses((status = 200, body = FileRow)))]
pub(super) async fn show_file(caller: Caller, At(id): At<String>) -> Answer {
    let session = caller.session().await?;
    Ok(tagged(session.file(&id).await?))
}

/// The content of a file. Its bytes are compared with what was stored as they go: an answer that breaks off is none of it.
#[utoipa::path(get, path = "/api/files/{id}/content", tag = "files", params(("id" = String, Path, description = "The File ID")),
    responses((status = 200, content_type = "application/octet-stream", body = String, description = "The bytes, with `ETag` and `Repr-Digest`")))]
pub(super) async fn file_content(caller: Caller, At(id): At<String>) -> Answer {
    let session = caller.session().await?;
    let file = session.file(&id).await?;
    let (host, user) = (caller.host.clone(), caller.program.user.clone());
    let mut answer = streams::content(host, user, (id, None), &file.name);
    answer
        .headers_mut()
        .extend(etag(&file).map(|etag| (header::ETAG, etag)));
    let digest = digest(&file.sha256).map(|digest| (HeaderName::from_static("repr-digest"), digest));
    answer.headers_mut().extend(digest);
    Ok(answer)
}

/// In which ClientPoints and Templates a file is shown.
#[utoipa::path(get, path = "/api/files/{id}/places", tag = "files", params(("id" = String, Path, description = "The File ID")), responses((status = 200, body = Places)))]
pub(super) async fn file_places(caller: Caller, At(id): At<String>) -> Answer<Json<Places>> {
    let session = caller.session().await?;
    let places = session.showings(&id).await?;
    Ok(Json(Places { places }))
}

/// What content a file has had, the newest first.
#[utoipa::path(get, path = "/api/files/{id}/revisions", tag = "files", params(("id" = String, Path, description = "The File ID"), WhichPart), responses((status = 200, body = Page<RevisionRow>)))]
pub(super) async fn file_revisions(
    caller: Caller,
    At(id): At<String>,
    Asked(which): Asked<WhichPart>,
) -> Answer<Json<Page<RevisionRow>>> {
    let part = part(which.limit, which.after.as_deref())?;
    let session = caller.session().await?;
    Ok(Json(session.revisions_page(&id, &part).await?))
}

/// Moves a file.
#[utoipa::path(post, path = "/api/files/{id}/move", tag = "files", params(("id" = String, Path, description = "The File ID"), ("If-Match" = String, Header, description = "The revision that was looked at: `\"3\"`, or `*`")), request_body = Move, responses((status = 200, body = FileRow)))]
pub(super) async fn move_file(
    caller: Caller,
    At(id): At<String>,
    Seen(seen): Seen,
    Given(given): Given<Move>,
) -> Answer {
    let place = given.place.parse::<Place>().map_err(|error| error.at("place"))?;
    let session = caller.session().await?;
    let seen = LookedAt {
        revision: seen,
        place: given.from.as_deref(),
        ..LookedAt::default()
    };
    let file = session.move_file_from(&id, &place, seen).await?;
    caller.note("moved", &format!("{id} to {place}")).await?;
    Ok(tagged(file))
}

/// Gives a file another name in the library. What it follows keeps its own.
#[utoipa::path(post, path = "/api/files/{id}/rename", tag = "files", params(("id" = String, Path, description = "The File ID"), ("If-Match" = String, Header, description = "The revision that was looked at: `\"3\"`, or `*`")), request_body = Rename, responses((status = 200, body = FileRow)))]
pub(super) async fn rename_file(
    caller: Caller,
    At(id): At<String>,
    Seen(seen): Seen,
    Given(given): Given<Rename>,
) -> Answer {
    let session = caller.session().await?;
    let before = session.file(&id).await?.name;
    let seen = LookedAt {
        revision: seen,
        name: given.from.as_deref(),
        ..LookedAt::default()
    };
    let file = session.rename_file_from(&id, &given.name, seen).await?;
    caller
        .note("renamed", &format!("{id}: {before} to {}", file.name))
        .await?;
    Ok(tagged(file))
}

/// Lets a file follow another item from the next sync on: an operation, at the address that `Location` says, as linking a
/// sheet with that one row is. Its `counts` tell what became of it, and its `run` is the upload that can be taken back.
#[utoipa::path(post, path = "/api/files/{id}/follow", tag = "files", params(("id" = String, Path, description = "The File ID"), Through, ("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), request_body = Follow, responses((status = 202, body = Operation)))]
pub(super) async fn follow_item(
    State(console): State<Console>,
    caller: Caller,
    At(file): At<String>,
    Asked(_): Asked<Through>,
    Given(given): Given<Follow>,
) -> Answer {
    let item = given.item.trim().to_owned();
    if item.is_empty() {
        let empty = Error::Settings("say which item: its path, its name, its address, or its id".into());
        return Err(empty.at("item").into());
    }
    begin(&console, caller, Aim::Follow { file, item }).await
}

/// Puts the content before the present one back, wherever the file is shown, and holds the file.
#[utoipa::path(post, path = "/api/files/{id}/roll-back", tag = "files", params(("id" = String, Path, description = "The File ID"), ("If-Match" = String, Header, description = "The revision that was looked at: `\"3\"`, or `*`")), responses((status = 200, body = FileRow)))]
pub(super) async fn roll_back_file(
    caller: Caller,
    At(id): At<String>,
    Seen(seen): Seen,
    Given(_): Given<Nothing>,
) -> Answer {
    let session = caller.session().await?;
    let wanted = PutBack {
        decided: seen,
        ..PutBack::default()
    };
    let file = session.put_back(&id, &wanted).await?;
    caller.note("rolled-back", &id).await?;
    Ok(tagged(file))
}

/// Lets a file follow its item again.
#[utoipa::path(post, path = "/api/files/{id}/release", tag = "files", params(("id" = String, Path, description = "The File ID"), ("If-Match" = String, Header, description = "The revision that was looked at: `\"3\"`, or `*`")), responses((status = 200, body = FileRow)))]
pub(super) async fn release_file(
    caller: Caller,
    At(id): At<String>,
    Seen(seen): Seen,
    Given(_): Given<Nothing>,
) -> Answer {
    let session = caller.session().await?;
    let file = session.release_from(&id, seen).await?;
    caller.note("released", &id).await?;
    Ok(tagged(file))
}

/// Makes a file that does not follow any more the library's own.
#[utoipa::path(post, path = "/api/files/{id}/unlock", tag = "files", params(("id" = String, Path, description = "The File ID"), ("If-Match" = String, Header, description = "The revision that was looked at: `\"3\"`, or `*`")), responses((status = 200, body = FileRow)))]
pub(super) async fn unlock_file(
    caller: Caller,
    At(id): At<String>,
    Seen(seen): Seen,
    Given(_): Given<Nothing>,
) -> Answer {
    let session = caller.session().await?;
    let file = session.unlock_from(&id, seen).await?;
    caller.note("unlocked", &id).await?;
    Ok(tagged(file))
}

/// Puts a file into the bin.
#[utoipa::path(delete, path = "/api/files/{id}", tag = "files", params(("id" = String, Path, description = "The File ID"), ("If-Match" = String, Header, description = "The revision that was looked at: `\"3\"`, or `*`")), responses((status = 200, body = Binned)))]
pub(super) async fn remove_file(caller: Caller, At(id): At<String>, Seen(seen): Seen) -> Answer<Json<Binned>> {
    let session = caller.session().await?;
    let removed = session.remove_file_from(&id, seen).await?;
    caller.note("removed", &id).await?;
    Ok(Json(removed))
}

/// What is in the bin.
#[utoipa::path(get, path = "/api/bin", tag = "files", params(WhichPart), responses((status = 200, body = Page<Binned>)))]
pub(super) async fn list_bin(caller: Caller, Asked(which): Asked<WhichPart>) -> Answer<Json<Page<Binned>>> {
    let part = part(which.limit, which.after.as_deref())?;
    let session = caller.session().await?;
    Ok(Json(session.bin_page(&part).await?))
}

/// Brings a file back out of the bin.
#[utoipa::path(post, path = "/api/bin/{id}/restore", tag = "files", params(("id" = String, Path, description = "The File ID")), responses((status = 200, body = FileRow)))]
pub(super) async fn restore_file(caller: Caller, At(id): At<String>, Given(_): Given<Nothing>) -> Answer {
    let session = caller.session().await?;
    let file = session.restore_file(&id).await?;
    caller.note("restored", &id).await?;
    Ok(tagged(file))
}

/// A file with its revision as the tag.
pub(super) fn tagged(file: FileRow) -> Response {
    let etag = etag(&file).map(|etag| (header::ETAG, etag));
    let mut answer = Json(file).into_response();
    answer.headers_mut().extend(etag);
    answer
}

fn etag(file: &FileRow) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{}\"", file.revision)).ok()
}

/// The hash of the bytes as RFC 9530 writes it.
fn digest(sha256: &str) -> Option<HeaderValue> {
    let pairs = sha256.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    let bytes: Vec<u8> = pairs.collect::<Option<_>>()?;
    HeaderValue::from_str(&format!("sha-256=:{}:", BASE64_STANDARD.encode(bytes))).ok()
}
