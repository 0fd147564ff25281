//! What the service does otherwise than one would think, or is reported to do.

use graph_sim::{BatchPaths, Config, DeltaStyle, Quirks, Seed};
use serde_json::json;

use crate::client::{Graph, empty_sim, sim};

#[tokio::test]
async fn the_list_of_all_sites_heeds_no_page_size_and_a_search_loses_names() {
    let sim = sim(Config {
        seed: Seed::Empty,
        more_sites: 700,
        ..Config::default()
    })
    .await;
    let graph = Graph::sign_in(&sim).await;
    let first = graph.get("/sites/getAllSites?$top=50").await.json();
    assert_eq!(first["value"].as_array().unwrap().len(), 600);
    assert!(first["value"][0]["isPersonalSite"].is_boolean());
    let second = graph.get(first["@odata.nextLink"].as_str().unwrap()).await.json();
    assert_eq!(second["value"].as_array().unwrap().len(), 5 + 700 - 600);

    let named = graph.get("/sites?search=Sales").await.json();
    let nameless = graph.get("/sites?search=Sales&$select=id,displayName").await.json();
    assert_eq!(named["value"][0]["displayName"], "Sales Team");
    assert!(nameless["value"][0]["displayName"].is_null() && named["value"][0]["isPersonalSite"].is_null());
}

#[tokio::test]
async fn a_drive_that_is_not_served_says_why_wherever_it_is_asked_for() {
    let sim = empty_sim().await;
    let graph = Graph::sign_in(&sim).await;
    for status in [423, 308, 404] {
        sim.set_quirks(Quirks {
            drives: [(sim.drive_id(), status)].into(),
            ..Quirks::default()
        });
        for path in ["/root", "/root/children", "/root/delta"] {
            assert_eq!(graph.in_drive(path).await.status, status, "{path}");
        }
    }
    sim.set_quirks(Quirks {
        unlicensed: vec!["Ben Okafor".into()],
        ..Quirks::default()
    });
    let refused = graph.get("/users/ben.okafor@contoso.example/drive").await;
    assert_eq!((refused.status, refused.error_code().as_str()), (403, "notAllowed"));
}

#[tokio::test]
async fn the_addresses_in_a_batch_are_read_in_three_ways() {
    let sim = empty_sim().await;
    sim.put("/A b.pdf", "x".into());
    sim.put("/50%.pdf", "x".into());
    let graph = Graph::sign_in(&sim).await;
    for (batch_paths, expected) in [
        (BatchPaths::DecodedOnce, [200, 200, 404]),
        (BatchPaths::DecodedTwice, [200, 200, 200]),
        (BatchPaths::RawOnly, [404, 404, 404]),
    ] {
        sim.set_quirks(Quirks {
            batch_paths,
            ..Quirks::default()
        });
        let paths = ["A%20b.pdf", "50%25.pdf", "50%2525.pdf"];
        let entry = |(id, path): (usize, &str)| json!({ "id": id.to_string(), "method": "GET", "url": format!("/drives/{}/root:/{path}", sim.drive_id()) });
        let entries: Vec<_> = paths.into_iter().enumerate().map(entry).collect();
        let answers = graph.post("/$batch", &json!({ "requests": entries })).await.json();
        let mut statuses = [0; 3];
        for answer in answers["responses"].as_array().unwrap() {
            let place: usize = answer["id"].as_str().unwrap().parse().unwrap();
            statuses[place] = answer["status"].as_u64().unwrap();
        }
        assert_eq!(statuses, expected, "{batch_paths:?}");
    }
}

#[tokio::test]
async fn a_cloud_may_lead_every_path_to_the_root_and_tell_no_changes() {
    let sim = empty_sim().await;
    sim.put("/Team/A.pdf", "x".into());
    sim.set_quirks(Quirks {
        paths_lead_to_root: true,
        no_delta: true,
        ..Quirks::default()
    });
    let graph = Graph::sign_in(&sim).await;
    assert!(graph.in_drive("/root:/Team/A.pdf").await.json()["root"].is_object());
    assert_eq!(graph.in_drive("/root/delta").await.status, 400);
}

#[tokio::test]
async fn an_encoded_colon_ends_a_path_and_a_name_may_be_taken_for_a_part_of_the_api() {
    let sim = empty_sim().await;
    sim.put("/photo", "x".into());
    let graph = Graph::sign_in(&sim).await;
    assert_eq!(graph.in_drive("/root:/photo").await.status, 400);
    assert_eq!(graph.in_drive("/root:/photo:").await.status, 200);
    assert_eq!(graph.in_drive("/root:/photo%3A").await.status, 200);
}

#[tokio::test]
async fn a_link_may_ask_for_the_latest_state_for_ever_and_one_may_fail_for_ever() {
    let sim = empty_sim().await;
    let graph = Graph::sign_in(&sim).await;
    sim.set_delta_style(DeltaStyle {
        echo_latest: true,
        ..DeltaStyle::default()
    });
    let link = graph.in_drive("/root/delta?token=latest").await.json()["@odata.deltaLink"].clone();
    sim.put("/A.pdf", "x".into());
    let silent = graph.get(link.as_str().unwrap()).await.json();
    assert_eq!(silent["value"], json!([]));

    sim.set_delta_style(DeltaStyle::default());
    let link = graph.in_drive("/root/delta").await.json()["@odata.deltaLink"].clone();
    sim.break_delta_tokens(500);
    assert_eq!(graph.get(link.as_str().unwrap()).await.status, 500);
    assert_eq!(graph.in_drive("/root/delta").await.status, 200);
}

#[tokio::test]
async fn a_file_may_be_kept_back_by_rights_management() {
    let sim = empty_sim().await;
    sim.put("/A.pdf", "x".into());
    sim.set_quirks(Quirks {
        irm: vec!["/a.pdf".into()],
        ..Quirks::default()
    });
    let refused = Graph::sign_in(&sim).await.in_drive("/root:/A.pdf:/content").await;
    assert_eq!(
        (refused.status, refused.error_code().as_str()),
        (409, "resourceModified")
    );
}
