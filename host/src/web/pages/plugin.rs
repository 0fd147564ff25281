//! The plugin: what it can do, read off its file. Nothing here can be pressed.

use axum::{extract::State, response::Response};
use maud::html;

use crate::web::{
    console::Asker,
    frame::Page,
    showing::{Here, shown},
    words,
};

/// `GET /plugin`
pub(super) async fn plugin(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        session.require_administrator("see what the plugin can do")?;
        let inspection = session.inspect().await?;
        let body = html! {
            section.card { div.pad {
                p { (words::name(&inspection.title)) " " (words::name(&inspection.version)) " (" (words::name(&inspection.id)) "), " (words::size(inspection.size)) "." }
                p { "It runs in a sandbox. It has no files, no sockets and no secrets; it reaches what is listed here, and nothing else." }
            } }
            section.card {
                div.pad { h2 { "What this plugin can do, read off its file" } }
                div.wide { table.stack {
                    thead { tr { th scope="col" { "Import" } th scope="col" { "Meaning" } } }
                    tbody { @for power in &inspection.powers { tr { td { code { (power.import) } } td { (power.meaning) } } } }
                } }
            }
            section.card { div.pad { h2 { "Limits" } dl.facts {
                dt { "Requests with the token go to" }
                dd { (inspection.api_origin.as_deref().unwrap_or("none before it is connected")) "; reads only" }
                dt { "Memory of an instance" } dd { (words::size(inspection.memory_limit as u64)) }
                dt { "Largest file" } dd { (words::size(inspection.max_file_bytes)) }
                dt { "Files an import" } dd { (inspection.max_files_per_import) }
                dt { "File types" } dd { (inspection.file_types.join(" ")) }
            } } }
        };
        Ok(Page::new("/plugin", "Plugin", body).of(session))
    })
    .await
}
