//! Backups: which there are, and beginning one. Where to, whoever starts the host has said, and nobody else can.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    begin::{Aim, begin},
    caller::Caller,
    given::{Given, Nothing},
    problem::Answer,
};
use crate::{
    service::api::{LastBackup, Operation},
    web::console::Console,
};

/// The backups that were made.
#[derive(Serialize, ToSchema)]
pub(super) struct Backups {
    /// Where one that is begun here goes to; none where whoever starts the host has named no folder, and none can be begun.
    folder: Option<String>,
    /// The latest ten, the newest first.
    backups: Vec<LastBackup>,
}

/// The latest backups, and the folder that they go to. It is shown alone.
#[utoipa::path(get, path = "/api/backups", tag = "backups", responses((status = 200, body = Backups)))]
pub(super) async fn list_backups(caller: Caller) -> Answer<Json<Backups>> {
    let session = caller.session().await?;
    let folder = session.backup_folder().await?;
    Ok(Json(Backups {
        folder: folder.map(|folder| folder.display().to_string()),
        backups: session.backups().await?,
    }))
}

/// Begins a backup into that folder: an operation, at the address that `Location` says. While another one is under way, the
/// answer is 409.
#[utoipa::path(post, path = "/api/backups", tag = "backups", params(("Idempotency-Key" = Option<String>, Header, description = "Sent again by the same key, it is begun once")), responses((status = 202, body = Operation)))]
pub(super) async fn begin_backup(State(console): State<Console>, caller: Caller, Given(_): Given<Nothing>) -> Answer {
    begin(&console, caller, Aim::Backup).await
}
