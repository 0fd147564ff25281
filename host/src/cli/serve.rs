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
                json: json!({ "error": hints::in_json(&error) }),
                text: Page::of(format!("error: {}", hints::error(&error))),
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
        Err(error) => terminal.error(hints::error(error)),
    }
}
