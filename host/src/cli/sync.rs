//! The words of the sync: `sync`, `serve`, `runs`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use clientpoint_host::service::{
    Health, Ledger, LedgerFormat, PlanReport, Propagation, RunRow, Session, Stop, SyncOptions,
};
use clientpoint_host::{Error, Result};
use serde_json::{Value, json};

use super::Output;
use super::show::{plain, size, table};

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

/// Runs the sync now, or tells what it would do.
pub async fn sync(session: &Session<'_>, arguments: Sync) -> Result<Output> {
    if let Some(file) = &arguments.report {
        // Before anything is done: a ledger that can't be written should not come as a surprise.
        LedgerFormat::of(file)?;
    }
    let stop = stop_on_signal();
    if arguments.plan {
        return Ok(planned(&session.plan_sync(&stop).await?));
    }
    let options = SyncOptions {
        accept_gone: arguments.accept_gone,
        plan: arguments.apply,
    };
    let ledger = session.sync(&options, &stop).await?;
    report(session, &ledger, arguments.report.as_deref())?;
    Ok(shown(&ledger))
}

/// Runs what is due: once, or until it is told to end.
pub async fn serve(session: &Session<'_>, once: bool) -> Result<Output> {
    let stop = stop_on_signal();
    if once {
        return Ok(ticked(session.serve_once(&stop).await?));
    }
    eprintln!("serving: the sync runs once a day; SIGTERM or Ctrl-C ends it between two steps");
    session.serve(&stop, told).await?;
    Ok(Output {
        json: json!({ "served": true }),
        text: "ended\n".into(),
        complete: true,
    })
}

/// What became of the runs that were due.
fn ticked(results: Vec<Result<Ledger>>) -> Output {
    let mut output = Output {
        json: Value::Null,
        text: String::new(),
        complete: true,
    };
    let mut runs = Vec::new();
    for result in results {
        let one = match result {
            Ok(ledger) => shown(&ledger),
            Err(error) => Output {
                json: json!({ "error": { "code": error.code(), "message": error.to_string() } }),
                text: format!("error: {}\n", plain(&error.to_string())),
                complete: false,
            },
        };
        output.text.push_str(&one.text);
        output.complete &= one.complete;
        runs.push(one.json);
    }
    if runs.is_empty() {
        output.text.push_str("nothing is due\n");
    }
    output.json = json!({ "runs": runs });
    output
}

fn told(result: &Result<Ledger>) {
    match result {
        Ok(ledger) => eprint!("{}", total(ledger)),
        Err(error) => eprintln!("error: {}", plain(&error.to_string())),
    }
}

/// The ledger.
pub async fn runs(session: &Session<'_>, command: Runs) -> Result<Output> {
    match command {
        Runs::List => Ok(listed(&session.runs().await?)),
        Runs::Show { run, report: file } => {
            let ledger = session.run(run).await?;
            report(session, &ledger, file.as_deref())?;
            Ok(Output {
                complete: true,
                ..shown(&ledger)
            })
        }
    }
}

/// How the sync stands, under `status`.
pub fn health(all: &[Health]) -> String {
    let mut text = String::new();
    for health in all {
        let last = match &health.last {
            None => "none yet".into(),
            Some(run) => format!(
                "run {} of {}, {}{}",
                run.id,
                run.started_at,
                run.state,
                run.message
                    .as_ref()
                    .map(|message| format!(": {}", plain(message)))
                    .unwrap_or_default()
            ),
        };
        let night = match health.last_night {
            Some(true) if health.unfinished.is_some() => "HAS NOT ENDED",
            Some(true) => "has run",
            Some(false) => "HAS NOT RUN: is `clientpoint-host serve` running?",
            None => "was before this connection was made",
        };
        text.push_str(&format!(
            "sync of {}\n  last night  {night}\n  last run    {last}\n  next        {}\n",
            plain(&health.connection),
            health.next.as_deref().unwrap_or("never"),
        ));
        if let Some(run) = &health.unfinished {
            text.push_str(&format!(
                "  not ended   run {}, begun {}: it is under way, or the next `sync` or `serve` goes on with it\n",
                run.id, run.started_at
            ));
        }
        for (outcome, count) in &health.needs_a_person {
            text.push_str(&format!("  needs you   {count} {outcome}\n"));
        }
    }
    text
}

/// The switch "Do not update existing ClientPoints".
pub fn propagation(of: &Propagation) -> Output {
    let all = if of.keep_all { "stay as they are" } else { "are updated" };
    let mut text = format!("existing ClientPoints {all} when a file is updated; Templates always are\n");
    for file in &of.keep_files {
        text.push_str(&format!("file {file}: existing ClientPoints stay as they are\n"));
    }
    Output {
        json: json!({ "propagation": of }),
        text,
        complete: true,
    }
}

fn report(session: &Session<'_>, ledger: &Ledger, file: Option<&Path>) -> Result<()> {
    file.map_or(Ok(()), |file| session.write_ledger(ledger, file))
}

fn planned(plan: &PlanReport) -> Output {
    let rows: Vec<[String; 6]> = plan
        .rows
        .iter()
        .map(|row| {
            [
                row.file.clone(),
                plain(&row.library_name),
                plain(&row.name),
                row.outcome.into(),
                row.size.map(size).unwrap_or_default(),
                row.shown_in.to_string(),
            ]
        })
        .collect();
    let mut text = String::new();
    if !rows.is_empty() {
        text.push_str(&table(
            ["FILE ID", "NAME", "IN ONEDRIVE", "WOULD BE", "SIZE", "SHOWN IN"],
            &rows,
        ));
    }
    text.push_str(&format!(
        "{} files would be looked at, {} have not changed\n",
        plan.rows.len(),
        plan.unchanged
    ));
    if !rows.is_empty() {
        let id = &plan.plan;
        text.push_str(&format!(
            "plan {id}: `clientpoint-host sync --apply {id}` does exactly this\n"
        ));
    }
    Output {
        json: json!({ "plan": plan }),
        text,
        complete: true,
    }
}

fn listed(runs: &[RunRow]) -> Output {
    let rows: Vec<[String; 6]> = runs
        .iter()
        .map(|RunRow { run, counts }| {
            let late = if run.late { ", late" } else { "" };
            [
                run.id.to_string(),
                run.started_at.clone(),
                if run.subject == "sync" {
                    format!("{}{late}", run.kind)
                } else {
                    "upload".into()
                },
                run.state.clone(),
                sum(counts),
                run.message.as_deref().map(plain).unwrap_or_default(),
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        "no runs yet: `clientpoint-host serve` runs the sync once a day, `clientpoint-host sync` runs it now\n".into()
    } else {
        table(["RUN", "STARTED", "KIND", "STATE", "OUTCOMES", "MESSAGE"], &rows)
    };
    Output {
        json: json!({ "runs": runs }),
        text,
        complete: true,
    }
}

fn shown(ledger: &Ledger) -> Output {
    let mut text = String::new();
    for line in &ledger.lines {
        let reached = match line.reached {
            0 => String::new(),
            reached => format!(
                " (revision {}, shown in {reached} ClientPoints and Templates)",
                line.revision
            ),
        };
        let file = match ledger.run.subject.as_str() {
            "association" => format!(" {:9}  {:6}", plain(&line.reason).replace('-', " "), plain(&line.file)),
            _ => line.file.clone(),
        };
        text.push_str(&format!(
            "{:16} {file}  {}{reached}\n",
            plain(&line.outcome),
            plain(&line.message)
        ));
    }
    text.push_str(&total(ledger));
    Output {
        json: serde_json::to_value(ledger).unwrap_or(Value::Null),
        text,
        complete: ledger.is_clean(),
    }
}

fn sum(counts: &BTreeMap<String, u64>) -> String {
    let counts: Vec<String> = counts
        .iter()
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    counts.join(" + ")
}

/// One line that adds up.
fn total(ledger: &Ledger) -> String {
    if ledger.run.inputs == 0 && ledger.run.message.is_none() {
        return format!(
            "run {} {}: no file follows OneDrive yet; `clientpoint-host onedrive import ITEM-ID` brings some in\n",
            ledger.run.id, ledger.run.state
        );
    }
    let counts = sum(&ledger.counts);
    let message = ledger
        .run
        .message
        .as_ref()
        .map(|message| format!(": {}", plain(message)));
    let what = if ledger.run.subject == "sync" { "files" } else { "rows" };
    format!(
        "run {} {}{}: {counts} = {} {what}\n",
        ledger.run.id,
        ledger.run.state,
        message.unwrap_or_default(),
        ledger.run.inputs
    )
}

/// Asks to stop when the system does, or when somebody presses Ctrl-C.
fn stop_on_signal() -> Stop {
    let stop = Stop::default();
    let asking = stop.clone();
    tokio::spawn(async move {
        if wait_for_signal().await.is_ok() {
            asking.ask();
        }
    });
    stop
}

#[cfg(unix)]
async fn wait_for_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        pressed = tokio::signal::ctrl_c() => pressed,
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Reads `on` or `off`.
pub fn switch(word: &str) -> Result<bool> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Error::Settings(format!("`{word}` is not understood: write on or off"))),
    }
}
