//! The chapters of the story.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{
    association,
    json::text,
    mornings, sign_in,
    sim::Sim,
    story::{Answer, Story},
};
use crate::say;

type Chapter = fn(&mut Story, &Sim) -> Result<()>;

/// All chapters, in the order in which they build on each other.
pub const ALL: [(&str, Chapter); 15] = [
    ("An Administrator connects the company", connect),
    ("One drive is chosen", choose_drive),
    ("What is in it, and what may enter the library", browse),
    ("Five files are imported, byte for byte", import_five),
    ("The same five again", import_again),
    ("What can't be imported, and why", refusals),
    ("The network breaks in the middle", faults),
    ("A member has no say in this", forbidden),
    ("The files are used", places),
    ("The first morning", mornings::first),
    ("The second morning", mornings::second),
    ("The third morning", mornings::third),
    (
        "Files that were there before are tied to OneDrive by a sheet",
        association::associate,
    ),
    ("An Administrator's own sign-in", sign_in::own_sign_in),
    ("The company, with a certificate", sign_in::certificate),
];

fn connect(story: &mut Story, sim: &Sim) -> Result<()> {
    let tenant = ["connect", "organization", "--tenant", &sim.tenant];
    let client = ["--client-id", &sim.client_id, "--client-secret-stdin"];
    let command = [tenant.as_slice(), &client].concat();

    let answer = story.run_with_secret(&command, "not-the-secret")?;
    story.check("a wrong secret is refused", answer.status != 0, &answer.json)?;

    let answer = story.run_with_secret(&command, &sim.client_secret)?;
    story.check("the right one connects", answer.status == 0, &answer.json)?;

    let leaked = files_below(story.data())?
        .into_iter()
        .find(|content| contains(content, sim.client_secret.as_bytes()));
    story.check(
        "the secret is in none of the host's files",
        leaked.is_none(),
        &Value::Null,
    )
}

fn choose_drive(story: &mut Story, sim: &Sim) -> Result<()> {
    let answer = story.show(&["drives", "list"])?;
    let drives = answer.list("drives");
    story.check("the company's drives are listed", drives.len() > 1, &answer.json)?;

    let listed = drives.iter().any(|drive| text(drive, "/id") == sim.drive);
    story.check("Ada's is among them", listed, &answer.json)?;
    let answer = story.run(&["drives", "select", &sim.drive])?;
    story.check("one of them is selected", answer.status == 0, &answer.json)
}

fn browse(story: &mut Story, sim: &Sim) -> Result<()> {
    let answer = story.show(&["onedrive", "list"])?;
    story.rows = answer.list("entries");
    // Small ones first: the large ones are for when the network breaks.
    story.rows.sort_by_key(size);
    let explained = story
        .rows
        .iter()
        .all(|row| text(row, "/verdict") == "importable" || !text(row, "/message").is_empty());
    story.check("each row can be imported or says why not", explained, &answer.json)?;
    story.check(
        "there is enough to show",
        importable(&story.rows).len() >= 7,
        &answer.json,
    )?;
    story.check(
        "nothing was downloaded for it",
        sim.requests("download")? == 0,
        &Value::Null,
    )
}

fn import_five(story: &mut Story, sim: &Sim) -> Result<()> {
    let items: Vec<String> = importable(&story.rows).into_iter().take(5).collect();
    let answer = import(story, &items)?;
    let outcomes = answer.list("outcomes");
    let all = outcomes.len() == 5 && outcomes.iter().all(|outcome| text(outcome, "/outcome") == "imported");
    story.check("all five are in the library", all && answer.status == 0, &answer.json)?;
    let landed = outcomes
        .iter()
        .all(|outcome| text(outcome, "/file/place") == "Company Wide");
    story.check("they landed in Company Wide", landed, &answer.json)?;
    same_bytes(story, sim, &outcomes)?;
    story.imported = outcomes;
    Ok(())
}

fn import_again(story: &mut Story, sim: &Sim) -> Result<()> {
    let before = sim.requests("download")?;
    let items: Vec<String> = story
        .imported
        .iter()
        .map(|outcome| text(outcome, "/item/id").to_owned())
        .collect();
    let answer = import(story, &items)?;
    let outcomes = answer.list("outcomes");
    let known = outcomes
        .iter()
        .all(|outcome| text(outcome, "/outcome") == "already-imported");
    story.check("they are known already", known && outcomes.len() == 5, &answer.json)?;
    story.check(
        "by the same File IDs",
        file_ids(&outcomes) == file_ids(&story.imported),
        &answer.json,
    )?;
    story.check(
        "and were not downloaded again",
        sim.requests("download")? == before,
        &Value::Null,
    )
}

fn refusals(story: &mut Story, sim: &Sim) -> Result<()> {
    let before = sim.requests("download")?;
    let mut reasons = BTreeSet::new();
    let refused: Vec<String> = story
        .rows
        .iter()
        .filter(|row| text(row, "/verdict") == "refused")
        .map(|row| text(row, "/item/id").to_owned())
        .collect();
    for items in refused.chunks(5) {
        let answer = import(story, items)?;
        story.check(
            "nothing of it enters, and the exit status says so",
            answer.status == 1,
            &answer.json,
        )?;
        let outcomes = answer.list("outcomes");
        reasons.extend(outcomes.iter().map(|outcome| text(outcome, "/reason").to_owned()));
    }
    for reason in [
        "unsupported-type",
        "too-large",
        "folder",
        "package",
        "shortcut",
        "malware",
    ] {
        story.check(
            &format!("one was refused as {reason}"),
            reasons.contains(reason),
            &json!(reasons),
        )?;
    }

    let six: Vec<String> = importable(&story.rows).into_iter().take(6).collect();
    let answer = import(story, &six)?;
    story.check("six at once are too many", answer.refusal() == "too-many", &answer.json)?;
    story.check(
        "for all that, nothing was downloaded",
        sim.requests("download")? == before,
        &Value::Null,
    )
}

fn faults(story: &mut Story, sim: &Sim) -> Result<()> {
    let before = sim.requests("download")?;
    let known: Vec<&str> = story.imported.iter().map(|outcome| text(outcome, "/item/id")).collect();
    let rows: Vec<&Value> = importable_rows(&story.rows)
        .filter(|row| !known.contains(&text(row, "/item/id")))
        .rev()
        .take(2)
        .collect();
    let mut items = Vec::new();
    for (row, fault) in rows.iter().zip(["cut", "expired-url"]) {
        let name = text(row, "/name");
        sim.set_fault(&format!("{fault}:/{name}*1"))?;
        say::note(&format!("(fault on the way of {name}: {fault})"));
        items.push(text(row, "/item/id").to_owned());
    }
    let answer = import(story, &items)?;
    let outcomes = answer.list("outcomes");
    story.check(
        "both arrive all the same",
        answer.status == 0 && outcomes.len() == 2,
        &answer.json,
    )?;
    story.check(
        "it took more than one download each",
        sim.requests("download")? >= before + 4,
        &Value::Null,
    )?;
    same_bytes(story, sim, &outcomes)?;
    story.imported.extend(outcomes);
    Ok(())
}

fn forbidden(story: &mut Story, sim: &Sim) -> Result<()> {
    let answer = story.run(&["users", "add", "bob", "--role", "member"])?;
    story.check("there is a member, bob", answer.status == 0, &answer.json)?;

    let before = sim.requests("")?;
    let item = importable(&story.rows).into_iter().next_back().unwrap_or_default();
    let attempts: [&[&str]; 3] = [
        &["drives", "list"],
        &["onedrive", "list"],
        &["onedrive", "import", &item],
    ];
    for attempt in attempts {
        let answer = story.run(&[&["--as", "bob"], attempt].concat())?;
        let refused = answer.status != 0 && answer.refusal() == "forbidden";
        story.check("bob may not", refused, &answer.json)?;
    }
    story.check(
        "and not one request left the house",
        sim.requests("")? == before,
        &Value::Null,
    )
}

fn places(story: &mut Story, _: &Sim) -> Result<()> {
    let file = story
        .imported
        .first()
        .map(|outcome| text(outcome, "/file/id").to_owned());
    let file = file.context("nothing was imported")?;
    for (option, name) in [("--clientpoint", "Acme onboarding"), ("--template", "Sales kit")] {
        let answer = story.run(&["place", &file, option, name])?;
        story.check(&format!("it stands in {name}"), answer.status == 0, &answer.json)?;
    }
    let answer = story.show(&["places", &file])?;
    let shown = answer.list("places");
    let current = shown.iter().all(|place| place.get("revision") == Some(&json!(1)));
    story.check(
        "both show its first revision",
        shown.len() == 2 && current,
        &answer.json,
    )?;

    let answer = story.show(&["library", "list"])?;
    let count = story.imported.len();
    let files = answer.list("files");
    story.check(
        &format!("the library has {count} files"),
        files.len() == count,
        &answer.json,
    )?;
    let answer = story.show(&["status"])?;
    story.check("the connection is well", answer.status == 0, &answer.json)
}

/// Imports items and says what became of each.
fn import(story: &Story, items: &[String]) -> Result<Answer> {
    let mut arguments = vec!["onedrive", "import"];
    arguments.extend(items.iter().map(String::as_str));
    let answer = story.run(&arguments)?;
    for outcome in answer.list("outcomes") {
        let [name, became, message] = ["/name", "/outcome", "/message"].map(|part| text(&outcome, part));
        println!("  {name}: {became}. {message}");
    }
    Ok(answer)
}

/// Checks that each file of the library has exactly the source's bytes.
fn same_bytes(story: &mut Story, sim: &Sim, outcomes: &[Value]) -> Result<()> {
    for outcome in outcomes {
        let source = sim.sha256(text(outcome, "/item/id"))?;
        let copy = story.library_sha256(text(outcome, "/file/id"))?;
        let short: String = copy.chars().take(12).collect();
        let expected = format!("{} has the source's bytes (SHA-256 {short}…)", text(outcome, "/name"));
        let told = text(outcome, "/file/sha256") == copy;
        story.check(
            &expected,
            source == copy && told,
            &json!({"source": source, "library": copy}),
        )?;
    }
    Ok(())
}

fn importable_rows(rows: &[Value]) -> impl DoubleEndedIterator<Item = &Value> {
    rows.iter().filter(|row| text(row, "/verdict") == "importable")
}

fn importable(rows: &[Value]) -> Vec<String> {
    importable_rows(rows)
        .map(|row| text(row, "/item/id").to_owned())
        .collect()
}

fn size(row: &Value) -> u64 {
    row.get("size").and_then(Value::as_u64).unwrap_or_default()
}

fn file_ids(outcomes: &[Value]) -> Vec<&str> {
    outcomes.iter().map(|outcome| text(outcome, "/file/id")).collect()
}

/// The contents of all files below a folder.
fn files_below(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let mut contents = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            contents.extend(files_below(&path)?);
        } else {
            contents.push(fs::read(path)?);
        }
    }
    Ok(contents)
}

fn contains(content: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && content.windows(part.len()).any(|window| window == part)
}
