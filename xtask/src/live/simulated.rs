//! The steps that read, against the simulator: each tells the two answers apart that the service may give.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{
    ask::Graph,
    probes::{self, READING, Tenant},
};
use crate::{demo::sim::Sim, programs, say};

/// A step, what is changed for the second answer, and a word of each answer.
type Reading = (usize, &'static str, fn(&Sim) -> Value, &'static str, &'static str);

/// The steps whose answer is not known, and how the simulator gives either.
const READINGS: [Reading; 5] = [
    (
        1,
        "quirks",
        |_| json!({ "batchPaths": "raw-only" }),
        "encoded 200 (the item), as",
        "encoded 404 (not the item), as",
    ),
    (
        2,
        "roles",
        |_| json!({ "roles": ["Files.Read.All"] }),
        "address: 200",
        "address: 403",
    ),
    (
        4,
        "quirks",
        |_| json!({ "irm": ["/Budget & Plan.xlsx"] }),
        "its content 302",
        "irmEncryptFailedToFindProtector",
    ),
    (
        5,
        "delta-style",
        |_| json!({ "echoLatest": true }),
        "a token of its own",
        "it is no beginning",
    ),
    (
        6,
        "delta-style",
        |_| json!({ "noCtag": true }),
        "0 missing",
        "0 as the item's own, 0 others",
    ),
];

/// Plays all of them.
///
/// # Errors
/// If a step can't be carried out, or does not tell two answers apart.
pub fn simulated() -> Result<()> {
    let programs = programs::build()?;
    let folder = tempfile::tempdir()?;
    for number in READING {
        let sim = Sim::start(&programs, folder.path())?;
        let found = probe(&sim, number)?;
        say::ok(&format!("step {number}: {found}"));
    }
    for (number, verb, change, first, second) in READINGS {
        let sim = Sim::start(&programs, folder.path())?;
        ensure!(
            probe(&sim, number)?.contains(first),
            "step {number} does not find `{first}`: {}",
            probe(&sim, number)?
        );
        sim.change(verb, &change(&sim))?;
        let found = probe(&sim, number)?;
        ensure!(
            found.contains(second),
            "step {number} does not find `{second}`: {found}"
        );
        say::ok(&format!("step {number}, the other answer: {found}"));
    }
    Ok(())
}

fn probe(sim: &Sim, number: usize) -> Result<String> {
    let text = json!({ "path": "/Budget & Plan.xlsx", "text": "PK" });
    for name in ["a b.txt", "a#b.txt", "a%b.txt", "a+b.txt", "ü.txt"] {
        sim.change("put", &json!({ "path": format!("/{name}"), "text": name }))?;
    }
    sim.change("put", &text)?;
    let graph = Graph::sign_in(
        &sim.graph_url,
        &sim.login_url,
        &sim.tenant,
        &sim.client_id,
        &sim.client_secret,
    )?;
    let listed = graph
        .get(&format!("/drives/{}/root/children?$top=200&$select=id,name", sim.drive))?
        .json();
    let entries = listed
        .get("value")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let named = |name: &str| {
        entries
            .iter()
            .find(|entry| entry.get("name").and_then(Value::as_str) == Some(name))
    };
    let item = named("Budget & Plan.xlsx")
        .and_then(|entry| entry.get("id"))
        .and_then(Value::as_str);
    let tenant = Tenant {
        graph,
        drive: Some(sim.drive.clone()),
        site: Some("https://contoso.sharepoint.com/sites/Marketing".to_owned()),
        items: item.map(|id| ("irm".to_owned(), id.to_owned())).into_iter().collect(),
    };
    let found = probes::probe(number, &tenant).unwrap_or_default();
    let found = found.join("; ");
    ensure!(!found.contains("not done"), "step {number}: {found}");
    for secret in ["Budget", &sim.client_secret] {
        ensure!(!found.contains(secret), "step {number} tells a name or a secret");
    }
    Ok(found)
}
