//! The bar on every page while a connection is not accepted any more: whose, since when, and where that is mended.

use maud::{Markup, html};

use super::{trouble, words};
use crate::{
    service::{BrokenRow, Session},
    store::connections::Mode,
};

/// The bar; empty while all is well, and for those who can mend nothing.
pub(super) async fn bar(session: &Session<'_>) -> Markup {
    // What can't be found out must keep nobody from the page that they asked for.
    let broken = session.broken_connections().await.unwrap_or_default();
    html! {
        @if !broken.is_empty() {
            section.note role="note" aria-label="What is not connected any more" {
                @for one in &broken { (of(one)) }
            }
        }
    }
}

fn of(row: &BrokenRow) -> Markup {
    let connection = &row.connection;
    let since = connection
        .needs_reconnect
        .as_ref()
        .map(|broken| words::moment(&broken.since));
    let owner = connection.owner.as_deref().unwrap_or_default();
    let is_anothers = connection.mode == Mode::User && !row.is_yours;
    html! {
        p {
            @if connection.mode == Mode::Organization { "The company's connection" }
            @else if row.is_yours { "Your sign-in" }
            @else { "The sign-in of " (words::name(owner)) }
            " is not accepted any more" @if let Some(since) = &since { ", since " (since) } ". "
            "Its files keep the content that they have, and nothing new comes."
            @if is_anothers { " Only " (words::name(owner)) " can sign in again." }
        }
        div.buttons {
            @if is_anothers { a.btn href="/integrations" { "Look at the connection" } }
            @else { (trouble::buttons(&row.ways_out)) }
        }
    }
}
