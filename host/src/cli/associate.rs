//! The words of the association: `associate SHEET`, `associate undo RUN-ID`.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, Subcommand};
use clientpoint_host::{
    Error, Result, Session,
    service::{AssociatedRow, Association},
};
use serde_json::json;

use super::{
    args::words::SHEET, given_file, hints, interrupt::stop_on_signal, new_file::NewFile, output::Output, show::Page,
    terminal::Terminal,
};

/// Rows that are shown to people one by one; the report has them all.
const SHOWN: usize = 200;

/// See `Command::Associate`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Associate {
    #[arg(help = SHEET)]
    pub sheet: Option<PathBuf>,
    /// Show what would be linked, and change nothing
    #[arg(long)]
    pub preview: bool,
    /// Write the sheet's rows, with what became of each, to a workbook that does not exist yet
    #[arg(long, value_name = "OUT.xlsx")]
    pub report: Option<PathBuf>,
    /// Other things to do
    #[command(subcommand)]
    pub command: Option<More>,
}

/// Rows, and runs of them, that are named in a line.
const NAMED: usize = 20;

/// What else there is to do with uploads.
#[derive(Debug, Subcommand)]
pub enum More {
    /// Take an upload back: its files follow what they followed before, with the content that they had
    Undo {
        /// Its number, as `runs list` shows it
        run: i64,
    },
}

/// Carries it out.
pub async fn associate(session: &Session<'_>, arguments: Associate, terminal: &Terminal) -> Result<Output> {
    if let Some(More::Undo { run }) = arguments.command {
        return undo(session, run).await;
    }
    let Some(sheet) = arguments.sheet else {
        return Err(Error::Settings(
            "give the sheet: `clientpoint-host associate SHEET.xlsx --preview`; `clientpoint-host library export --template FILE.xlsx` makes an empty one".into(),
        ));
    };
    let stop = stop_on_signal(
        terminal,
        "the upload is given up, and what it has linked by then is told",
    );
    let sheet = given_file::sheet(session, &sheet).await?;
    let report = arguments.report.as_deref().map(NewFile::workbook).transpose()?;
    let mut done = session.associate_until(&sheet, arguments.preview, &stop).await?;
    if let Some(report) = report {
        let made = session.association_report(&sheet, &done, &stop).await;
        let written = made.and_then(|bytes| report.write(&bytes));
        done.report_error = written.err().map(|error| error.to_string());
    }
    let mut text = told(&done);
    match (&arguments.report, &done.report_error) {
        (Some(report), None) => text.line(format!("the report is in {}", report.display())),
        (_, Some(error)) => terminal.error(unreported(&done, error)),
        (None, None) => {}
    }
    let complete = done.is_clean() && done.report_error.is_none();
    Ok(Output::done(json!({ "association": done }), text).unless(complete))
}

/// Lets one file follow another item.
pub async fn follow(session: &Session<'_>, id: &str, item: &str, terminal: &Terminal) -> Result<Output> {
    let stop = stop_on_signal(
        terminal,
        "the upload is given up, and what it has linked by then is told",
    );
    let done = session.follow(id, item, &stop).await?;
    Ok(Output::done(json!({ "association": done }), told(&done)).unless(done.is_clean()))
}

/// That there is no report, and that the upload stands all the same.
fn unreported(done: &Association, error: &str) -> String {
    let rest = match &done.run {
        Some(run) => format!(
            "run {} is carried out all the same, and `clientpoint-host runs show {} --report FILE.xlsx` writes what became of each row",
            run.id, run.id
        ),
        None => "this was a preview, and nothing was changed".into(),
    };
    format!("the report could not be written: {error}; {rest}")
}

async fn undo(session: &Session<'_>, run: i64) -> Result<Output> {
    let (run, undone) = session.undo_association(run).await?;
    let mut text = format!(
        "run {} is taken back: {} files follow what they followed before",
        run.id, undone.files
    );
    if 0 < undone.contents {
        text.push_str(&format!(", {} of them with the content that they had", undone.contents));
    }
    let mut text = Page::of(text);
    if !undone.left_alone.is_empty() {
        text.line(format!(
            "{} files were linked anew or released since, and left alone: {}",
            undone.left_alone.len(),
            undone.left_alone.join(", ")
        ));
    }
    if !undone.removed.is_empty() {
        text.line(format!(
            "{} files were removed since, and left alone: {} (`clientpoint-host library bin` shows which can be restored)",
            undone.removed.len(),
            undone.removed.join(", ")
        ));
    }
    if !undone.damaged.is_empty() {
        text.line(format!(
            "{} files were left alone, since the bytes that they had before are damaged on the disk: {}; `clientpoint-host library show ID` says what to do",
            undone.damaged.len(),
            undone.damaged.join(", ")
        ));
    }
    let complete = undone.left_alone.is_empty() && undone.removed.is_empty() && undone.damaged.is_empty();
    Ok(Output::done(json!({ "run": run, "undone": undone }), text).unless(complete))
}

/// What needs a person first, then what is done, then a line that adds up.
fn told(done: &Association) -> Page {
    let quiet = |row: &&AssociatedRow| row.outcome == "path-missing";
    let linked = |row: &&AssociatedRow| matches!(row.outcome, "linked" | "re-linked" | "already-linked");
    let warned = |row: &&AssociatedRow| !row.warnings.is_empty();
    let loud = done.rows.iter().filter(|row| !quiet(row) && !linked(row));
    let noted = done.rows.iter().filter(linked).filter(warned);
    let done_well = done.rows.iter().filter(linked).filter(|row| !warned(row));
    let rows: Vec<&AssociatedRow> = loud.chain(noted).chain(done_well).collect();
    let lines: Vec<[String; 4]> = rows
        .iter()
        .take(SHOWN)
        .map(|row| {
            [
                row.row.to_string(),
                row.file.clone(),
                row.outcome.into(),
                hints::told(&row.message, &row.ways_out),
            ]
        })
        .collect();
    let mut text = Page::default();
    if !lines.is_empty() {
        text.add(Page::table(["ROW", "FILE ID", "STATUS", "REASON"], &lines));
    }
    if lines.len() < rows.len() {
        text.line(format!(
            "… and {} more rows: `--report OUT.xlsx` has them all",
            rows.len() - lines.len()
        ));
    }
    let noted = done.rows.iter().filter(linked).filter(warned);
    if let Some(line) = named("look at what is noted of", noted) {
        text.line(line);
    }
    for note in &done.notes {
        text.line(format!("note: {note}"));
    }
    text.line(format!("{} = {} rows", sum(&done.counts), done.rows.len()));
    let has_linked = ["linked", "re-linked"]
        .iter()
        .any(|word| done.counts.contains_key(*word));
    match &done.run {
        Some(run) if !has_linked => text.line(format!("run {}: no file follows anything else than before", run.id)),
        Some(run) => text.line(format!(
            "run {}: linked files keep their content until the next sync; `clientpoint-host associate undo {}` takes it back",
            run.id, run.id
        )),
        None => text.line("this was a preview, and nothing was changed"),
    }
    text
}

/// A line that names rows by their numbers; nothing where there are none.
fn named<'r>(what: &str, rows: impl Iterator<Item = &'r AssociatedRow>) -> Option<String> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match ranges.last_mut() {
            Some((_, last)) if row.row == *last + 1 => *last = row.row,
            _ => ranges.push((row.row, row.row)),
        }
    }
    let written: Vec<String> = ranges
        .iter()
        .take(NAMED)
        .map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first} to {last}"),
        })
        .collect();
    let more = if written.len() < ranges.len() { ", …" } else { "" };
    match ranges.as_slice() {
        [] => None,
        [(first, last)] if first == last => Some(format!("{what} row {first}")),
        _ => Some(format!("{what} rows {}{more}", written.join(", "))),
    }
}

fn sum(counts: &BTreeMap<String, u64>) -> String {
    let counts: Vec<String> = counts
        .iter()
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    if counts.is_empty() {
        "0".into()
    } else {
        counts.join(" + ")
    }
}
