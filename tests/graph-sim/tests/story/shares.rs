//! An item is found by the address that a browser shows.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use graph_sim::RequestKind;

use crate::client::{Graph, empty_sim};

fn path(url: &str) -> String {
    format!("/shares/u!{}/driveItem", URL_SAFE_NO_PAD.encode(url))
}

#[tokio::test]
async fn an_item_is_found_by_its_web_address() {
    let sim = empty_sim().await;
    let id = sim.put("/Team A/Übersicht #1.pdf", "pdf".into());
    let graph = Graph::sign_in(&sim).await;
    let item = graph.in_drive(&format!("/items/{id}")).await.json();
    let url = item["webUrl"].as_str().unwrap();

    for url in [url.to_owned(), format!("{url}?web=1"), url.replace("%20", " ")] {
        let found = graph.get(&path(&url)).await.json();
        assert_eq!(found["id"], id, "{url}");
        assert_eq!(found["parentReference"]["driveId"], sim.drive_id());
    }
    let (drive, _) = url.split_once("/Team").unwrap();
    assert!(graph.get(&path(drive)).await.json()["root"].is_object());
    assert_eq!(sim.requests().last().unwrap().kind, RequestKind::Shares);
}

#[tokio::test]
async fn an_item_is_found_by_its_sharing_link_wherever_it_goes() {
    let sim = empty_sim().await;
    let id = sim.put("/Team A/Plan.pdf", "pdf".into());
    let link = sim.share("/Team A/Plan.pdf");
    assert!(!link.contains("Plan"), "{link}");
    sim.rename("/Team A/Plan.pdf", "Plan 2.pdf");
    let graph = Graph::sign_in(&sim).await;
    let (bare, _) = link.split_once('?').unwrap();
    for link in [link.as_str(), bare] {
        assert_eq!(graph.get(&path(link)).await.json()["id"], id, "{link}");
    }
    assert_eq!(graph.get(&path(&format!("{bare}x"))).await.status, 404);
    sim.delete("/Team A/Plan 2.pdf");
    assert_eq!(graph.get(&path(bare)).await.status, 404);
}

#[tokio::test]
async fn what_is_not_there_or_not_readable_is_refused() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "a".into());
    let graph = Graph::sign_in(&sim).await;
    let missing = graph
        .get(&path("https://contoso.sharepoint.com/sites/Nowhere/a.pdf"))
        .await;
    assert_eq!((missing.status, missing.error_code().as_str()), (404, "itemNotFound"));
    assert_eq!(graph.get("/shares/nonsense/driveItem").await.status, 400);

    let item = graph.in_drive("/root:/a.pdf").await.json();
    let another = Graph::of_person(&sim, "second");
    assert_eq!(another.get(&path(item["webUrl"].as_str().unwrap())).await.status, 403);
}
