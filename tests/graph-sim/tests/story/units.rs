//! The service has only so many resource units in a minute.

use chrono::{DateTime, TimeDelta, Utc};
use graph_sim::{Config, Seed, Sim};
use serde_json::json;

use crate::client::{Graph, send, sim};

/// Ten units a minute, at the beginning of one.
async fn ten_units() -> Sim {
    sim(Config {
        seed: Seed::Empty,
        clock: Some("2026-03-01T05:00:00Z".parse::<DateTime<Utc>>().unwrap()),
        units_per_minute: Some(10),
        ..Config::default()
    })
    .await
}

#[tokio::test]
async fn the_client_is_warned_then_refused_and_let_in_again_with_the_next_minute() {
    let sim = ten_units().await;
    let graph = Graph::sign_in(&sim).await;
    // Three lists cost six, one item one.
    for path in ["/root/children", "/root/children", "/root/children", "/root"] {
        let reply = graph.in_drive(path).await;
        assert_eq!((reply.status, reply.header("ratelimit-limit")), (200, ""));
    }
    let warned = graph.in_drive("/root").await;
    assert_eq!(
        (
            warned.status,
            warned.header("ratelimit-limit"),
            warned.header("ratelimit-remaining")
        ),
        (200, "10", "2")
    );
    assert_eq!(graph.in_drive("/root/children").await.status, 200);

    let refused = graph.in_drive("/root").await;
    assert_eq!(
        (refused.status, refused.error_code().as_str()),
        (429, "activityLimitReached")
    );
    assert_eq!(refused.header("ratelimit-remaining"), "0");
    assert_eq!(refused.header("retry-after"), refused.header("ratelimit-reset"));
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait));

    // The directory has a purse of its own.
    assert_eq!(graph.get("/users").await.status, 200);
    sim.set_clock(sim.now() + TimeDelta::seconds(wait));
    assert_eq!(graph.in_drive("/root").await.status, 200);
}

#[tokio::test]
async fn a_delta_with_a_token_costs_half() {
    let sim = ten_units().await;
    let graph = Graph::sign_in(&sim).await;
    let remaining = |reply: crate::client::Reply| reply.header("ratelimit-remaining").to_owned();
    sim.set_units_per_minute(Some(3));
    let first = graph.in_drive("/root/delta").await;
    let link = first.json()["@odata.deltaLink"].as_str().unwrap().to_owned();
    assert_eq!(first.header("ratelimit-limit"), "");
    assert_eq!(remaining(graph.get(&link).await), "0");
    assert_eq!(graph.get(&link).await.status, 429);
}

#[tokio::test]
async fn the_entries_of_a_batch_cost_as_if_they_came_alone() {
    let sim = ten_units().await;
    let graph = Graph::sign_in(&sim).await;
    let url = format!("/drives/{}/root/children", sim.drive_id());
    let requests: Vec<_> = (1..=6)
        .map(|id| json!({ "id": id.to_string(), "method": "GET", "url": url }))
        .collect();
    let reply = graph.post("/$batch", &json!({ "requests": requests })).await.json();
    let responses = reply["responses"].as_array().unwrap();
    let throttled: Vec<_> = responses.iter().filter(|answer| answer["status"] == 429).collect();
    assert_eq!(throttled.len(), 1);
    assert!(throttled[0]["headers"]["Retry-After"].is_string());
}

#[tokio::test]
async fn the_limit_can_be_set_from_outside() {
    let sim = ten_units().await;
    let url = format!("{}/_sim/units", sim.graph_url());
    for (limit, status) in [(json!(1), 429), (json!(null), 200)] {
        let body = json!({ "perMinute": limit }).to_string();
        assert_eq!(send("POST", &url, &[], &body).await.status, 200);
        assert_eq!(
            Graph::sign_in(&sim).await.in_drive("/root/children").await.status,
            status
        );
    }
}
