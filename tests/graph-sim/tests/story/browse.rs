use graph_sim::{Config, Content, Fault, FaultKind, Place, QuickXor, Seed};

use crate::client::{Graph, empty_sim, sim};

#[tokio::test]
async fn the_demo_company_has_users_sites_and_their_drives() {
    let sim = sim(Config::default()).await;
    let graph = Graph::sign_in(&sim).await;

    let users = graph.get("/users?$select=id,displayName").await.json();
    let users = users["value"].as_array().unwrap();
    assert_eq!(users.len(), 4);
    assert!(users[0].get("mail").is_none());
    let drive = graph
        .get(&format!("/users/{}/drive", users[0]["id"].as_str().unwrap()))
        .await
        .json();
    assert_eq!(drive["id"], sim.drive_id());
    assert_eq!(drive["driveType"], "business");
    let without = graph
        .get(&format!("/users/{}/drives", users[3]["id"].as_str().unwrap()))
        .await;
    assert_eq!(
        (without.status, without.error_code().as_str()),
        (404, "ResourceNotFound")
    );

    assert_eq!(
        Graph::names(&graph.get("/sites?search=*").await),
        ["Marketing", "SalesTeam"]
    );
    let sites = graph.get("/sites/getAllSites").await.json();
    assert_eq!(sites["value"].as_array().unwrap().len(), 5);
    let by_path = graph.get("/sites/contoso.sharepoint.com:/sites/Marketing").await.json();
    let id = by_path["id"].as_str().unwrap();
    assert_eq!(
        Graph::names(&graph.get(&format!("/sites/{id}/drives")).await),
        ["Documents", "Brand Assets"]
    );
    let library = graph.get(&format!("/sites/{id}/drive")).await.json();
    assert_eq!(library["driveType"], "documentLibrary");
}

#[tokio::test]
async fn r14_me_is_refused_to_an_application() {
    let sim = empty_sim().await;
    let reply = Graph::sign_in(&sim).await.get("/me/drive").await;
    assert_eq!((reply.status, reply.error_code().as_str()), (400, "BadRequest"));
}

#[tokio::test]
async fn every_page_comes_once_and_links_stay_at_the_origin_asked() {
    let sim = sim(Config {
        seed: Seed::Items(25),
        ..Config::default()
    })
    .await;
    let graph = Graph::sign_in(&sim).await;

    let mut names = vec![];
    let url = format!(
        "{}/_api/v2.0/drives/{}/root/children?top=10&select=name",
        sim.graph_url(),
        sim.drive_id()
    );
    let mut next = Some(url.clone());
    while let Some(url) = next {
        let reply = graph.get(&url).await;
        names.extend(Graph::names(&reply));
        next = reply.json()["@odata.nextLink"].as_str().map(str::to_owned);
        assert!(next.iter().all(|next| next.starts_with(url.split('?').next().unwrap())));
    }
    assert_eq!(names.len(), 25);
    assert!(names.is_sorted());
    assert_eq!(sim.requests().len(), 4);
}

#[tokio::test]
async fn a_file_is_found_by_id_and_by_every_form_of_path() {
    let sim = empty_sim().await;
    let id = sim.put("/Sub Dir/Übersicht #1 50%.pdf", "pdf".into());
    let folder = sim.item_id("/Sub Dir").unwrap();
    let graph = Graph::sign_in(&sim).await;

    let name = "%C3%9Cbersicht%20%231%2050%25.pdf";
    for path in [
        format!("/items/{id}"),
        format!("/root:/Sub%20Dir/{name}"),
        format!("/root:/SUB%20DIR/{}:", name.to_lowercase().replace("%c3%9c", "%c3%bc")),
        format!("/items/root:/Sub%20Dir/{name}:"),
        format!("/items/{folder}:/{name}"),
    ] {
        let reply = graph.in_drive(&path).await;
        assert_eq!(reply.json()["id"], id, "{path}");
    }
    let missing = graph.in_drive("/root:/nope:").await;
    assert_eq!((missing.status, missing.error_code().as_str()), (404, "itemNotFound"));
    assert_eq!(
        Graph::names(&graph.in_drive("/root:/Sub%20Dir:/children").await).len(),
        1
    );
}

#[tokio::test]
async fn items_look_as_graph_describes_them() {
    let sim = empty_sim().await;
    sim.put("/Team/Plan.docx", "plan".into());
    let graph = Graph::sign_in(&sim).await;

    let root = graph.in_drive("/root").await.json();
    assert!(root["root"].is_object() && root["cTag"].is_null());
    assert_eq!(root["parentReference"]["driveId"], sim.drive_id());
    assert_eq!(root["folder"]["childCount"], 1);

    let file = graph.in_drive("/root:/Team/Plan.docx").await.json();
    assert_eq!(file["size"], 4);
    assert_eq!(file["file"]["hashes"]["quickXorHash"], QuickXor::of(b"plan"));
    assert_eq!(
        file["parentReference"]["path"],
        format!("/drives/{}/root:/Team", sim.drive_id())
    );
    assert!(file["lastModifiedDateTime"].as_str().unwrap().ends_with('Z'));
    assert!(file["eTag"].as_str().unwrap().ends_with("},1\""));
    assert!(file["cTag"].as_str().unwrap().starts_with("\"c:{"));
    assert!(
        file["@microsoft.graph.downloadUrl"]
            .as_str()
            .unwrap()
            .starts_with(&sim.content_url())
    );

    sim.rename("/Team/Plan.docx", "Plan 2.docx");
    let renamed = graph.in_drive("/root:/Team/Plan%202.docx").await.json();
    // It should move with the content alone, and moves with the name, too.
    assert_ne!(renamed["cTag"], file["cTag"]);
    assert_ne!(renamed["eTag"], file["eTag"]);
}

#[tokio::test]
async fn a_selection_strips_all_that_it_does_not_name() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "a".into());
    let graph = Graph::sign_in(&sim).await;

    let stripped = graph.in_drive("/root/children?$select=id,name").await.json()["value"][0].clone();
    assert_eq!(stripped.as_object().unwrap().len(), 2);
    let named = graph
        .in_drive("/root/children?%24select=name,@microsoft.graph.downloadUrl")
        .await
        .json();
    assert!(named["value"][0]["@microsoft.graph.downloadUrl"].is_string());
}

#[tokio::test]
async fn packages_shortcuts_and_malware_are_marked() {
    let sim = sim(Config::default()).await;
    let graph = Graph::sign_in(&sim).await;

    let package = graph.in_drive("/root:/Team%20Notebook").await.json();
    assert_eq!(package["package"]["type"], "oneNote");
    assert!(package["file"].is_null() && package["folder"].is_null());

    let path = format!("/drives/{}/root/children", sim.drive_id());
    let usual = graph.get(&path).await;
    let with = graph
        .get_with(&path, &[("Prefer", "Include-Feature=AddToOneDrive")])
        .await;
    assert_eq!(Graph::names(&usual).len() + 1, Graph::names(&with).len());
    assert!(Graph::names(&with).contains(&"Marketing Documents".to_owned()));

    let infected = graph.in_drive("/root:/Infected.pdf").await.json();
    assert!(infected["malware"].is_object());
    let refused = graph.in_drive("/root:/Infected.pdf:/content").await;
    assert_eq!(
        (refused.status, refused.error_code().as_str()),
        (403, "malwareDetected")
    );
}

#[tokio::test]
async fn faults_in_the_metadata_touch_their_file_only() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", Content::Bytes(vec![1; 100]));
    sim.put("/b.pdf", "b".into());
    sim.fault(Fault::new(FaultKind::LyingSize(-40)).on("/a.pdf"));
    sim.fault(Fault::new(FaultKind::WrongHash).on("/a.pdf").times(1));
    sim.fault(Fault::new(FaultKind::NoHash).on("/b.pdf"));
    let graph = Graph::sign_in(&sim).await;

    let page = graph.in_drive("/root/children").await.json();
    assert_eq!(page["value"][0]["size"], 60);
    let right = QuickXor::of(&[1; 100]);
    assert_ne!(page["value"][0]["file"]["hashes"]["quickXorHash"], right);
    assert_eq!(page["value"][1]["file"]["hashes"], serde_json::json!({}));

    let again = graph.in_drive("/root:/a.pdf").await.json();
    assert_eq!(again["file"]["hashes"]["quickXorHash"], right);
}

#[tokio::test]
async fn errors_carry_the_names_of_the_request() {
    let sim = empty_sim().await;
    sim.fault(Fault::server_error(503).times(1).at(Place::Metadata));
    let graph = Graph::sign_in(&sim).await;

    let reply = graph.get_with("/users", &[("client-request-id", "mine")]).await;
    assert_eq!(reply.status, 503);
    let inner = reply.json()["error"]["innerError"].clone();
    assert_eq!(inner["request-id"], reply.header("request-id"));
    assert_eq!(inner["client-request-id"], "mine");
    assert_eq!(graph.get("/users").await.status, 200);
}
