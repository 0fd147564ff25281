//! Pages of trouble: what is the case, and the way out, as a button where there is one.

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};

use super::{frame, place::Place};
use crate::{Error, service::Session, way_out::WayOut};

/// Trouble of somebody who is logged in, or of nobody.
pub(super) fn page(status: StatusCode, title: &str, why: &str) -> Response {
    frame::alone(status, title, &html! { p { (why) } p { a.btn href="/" { "Home" } } })
}

/// The console was asked for under a name that it does not have.
pub(super) fn wrong_name(name: &str, place: &Place) -> Response {
    frame::alone(
        StatusCode::MISDIRECTED_REQUEST,
        "The console is not found under this name",
        &html! {
            p { "You came by the name " b { (super::words::name(name)) } ". This console answers at " a href=(place.origin()) { (place.origin()) } " alone, so that no other page can pass itself off as it." }
            p { "If that name is right, whoever runs this host starts it with " code { "--public-url" } "." }
        },
    )
}

/// Something was to be changed by a page that is not ours.
pub(super) fn foreign_page() -> Response {
    page(
        StatusCode::FORBIDDEN,
        "That did not come from this console",
        "Another page has tried to change something here, so nothing was changed. If it was you: open the console in a window of its own, and try again.",
    )
}

/// Where to go for each way out, and what the button says; none where there is nothing to press.
fn button(way: &WayOut) -> Option<(String, &'static str)> {
    let of_file = |file: &Option<String>| Some(format!("/files/{}", file.as_deref()?));
    Some(match way {
        WayOut::Connect | WayOut::RegisterApplication { .. } => ("/integrations/connect".into(), "Connect"),
        WayOut::SignInAgain => ("/integrations/connect/own".into(), "Sign in again"),
        WayOut::RenewCredentials => ("/integrations/connect/company".into(), "Replace secret"),
        WayOut::Disconnect => ("/integrations".into(), "Cloud Storage Integrations"),
        WayOut::ChooseDrive | WayOut::ShowDrives | WayOut::DriveByAddress | WayOut::SwitchDrive => {
            ("/integrations/drives".into(), "Choose the drive")
        }
        WayOut::ShowUsers => ("/users".into(), "Users"),
        WayOut::ShowFiles => ("/files".into(), "Files"),
        WayOut::ShowBin | WayOut::Restore { .. } => ("/bin".into(), "Bin"),
        WayOut::MakePlan => ("/sync".into(), "Look what would change"),
        WayOut::ShowRuns | WayOut::Sync | WayOut::AcceptGone => ("/sync".into(), "Sync"),
        WayOut::UndoUpload { run } => (format!("/files/associate/{run}"), "Look at the upload"),
        WayOut::Associate => ("/files/associate".into(), "Upload the sheet again"),
        WayOut::Release { file }
        | WayOut::Unlock { file }
        | WayOut::Follow { file }
        | WayOut::Replace { file }
        | WayOut::Remove { file } => (of_file(file)?, "Look at the file"),
        WayOut::TakeOut { file } => (format!("{}#shown", of_file(file)?), "Where it is shown"),
        WayOut::ShowRevisions { file } => (format!("{}/revisions", of_file(file)?), "Revisions"),
        WayOut::ShowSettings => ("/limits".into(), "Limits"),
        WayOut::ShowPowers => ("/plugin".into(), "Plugin"),
        _ => return None,
    })
}

/// Where some ways out lead, each place once.
pub(super) fn links(ways: &[WayOut]) -> Vec<(String, &'static str)> {
    let mut links: Vec<(String, &'static str)> = Vec::new();
    for (address, label) in ways.iter().filter_map(button) {
        if !links.iter().any(|(known, _)| *known == address) {
            links.push((address, label));
        }
    }
    links
}

/// The buttons of some ways out.
pub(super) fn buttons(ways: &[WayOut]) -> Markup {
    html! {
        @for (address, label) in links(ways) { a.btn href=(address) { (label) } }
    }
}

/// The status of HTTP for an error.
pub(super) fn status(error: &Error) -> StatusCode {
    match error.bare() {
        Error::Forbidden { .. } => StatusCode::FORBIDDEN,
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        Error::NotConnected { .. }
        | Error::Managed { .. }
        | Error::Sync { .. }
        | Error::Backup {
            code: "backup-running", ..
        } => StatusCode::CONFLICT,
        Error::Backup { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Busy { .. } | Error::Server { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Plugin { code: "throttled", .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Plugin { code: "not-found", .. } => StatusCode::NOT_FOUND,
        Error::Plugin {
            code: "unavailable", ..
        } => StatusCode::BAD_GATEWAY,
        Error::Plugin { .. } | Error::SignIn { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Bin { .. } | Error::People { .. } | Error::Outdated(_) => StatusCode::CONFLICT,
        error if error.is_usage() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A whole page for an error.
pub(super) fn of(error: &Error, session: &Session<'_>) -> Response {
    if let Error::Forbidden { .. } = error.bare() {
        let user = session.user();
        let body = html! {
            section.card { div.pad {
                p { "Only Administrators may do this. You are logged in as " (super::words::name(&user.name)) "." }
                p { a.btn href="/files" { "Files" } }
            } }
        };
        return frame::Page::new("", "That is for Administrators", body).answer(StatusCode::FORBIDDEN, session);
    }
    frame::Page::new("", "That did not work", card(error)).answer(status(error), session)
}

/// A whole page for what was sent and can't be read.
pub(super) fn unreadable(error: &Error, session: &Session<'_>) -> Response {
    frame::Page::new("", "That did not work", card(error)).answer(StatusCode::BAD_REQUEST, session)
}

/// What went wrong, in a card.
pub(super) fn card(error: &Error) -> Markup {
    html! {
        section.card.trouble role="alert" {
            div.pad {
                h2 { "There is a problem" }
                p { (super::words::sentence(&error.fact())) }
                div.buttons { (buttons(&error.ways_out())) }
                (support(error))
            }
        }
    }
}

/// The host's word for an error, for whoever is asked about it.
pub(super) fn support(error: &Error) -> Markup {
    html! { small.soft { "For support: " code { (error.code()) } } }
}

/// To the page where people log in, and from there back to this one.
pub(super) fn log_in_first(path: &str) -> Response {
    let back: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    Redirect::to(&format!("/login?back={back}")).into_response()
}
