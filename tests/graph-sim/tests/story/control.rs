use graph_sim::{Config, Sim};
use serde_json::{Value, json};

use crate::client::{Graph, Reply, empty_sim, send, sim};

async fn control(sim: &Sim, method: &str, path: &str, body: Value) -> Reply {
    let url = format!("{}/_sim/{path}", sim.graph_url());
    send(method, &url, &[], &body.to_string()).await
}

#[tokio::test]
async fn a_drive_is_changed_from_outside() {
    let sim = empty_sim().await;
    for (path, body) in [
        ("put", json!({ "path": "/A/text.pdf", "text": "hello" })),
        ("put", json!({ "path": "/A/bytes.pdf", "base64": "AAEC" })),
        (
            "put",
            json!({ "path": "/big.mp4", "generated": { "size": 5_000_000_000_u64 } }),
        ),
        ("mkdir", json!({ "path": "/B" })),
        ("rename", json!({ "path": "/A/text.pdf", "name": "t.pdf" })),
        ("move", json!({ "path": "/A/t.pdf", "folder": "/B" })),
        ("delete", json!({ "path": "/A" })),
    ] {
        let reply = control(&sim, "POST", path, body).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.json());
    }
    assert_eq!(sim.bytes("/B/t.pdf").unwrap(), b"hello");
    assert!(sim.item_id("/A").is_none());
    assert_eq!(
        Graph::sign_in(&sim).await.in_drive("/root:/big.mp4").await.json()["size"],
        5_000_000_000_u64
    );
}

#[tokio::test]
async fn faults_clock_and_log_are_at_hand() {
    let sim = sim(Config::default()).await;
    control(&sim, "POST", "faults", json!({ "fault": "server-error*1=502" })).await;
    control(&sim, "POST", "clock", json!({ "now": "2026-03-01T05:29:00Z" })).await;
    let graph = Graph::sign_in(&sim).await;
    assert_eq!(graph.get("/users").await.status, 502);

    let faults = control(&sim, "GET", "faults", Value::Null).await.json();
    assert_eq!(faults, json!([{ "fault": "server-error*1=502", "happened": 1 }]));
    let requests = control(&sim, "GET", "requests", Value::Null).await.json();
    assert_eq!(requests[1]["path"], "/v1.0/users");
    assert_eq!(requests[1]["authorization"], "bearer");
    assert!(requests[1]["at"].as_str().unwrap().starts_with("2026-03-01T05:"));
    let stats = control(&sim, "GET", "stats", Value::Null).await.json();
    assert_eq!(stats, json!({ "requests": { "token": 1, "users": 1 }, "stalled": 0 }));
    let overview = control(&sim, "GET", "", Value::Null).await;
    assert_eq!(overview.json()["drive"], sim.drive_id());
    assert!(!String::from_utf8(overview.body).unwrap().contains(sim.client_secret()));

    control(&sim, "DELETE", "requests", Value::Null).await;
    assert!(sim.requests().is_empty());
}

#[tokio::test]
async fn a_mistake_is_explained() {
    let sim = empty_sim().await;
    let unknown = control(&sim, "POST", "faults", json!({ "fault": "flood" })).await;
    assert_eq!(unknown.status, 400);
    assert!(
        unknown.json()["error"]
            .as_str()
            .unwrap()
            .contains("throttle, server-error")
    );
    let missing = control(&sim, "POST", "delete", json!({ "path": "/nothing" })).await;
    assert!(
        missing.json()["error"]
            .as_str()
            .unwrap()
            .contains("there is no \"/nothing\"")
    );
}

#[tokio::test]
async fn a_drive_moves_on_from_outside_too() {
    let sim = empty_sim().await;
    let other = sim.drive_ids().into_iter().find(|id| *id != sim.drive_id()).unwrap();
    let id = sim.put("/A/a.pdf", "a".into());
    let graph = Graph::sign_in(&sim).await;
    for (path, body) in [
        ("delete", json!({ "path": "/A/a.pdf" })),
        ("restore", json!({ "path": id })),
        ("move-to-drive", json!({ "path": "/A", "to": other, "folder": "/B" })),
        ("delta-style", json!({ "noPaths": true, "emptyPages": true })),
    ] {
        let reply = control(&sim, "POST", path, body).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.json());
    }
    assert_eq!(sim.in_drive(&other).bytes("/B/A/a.pdf").unwrap(), b"a");
    let page = graph.in_drive("/root/delta").await.json();
    assert_eq!(page["value"], json!([]));

    control(&sim, "POST", "expire-delta", json!({ "resync": "upload-differences" })).await;
    let gone = graph.get(page["@odata.nextLink"].as_str().unwrap()).await;
    assert_eq!(gone.status, 410);
}

#[tokio::test]
async fn refresh_tokens_are_steered_from_outside() {
    let sim = empty_sim().await;
    for (path, body) in [
        ("revoke", json!({ "person": "member" })),
        ("revoke", json!({})),
        ("interaction", json!({ "required": true })),
    ] {
        assert_eq!(control(&sim, "POST", path, body).await.status, 200, "{path}");
    }
    assert_eq!(control(&sim, "POST", "interaction", json!({})).await.status, 400);
}

#[test]
fn the_help_lists_every_request_that_the_control_address_takes() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_graph-sim"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let source = include_str!("../../src/control.rs");
    let mut count = 0;
    for arm in source.lines().filter_map(|line| line.trim().strip_prefix("(\"")) {
        let Some((request, _)) = arm.split_once("\") =>") else {
            continue;
        };
        let (_, path) = request.split_once("\", \"").unwrap();
        assert!(help.contains(&format!("/_sim/{path}")), "{request}: {help}");
        count += 1;
    }
    assert!(30 < count, "{count}");
}
