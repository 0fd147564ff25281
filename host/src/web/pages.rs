//! The pages.

mod accounts;
mod adding;
mod associating;
mod backups;
mod bin;
mod changing;
mod coming_in;
mod connecting;
mod disconnecting;
mod doctor;
mod drives;
mod file;
mod file_forms;
mod files;
mod home;
mod integrations;
mod last_night;
mod leaving;
mod limits;
mod moving;
mod operation;
mod paging;
mod planning;
mod plugin;
mod run;
mod sheet_check;
mod sheet_rows;
mod sheets;
mod sign_in;
mod sizes;
mod sync;
mod taking_back;
mod tokens;
mod trail;
mod uploading;
mod uploads;
mod user;
mod users;
mod you;

use axum::{Router, extract::DefaultBodyLimit, routing::post};

use super::{
    assets,
    routes::{Routes, Who},
    watching,
};

/// Which page is where, and for whom.
pub(super) fn routes() -> Routes {
    let large = Router::new()
        .route("/files/upload", post(uploading::upload))
        .layer(DefaultBodyLimit::disable());
    let content = Router::new()
        .route("/files/{id}/content", post(uploading::replace))
        .layer(DefaultBodyLimit::disable());
    let sheets = Router::new()
        .route("/files/associate", post(associating::upload))
        .layer(DefaultBodyLimit::disable());
    Routes::default()
        .get(Who::Anybody, "/login", coming_in::login)
        .post(Who::Anybody, "/login", coming_in::log_in)
        .post(Who::Anybody, "/login/account", accounts::set_out)
        .get(Who::Anybody, "/login/return", accounts::arrived)
        .post(Who::Anybody, "/logout", coming_in::log_out)
        .get(Who::Anybody, "/claim", coming_in::invited)
        .post(Who::Anybody, "/claim", coming_in::claim)
        .post(Who::Anybody, "/claim/account", accounts::set_out_with_link)
        .get(Who::Anybody, "/healthz", watching::alive)
        .get(Who::Anybody, "/readyz", watching::ready)
        .get(Who::Anybody, "/metrics", watching::metrics)
        .get(Who::Anybody, "/look.css", assets::look)
        .get(Who::Anybody, "/console.js", assets::scripts)
        .get(Who::Anybody, "/icon.svg", assets::icon)
        .get(Who::People, "/", home::home)
        .get(Who::People, "/files", files::files)
        .get(Who::People, "/files/{id}", file::file)
        .get(Who::People, "/files/{id}/content", file::content)
        .get(Who::Administrators, "/files/add", adding::list)
        .post(Who::Administrators, "/files/add", adding::import)
        .get(Who::Administrators, "/files/upload", uploading::ask)
        .with(Who::Administrators, "POST", "/files/upload", large)
        .get(Who::Administrators, "/files/excel", sheets::library)
        .get(Who::Administrators, "/files/template", sheets::template)
        .get(Who::Administrators, "/files/associate", associating::ask)
        .with(Who::Administrators, "POST", "/files/associate", sheets)
        .get(Who::Administrators, "/files/associate/{run}", uploads::upload)
        .get(Who::Administrators, "/files/associate/{run}/report", uploads::report)
        .get(Who::Administrators, "/files/associate/{run}/take-back", uploads::ask)
        .post(
            Who::Administrators,
            "/files/associate/{run}/take-back",
            uploads::take_back,
        )
        .post(Who::Administrators, "/operations/{id}/link", associating::link)
        .post(Who::Administrators, "/operations/{id}/choose", sheet_check::choose)
        .get(Who::Administrators, "/operations/{id}/report", sheet_check::report)
        .get(Who::Administrators, "/files/move", moving::ask)
        .post(Who::Administrators, "/files/move", moving::move_them)
        .post(Who::Administrators, "/files/{id}/move", changing::move_it)
        .with(Who::Administrators, "POST", "/files/{id}/content", content)
        .post(Who::Administrators, "/files/{id}/show", changing::show)
        .post(Who::Administrators, "/files/{id}/take-out", changing::take_out)
        .post(Who::Administrators, "/files/{id}/follow", changing::follow)
        .post(Who::Administrators, "/files/{id}/remove", changing::remove)
        .get(Who::Administrators, "/files/{id}/take-back", taking_back::ask)
        .get(Who::Administrators, "/files/{id}/revisions", taking_back::revisions)
        .get(Who::Administrators, "/files/{id}/revisions/{number}", file::revision)
        .post(Who::Administrators, "/files/{id}/rename", changing::rename)
        .post(Who::Administrators, "/files/{id}/roll-back", taking_back::take_back)
        .post(Who::Administrators, "/files/{id}/release", changing::release)
        .post(Who::Administrators, "/files/{id}/unlock", changing::unlock)
        .post(Who::Administrators, "/files/{id}/keep", changing::keep)
        .get(Who::Administrators, "/bin", bin::bin)
        .post(Who::Administrators, "/bin/{id}/restore", bin::restore)
        .get(Who::Administrators, "/bin/{id}/remove", bin::ask)
        .post(Who::Administrators, "/bin/{id}/remove", bin::remove)
        .get(Who::Administrators, "/integrations", integrations::integrations)
        .get(Who::Administrators, "/integrations/connect", connecting::ways)
        .get(
            Who::Administrators,
            "/integrations/connect/company",
            connecting::company,
        )
        .post(
            Who::Administrators,
            "/integrations/connect/company",
            connecting::connect_company,
        )
        .get(Who::Administrators, "/integrations/connect/own", connecting::own)
        .post(
            Who::Administrators,
            "/integrations/connect/own",
            connecting::connect_own,
        )
        .get(Who::Administrators, "/integrations/where", connecting::where_found)
        .get(Who::Administrators, "/integrations/disconnect", disconnecting::ask)
        .post(
            Who::Administrators,
            "/integrations/disconnect",
            disconnecting::disconnect,
        )
        .get(Who::Administrators, "/integrations/drives", drives::drives)
        .post(Who::Administrators, "/integrations/drives", drives::select)
        .get(Who::Administrators, "/integrations/done", drives::all_done)
        .get(Who::Administrators, "/connect", sign_in::came_back)
        .get(Who::Administrators, "/sign-ins/{id}", sign_in::standing)
        .get(
            Who::Administrators,
            "/sign-ins/{id}/standing",
            sign_in::standing_in_json,
        )
        .post(Who::Administrators, "/sign-ins/{id}/cancel", sign_in::cancel)
        .get(Who::Administrators, "/operations/{id}", operation::operation)
        .get(Who::Administrators, "/operations/{id}/events", operation::events)
        .post(Who::Administrators, "/operations/{id}/stop", operation::stop)
        .post(Who::Administrators, "/operations/{id}/again", operation::again)
        .get(Who::Administrators, "/sync", sync::runs)
        .post(Who::Administrators, "/sync/now", planning::now)
        .post(Who::Administrators, "/sync/look", planning::look)
        .get(Who::Administrators, "/sync/{run}", run::run)
        .post(Who::Administrators, "/sync/{run}/carry-out", planning::carry_out)
        .get(Who::Administrators, "/sync/{run}/gone", planning::held_back)
        .post(Who::Administrators, "/sync/{run}/gone", planning::let_go)
        .get(Who::Administrators, "/sync/{run}/ledger/{form}", run::ledger)
        .get(Who::Administrators, "/plugin", plugin::plugin)
        .get(Who::Administrators, "/limits", limits::limits)
        .post(Who::Administrators, "/limits", limits::set)
        .get(Who::Administrators, "/backups", backups::backups)
        .post(Who::Administrators, "/backups", backups::begin)
        .get(Who::Administrators, "/doctor", doctor::ask)
        .post(Who::Administrators, "/doctor", doctor::examine)
        .get(Who::Administrators, "/users", users::users)
        .post(Who::Administrators, "/users", users::add)
        .get(Who::Administrators, "/tokens", tokens::tokens)
        .post(Who::Administrators, "/tokens", tokens::make)
        .post(Who::Administrators, "/tokens/{id}/end", tokens::end)
        .get(Who::Administrators, "/users/one", user::user)
        .post(Who::Administrators, "/users/link", user::link)
        .post(Who::Administrators, "/users/log-out", user::log_out)
        .get(Who::Administrators, "/users/role", leaving::ask_for_role)
        .post(Who::Administrators, "/users/role", leaving::change_role)
        .get(Who::Administrators, "/users/remove", leaving::ask_to_remove)
        .post(Who::Administrators, "/users/remove", leaving::remove)
        .get(Who::Administrators, "/trail", trail::trail)
        .get(Who::Administrators, "/trail/csv", trail::csv)
        .get(Who::People, "/you", you::you)
        .post(Who::People, "/you/password", you::change_password)
        .post(Who::People, "/you/log-out", you::end)
        .post(Who::People, "/you/log-out-others", you::end_others)
}
