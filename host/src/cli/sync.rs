//! The words of `sync`.

use std::path::PathBuf;

use clap::Args;
use clientpoint_host::{
    Result, Session,
    service::{PlanReport, SyncOptions},
};
use serde_json::json;

use super::{
    interrupt::stop_on_signal,
    ledger::{finished_before, reported, shown, sum},
    ledger_file::LedgerFile,
    output::Output,
    show::{Page, size},
    terminal::Terminal,
};

/// What is waited for when somebody asks a sync to stop.
pub const STOPPING: &str = "the step under way comes to its end, and the next sync goes on from there";

/// See `Command::Sync`.
#[derive(Debug, Args)]
pub struct Sync {
    /// Show what would change, and an id for it; the files stay as they are
    #[arg(long, conflicts_with_all = ["apply", "accept_gone", "report"])]
    pub plan: bool,
    /// Carry out this plan, exactly, or refuse because the world has moved
    #[arg(long, value_name = "PLAN-ID")]
    pub apply: Option<String>,
    /// Let any number of files count as gone at the source: somebody has looked
    #[arg(long)]
    pub accept_gone: bool,
    /// Write the ledger to a file that does not exist yet: .xlsx, .csv or .json
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// Runs the sync now, or tells what it would do.
pub async fn sync(session: &Session<'_>, arguments: Sync, terminal: &Terminal) -> Result<Output> {
    // Before anything is done: a ledger that can't be written should not come as a surprise.
    let file = arguments.report.as_deref().map(|file| LedgerFile::at(session, file));
    let file = file.transpose()?;
    let stop = stop_on_signal(terminal, STOPPING);
    if arguments.plan {
        return Ok(planned(&session.plan_sync(&stop).await?));
    }
    let options = SyncOptions {
        accept_gone: arguments.accept_gone,
        plan: arguments.apply,
    };
    let ledger = session.sync(&options, &stop).await?;
    Ok(reported(&ledger, shown(&ledger), file, terminal))
}

fn planned(plan: &PlanReport) -> Output {
    let rows: Vec<[String; 6]> = plan
        .rows
        .iter()
        .map(|row| {
            [
                row.file.clone(),
                row.library_name.clone(),
                row.name.clone(),
                row.outcome.into(),
                row.size.map(size).unwrap_or_default(),
                row.shown_in.to_string(),
            ]
        })
        .collect();
    let mut text = finished_before(plan.before.as_deref());
    if !rows.is_empty() {
        let heading = ["FILE ID", "NAME", "AT THE SOURCE", "WOULD BE", "SIZE", "SHOWN IN"];
        text.add(Page::table(heading, &rows));
    }
    text.line(format!(
        "{} files would be looked at, {} have not changed",
        plan.rows.len(),
        plan.unchanged
    ));
    if !plan.counts.is_empty() {
        let files = plan.counts.values().sum::<u64>();
        text.line(format!("{} = {files} files", sum(&plan.counts)));
    }
    if !rows.is_empty() {
        let id = &plan.plan;
        text.line(format!(
            "plan {id}: `clientpoint-host sync --apply {id}` does exactly this"
        ));
    }
    Output::done(json!({ "plan": plan }), text)
}
