//! The words of the trash.

use clap::Subcommand;
use clientpoint_host::{Result, Session};
use serde_json::json;

use super::{
    asking,
    output::Output,
    show::{Page, size},
    terminal::Terminal,
};

/// See `Command::Trash`.
#[derive(Debug, Subcommand)]
pub enum Trash {
    /// List what is in it, by day, and what the latest sweep did
    List,
    /// Delete all of it now, to make room on the disk
    Empty {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Carries out a command.
pub async fn trash(session: &Session<'_>, command: Trash, terminal: &Terminal) -> Result<Output> {
    match command {
        Trash::List => list(session).await,
        Trash::Empty { yes } => {
            session.require_administrator("empty the trash")?;
            if let Some(nothing) = asking::stopped(terminal, "all that is in the trash is deleted", yes).await? {
                return Ok(nothing);
            }
            let emptied = session.empty_trash().await?;
            let text = Page::of(format!("deleted {} objects, {}", emptied.objects, size(emptied.bytes)));
            Ok(Output::done(json!({ "emptied": emptied }), text))
        }
    }
}

async fn list(session: &Session<'_>) -> Result<Output> {
    let trash = session.trash().await?;
    let rows: Vec<[String; 4]> = trash
        .days
        .iter()
        .map(|day| {
            [
                day.day.clone(),
                day.objects.to_string(),
                size(day.bytes),
                day.deleted_on.clone(),
            ]
        })
        .collect();
    let mut text = if rows.is_empty() {
        Page::of("the trash is empty")
    } else {
        Page::table(["SINCE", "OBJECTS", "SIZE", "DELETED ON"], &rows)
    };
    if let (Some(at), Some(swept)) = (&trash.swept_at, &trash.swept) {
        text.line(format!(
            "last sweep {at}: of {} objects, {} that were let go and {} never heard of went into the trash; {} never heard \
             of were left",
            swept.objects, swept.let_go, swept.unheard, swept.left
        ));
    }
    Ok(Output::done(json!({ "trash": trash }), text))
}
