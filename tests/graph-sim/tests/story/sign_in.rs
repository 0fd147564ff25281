use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use graph_sim::{CLIENT_ID, CLIENT_SECRET, EXPIRED_SECRET, TENANT_DOMAIN, TENANT_ID};

use crate::client::{FORM, Graph, Reply, empty_sim, get, send, token_url};

const SCOPE: &str = "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
const SECRET: &str = "client_secret=sim~secret%2B%2Fvalue";

async fn ask(tenant: &str, fields: &[&str]) -> Reply {
    let sim = empty_sim().await;
    let form = [&["grant_type=client_credentials"], fields].concat().join("&");
    send("POST", &token_url(&sim, tenant), &[FORM], &form).await
}

fn number(reply: &Reply) -> u64 {
    let json = reply.json();
    let number = json["error_codes"][0].as_u64().unwrap();
    let description = json["error_description"].as_str().unwrap();
    assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
    number
}

#[tokio::test]
async fn a_token_is_given_for_the_right_id_and_secret_by_either_name_of_the_tenant() {
    let id = format!("client_id={CLIENT_ID}");
    for tenant in [TENANT_ID, TENANT_DOMAIN] {
        let reply = ask(tenant, &[&id, SECRET, SCOPE]).await;
        assert_eq!(reply.status, 200);
        let json = reply.json();
        assert_eq!(json["token_type"], "Bearer");
        assert_eq!(json["expires_in"], 3599);
        assert!(json["refresh_token"].is_null());
    }
}

#[tokio::test]
async fn credentials_may_come_as_basic() {
    let sim = empty_sim().await;
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}")));
    let form = format!("grant_type=client_credentials&{SCOPE}");
    let headers = [FORM, ("Authorization", basic.as_str())];
    assert_eq!(
        send("POST", &token_url(&sim, TENANT_ID), &headers, &form).await.status,
        200
    );
}

#[tokio::test]
async fn each_mistake_has_its_own_number() {
    let id = format!("client_id={CLIENT_ID}");
    let expired = format!(
        "client_secret={}",
        EXPIRED_SECRET.replace('+', "%2B").replace('/', "%2F")
    );
    let cases: [(&str, &[&str], u16, &str, u64); 8] = [
        (
            TENANT_ID,
            &[&id, "client_secret=wrong", SCOPE],
            401,
            "invalid_client",
            7_000_215,
        ),
        (TENANT_ID, &[&id, &expired, SCOPE], 401, "invalid_client", 7_000_222),
        (TENANT_ID, &[&id, SCOPE], 401, "invalid_client", 7_000_216),
        ("nowhere.example", &[&id, SECRET, SCOPE], 400, "invalid_request", 90_002),
        ("common", &[&id, SECRET, SCOPE], 400, "invalid_request", 9_001_023),
        (
            TENANT_ID,
            &["client_id=other", SECRET, SCOPE],
            400,
            "unauthorized_client",
            700_016,
        ),
        (
            TENANT_ID,
            &[&id, SECRET, "scope=Files.Read.All"],
            400,
            "invalid_scope",
            70_011,
        ),
        (TENANT_ID, &[&id, SECRET], 400, "invalid_request", 900_144),
    ];
    for (tenant, fields, status, error, code) in cases {
        let reply = ask(tenant, fields).await;
        assert_eq!((reply.status, number(&reply)), (status, code));
        assert_eq!(reply.json()["error"], error);
    }
}

#[tokio::test]
async fn graph_answers_only_to_a_token_that_is_known_and_not_too_old() {
    let sim = empty_sim().await;
    let mut graph = Graph::sign_in(&sim).await;
    assert_eq!(graph.get("/users").await.status, 200);

    let without = get(&format!("{}/v1.0/users", sim.graph_url())).await;
    assert_eq!(
        (without.status, without.error_code().as_str()),
        (401, "InvalidAuthenticationToken")
    );

    sim.set_clock(sim.now() + TimeDelta::seconds(3_600));
    let late = graph.get("/users").await;
    assert_eq!(
        (late.status, late.error_code().as_str()),
        (401, "InvalidAuthenticationToken")
    );

    graph.authorization = "Bearer guessed".to_owned();
    assert_eq!(graph.get("/users").await.status, 401);
}
