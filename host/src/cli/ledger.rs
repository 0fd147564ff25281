//! A ledger in words: what became of each file of a run.

use std::collections::BTreeMap;

use clientpoint_host::{
    Result, Session,
    service::{Ended, Ledger, api::Line},
    store::words::Subject,
};
use serde_json::Value;

use super::{args::words::IMPORT, hints, ledger_file::LedgerFile, output::Output, show::Page, terminal::Terminal};

/// What a command has to say of a ledger, once that is written to the file that was asked for. If it can't be, that is
/// said beside it: what became of the files is never hidden.
pub async fn reported(
    session: &Session<'_>,
    ledger: &Ledger,
    mut output: Output,
    file: Option<LedgerFile>,
    terminal: &Terminal,
) -> Output {
    let Some(file) = file else { return output };
    if let Err(error) = file.write(session, ledger).await {
        let id = ledger.run.id;
        terminal.error(format_args!(
            "the report could not be written: {}; `clientpoint-host runs show {id} --report FILE` writes it",
            hints::error(&error)
        ));
        if let Some(document) = output.json.as_object_mut() {
            document.insert("report_error".into(), error.to_string().into());
        }
        output.ended = Ended::NotDone;
    }
    output
}

/// The run that was interrupted and has come to its end first: nobody has seen yet what became of its files. Its long lists
/// stand at their places in the document of the run after it.
pub async fn finished_before(session: &Session<'_>, before: Option<&Ledger>, terminal: &Terminal) -> Result<Output> {
    let mut output = Output::done(Value::Null, Page::default());
    if let Some(before) = before {
        let id = before.run.id;
        output
            .text
            .line(format!("run {id} had been interrupted, and has come to its end first:"));
        lines(session, before, &mut output, ("/before", terminal)).await?;
        output.text.line("");
    }
    Ok(output)
}

/// The lines, and their sum. Of a long ledger, people see the first lines at once.
pub async fn shown(session: &Session<'_>, ledger: &Ledger, terminal: &Terminal) -> Result<Output> {
    let mut output = finished_before(session, ledger.before.as_deref(), terminal).await?;
    lines(session, ledger, &mut output, ("", terminal)).await?;
    output.json = serde_json::to_value(ledger).unwrap_or(Value::Null);
    Ok(output.ended(ledger.ended()))
}

async fn lines(
    session: &Session<'_>,
    ledger: &Ledger,
    output: &mut Output,
    (place, terminal): (&str, &Terminal),
) -> Result<()> {
    if terminal.is_for_programs() {
        if ledger.next.is_some() {
            let lines = session.all_lines(ledger).await?;
            output.lists.insert(format!("{place}/lines"), lines);
        }
        return Ok(());
    }
    ledger.lines.iter().for_each(|one| output.text.line(line(ledger, one)));
    let mut next = ledger.next.clone();
    while let Some(after) = next {
        // That it can't be written is told at the end, with the rest of the result.
        let _ = terminal.show(&std::mem::take(&mut output.text));
        let page = session.lines_after(ledger, after).await?;
        page.rows.iter().for_each(|one| output.text.line(line(ledger, one)));
        next = page.next;
    }
    for (outcome, ways_out) in &ledger.ways_out_of_lines {
        output.text.line(hints::told(&format!("→ {outcome}"), ways_out));
    }
    output.text.line(total(ledger));
    Ok(())
}

fn line(ledger: &Ledger, line: &Line) -> String {
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
    format!("{:16} {file}  {}{reached}", line.outcome, line.message)
}

/// Counts as a sum.
pub fn sum(counts: &BTreeMap<String, u64>) -> String {
    let counts: Vec<String> = counts
        .iter()
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    counts.join(" + ")
}

/// One line that adds up.
pub fn total(ledger: &Ledger) -> String {
    if ledger.run.inputs == 0 && ledger.run.message.is_none() {
        return format!(
            "run {} {}: no file follows anything yet; {} brings some in",
            ledger.run.id, ledger.run.state, IMPORT
        );
    }
    let counts = sum(&ledger.counts);
    let message = ledger.run.message.as_ref();
    let message = message.map(|message| format!(": {}", hints::told(message, &ledger.ways_out)));
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
