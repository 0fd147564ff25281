//! Connections, their drives, what is in the chosen one, and bringing it in.

use axum::{Json, extract::State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    begin::{Aim, begin},
    caller::Caller,
    given::{Asked, Fields, Given, cursor},
    people::Through,
    problem::{Answer, Problem},
};
use crate::{
    service::{BrowseRow, ConnectionRow, DrivePage, Page, Selected, Verdict, api::Operation},
    web::console::Console,
};

/// All connections.
#[derive(Serialize, ToSchema)]
pub(super) struct Connections {
    /// The own one of who asks, the company's, and those of other Administrators.
    connections: Vec<ConnectionRow>,
}

/// Which part of the drives.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichDrives {
    /// `next` of the page before.
    after: Option<String>,
    /// `own` or `company`: whose connection is meant. The own one, where there is one.
    #[allow(dead_code, reason = "whoever asks is told apart by it before")]
    through: Option<String>,
}

/// Which items of the chosen drive.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichItems {
    /// The id of a folder, where the policy lets folders be opened; the root where nobody says.
    folder: Option<String>,
    /// Those that have this in their names.
    q: Option<String>,
    /// Those alone that can be imported.
    importable: Option<bool>,
    /// `next` of the page before.
    after: Option<String>,
    /// `own` or `company`: whose connection is meant. The own one, where there is one.
    #[allow(dead_code, reason = "whoever asks is told apart by it before")]
    through: Option<String>,
}

/// What is to be imported.
#[derive(Deserialize, ToSchema)]
pub(super) struct Import {
    /// Ids of items in the chosen drive, each as `ID` or `DRIVE/ID`; as many as an import may have.
    items: Vec<String>,
}

/// Which drive is to be the one.
#[derive(Deserialize, ToSchema)]
pub(super) struct Select {
    /// The source's id of it, as the list has it; or `address`.
    drive: Option<String>,
    /// Copied from a browser: of a site, a library, or of something in it; or `drive`.
    address: Option<String>,
    /// Whether it may take the place of another one: files that came from that stay in the library, and stop following it.
    switch: Option<bool>,
}

impl Fields for Select {
    const ALL: &'static [&'static str] = &["drive", "address", "switch"];
}

impl Fields for Import {
    const ALL: &'static [&'static str] = &["items"];
}

/// All connections.
#[utoipa::path(get, path = "/api/connections", tag = "connections", responses((status = 200, body = Connections)))]
pub(super) async fn list_connections(caller: Caller) -> Answer<Json<Connections>> {
    let session = caller.session().await?;
    let connections = session.connections().await?;
    Ok(Json(Connections { connections }))
}

/// The drives that the connection can see, in pages of the source's own length.
#[utoipa::path(get, path = "/api/drives", tag = "connections", params(WhichDrives), responses((status = 200, body = DrivePage)))]
pub(super) async fn list_drives(caller: Caller, Asked(which): Asked<WhichDrives>) -> Answer<Json<DrivePage>> {
    let after = cursor(which.after.as_deref())?;
    let session = caller.session().await?;
    Ok(Json(session.drives_page(after.as_ref()).await?))
}

/// Chooses the one drive of the connection. Another one than before takes `switch`; the same one changes nothing.
#[utoipa::path(post, path = "/api/drives/select", tag = "connections", params(Through), request_body = Select, responses((status = 200, body = Selected)))]
pub(super) async fn select_drive(
    caller: Caller,
    Asked(_): Asked<Through>,
    Given(given): Given<Select>,
) -> Answer<Json<Selected>> {
    let session = caller.session().await?;
    let switch = given.switch.unwrap_or_default();
    let selected = match (given.drive.as_deref(), given.address.as_deref()) {
        (Some(drive), None) => session.select_drive(drive, switch).await?,
        (None, Some(address)) => session.select_drive_at(address.trim(), switch).await?,
        _ => {
            let what = "say which drive: by `drive`, or by `address`, and not by both";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-field", what);
            return Err(problem.at("drive"));
        }
    };
    caller.note("drive-chosen", &selected.drive.name).await?;
    Ok(Json(selected))
}

/// What is in the chosen drive, in pages of the source's own length. Of each, those rows are told that fit: a page may have
/// none, and a next one all the same.
#[utoipa::path(get, path = "/api/items", tag = "connections", params(WhichItems), responses((status = 200, body = Page<BrowseRow>)))]
pub(super) async fn list_items(caller: Caller, Asked(which): Asked<WhichItems>) -> Answer<Json<Page<BrowseRow>>> {
    let after = cursor(which.after.as_deref())?;
    let session = caller.session().await?;
    let mut page = session.browse_page(which.folder, after.as_ref()).await?;
    let sought = which.q.unwrap_or_default().trim().to_lowercase();
    let all = !which.importable.unwrap_or_default();
    let fits = |row: &BrowseRow| row.name.to_lowercase().contains(&sought);
    page.rows
        .retain(|row| fits(row) && (all || row.verdict == Verdict::Importable));
    Ok(Json(page))
}

/// Begins an import: an operation, at the address that `Location` says.
#[utoipa::path(post, path = "/api/imports", tag = "connections", params(Through, ("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), request_body = Import, responses((status = 202, body = Operation)))]
pub(super) async fn import_items(
    State(console): State<Console>,
    caller: Caller,
    Asked(_): Asked<Through>,
    Given(mut given): Given<Import>,
) -> Answer {
    let mut seen = std::collections::BTreeSet::new();
    given.items.retain(|item| seen.insert(item.clone()));
    begin(&console, caller, Aim::Import(given.items)).await
}
