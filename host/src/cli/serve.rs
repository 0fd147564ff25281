//! The words of `serve`.

use clientpoint_host::{Result, Session, service::Ledger};
use serde_json::{Value, json};

use super::{
    hints,
    interrupt::stop_on_signal,
    ledger::{shown, total},
    output::Output,
    show::Page,
    sync::STOPPING,
    terminal::Terminal,
};

/// Runs what is due: once, or until it is told to end.
pub async fn serve(session: &Session<'_>, once: bool, terminal: &Terminal) -> Result<Output> {
    let stop = stop_on_signal(terminal, STOPPING);
    if once {
        let results = session.serve_once(&stop).await?;
        return ticked(session, results, terminal).await;
    }
    terminal.say("serving: the sync runs once a day; SIGTERM or Ctrl-C ends it between two steps");
    session.serve(&stop, |result| told(result, terminal)).await?;
    Ok(Output::done(json!({ "served": true }), Page::of("ended")))
}

/// What became of the runs that were due.
async fn ticked(session: &Session<'_>, results: Vec<Result<Ledger>>, terminal: &Terminal) -> Result<Output> {
    let mut output = Output::done(Value::Null, Page::default());
    let mut runs = Vec::new();
    for result in results {
        let one = match result {
            Ok(ledger) => shown(session, &ledger, terminal).await?,
            Err(error) => {
                let text = Page::of(format!("error: {}", hints::error(&error)));
                Output::done(json!({ "error": hints::in_json(&error) }), text).unless(false)
            }
        };
        // A long one was begun to be shown: what comes before it must be there by then.
        output.text.add(one.text);
        if !terminal.is_for_programs() {
            let _ = terminal.show(&std::mem::take(&mut output.text));
        }
        output.complete &= one.complete;
        for (place, lines) in one.lists {
            output.lists.insert(format!("/runs/{}{place}", runs.len()), lines);
        }
        runs.push(one.json);
    }
    if runs.is_empty() {
        output.text.line("nothing is due");
    }
    output.json = json!({ "runs": runs });
    Ok(output)
}

fn told(result: &Result<Ledger>, terminal: &Terminal) {
    match result {
        Ok(ledger) => terminal.say(total(ledger)),
        Err(error) => terminal.error(hints::error(error)),
    }
}
