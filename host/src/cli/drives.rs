//! The words of the drives: `drives list`, `drives select`.

use clap::Subcommand;
use clientpoint_host::{Result, Session, service::Selected};
use serde_json::json;

use super::{
    args::words::{DRIVE_ADDRESS, LIST},
    hints,
    output::{Output, document},
    show::Page,
};

/// See `Command::Drives`.
#[derive(Debug, Subcommand)]
pub enum Drives {
    /// List them
    List,
    /// Choose the one drive that files come from
    Select {
        /// Its id, as `drives list` shows it
        #[arg(required_unless_present = "url", value_name = "DRIVE-ID")]
        drive: Option<String>,
        #[arg(long, value_name = "ADDRESS", conflicts_with = "drive", help = DRIVE_ADDRESS)]
        url: Option<String>,
        /// Change to another drive than the present one; files that came from that one stay in the library
        #[arg(long)]
        switch: bool,
    },
}

/// Carries out a command.
pub async fn drives(session: &Session<'_>, command: Drives) -> Result<Output> {
    match command {
        Drives::List => list(session).await,
        Drives::Select { drive, url, switch } => Ok(selected(&match url {
            Some(url) => session.select_drive_at(&url, switch).await?,
            None => session.select_drive(&drive.unwrap_or_default(), switch).await?,
        })),
    }
}

async fn list(session: &Session<'_>) -> Result<Output> {
    let list = session.drives().await?;
    let rows: Vec<[String; 4]> = list
        .drives
        .iter()
        .map(|drive| {
            let mark = if drive.selected { "*" } else { "" };
            [mark.into(), drive.name.clone(), drive.kind.into(), drive.id.clone()]
        })
        .collect();
    let mut text = if rows.is_empty() {
        Page::of("no drives: the application may see none; ask for the permission Files.Read.All with admin consent")
    } else {
        Page::table(["", "NAME", "KIND", "DRIVE ID"], &rows)
    };
    for note in &list.notes {
        text.line(format!("note: {note}"));
    }
    for way_out in &list.ways_out {
        text.line(format!("note: {}", hints::typed(way_out)));
    }
    Ok(Output::done(document(&list)?, text))
}

/// What choosing a drive came to.
fn selected(selected: &Selected) -> Output {
    let mut text = Page::of(format!("selected {}", selected.drive.name));
    if 0 < selected.files.detached {
        text.line(format!(
            "{} files of the drive before stay in the library and do not follow it any more (detached)",
            selected.files.detached
        ));
    }
    if 0 < selected.files.attached {
        text.line(format!(
            "{} files that came from this drive before follow it again",
            selected.files.attached
        ));
    }
    text.line(format!("next: {}", LIST));
    Output::done(json!({ "drive": selected.drive, "files": selected.files }), text)
}
