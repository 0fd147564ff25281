//! The words of adding from the source: what is there, and bringing it in.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Subcommand;
use clientpoint_host::{
    Error, Result, Session,
    service::{BrowseRow, ItemOutcome, Verdict, Wanted},
};
use serde_json::json;

use super::{
    interrupt::stop_on_signal,
    list,
    listing::Listing,
    output::Output,
    show::{Page, size},
    terminal::Terminal,
};

/// The most pages that a folder may have.
const PAGES_AT_MOST: u32 = 1_000;

/// See `Command::Items`.
#[derive(Debug, Subcommand)]
pub enum Items {
    /// List what can be imported, and why not
    List {
        /// A folder's item id, where the policy lets folders be opened
        #[arg(long, value_name = "ITEM-ID")]
        folder: Option<String>,
    },
    /// Import files: up to five at a time, or a list of any length, five by five
    Import {
        /// Names, paths from the drive's root, addresses from the browser, or item ids as the list shows them
        #[arg(required_unless_present = "from", value_name = "FILE")]
        items: Vec<String>,
        /// Take them from a text file, one a line; `-` is standard input. Empty lines and lines that begin with # are left
        /// out (write ./#name for a name that does)
        #[arg(long, value_name = "LIST", conflicts_with = "items")]
        from: Option<PathBuf>,
    },
}

/// Carries out a command.
pub async fn items(session: &Session<'_>, command: Items, terminal: &Terminal) -> Result<Output> {
    match command {
        Items::List { folder } => listed(session, folder, terminal).await,
        Items::Import { items, from } => {
            let wanted = match &from {
                Some(file) => list::read(file)?,
                None => items.into_iter().map(|text| Wanted { text, line: None }).collect(),
            };
            let stop = stop_on_signal(terminal, "what is under way is given up, and what has come in stays");
            Ok(imported(&session.import_wanted(&wanted, &stop).await?))
        }
    }
}

/// Lists what there is, page by page as the source gives it.
async fn listed(session: &Session<'_>, folder: Option<String>, terminal: &Terminal) -> Result<Output> {
    let mut listing = Listing::under(["NAME", "SIZE", "ITEM ID", "STATUS"], terminal);
    let mut after = None;
    for _ in 0..PAGES_AT_MOST {
        let page = session.browse_page(folder.clone(), after.as_ref()).await?;
        listing.add(&page.rows, cells)?;
        after = page.next;
        if after.is_none() {
            let text = match listing.is_empty() {
                true => Page::of("the drive is empty"),
                false => Page::default(),
            };
            return Ok(listing.end(json!({ "entries": [] }), "/entries", text));
        }
    }
    Err(Error::PluginStopped("its list has no end".into()))
}

fn cells(row: &BrowseRow) -> [String; 4] {
    let verdict = match &row.verdict {
        Verdict::Importable => "importable".into(),
        Verdict::AlreadyImported { file } => format!("in the library as {file}"),
        Verdict::Refused { reason } => format!("{reason}: {}", row.message),
    };
    [
        row.name.clone(),
        row.size.map(size).unwrap_or_default(),
        row.item.id.clone(),
        verdict,
    ]
}

fn imported(outcomes: &[ItemOutcome]) -> Output {
    let mut text = Page::default();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry(outcome.outcome).or_default() += 1;
        let mark = if is_done(outcome) { "✓" } else { "✗" };
        let line = outcome.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        text.line(format!("{mark} {line}{}: {}", named(outcome), outcome.message));
        for warning in &outcome.warnings {
            text.line(format!("  warning: {warning}"));
        }
    }
    let sum: Vec<String> = counts
        .iter()
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    text.line(format!("{} of {} files", sum.join(", "), outcomes.len()));
    if outcomes.iter().any(|outcome| outcome.outcome == "imported") {
        text.line("everyone can see files in Company Wide: `clientpoint-host library move ID PLACE` moves them");
    }
    Output::done(json!({ "outcomes": outcomes, "counts": counts }), text).unless(outcomes.iter().all(is_done))
}

/// Whether the file is in the library. Of one that was asked for twice, the first outcome tells.
fn is_done(outcome: &ItemOutcome) -> bool {
    outcome.file.is_some() || outcome.outcome == "duplicate"
}

fn named(outcome: &ItemOutcome) -> &str {
    if outcome.name.is_empty() {
        &outcome.item.id
    } else {
        &outcome.name
    }
}
