//! The words of `sync`.

use std::path::PathBuf;

use clap::Args;
use clientpoint_host::{
    Result, Session,
    rows::Rows,
    service::{PlanReport, PlannedRow, Stop, SyncOptions},
};
use serde_json::json;

use super::{
    interrupt::stop_on_signal,
    ledger::{finished_before, reported, shown, sum},
    ledger_file::LedgerFile,
    output::Output,
    show::{Page, Table, size},
    terminal::Terminal,
};

/// What is waited for when somebody asks a sync to stop.
pub const STOPPING: &str = "the step under way comes to its end, and the next sync goes on from there";

/// How many rows of a plan are aligned at a time.
const SHOWN_AT_ONCE: usize = 1_000;

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
        return planned(session, &stop, terminal).await;
    }
    let options = SyncOptions {
        accept_gone: arguments.accept_gone,
        plan: arguments.apply,
    };
    let ledger = session.sync(&options, &stop).await?;
    let output = shown(session, &ledger, terminal).await?;
    Ok(reported(session, &ledger, output, file, terminal).await)
}

/// Tells what a sync would do. How that is called is known at its end, so the rows lie in a file until then.
async fn planned(session: &Session<'_>, stop: &Stop, terminal: &Terminal) -> Result<Output> {
    let is_for_programs = terminal.is_for_programs();
    let mut rows = Rows::default();
    let mut told = |row: PlannedRow| match is_for_programs {
        true => rows.push(&row),
        false => rows.push(&cells(&row)),
    };
    let plan = session.plan_sync_row_by_row(stop, &mut told).await?;
    let before = finished_before(session, plan.before.as_deref(), terminal).await?;
    let count = rows.count();
    let mut output = Output::done(json!({ "plan": plan }), before.text);
    for (place, lines) in before.lists {
        output.lists.insert(format!("/plan{place}"), lines);
    }
    if is_for_programs {
        return Ok(output.with_list("/plan/rows", rows));
    }
    // What can't be written is told at the end, with the rest of the result.
    let _ = terminal.show(&std::mem::take(&mut output.text));
    let heading = ["FILE ID", "NAME", "AT THE SOURCE", "WOULD BE", "SIZE", "SHOWN IN"];
    let (mut table, mut page) = (Table::under(heading), Vec::new());
    for row in rows.read::<[String; 6]>()? {
        page.push(row?);
        if SHOWN_AT_ONCE <= page.len() {
            let _ = terminal.show(&table.page(&std::mem::take(&mut page)));
        }
    }
    if !page.is_empty() {
        let _ = terminal.show(&table.page(&page));
    }
    summed_up(&plan, count, &mut output.text);
    Ok(output)
}

fn cells(row: &PlannedRow) -> [String; 6] {
    [
        row.file.clone(),
        row.library_name.clone(),
        row.name.clone(),
        row.outcome.clone(),
        row.size.map(size).unwrap_or_default(),
        row.shown_in.to_string(),
    ]
}

fn summed_up(plan: &PlanReport, rows: u64, text: &mut Page) {
    text.line(format!(
        "{rows} files would be looked at, {} have not changed",
        plan.unchanged
    ));
    if !plan.counts.is_empty() {
        let files = plan.counts.values().sum::<u64>();
        text.line(format!("{} = {files} files", sum(&plan.counts)));
    }
    if 0 < rows {
        let id = &plan.plan;
        text.line(format!(
            "plan {id}: `clientpoint-host sync --apply {id}` does exactly this"
        ));
    }
}
