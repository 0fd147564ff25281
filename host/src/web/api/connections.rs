//! Connections, their drives, what is in the chosen one, and bringing it in.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    begin::{Aim, begin},
    caller::Caller,
    given::{Asked, Fields, Given, cursor},
    people::Through,
    problem::Answer,
};
use crate::{
    service::{BrowseRow, ConnectionRow, DrivePage, Page, Verdict, api::Operation},
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
