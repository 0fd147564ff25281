//! The JSON API: what the pages show, for programs. Each address calls the service and tells what it says, in the words that
//! the command line has in its documents.
//!
//! - `caller`: who asks, by a token; `problem`: what went wrong (RFC 9457); `given`: what was sent, looked at before it is
//!   used.
//! - `begin`: long work, begun once; `open_api`: the description.
#![allow(
    unused_qualifications,
    reason = "the description is made by a macro, which names types in full"
)]

mod backups;
mod begin;
mod by_hand;
mod caller;
mod connections;
mod files;
mod given;
mod open_api;
mod operations;
mod people;
mod problem;
mod runs;
mod sheets;
#[cfg(test)]
mod tests;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::{IntoResponse, Response},
    routing::{post, put},
};
use http::StatusCode;

use self::problem::Problem;
use super::{
    console::Console,
    place::Place,
    routes::{Routes, Who},
};

/// Which address is what, and for whose programs.
pub(super) fn routes() -> Routes {
    let add = Router::new()
        .route("/api/files", post(by_hand::add_file))
        .layer(DefaultBodyLimit::disable());
    let content = Router::new()
        .route("/api/files/{id}/content", put(by_hand::replace_content))
        .layer(DefaultBodyLimit::disable());
    let sheets = Router::new()
        .route("/api/sheets", post(sheets::check_sheet))
        .layer(DefaultBodyLimit::disable());
    Routes::default()
        .get(Who::Anybody, "/api/openapi.json", open_api::open_api)
        .get(Who::People, "/api/me", people::who_am_i)
        .get(Who::People, "/api/files", files::list_files)
        .get(Who::People, "/api/files/{id}", files::show_file)
        .get(Who::People, "/api/files/{id}/content", files::file_content)
        .get(Who::People, "/api/files/{id}/places", files::file_places)
        .get(Who::Administrators, "/api/files/{id}/revisions", files::file_revisions)
        .post(Who::Administrators, "/api/files/{id}/move", files::move_file)
        .post(Who::Administrators, "/api/files/{id}/rename", files::rename_file)
        .post(Who::Administrators, "/api/files/{id}/follow", files::follow_item)
        .post(Who::Administrators, "/api/files/{id}/roll-back", files::roll_back_file)
        .post(Who::Administrators, "/api/files/{id}/release", files::release_file)
        .post(Who::Administrators, "/api/files/{id}/unlock", files::unlock_file)
        .delete(Who::Administrators, "/api/files/{id}", files::remove_file)
        .with(Who::Administrators, "POST", "/api/files", add)
        .with(Who::Administrators, "PUT", "/api/files/{id}/content", content)
        .post(Who::Administrators, "/api/files/{id}/show", by_hand::show_file_in)
        .post(Who::Administrators, "/api/files/{id}/take-out", by_hand::take_file_out)
        .get(Who::Administrators, "/api/bin", files::list_bin)
        .delete(Who::Administrators, "/api/bin/{id}", by_hand::remove_for_good)
        .post(Who::Administrators, "/api/bin/{id}/restore", files::restore_file)
        .get(Who::Administrators, "/api/status", people::status)
        .get(Who::Administrators, "/api/settings", people::settings)
        .get(Who::Administrators, "/api/sizes", people::sizes)
        .get(Who::Administrators, "/api/backups", backups::list_backups)
        .post(Who::Administrators, "/api/backups", backups::begin_backup)
        .get(Who::Administrators, "/api/doctor", people::doctor)
        .get(Who::Administrators, "/api/connections", connections::list_connections)
        .get(Who::Administrators, "/api/drives", connections::list_drives)
        .post(Who::Administrators, "/api/drives/select", connections::select_drive)
        .get(Who::Administrators, "/api/items", connections::list_items)
        .post(Who::Administrators, "/api/imports", connections::import_items)
        .get(Who::Administrators, "/api/operations", operations::list_operations)
        .get(Who::Administrators, "/api/operations/{id}", operations::show_operation)
        .get(
            Who::Administrators,
            "/api/operations/{id}/events",
            operations::operation_events,
        )
        .post(
            Who::Administrators,
            "/api/operations/{id}/stop",
            operations::stop_operation,
        )
        .post(Who::Administrators, "/api/syncs", runs::begin_sync)
        .post(Who::Administrators, "/api/plans", runs::begin_plan)
        .get(Who::Administrators, "/api/plans/{run}", runs::show_plan)
        .get(Who::Administrators, "/api/plans/{run}/files", runs::plan_files)
        .post(Who::Administrators, "/api/plans/{run}/carry-out", runs::carry_out_plan)
        .get(Who::Administrators, "/api/runs", runs::list_runs)
        .get(Who::Administrators, "/api/runs/{run}", runs::show_run)
        .get(Who::Administrators, "/api/runs/{run}/lines", runs::run_lines)
        .get(Who::Administrators, "/api/runs/{run}/ledger/{form}", runs::ledger_file)
        .get(Who::Administrators, "/api/runs/{run}/held-back", runs::held_back)
        .post(Who::Administrators, "/api/runs/{run}/let-go", runs::let_go)
        .with(Who::Administrators, "POST", "/api/sheets", sheets)
        .get(Who::Administrators, "/api/sheets/{check}", sheets::show_check)
        .get(Who::Administrators, "/api/sheets/{check}/rows", sheets::check_rows)
        .get(Who::Administrators, "/api/sheets/{check}/report", sheets::check_report)
        .post(
            Who::Administrators,
            "/api/sheets/{check}/choices",
            sheets::check_choices,
        )
        .post(Who::Administrators, "/api/sheets/{check}/link", sheets::link_sheet)
        .get(Who::Administrators, "/api/uploads/{run}", sheets::show_upload)
        .get(Who::Administrators, "/api/uploads/{run}/rows", sheets::upload_rows)
        .get(Who::Administrators, "/api/uploads/{run}/report", sheets::upload_report)
        .post(
            Who::Administrators,
            "/api/uploads/{run}/take-back",
            sheets::take_back_upload,
        )
}

/// The description as text.
pub(super) fn described() -> &'static str {
    open_api::described()
}

/// What answers to programs. Who asks is known before anything else is looked at.
pub(super) fn router(console: &Console) -> Router<Console> {
    let routers = routes().routers();
    let people = middleware::from_fn_with_state(console.clone(), caller::admitted);
    let administrators = middleware::from_fn_with_state(console.clone(), caller::administrators_only);
    let router = routers.anybody.merge(routers.people.route_layer(people));
    let router = router.merge(routers.administrators.route_layer(administrators));
    router.method_not_allowed_fallback(async || {
        let what = "this address does not take that method";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", what).into_response()
    })
}

/// Whether an address is one of programs.
pub(super) fn is_of_it(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// There is no such address.
pub(super) fn nowhere() -> Response {
    let what = "there is no such address: the description at `/api/openapi.json` has all of them";
    Problem::new(StatusCode::NOT_FOUND, "no-such-address", what).into_response()
}

/// It was asked for under a name that this host does not have.
pub(super) fn wrong_name(name: &str, place: &Place) -> Response {
    let what = format!(
        "this host is not found under the name `{}`: it answers at {}",
        name.escape_debug(),
        place.origin()
    );
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "wrong-name", what).into_response()
}
