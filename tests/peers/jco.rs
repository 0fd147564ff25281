//! The same component in a host that is not ours: Node, by jco, with the imports written in JavaScript.

use std::{path::Path, time::Duration};

use end_to_end::peers::{self, Peer};
use graph_sim::{Config, Content, Fault, Origin, Seed, Sim};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const LIMIT: Duration = Duration::from_secs(100);

async fn empty() -> Sim {
    let config = Config {
        seed: Seed::Empty,
        ..Config::default()
    };
    Sim::start(config).await.unwrap()
}

/// Lets the host of `tests/hosts/jco` work on a folder, and gives what it tells. `None` without Node.
async fn host(peer: &Peer, sim: &Sim, drive: Option<String>, folder: &Path) -> Option<Value> {
    peer.set_version(&peer.npm_version("@bytecodealliance/jco-transpile"));
    let settings = json!({
        "mode": "organization",
        "settings": {
            "tenant": sim.tenant(),
            "client-id": sim.client_id(),
        },
        "secret": sim.client_secret(),
        "drive": drive,
        "simulator": { "graph": sim.graph_url(), "login": sim.login_url() },
    });
    let mut command = peer.node("host.mjs")?;
    command.arg(end_to_end::component()).arg(folder);
    let said = peers::run_with(&mut command, &settings.to_string(), LIMIT).await;
    Some(serde_json::from_str(&peers::well(&said)).unwrap())
}

fn row<'a>(list: &'a Value, name: &str) -> &'a Value {
    let rows = list.as_array().unwrap();
    rows.iter()
        .find(|row| row["name"] == name)
        .unwrap_or_else(|| panic!("{name} in {list:#}"))
}

/// The bytes that the library has for an outcome, after a look at their hash.
fn bytes(folder: &Path, outcome: &Value) -> Vec<u8> {
    assert_eq!(outcome["outcome"]["tag"], "imported", "{outcome:#}");
    let file = &outcome["outcome"]["val"]["file"];
    let path = folder
        .join("library")
        .join(format!("{}.bytes", file["id"].as_str().unwrap()));
    let bytes = std::fs::read(path).unwrap();
    let digest = format!("{:x}", Sha256::digest(&bytes));
    assert_eq!(file["sha256"], digest);
    bytes
}

#[tokio::test]
async fn the_contract_alone_is_enough_to_browse_and_import_in_another_host() {
    let Some(peer) = peers::ask("jco") else { return };
    let sim = Sim::start(Config::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let Some(said) = host(&peer, &sim, Some(sim.drive_id()), folder.path()).await else {
        return peer.skip("there is no Node 26");
    };

    assert_eq!(said["description"]["id"], "onedrive");
    assert!(said["drives"].as_array().unwrap().len() > 1, "{:#}", said["drives"]);
    for (name, verdict) in [
        ("Clients", json!({ "tag": "folder" })),
        ("Infected.pdf", json!({ "tag": "malware" })),
        ("Macros.xlsm", json!({ "tag": "unsupported-type", "val": "xlsm" })),
        ("Team Notebook", json!({ "tag": "package" })),
        ("Marketing Documents", json!({ "tag": "shortcut" })),
    ] {
        assert_eq!(row(&said["entries"], name)["verdict"]["val"], verdict, "{name}");
    }
    let importable = said["entries"].as_array().unwrap().iter();
    let importable = importable
        .filter(|entry| entry["verdict"]["tag"] == "importable")
        .count();
    let outcomes = said["outcomes"].as_array().unwrap();
    assert_eq!((outcomes.len(), importable), (9, 9));
    for outcome in outcomes {
        let name = outcome["name"].as_str().unwrap();
        assert_eq!(
            bytes(folder.path(), outcome),
            sim.bytes(&format!("/{name}")).unwrap(),
            "{name}"
        );
    }

    // The same instance rules as in our own host: only reading, and the token to nobody but Graph.
    assert_eq!(said["refused"], 0);
    for request in sim.requests() {
        match request.origin {
            Origin::Graph => assert_eq!(request.authorization.as_deref(), Some("bearer"), "{request:?}"),
            Origin::Content => assert_eq!(request.authorization, None, "{request:?}"),
            Origin::Login => assert_eq!(request.method, "POST"),
        }
        let reads = request.method == "GET" || request.path.ends_with("/$batch") || request.origin == Origin::Login;
        assert!(reads, "{request:?}");
    }

    // Once more on the same library: nothing is fetched twice, and nobody gets a second File ID.
    sim.clear_requests();
    let again = host(&peer, &sim, Some(sim.drive_id()), folder.path()).await.unwrap();
    assert_eq!(again["outcomes"], json!([]));
    assert_eq!(row(&again["entries"], "Logo.png")["verdict"]["tag"], "already-imported");
    assert!(sim.requests().iter().all(|request| request.origin != Origin::Content));
}

#[tokio::test]
async fn another_host_refuses_what_no_plugin_may_do() {
    let Some(peer) = peers::ask("jco") else { return };
    let Some(mut command) = peer.node("rules.test.mjs") else {
        return peer.skip("there is no Node 26");
    };
    peers::well(&peers::run(&mut command, LIMIT).await);
}

#[tokio::test]
async fn what_goes_wrong_on_the_way_ends_the_same_in_another_host() {
    let Some(peer) = peers::ask("jco") else { return };
    let sim = empty().await;
    let film = Content::Generated {
        size: 3_000_000,
        seed: 7,
    };
    for name in ["Cut.mp4", "Expired.mp4", "Page.mp4", "Fine.mp4"] {
        sim.put(&format!("/{name}"), film.clone());
    }
    let fault = |text: &str| sim.fault(text.parse::<Fault>().unwrap());
    fault("throttle*1=1");
    fault("cut:/Cut.mp4*1");
    fault("expired-url:/Expired.mp4*1");
    fault("html-200:/Page.mp4");
    let folder = tempfile::tempdir().unwrap();
    let Some(said) = host(&peer, &sim, Some(sim.drive_id()), folder.path()).await else {
        return peer.skip("there is no Node 26");
    };

    for name in ["Cut.mp4", "Expired.mp4", "Fine.mp4"] {
        let outcome = row(&said["outcomes"], name);
        assert_eq!(
            bytes(folder.path(), outcome),
            sim.bytes(&format!("/{name}")).unwrap(),
            "{name}"
        );
    }
    assert_eq!(
        row(&said["outcomes"], "Page.mp4")["outcome"]["val"]["tag"],
        "not-the-file"
    );
    assert!(
        sim.requests().iter().any(|request| request.range.is_some()),
        "it went on where it was"
    );
    let drafts = std::fs::read_dir(folder.path().join("library/drafts")).unwrap();
    assert_eq!(drafts.count(), 0, "no draft is left behind");
}

#[tokio::test]
async fn without_a_drive_another_host_can_list_them() {
    let Some(peer) = peers::ask("jco") else { return };
    let sim = empty().await;
    let folder = tempfile::tempdir().unwrap();
    let Some(said) = host(&peer, &sim, None, folder.path()).await else {
        return peer.skip("there is no Node 26");
    };
    let mut drives: Vec<&str> = said["drives"]
        .as_array()
        .unwrap()
        .iter()
        .map(|drive| drive["id"].as_str().unwrap())
        .collect();
    let mut all = sim.drive_ids();
    drives.sort_unstable();
    all.sort_unstable();
    assert!(
        drives.iter().all(|drive| all.contains(&drive.to_string())),
        "{drives:?}"
    );
    assert!(drives.contains(&sim.drive_id().as_str()));
}
