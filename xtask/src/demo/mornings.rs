//! Three mornings of the daily sync. The host's clock is set to half past five, UTC; the simulator goes on as it is.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{
    json::text,
    sim::Sim,
    story::{Answer, Story},
};
use crate::say;

/// Its name is in Unicode's form NFD, as Macs write it.
const RESUME: &str = "Re\u{301}sume\u{301}.pdf";

/// A change, a new name, a deletion.
pub fn first(story: &mut Story, sim: &Sim) -> Result<()> {
    let proposal = file(story, "Proposal 2026.docx")?;
    for (option, name) in [("--clientpoint", "Acme onboarding"), ("--template", "Sales kit")] {
        story.run(&["place", &proposal, option, name])?;
    }
    sim.change(
        "put",
        &json!({"path": "/Proposal 2026.docx", "text": "PK\u{3}\u{4} the second draft"}),
    )?;
    sim.change("rename", &json!({"path": "/Logo.png", "name": "Old logo.png"}))?;
    sim.change("delete", &json!({"path": "/Prices #1.xlsx"}))?;
    say::note("(in OneDrive: the proposal is edited, the logo renamed, the price list deleted)");

    let answer = story.show(&["sync", "--plan"])?;
    story.check(
        "the plan names what would happen, before it does",
        planned(&answer, "Proposal 2026.docx") == ("updated", 2)
            && planned(&answer, "Prices #1.xlsx").0 == "source-gone",
        &answer.json,
    )?;

    let ledger = morning(story)?;
    adds_up(story, &ledger, &[("source-gone", 1), ("unchanged", 5), ("updated", 1)])?;
    story.check(
        "the exit status says that something needs a person",
        ledger.status == 3,
        &ledger.json,
    )?;
    same_as_source(story, sim, "Proposal 2026.docx")?;
    let answer = story.show(&["places", &proposal])?;
    let revisions: Vec<_> = answer
        .list("places")
        .iter()
        .map(|place| place["revision"].clone())
        .collect();
    story.check(
        "the ClientPoint and the Template show it at once",
        revisions == [json!(2), json!(2)],
        &answer.json,
    )?;
    let answer = story.run(&["library", "show", &file(story, "Prices #1.xlsx")?])?;
    story.check(
        "the deleted file's last good bytes are kept",
        answer.status == 0,
        &answer.json,
    )
}

/// Another format, growth past the limit, patience, and something that comes back.
pub fn second(story: &mut Story, sim: &Sim) -> Result<()> {
    sim.change("rename", &json!({"path": "/Pitch Deck.pptx", "name": "Pitch Deck.pdf"}))?;
    let large = json!({"path": "/Product Film.mp4", "generated": {"size": 600_000_000, "seed": 7}});
    sim.change("put", &large)?;
    sim.change(
        "put",
        &json!({"path": format!("/{RESUME}"), "text": "%PDF-1.7 a new one"}),
    )?;
    sim.set_fault(&format!("throttle:/{RESUME}*1=1"))?;
    sim.change("restore", &json!({"path": "/Prices #1.xlsx"}))?;
    say::note("(in OneDrive: the deck becomes a PDF, the film grows past 500 MB, the price list is restored;");
    say::note(" the résumé is edited, and Microsoft asks for a second of patience when it is fetched)");

    let before = sim.requests("download")?;
    let ledger = morning(story)?;
    let expected = [
        ("format-mismatch", 1),
        ("source-back", 1),
        ("too-large", 1),
        ("unchanged", 3),
        ("updated", 1),
    ];
    adds_up(story, &ledger, &expected)?;
    story.check(
        "only what changed and may follow was downloaded",
        sim.requests("download")? == before + 1,
        &ledger.json,
    )?;
    same_as_source(story, sim, RESUME)?;
    let today = story.today().to_owned();
    let answer = story.show(&["--at", &today, "status"])?;
    let last_night = answer.json.pointer("/sync/0/last_night") == Some(&json!(true));
    story.check(
        "status says at a glance that the night's run was made",
        last_night,
        &answer.json,
    )
}

/// A run that is killed in the middle, and an update that is taken back.
pub fn third(story: &mut Story, sim: &Sim) -> Result<()> {
    sim.change(
        "put",
        &json!({"path": format!("/{RESUME}"), "text": "%PDF-1.7 one more"}),
    )?;
    sim.change(
        "put",
        &json!({"path": "/Proposal 2026.docx", "text": "PK\u{3}\u{4} the third draft, by mistake"}),
    )?;
    sim.set_fault(&format!("stall:/{RESUME}*1"))?;
    let due = story.next_morning()?;
    let mut running = story.begin(&["--at", &due, "serve", "--once"])?;
    let stalled = sim.wait_for_a_stall();
    running.kill()?;
    running.wait()?;
    stalled?;
    say::note("(two files change; the run is killed, SIGKILL, while one of them is being downloaded)");
    let answer = story.show(&["--at", &due, "status"])?;
    let unfinished = answer.json.pointer("/sync/0/unfinished/id").cloned();
    story.check(
        "the run is on record",
        unfinished.as_ref().is_some_and(Value::is_i64),
        &answer.json,
    )?;

    let ledger = story.run(&["--at", &due, "serve", "--once"])?;
    adds_up(
        story,
        &ledger,
        &[
            ("format-mismatch", 1),
            ("too-large", 1),
            ("unchanged", 3),
            ("updated", 2),
        ],
    )?;
    story.check(
        "the next start finished that very run, and made no second one",
        ledger.list("runs").len() == 1 && ledger.json.pointer("/runs/0/run/id") == unfinished.as_ref(),
        &ledger.json,
    )?;
    same_as_source(story, sim, RESUME)?;

    let proposal = file(story, "Proposal 2026.docx")?;
    let answer = story.run(&["library", "rollback", &proposal])?;
    story.check(
        "an update that was a mistake is taken back",
        answer.status == 0,
        &answer.json,
    )?;
    let answer = story.run(&["sync"])?;
    let held = counted(&answer.json, "held");
    story.check("and stays back while it is held", held == 1, &answer.json)?;
    story.run(&["library", "release", &proposal])?;
    story.run(&["sync"])?;
    same_as_source(story, sim, "Proposal 2026.docx")?;

    let answer = story.show(&["library", "list"])?;
    let count = story.imported.len();
    story.check(
        &format!("after all that the library has its {count} files, and not one twice"),
        answer.list("files").len() == count,
        &answer.json,
    )?;
    story.show(&["runs", "list"])?;
    Ok(())
}

/// What the timer does at the next half past five.
fn morning(story: &mut Story) -> Result<Answer> {
    let due = story.next_morning()?;
    let answer = story.run(&["--at", &due, "serve", "--once"])?;
    for line in answer
        .json
        .pointer("/runs/0/lines")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let [outcome, message] = ["/outcome", "/message"].map(|part| text(line, part));
        println!("  {outcome}: {message}");
    }
    Ok(answer)
}

fn adds_up(story: &mut Story, answer: &Answer, expected: &[(&str, u64)]) -> Result<()> {
    let ledger = answer.json.pointer("/runs/0").cloned().unwrap_or_default();
    let counts: Vec<String> = expected
        .iter()
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    let inputs = ledger
        .pointer("/run/inputs")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    let right = expected
        .iter()
        .all(|(outcome, count)| counted(&ledger, outcome) == *count);
    let sum: u64 = expected.iter().map(|(_, count)| count).sum();
    story.check(
        &format!("the ledger adds up: {} = {inputs} files", counts.join(" + ")),
        right && sum == inputs && 0 < inputs,
        &ledger,
    )
}

fn counted(ledger: &Value, outcome: &str) -> u64 {
    ledger
        .pointer(&format!("/counts/{outcome}"))
        .and_then(Value::as_u64)
        .unwrap_or_default()
}

/// The outcome that a plan expects for a file, and in how many places it is shown.
fn planned<'a>(answer: &'a Answer, name: &str) -> (&'a str, u64) {
    let rows = answer.json.pointer("/plan/rows").and_then(Value::as_array);
    let row = rows
        .into_iter()
        .flatten()
        .find(|row| text(row, "/library_name") == name);
    row.map_or(("", 0), |row| {
        let shown = row.get("shown_in").and_then(Value::as_u64).unwrap_or_default();
        (text(row, "/outcome"), shown)
    })
}

fn same_as_source(story: &mut Story, sim: &Sim, name: &str) -> Result<()> {
    let outcome = imported(story, name)?;
    let source = sim.sha256(text(&outcome, "/item/id"))?;
    let copy = story.library_sha256(text(&outcome, "/file/id"))?;
    story.check(
        &format!("{name} has the source's new bytes"),
        source == copy,
        &json!({"source": source, "library": copy}),
    )
}

/// The File ID of a file that was imported earlier in the story.
fn file(story: &Story, name: &str) -> Result<String> {
    Ok(text(&imported(story, name)?, "/file/id").to_owned())
}

fn imported(story: &Story, name: &str) -> Result<Value> {
    let outcome = story.imported.iter().find(|outcome| text(outcome, "/name") == name);
    outcome.cloned().with_context(|| format!("{name} was not imported"))
}
