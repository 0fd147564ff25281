//! The words of the sync: `sync`, `serve`, `runs`.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, Subcommand};
use clientpoint_host::{
    Error, Result, Session,
    service::{Health, Ledger, LedgerFile, PlanReport, Propagation, RunRow, SyncOptions},
    store::words::Subject,
};
use serde_json::{Value, json};

use super::{
    interrupt::stop_on_signal,
    output::Output,
    show::{Page, size},
    terminal::Terminal,
};

/// What is waited for when somebody asks a sync to stop.
const STOPPING: &str = "the step under way comes to its end, and the next sync goes on from there";

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
pub async fn sync(session: &Session<'_>, arguments: Sync, terminal: &Terminal) -> Result<Output> {
    // Before anything is done: a ledger that can't be written should not come as a surprise.
    let file = arguments.report.as_deref().map(|file| session.ledger_file(file));
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

/// Runs what is due: once, or until it is told to end.
pub async fn serve(session: &Session<'_>, once: bool, terminal: &Terminal) -> Result<Output> {
    let stop = stop_on_signal(terminal, STOPPING);
    if once {
        return Ok(ticked(session.serve_once(&stop).await?));
    }
    terminal.say("serving: the sync runs once a day; SIGTERM or Ctrl-C ends it between two steps");
    session.serve(&stop, |result| told(result, terminal)).await?;
    Ok(Output {
        json: json!({ "served": true }),
        text: Page::of("ended"),
        complete: true,
    })
}

/// What became of the runs that were due.
fn ticked(results: Vec<Result<Ledger>>) -> Output {
    let mut output = Output {
        json: Value::Null,
        text: Page::default(),
        complete: true,
    };
    let mut runs = Vec::new();
    for result in results {
        let one = match result {
            Ok(ledger) => shown(&ledger),
            Err(error) => Output {
                json: json!({ "error": { "code": error.code(), "message": error.to_string() } }),
                text: Page::of(format!("error: {error}")),
                complete: false,
            },
        };
        output.text.add(one.text);
        output.complete &= one.complete;
        runs.push(one.json);
    }
    if runs.is_empty() {
        output.text.line("nothing is due");
    }
    output.json = json!({ "runs": runs });
    output
}

fn told(result: &Result<Ledger>, terminal: &Terminal) {
    match result {
        Ok(ledger) => terminal.say(total(ledger)),
        Err(error) => terminal.error(error),
    }
}

/// The ledger.
pub async fn runs(session: &Session<'_>, command: Runs, terminal: &Terminal) -> Result<Output> {
    match command {
        Runs::List => Ok(listed(&session.runs().await?)),
        Runs::Show { run, report } => {
            let file = report.as_deref().map(|file| session.ledger_file(file)).transpose()?;
            let ledger = session.run(run).await?;
            let output = Output {
                complete: true,
                ..shown(&ledger)
            };
            Ok(reported(&ledger, output, file, terminal))
        }
    }
}

/// What a command has to say of a ledger, once that is written to the file that was asked for. If it can't be, that is
/// said beside it: what became of the files is never hidden.
fn reported(ledger: &Ledger, mut output: Output, file: Option<LedgerFile>, terminal: &Terminal) -> Output {
    if let Some(Err(error)) = file.map(|file| file.write(ledger)) {
        let id = ledger.run.id;
        terminal.error(format_args!(
            "the report could not be written: {error}; `clientpoint-host runs show {id} --report FILE` writes it"
        ));
        if let Some(document) = output.json.as_object_mut() {
            document.insert("report_error".into(), error.to_string().into());
        }
        output.complete = false;
    }
    output
}

/// How the sync stands, under `status`.
pub fn health(all: &[Health]) -> Page {
    let mut text = Page::default();
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
                    .map(|message| format!(": {message}"))
                    .unwrap_or_default()
            ),
        };
        let night = match health.last_night {
            Some(true) if health.unfinished.is_some() => "HAS NOT ENDED",
            Some(true) => "has run",
            Some(false) => "HAS NOT RUN: is `clientpoint-host serve` running?",
            None => "was before this connection was made",
        };
        text.line(format!("sync of {}", health.connection));
        text.line(format!("  last night  {night}"));
        text.line(format!("  last run    {last}"));
        text.line(format!("  next        {}", health.next.as_deref().unwrap_or("never")));
        if let Some(run) = &health.unfinished {
            text.line(format!(
                "  not ended   run {}, begun {}: it is under way, or the next `sync` or `serve` goes on with it",
                run.id, run.started_at
            ));
        }
        for (outcome, count) in &health.needs_a_person {
            text.line(format!("  needs you   {count} {outcome}"));
        }
    }
    text
}

/// The switch "Do not update existing ClientPoints".
pub fn propagation(of: &Propagation) -> Output {
    let all = if of.keep_all { "stay as they are" } else { "are updated" };
    let mut text = Page::of(format!(
        "existing ClientPoints {all} when a file is updated; Templates always are"
    ));
    for file in &of.keep_files {
        text.line(format!("file {file}: existing ClientPoints stay as they are"));
    }
    Output {
        json: json!({ "propagation": of }),
        text,
        complete: true,
    }
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
        let heading = ["FILE ID", "NAME", "IN ONEDRIVE", "WOULD BE", "SIZE", "SHOWN IN"];
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
                run.message.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        Page::of("no runs yet: `clientpoint-host serve` runs the sync once a day, `clientpoint-host sync` runs it now")
    } else {
        Page::table(["RUN", "STARTED", "KIND", "STATE", "OUTCOMES", "MESSAGE"], &rows)
    };
    Output {
        json: json!({ "runs": runs }),
        text,
        complete: true,
    }
}

/// The run that was interrupted and has come to its end first: nobody has seen yet what became of its files.
fn finished_before(before: Option<&Ledger>) -> Page {
    let mut text = Page::default();
    if let Some(before) = before {
        let id = before.run.id;
        text.line(format!("run {id} had been interrupted, and has come to its end first:"));
        text.add(shown(before).text);
        text.line("");
    }
    text
}

fn shown(ledger: &Ledger) -> Output {
    let mut text = finished_before(ledger.before.as_deref());
    for line in &ledger.lines {
        let reached = match line.reached {
            0 => String::new(),
            reached => format!(
                " (revision {}, shown in {reached} ClientPoints and Templates)",
                line.revision
            ),
        };
        let file = match ledger.run.subject {
            Subject::Association => format!(" {:9}  {:6}", line.reason.replace('-', " "), line.file),
            _ => line.file.clone(),
        };
        text.line(format!("{:16} {file}  {}{reached}", line.outcome, line.message));
    }
    text.line(total(ledger));
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
            "run {} {}: no file follows OneDrive yet; `clientpoint-host onedrive import ITEM-ID` brings some in",
            ledger.run.id, ledger.run.state
        );
    }
    let counts = sum(&ledger.counts);
    let message = ledger.run.message.as_ref().map(|message| format!(": {message}"));
    let what = if ledger.run.subject == Subject::Sync {
        "files"
    } else {
        "rows"
    };
    format!(
        "run {} {}{}: {counts} = {} {what}",
        ledger.run.id,
        ledger.run.state,
        message.unwrap_or_default(),
        ledger.run.inputs
    )
}

/// Reads `on` or `off`.
pub fn switch(word: &str) -> Result<bool> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Error::Settings(format!("`{word}` is not understood: write on or off"))),
    }
}
