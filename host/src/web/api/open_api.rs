//! The description of the API, made from the very types that it answers in, and the addresses that answer.

use std::sync::OnceLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, OpenApi as Document, Ref, ResponseBuilder,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::{backups, by_hand, connections, files, operations, people, problem, runs, sheets};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "ClientPoint Content Library",
        description = "What the console shows, for programs. A token opens it: `Authorization: Bearer TOKEN`. Lists come by pages; long work is an operation; what goes wrong is a problem document (RFC 9457) with a stable code and the way out.",
        license(name = "Apache-2.0 OR MIT")
    ),
    paths(
        open_api,
        people::who_am_i,
        people::status,
        people::settings,
        people::sizes,
        people::doctor,
        files::list_files,
        files::show_file,
        files::file_content,
        files::file_places,
        files::file_revisions,
        files::move_file,
        files::rename_file,
        files::follow_item,
        files::roll_back_file,
        files::release_file,
        files::unlock_file,
        files::remove_file,
        files::list_bin,
        files::restore_file,
        by_hand::add_file,
        by_hand::replace_content,
        by_hand::show_file_in,
        by_hand::take_file_out,
        by_hand::remove_for_good,
        backups::list_backups,
        backups::begin_backup,
        connections::list_connections,
        connections::list_drives,
        connections::select_drive,
        connections::list_items,
        connections::import_items,
        operations::list_operations,
        operations::show_operation,
        operations::operation_events,
        operations::stop_operation,
        runs::begin_sync,
        runs::begin_plan,
        runs::show_plan,
        runs::plan_files,
        runs::carry_out_plan,
        runs::list_runs,
        runs::show_run,
        runs::run_lines,
        runs::ledger_file,
        runs::held_back,
        runs::let_go,
        sheets::check_sheet,
        sheets::show_check,
        sheets::check_rows,
        sheets::check_report,
        sheets::check_choices,
        sheets::link_sheet,
        sheets::show_upload,
        sheets::upload_rows,
        sheets::upload_report,
        sheets::take_back_upload,
    ),
    components(schemas(problem::Document)),
    modifiers(&Common)
)]
struct Api;

/// What holds for every address: a token opens it, and what goes wrong is a problem.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let bearer = bearer.description(Some("A token, which an Administrator makes"));
        components.add_security_scheme("token", SecurityScheme::Http(bearer.build()));
        for (path, item) in &mut document.paths.paths {
            let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                common(operation, path == "/api/openapi.json");
            }
        }
    }
}

fn common(operation: &mut Operation, is_open: bool) {
    if !is_open {
        operation.security = Some(vec![SecurityRequirement::new("token", [""; 0])]);
    }
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let problem = ResponseBuilder::new()
        .description("What went wrong")
        .content("application/problem+json", problem);
    let responses = &mut operation.responses.responses;
    responses.insert("default".into(), problem.build().into());
}

/// The description as text, made once.
pub(super) fn described() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    // It is made of nothing that could fail.
    TEXT.get_or_init(|| Api::openapi().to_pretty_json().unwrap_or_default())
}

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", tag = "people", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object)))]
pub(super) async fn open_api() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], described()).into_response()
}
