//! Cloud Storage Integrations: the connections, and how each stands.

use axum::{extract::State, response::Response};
use maud::{Markup, html};

use super::{Here, shown};
use crate::{
    service::{Status, api::Connection},
    web::{Asker, frame::Page, words},
};

/// `GET /integrations`
pub(super) async fn integrations(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        session.require_administrator("see the connections")?;
        let status = session.status().await?;
        let body = html! {
            section.card { div.pad {
                h2 { (words::name(&status.source)) }
                @match &status.connection {
                    None => { p { "Not connected. Nothing can be imported, and no file follows its source." } },
                    Some(connection) => { (one(connection, Some(&status))) }
                }
            } }
            @for other in &status.others { section.card { div.pad { (one(other, None)) } } }
        };
        Ok(Page::new("/integrations", "Cloud Storage Integrations", body).of(session))
    })
    .await
}

fn one(connection: &Connection, status: Option<&Status>) -> Markup {
    let how = match (&connection.owner, &connection.account) {
        (Some(owner), Some(account)) => format!("OAuth 2.0 user authorization – {owner} ({})", account.name),
        (Some(owner), None) => format!("OAuth 2.0 user authorization – {owner}"),
        (None, _) => "OAuth 2.0 company/organization authorization".to_owned(),
    };
    html! {
        p { b { (words::name(&how)) } }
        @if let Some(broken) = &connection.needs_reconnect {
            p.note role="alert" { "Not accepted since " (words::moment(&broken.since)) ": " (words::name(&broken.message)) }
        }
        dl.facts {
            dt { "Drive" } dd { (words::name(connection.drive.as_ref().map_or("none is chosen", |drive| &drive.name))) }
            dt { "Connected" } dd { (words::moment(&connection.connected_at)) " by " (words::name(&connection.connected_by)) }
            dt { "Last accepted" } dd { (words::moment_or(connection.checked_at.as_deref(), "never")) }
            @if let Some(status) = status { dt { "Files that follow" } dd { (words::grouped(status.managed_files)) } }
            @if let Some(expires) = status.and_then(|status| status.expires.as_ref()) {
                dt { "Credential" } dd { "until " (expires.at) ", " (words::count(u64::try_from(expires.days_left).unwrap_or(0), "day left", "days left")) }
            }
        }
    }
}
