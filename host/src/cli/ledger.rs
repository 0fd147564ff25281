//! A ledger in words: what became of each file of a run.

use std::collections::BTreeMap;

use clientpoint_host::{service::Ledger, store::words::Subject};
use serde_json::Value;

use super::{args::words::IMPORT, hints, ledger_file::LedgerFile, output::Output, show::Page, terminal::Terminal};

/// What a command has to say of a ledger, once that is written to the file that was asked for. If it can't be, that is
/// said beside it: what became of the files is never hidden.
pub fn reported(ledger: &Ledger, mut output: Output, file: Option<LedgerFile>, terminal: &Terminal) -> Output {
    if let Some(Err(error)) = file.map(|file| file.write(ledger)) {
        let id = ledger.run.id;
        terminal.error(format_args!(
            "the report could not be written: {}; `clientpoint-host runs show {id} --report FILE` writes it",
            hints::error(&error)
        ));
        if let Some(document) = output.json.as_object_mut() {
            document.insert("report_error".into(), error.to_string().into());
        }
        output.complete = false;
    }
    output
}

/// The run that was interrupted and has come to its end first: nobody has seen yet what became of its files.
pub fn finished_before(before: Option<&Ledger>) -> Page {
    let mut text = Page::default();
    if let Some(before) = before {
        let id = before.run.id;
        text.line(format!("run {id} had been interrupted, and has come to its end first:"));
        text.add(shown(before).text);
        text.line("");
    }
    text
}

/// The lines, and their sum.
pub fn shown(ledger: &Ledger) -> Output {
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
    for (outcome, ways_out) in &ledger.ways_out_of_lines {
        text.line(hints::told(&format!("→ {outcome}"), ways_out));
    }
    text.line(total(ledger));
    Output {
        json: serde_json::to_value(ledger).unwrap_or(Value::Null),
        text,
        complete: ledger.is_clean(),
    }
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
