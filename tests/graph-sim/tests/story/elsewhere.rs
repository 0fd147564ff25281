//! A simulator for clients that take it for Microsoft's own: behind TLS that others end, and without a secret.

use graph_sim::{Config, Seed};

use crate::client::{FORM, Graph, send, sim, token_url};

#[tokio::test]
async fn behind_tls_its_links_begin_with_https_at_the_host_that_was_asked_for() {
    let sim = sim(Config {
        seed: Seed::Items(5),
        https_links: true,
        ..Config::default()
    })
    .await;
    let graph = Graph::sign_in(&sim).await;
    let drive = sim.drive_id();
    let host = sim.graph_url().replace("http://", "https://");

    let page = graph.get(&format!("/drives/{drive}/root/children?$top=2")).await.json();
    let next = page["@odata.nextLink"].as_str().unwrap();
    assert!(next.starts_with(&format!("{host}/v1.0/drives/")), "{next}");
    let changes = graph.get(&format!("/drives/{drive}/root/delta")).await.json();
    let delta = changes["@odata.deltaLink"].as_str().unwrap();
    assert!(delta.starts_with(&format!("{host}/v1.0/drives/")), "{delta}");
}

#[tokio::test]
async fn a_public_client_renews_a_person_s_token_without_a_secret_and_gets_none_of_its_own() {
    for public_client in [true, false] {
        let sim = sim(Config {
            public_client,
            ..Config::default()
        })
        .await;
        let ask = async |fields: &str| {
            let form = format!("client_id={}&{fields}", sim.client_id());
            send("POST", &token_url(&sim, sim.tenant()), &[FORM], &form).await
        };
        let refresh = format!(
            "grant_type=refresh_token&refresh_token={}",
            sim.refresh_token_of("member")
        );
        let itself = "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";

        let renewed = ask(&refresh).await;
        assert_eq!(renewed.status, if public_client { 200 } else { 401 });
        assert_eq!(renewed.json()["refresh_token"].is_string(), public_client);
        let refused = ask(itself).await;
        assert_eq!(
            (refused.status, &refused.json()["error_codes"][0]),
            (401, &7_000_216.into())
        );
    }
}
