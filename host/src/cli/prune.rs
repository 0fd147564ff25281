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
    /// Tell what would go, by kind; nothing is changed
    #[arg(long)]
    pub plan: bool,
}

/// Lets go of what is over its time, or tells what would go.
pub async fn prune(session: &Session<'_>, arguments: Prune, terminal: &Terminal) -> Result<Output> {
    if arguments.plan {
        let plan = session.would_prune().await?;
        let mut text = told(&plan, "would go");
        text.line("nothing was changed: `clientpoint-host prune` does it, and so does each night by itself");
        return Ok(Output::done(json!({ "plan": plan }), text));
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
        ("revisions", of.revisions, size(of.revision_bytes)),
        ("runs", of.runs, format!("{} lines", of.lines)),
        ("files in the bin", of.binned, size(of.binned_bytes)),
        ("compiled plugins", of.compiled, size(of.compiled_bytes)),
    ];
    let mut text = Page::default();
    for (what, count, much) in rows.iter().filter(|(_, count, _)| 0 < *count) {
        text.line(format!("{gone}: {count} {what}, {much}"));
    }
    text
}

/// What the library takes up, under `status`.
pub fn sizes(of: &Sizes) -> Page {
    let mut text = Page::of("sizes");
    text.line(format!("  objects     {}, {}", of.objects, size(of.object_bytes)));
    text.line(format!(
        "  of these    {} earlier revisions, {}",
        of.earlier_revisions,
        size(of.earlier_bytes)
    ));
    text.line(format!("  bin         {} files, {}", of.binned, size(of.binned_bytes)));
    text.line(format!(
        "  trash       {} objects, {}",
        of.trashed,
        size(of.trashed_bytes)
    ));
    text.line(format!("  database    {}", size(of.database_bytes)));
    text
}
