//! The words of the runs: `runs list`, `runs show`.

use std::path::PathBuf;

use clap::Subcommand;
use clientpoint_host::{Result, Session, service::RunRow, store::words::Subject};
use serde_json::json;

use super::{
    hints,
    ledger::{reported, shown, sum},
    ledger_file::LedgerFile,
    output::Output,
    show::Page,
    terminal::Terminal,
};

/// See `Command::Runs`.
#[derive(Debug, Subcommand)]
pub enum Runs {
    /// List the latest, the newest first
    List,
    /// Show one, with what became of each file
    Show {
        /// Its number, as `runs list` shows it
        run: i64,
        /// Write the ledger to a file that does not exist yet: .xlsx, .csv or .json
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
}

/// Carries out a command.
pub async fn runs(session: &Session<'_>, command: Runs, terminal: &Terminal) -> Result<Output> {
    match command {
        Runs::List => Ok(listed(&session.runs().await?)),
        Runs::Show { run, report } => {
            let file = report
                .as_deref()
                .map(|file| LedgerFile::at(session, file))
                .transpose()?;
            let ledger = session.run(run).await?;
            let output = Output {
                complete: true,
                ..shown(&ledger)
            };
            Ok(reported(&ledger, output, file, terminal))
        }
    }
}

fn listed(runs: &[RunRow]) -> Output {
    let rows: Vec<[String; 6]> = runs
        .iter()
        .map(|RunRow { run, counts, ways_out }| {
            let late = if run.late.0 { ", late" } else { "" };
            [
                run.id.to_string(),
                run.started_at.clone(),
                if run.subject == Subject::Sync {
                    format!("{}{late}", run.kind)
                } else {
                    "upload".into()
                },
                run.state.to_string(),
                sum(counts),
                hints::told(run.message.as_deref().unwrap_or_default(), ways_out),
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        Page::of("no runs yet: `clientpoint-host serve` runs the sync once a day, `clientpoint-host sync` runs it now")
    } else {
        Page::table(["RUN", "STARTED", "KIND", "STATE", "OUTCOMES", "MESSAGE"], &rows)
    };
    Output::done(json!({ "runs": runs }), text)
}
