//! Several requests go in one.

use std::collections::BTreeMap;

use graph_sim::{Fault, FaultKind, Place, RequestKind, Sim};
use serde_json::{Value, json};

use crate::client::{Graph, Reply, empty_sim, get};

/// Entries of a batch: `GET` of paths below the main drive, named `0`, `1` and so on.
fn gets(sim: &Sim, paths: &[&str]) -> Vec<Value> {
    let url = |path: &str| format!("/drives/{}{path}", sim.drive_id());
    paths
        .iter()
        .enumerate()
        .map(|(number, path)| json!({ "id": number.to_string(), "method": "GET", "url": url(path) }))
        .collect()
}

async fn send(graph: &Graph<'_>, requests: &[Value]) -> Reply {
    graph.post("/$batch", &json!({ "requests": requests })).await
}

/// The answers by their ids.
async fn answers(graph: &Graph<'_>, requests: &[Value]) -> BTreeMap<String, Value> {
    let reply = send(graph, requests).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let responses = reply.json()["responses"].as_array().unwrap().clone();
    responses
        .into_iter()
        .map(|answer| (answer["id"].as_str().unwrap().to_owned(), answer))
        .collect()
}

#[tokio::test]
async fn each_entry_has_its_own_answer_in_another_order() {
    let sim = empty_sim().await;
    let id = sim.put("/a.pdf", "a".into());
    let graph = Graph::sign_in(&sim).await;
    let requests = gets(&sim, &["/root:/a.pdf?$select=id", "/root:/none.pdf", "/root/children"]);

    let reply = send(&graph, &requests).await.json();
    let order: Vec<&str> = reply["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(order, ["2", "1", "0"]);
    let answers = answers(&graph, &requests).await;
    assert_eq!(
        (&answers["0"]["status"], &answers["0"]["body"]["id"]),
        (&200.into(), &id.into())
    );
    assert_eq!(answers["0"]["body"]["name"], Value::Null);
    assert_eq!(answers["1"]["status"], 404);
    assert_eq!(answers["1"]["body"]["error"]["code"], "itemNotFound");
    assert_eq!(answers["2"]["body"]["value"][0]["name"], "a.pdf");
}

#[tokio::test]
async fn entries_are_logged_before_their_batch() {
    let sim = empty_sim().await;
    let graph = Graph::sign_in(&sim).await;
    answers(&graph, &gets(&sim, &["/root", "/root/children"])).await;
    let log: Vec<(RequestKind, bool)> = sim
        .requests()
        .iter()
        .map(|request| (request.kind, request.in_batch))
        .collect();
    assert_eq!(
        log[1..],
        [
            (RequestKind::Item, true),
            (RequestKind::Children, true),
            (RequestKind::Batch, false)
        ]
    );
}

#[tokio::test]
async fn a_throttled_entry_has_its_own_retry_after() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "a".into());
    sim.put("/b.pdf", "b".into());
    sim.fault(Fault::throttle(9).on("/a.pdf").times(1));
    let graph = Graph::sign_in(&sim).await;
    let requests = gets(&sim, &["/root:/a.pdf", "/root:/b.pdf"]);

    let first = answers(&graph, &requests).await;
    assert_eq!(
        (&first["0"]["status"], &first["1"]["status"]),
        (&429.into(), &200.into())
    );
    assert_eq!(first["0"]["headers"]["Retry-After"], "9");
    assert_eq!(answers(&graph, &requests).await["0"]["status"], 200);
}

#[tokio::test]
async fn the_batch_as_a_whole_can_fail_too() {
    let sim = empty_sim().await;
    sim.fault(Fault::new(FaultKind::ServerError(503)).at(Place::Batch).times(1));
    let graph = Graph::sign_in(&sim).await;
    assert_eq!(send(&graph, &gets(&sim, &["/root"])).await.status, 503);
    assert_eq!(send(&graph, &gets(&sim, &["/root"])).await.status, 200);
}

#[tokio::test]
async fn the_content_of_a_file_is_an_address_in_the_entrys_headers() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "content".into());
    let graph = Graph::sign_in(&sim).await;
    let answers = answers(&graph, &gets(&sim, &["/root:/a.pdf:/content"])).await;
    assert_eq!(answers["0"]["status"], 302);
    let location = answers["0"]["headers"]["Location"].as_str().unwrap();
    assert_eq!(get(location).await.body, b"content");
}

#[tokio::test]
async fn what_depends_on_a_failure_fails_with_it() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "a".into());
    let graph = Graph::sign_in(&sim).await;
    let mut requests = gets(
        &sim,
        &["/root:/a.pdf", "/root:/none.pdf", "/root:/a.pdf", "/root:/a.pdf"],
    );
    requests[0]["dependsOn"] = json!(["3"]);
    requests[2]["dependsOn"] = json!(["1"]);

    let answers = answers(&graph, &requests).await;
    let status = |id: &str| answers[id]["status"].as_u64().unwrap();
    assert_eq!(
        [status("0"), status("1"), status("2"), status("3")],
        [200, 404, 424, 200]
    );
}

#[tokio::test]
async fn a_malformed_batch_is_refused_as_a_whole() {
    let sim = empty_sim().await;
    let graph = Graph::sign_in(&sim).await;
    let twenty_one = gets(&sim, &["/root"; 21]);
    assert_eq!(send(&graph, &twenty_one[..20]).await.status, 200);
    assert_eq!(send(&graph, &twenty_one).await.status, 400);

    let two = gets(&sim, &["/root", "/root"]);
    let twice = [two[0].clone(), two[0].clone()];
    let mut circle = two.clone();
    circle[0]["dependsOn"] = json!(["1"]);
    circle[1]["dependsOn"] = json!(["0"]);
    let mut unknown = two.clone();
    unknown[0]["dependsOn"] = json!(["7"]);
    for requests in [&twice[..], &circle, &unknown, &[], &[json!({ "id": "1" })]] {
        assert_eq!(send(&graph, requests).await.status, 400, "{requests:?}");
    }
}

#[tokio::test]
async fn an_entry_stays_below_the_versions_root() {
    let sim = empty_sim().await;
    let graph = Graph::sign_in(&sim).await;
    let entry = |id: &str, url: String| json!({ "id": id, "method": "GET", "url": url });
    let requests = [
        entry("whole", format!("{}/v1.0/users", sim.graph_url())),
        entry("nested", "/$batch".to_owned()),
        entry("plain", "users".to_owned()),
    ];
    let answers = answers(&graph, &requests).await;
    assert_eq!(
        (&answers["whole"]["status"], &answers["nested"]["status"]),
        (&400.into(), &400.into())
    );
    assert_eq!(answers["plain"]["status"], 200);
    assert_eq!(graph.get("/$batch").await.status, 405);
}
