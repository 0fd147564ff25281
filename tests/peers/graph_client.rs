//! `@microsoft/microsoft-graph-client`: Microsoft's own, which sends its token to Microsoft's own names only.

use std::{collections::BTreeSet, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use end_to_end::peers::{self, Peer};
use graph_sim::{Config, Fault, Origin, Seed, Sim};
use serde_json::{Value, json};

use crate::front::Front;

const LIMIT: Duration = Duration::from_secs(60);

const NAMES: [&str; 7] = [
    "Plan.docx",
    "50% #1.pdf",
    "100%25.pdf",
    "Terms + Conditions.pdf",
    "A & C's =~@,;!$().pdf",
    "Übersicht 😀.pdf",
    "sub dir/#1/100%/+plus+.pdf",
];

async fn sim() -> Sim {
    let config = Config {
        seed: Seed::Empty,
        https_links: true,
        page_size: 3,
        ..Config::default()
    };
    let sim = Sim::start(config).await.unwrap();
    for name in NAMES {
        sim.put(
            &format!("/{name}"),
            format!("These are the bytes of {name}").as_str().into(),
        );
    }
    sim
}

/// Lets `graph-client/ask.mjs` ask, and gives what it tells. `None` without Node.
async fn ask(peer: &Peer, front: &Front, sim: &Sim, since: Option<&str>) -> Option<Value> {
    peer.set_version(&peer.npm_version("@microsoft/microsoft-graph-client"));
    let question = json!({
        "token": sim.sign_in_as("member"),
        "drive": sim.drive_id(),
        "paths": NAMES,
        "file": sim.item_id("/Plan.docx"),
        "since": since,
    });
    let mut command = peer.node("ask.mjs")?;
    front.lead(&mut command);
    let said = peers::run_with(&mut command, &question.to_string(), LIMIT).await;
    Some(serde_json::from_str(&peers::well(&said)).unwrap())
}

fn texts(list: &Value) -> BTreeSet<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn microsoft_s_own_client_finds_its_way_about() {
    let Some(peer) = peers::ask("graph-client") else { return };
    let sim = sim().await;
    let front = Front::start(&sim).await;
    let Some(said) = ask(&peer, &front, &sim, None).await else {
        return peer.skip("there is no Node 26");
    };

    assert_eq!(said["drive"]["driveType"], "business");
    assert_eq!(
        said["children"].as_array().unwrap().len(),
        7,
        "six files and a folder, over three pages"
    );
    for name in NAMES {
        let found = &said["byPath"][name];
        assert_eq!(
            found["id"].as_str(),
            sim.item_id(&format!("/{name}")).as_deref(),
            "{name}"
        );
        assert_eq!(found["name"], name.rsplit('/').next().unwrap());
        assert_eq!(
            found["bytes"].as_str().unwrap(),
            STANDARD.encode(format!("These are the bytes of {name}")),
            "{name}"
        );
    }
    assert_eq!(
        said["range"],
        json!({ "status": 206, "text": "the bytes ", "told": "bytes 10-19/32" })
    );
    assert_eq!(
        said["missing"],
        json!({ "status": 404, "code": "itemNotFound", "request": true })
    );
    let leaves = NAMES.map(|name| name.rsplit('/').next().unwrap());
    assert_eq!(texts(&said["delta"]["names"]), BTreeSet::from(leaves));
    assert_eq!(said["batch"], json!([200, 404]));
    let requests = sim.requests();
    let content = requests.iter().filter(|request| request.origin == Origin::Content);
    assert!(content.clone().count() >= 8 && content.clone().all(|request| !request.was_authorized()));

    // From its delta link on, only what has happened since.
    sim.put("/New.pdf", "new".into());
    let gone = sim.put("/Gone.pdf", "soon gone".into());
    sim.delete("/Gone.pdf");
    let later = ask(&peer, &front, &sim, said["delta"]["link"].as_str()).await.unwrap();
    assert_eq!(later["delta"]["names"], json!(["New.pdf"]));
    assert_eq!(later["deleted"], json!([gone]));
}

#[tokio::test]
async fn microsoft_s_own_client_waits_when_it_is_told_to() {
    let Some(peer) = peers::ask("graph-client") else { return };
    let sim = sim().await;
    let front = Front::start(&sim).await;
    sim.fault("throttle*1=2@metadata".parse::<Fault>().unwrap());
    let started = sim.now();
    let Some(said) = ask(&peer, &front, &sim, None).await else {
        return peer.skip("there is no Node 26");
    };
    assert_eq!(said["children"].as_array().unwrap().len(), 7);
    assert!(
        (sim.now() - started).num_milliseconds() >= 2_000,
        "it asked again before its time"
    );
}
