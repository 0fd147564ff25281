//! The words of the drives: `drives list`, `drives select`.

use std::collections::BTreeSet;

use clap::Subcommand;
use clientpoint_host::{
    Result, Session,
    service::{DrivePage, DriveRow, Selected},
    way_out::WayOut,
};
use serde_json::json;

use super::{
    args::words::{DRIVE_ADDRESS, LIST},
    hints,
    listing::Listing,
    output::Output,
    show::Page,
    terminal::Terminal,
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
pub async fn drives(session: &Session<'_>, command: Drives, terminal: &Terminal) -> Result<Output> {
    match command {
        Drives::List => list(session, terminal).await,
        Drives::Select { drive, url, switch } => Ok(selected(&match url {
            Some(url) => session.select_drive_at(&url, switch).await?,
            None => session.select_drive(&drive.unwrap_or_default(), switch).await?,
        })),
    }
}

/// Lists the drives, page by page as the source gives them. One that is in several pages is shown once.
async fn list(session: &Session<'_>, terminal: &Terminal) -> Result<Output> {
    let mut listing = Listing::under(["", "NAME", "KIND", "DRIVE ID"], terminal);
    let (mut seen, mut notes) = (BTreeSet::new(), Vec::new());
    let mut told = |page: DrivePage| {
        let is_new = |drive: &DriveRow| seen.insert(drive.id.clone());
        let drives: Vec<DriveRow> = page.drives.into_iter().filter(is_new).collect();
        notes.extend(page.notes);
        listing.add(&drives, |drive: &DriveRow| {
            let mark = if drive.selected { "*" } else { "" };
            [mark.into(), drive.name.clone(), drive.kind.into(), drive.id.clone()]
        })
    };
    let cut_short = session.drives_page_by_page(&mut told).await?;
    let ways_out: Vec<WayOut> = cut_short.iter().map(|_| WayOut::DriveByAddress).collect();
    let notes: Vec<String> = cut_short.into_iter().chain(notes).collect();
    let mut text = match listing.is_empty() {
        true => Page::of(
            "no drives: the application may see none; ask for the permission Files.Read.All with admin consent",
        ),
        false => Page::default(),
    };
    notes.iter().for_each(|note| text.line(format!("note: {note}")));
    for way_out in &ways_out {
        text.line(format!("note: {}", hints::typed(way_out)));
    }
    let document = json!({ "drives": [], "notes": notes, "ways_out": ways_out });
    Ok(listing.end(document, "/drives", text))
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
