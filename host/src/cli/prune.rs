//! The words of `prune`, and of what the library takes up.

use clap::Args;
use clientpoint_host::{
    Result, Session,
    service::api::{Pruned, Sizes},
};
use serde_json::json;

use super::{
    interrupt::stop_on_signal,
    output::Output,
    show::{Page, size},
    terminal::Terminal,
};

/// See `Command::Prune`.
#[derive(Debug, Args)]
pub struct Prune {
    /// Only tell what would go, by kind, with sizes
    #[arg(long, conflicts_with = "yes")]
    pub plan: bool,
    /// Let it go. Without this, what would go is only told
    #[arg(long)]
    pub yes: bool,
}

/// Lets go of what is over its time, or tells what would go.
pub async fn prune(session: &Session<'_>, arguments: Prune, terminal: &Terminal) -> Result<Output> {
    if !arguments.yes {
        let plan = session.would_prune().await?;
        let mut text = told(&plan, "would go");
        if !plan.is_nothing() {
            text.line("nothing was changed: `clientpoint-host prune --yes` does it, and so does each day by itself");
        }
        let is_all = arguments.plan || plan.is_nothing();
        return Ok(Output::done(json!({ "plan": plan }), text).unless(is_all));
    }
    let stop = stop_on_signal(terminal, "what was let go stays gone, and the rest goes the next time");
    let pruned = session.prune(&stop).await?;
    let mut text = told(&pruned, "gone");
    if !pruned.is_nothing() {
        text.line("bytes that nothing names any more go into the trash by the next day's sweep, and are deleted 30 days later");
    }
    Ok(Output::done(json!({ "pruned": pruned }), text))
}

fn told(of: &Pruned, gone: &str) -> Page {
    if of.is_nothing() {
        return Page::of("nothing is over its time");
    }
    let rows = [
        (of.revisions, "earlier revision", size(of.revision_bytes)),
        (of.runs, "run", counted(of.lines, "line")),
        (of.binned, "binned file", size(of.binned_bytes)),
        (of.compiled, "compiled plugin", size(of.compiled_bytes)),
    ];
    let mut text = Page::default();
    for (count, what, much) in rows.iter().filter(|(count, ..)| 0 < *count) {
        text.line(format!("{gone}: {}, {much}", counted(*count, what)));
    }
    text
}

/// What the library takes up, under `status`.
pub fn sizes(of: &Sizes) -> Page {
    let mut text = Page::of("sizes");
    for (what, count, of_what, bytes) in [
        ("objects ", of.objects, "object", of.object_bytes),
        ("earlier ", of.earlier_revisions, "revision", of.earlier_bytes),
        ("bin     ", of.binned, "file", of.binned_bytes),
        ("trash   ", of.trashed, "object", of.trashed_bytes),
    ] {
        text.line(format!("  {what}    {}, {}", counted(count, of_what), size(bytes)));
    }
    if let Some(bytes) = of.database_bytes {
        text.line(format!("  database    {}", size(bytes)));
    }
    text
}

fn counted(count: u64, what: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {what}{end}")
}
