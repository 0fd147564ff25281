//! The words of the runs: `runs list`, `runs show`.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Subcommand;
use clientpoint_engine::clock::stamp;
use clientpoint_host::{
    Result, Session,
    service::{Ended, LineFilter, RunFilter, RunRow, RunState, RunType, Search},
    store::words::Subject,
};
use serde_json::json;

use super::{
    hints,
    ledger::{reported, shown, sum},
    ledger_file::LedgerFile,
    output::Output,
    pages::{self, Found, PartArguments},
    show::{Page, moment},
    terminal::Terminal,
};

/// How many runs are listed where nobody says how many.
const SHOWN: usize = 100;

/// See `Command::Runs`.
#[derive(Debug, Subcommand)]
pub enum Runs {
    /// List the latest, the newest first: a hundred, unless said otherwise
    List {
        /// Those of this kind: scheduled, manual, plan or upload
        #[arg(long)]
        kind: Option<RunType>,
        /// Those that are running, interrupted, complete, incomplete, failed or planned
        #[arg(long)]
        state: Option<RunState>,
        /// Those of the connection with this id, as `status --json` shows it
        #[arg(long, value_name = "ID")]
        connection: Option<String>,
        /// Those that began on that day (UTC) or later, or at that moment: 2026-03-02, or 2026-03-02T05:30:00Z
        #[arg(long, value_name = "WHEN", value_parser = since)]
        since: Option<DateTime<Utc>>,
        /// Which part of them
        #[command(flatten)]
        part: PartArguments,
    },
    /// Show one, with what became of each file
    Show {
        /// Its number, as `runs list` shows it
        run: i64,
        /// Only the lines with this outcome
        #[arg(long, value_name = "WORD")]
        outcome: Option<String>,
        /// Only the lines with this text in their names, or paths, in upper or lower case
        #[arg(long, value_name = "TEXT")]
        search: Option<Search>,
        /// Write the ledger to a file that does not exist yet: .xlsx, .csv or .json
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
}

/// A day, from its beginning, or a moment.
fn since(text: &str) -> Result<DateTime<Utc>, String> {
    let day = text
        .parse::<NaiveDate>()
        .map(|day| day.and_time(NaiveTime::MIN).and_utc());
    day.or_else(|_| text.parse::<DateTime<Utc>>())
        .map_err(|_| "write a day, as in 2026-03-02, or a moment, as in 2026-03-02T05:30:00Z".into())
}

/// Carries out a command.
pub async fn runs(session: &Session<'_>, command: Runs, terminal: &Terminal) -> Result<Output> {
    match command {
        Runs::List {
            kind,
            state,
            connection,
            since,
            part,
        } => {
            let filter = RunFilter {
                kind,
                state,
                connection,
                since: since.map(stamp),
            };
            let runs = pages::found(part, SHOWN, async |part| session.runs_page(&filter, &part).await).await?;
            let is_part = filter.kind.is_some()
                || filter.state.is_some()
                || filter.connection.is_some()
                || filter.since.is_some();
            Ok(listed(&runs, is_part))
        }
        Runs::Show {
            run,
            outcome,
            search,
            report,
        } => {
            let file = report
                .as_deref()
                .map(|file| LedgerFile::at(session, file))
                .transpose()?;
            let filter = LineFilter {
                outcome,
                search,
                ..LineFilter::default()
            };
            let ledger = session.run_with(run, &filter).await?;
            let output = shown(session, &ledger, terminal).await?.ended(Ended::Well);
            Ok(reported(session, &ledger, output, file, terminal).await)
        }
    }
}

fn listed(runs: &Found<RunRow>, is_part: bool) -> Output {
    let rows: Vec<[String; 6]> = runs
        .rows
        .iter()
        .map(|RunRow { run, counts, ways_out }| {
            let late = if run.late { ", late" } else { "" };
            [
                run.id.to_string(),
                moment(&run.started_at),
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
    let mut text = if rows.is_empty() && is_part {
        Page::of("no run is like that")
    } else if rows.is_empty() {
        Page::of("no runs yet: `clientpoint-host serve` runs the sync once a day, `clientpoint-host sync` runs it now")
    } else {
        Page::table(["RUN", "STARTED", "KIND", "STATE", "OUTCOMES", "MESSAGE"], &rows)
    };
    runs.tell(&mut text);
    Output::done(runs.document("runs", json!(runs.rows)), text)
}
