//! Cloud Storage Integrations: the connections, how each stands, and the ways to make one.

use axum::{extract::State, response::Response};
use maud::{Markup, html};

use crate::{
    Result,
    service::{ConnectionRow, Session, api},
    store::connections::{CredentialKind, Mode},
    web::{
        console::Asker,
        frame::Page,
        showing::{Here, shown},
        words,
    },
};

/// `GET /integrations`
pub(super) async fn integrations(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| page(session).await).await
}

async fn page(session: &Session<'_>) -> Result<Response> {
    let (status, connections) = (session.status().await?, session.connections().await?);
    let next = session.health().await?.into_iter().find_map(|health| health.next);
    let body = html! {
        section.card { div.pad {
            div.head {
                div {
                    h2 { (words::name(&status.source)) }
                    p.soft { "Files that are imported from it follow it from then on: what changes there comes into the library each night." }
                }
                a.btn.main href="/integrations/connect" { "Connect" }
            }
            @if connections.is_empty() { p { "Not connected. Nothing can be imported, and no file follows its source." } }
        } }
        @for one in &connections { (card(one, next.as_deref())) }
        @if let Some(application) = &status.registration.application { (registered(application)) }
        (for_tests(&status.test_endpoints))
    };
    Ok(Page::new("/integrations", "Cloud Storage Integrations", body).of(session))
}

/// How a connection is called.
pub(super) fn called(connection: &api::Connection) -> String {
    match (&connection.owner, &connection.account) {
        (Some(owner), Some(account)) => format!("OAuth 2.0 user authorization – {owner} ({})", account.name),
        (Some(owner), None) => format!("OAuth 2.0 user authorization – {owner}"),
        (None, _) => "OAuth 2.0 company/organization authorization".to_owned(),
    }
}

/// That no real files are here; nothing in the folder of a library.
pub(super) fn for_tests(endpoints: &[String]) -> Markup {
    html! {
        @if !endpoints.is_empty() {
            section.note role="note" {
                p { b { "This data folder is for tests." } " It works with "
                    @for (number, origin) in endpoints.iter().enumerate() { @if 0 < number { " and " } (words::name(origin)) }
                    " in the place of the real ones, and no real file is behind it." }
            }
        }
    }
}

/// What follows a `?` to name this connection; none for that of somebody else, with which nobody else works.
pub(super) fn through(row: &ConnectionRow) -> Option<&'static str> {
    match row.connection.mode {
        Mode::Organization => Some("through=company"),
        Mode::User => row.is_yours.then_some("through=own"),
    }
}

fn card(row: &ConnectionRow, next: Option<&str>) -> Markup {
    let connection = &row.connection;
    html! {
        section.card { div.pad {
            h2 { (words::name(&called(connection))) }
            @match &connection.needs_reconnect {
                Some(broken) => {
                    p { (words::state(words::Tone::Bad, "Not accepted any more")) " since " (words::moment(&broken.since)) ". Files keep the content that they have." }
                    p { (words::name(&broken.message)) }
                },
                None => p { (words::state(words::Tone::Good, "Connected")) },
            }
            (facts(row, next))
            (actions(row))
        } }
    }
}

fn facts(row: &ConnectionRow, next: Option<&str>) -> Markup {
    let connection = &row.connection;
    let credential = match connection.credential {
        CredentialKind::None => "none",
        CredentialKind::Secret => "client secret",
        CredentialKind::Certificate => "certificate",
    };
    html! {
        dl.facts {
            @if let Some(tenant) = connection.settings.get("tenant") { dt { "Tenant" } dd { (words::name(tenant)) } }
            dt { "Drive" } dd { (words::name(connection.drive.as_ref().map_or("none is chosen", |drive| &drive.name))) }
            dt { "Files that follow" } dd { (words::grouped(row.files)) }
            dt { "Connected" } dd { (words::moment(&connection.connected_at)) " by " (words::name(&connection.connected_by)) }
            dt { "Last accepted" } dd { (words::moment_or(connection.checked_at.as_deref(), "never")) }
            dt { "Credential" } dd { (credential) (ends(row)) }
            @if connection.drive.is_some() { dt { "Next sync" } dd { (words::moment_or(next, "none is due")) } }
        }
    }
}

fn ends(row: &ConnectionRow) -> Markup {
    html! {
        @if let Some(expires) = &row.expires {
            ", " @match u64::try_from(expires.days_left) {
                Ok(left) => { "ends " (words::moment(&expires.at)) ", in " (words::count(left, "day", "days")) },
                Err(_) => { "has ended " (words::moment(&expires.at)) },
            }
        }
    }
}

fn actions(row: &ConnectionRow) -> Markup {
    let leave = match &row.connection.owner {
        Some(owner) => {
            let owner: String = url::form_urlencoded::byte_serialize(owner.as_bytes()).collect();
            format!("/integrations/disconnect?of={owner}")
        }
        None => "/integrations/disconnect".to_owned(),
    };
    let again = match row.connection.mode {
        Mode::Organization => ("/integrations/connect/company", "Replace secret"),
        Mode::User => ("/integrations/connect/own", "Sign in again"),
    };
    html! {
        div.buttons {
            @if let Some(through) = through(row) {
                @if row.connection.drive.is_some() {
                    a.btn.main href={ "/files/add?" (through) } { "Add files" }
                    a.btn href={ "/integrations/drives?" (through) } { "Change the drive" }
                } @else {
                    a.btn.main href={ "/integrations/drives?" (through) } { "Choose the drive" }
                }
                a.btn href=(again.0) { (again.1) }
                a.btn href={ "/doctor?" (through) } { "See what works" }
            }
            a.btn href=(leave) { "Disconnect" }
        }
    }
}

fn registered(application: &api::Application) -> Markup {
    html! {
        section.card { div.pad {
            h2 { "The application of everybody's own sign-ins" }
            p { "It is registered, so an Administrator picks an account, accepts, and fills in nothing." }
            dl.facts {
                dt { "Client ID" } dd { code { (words::name(&application.client_id)) } }
                dt { "Registered" } dd { (words::moment(&application.registered_at)) " by " (words::name(&application.registered_by)) }
                @if let Some(ends) = &application.expires_at { dt { "Its credential ends" } dd { (words::moment(ends)) } }
            }
        } }
    }
}
