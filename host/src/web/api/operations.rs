//! Long work: how far it is, and what came of it.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    caller::Caller,
    given::{Asked, At, Given, Nothing, part, word},
    problem::Answer,
};
use crate::{
    service::{OperationFilter, Page, api::Operation},
    web::{console::Console, streams},
};

/// Which operations.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichOperations {
    /// `import`, `sync`, `plan`, `check-sheet`, `link-sheet`, `undo-upload`, `verify` or `backup`.
    kind: Option<String>,
    /// `running`, `done`, `failed`, `stopped` or `interrupted`.
    state: Option<String>,
    /// Those that this user has begun.
    by: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of the page, 1 to 1000; 50 where nobody says.
    limit: Option<u32>,
}

/// The operations, the newest first.
#[utoipa::path(get, path = "/api/operations", tag = "operations", params(WhichOperations), responses((status = 200, body = Page<Operation>)))]
pub(super) async fn list_operations(
    caller: Caller,
    Asked(which): Asked<WhichOperations>,
) -> Answer<Json<Page<Operation>>> {
    let filter = OperationFilter {
        kind: word(which.kind.as_deref(), "kind")?,
        state: word(which.state.as_deref(), "state")?,
        by: which.by,
    };
    let part = part(which.limit, which.after.as_deref())?;
    let session = caller.session().await?;
    Ok(Json(session.operations_page(&filter, &part).await?))
}

/// An operation as it stands.
#[utoipa::path(get, path = "/api/operations/{id}", tag = "operations", params(("id" = i64, Path, description = "Its number")), responses((status = 200, body = Operation)))]
pub(super) async fn show_operation(caller: Caller, At(id): At<i64>) -> Answer<Json<Operation>> {
    let session = caller.session().await?;
    Ok(Json(session.operation(id).await?))
}

/// How an operation stands, whenever that has changed, until its end: events whose data is an operation. The stream ends
/// with it.
#[utoipa::path(get, path = "/api/operations/{id}/events", tag = "operations", params(("id" = i64, Path, description = "Its number")), responses((status = 200, content_type = "text/event-stream", body = Operation)))]
pub(super) async fn operation_events(State(console): State<Console>, caller: Caller, At(id): At<i64>) -> Answer {
    let session = caller.session().await?;
    let watching = session.watch_operation(id).await?;
    let (host, user) = (caller.host.clone(), caller.program.user.clone());
    let asking = caller.clone();
    let out = streams::once_out(move || {
        let caller = asking.clone();
        async move { caller.is_in().await }
    });
    Ok(streams::events(host, user, (console.stop.clone(), out), watching))
}

/// Lets an operation begin nothing more; what is under way comes to its end.
#[utoipa::path(post, path = "/api/operations/{id}/stop", tag = "operations", params(("id" = i64, Path, description = "Its number")), responses((status = 200, body = Operation)))]
pub(super) async fn stop_operation(
    caller: Caller,
    At(id): At<i64>,
    Given(_): Given<Nothing>,
) -> Answer<Json<Operation>> {
    let session = caller.session().await?;
    let operation = session.stop_operation(id).await?;
    caller.note("stopped", &id.to_string()).await?;
    Ok(Json(operation))
}
