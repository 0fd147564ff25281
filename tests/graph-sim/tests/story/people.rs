//! What people see of Graph who have signed in.

use graph_sim::{Config, RequestKind};

use crate::client::{Graph, empty_sim, sim};

#[tokio::test]
async fn a_member_has_a_name_and_a_drive() {
    let sim = empty_sim().await;
    let id = sim.put("/Plan.docx", "plan".into());
    let graph = Graph::of_person(&sim, "member");

    assert_eq!(graph.get("/me").await.json()["displayName"], "Ada Winter");
    let drive = graph.get("/me/drive").await.json();
    assert_eq!(
        (&drive["id"], &drive["driveType"]),
        (&sim.drive_id().into(), &"business".into())
    );
    let drives = graph.get("/me/drives").await.json();
    let name = |number: usize| {
        drives["value"][number]["webUrl"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
    };
    let mut hidden = [name(0), name(1)];
    hidden.sort_unstable();
    assert_eq!(hidden, ["PersonalCacheLibrary", "PreservationHoldLibrary"]);
    assert_eq!(drives["value"][2]["id"], sim.drive_id());
    assert_eq!(Graph::names(&graph.get("/me/drive/root/children").await), ["Plan.docx"]);
    assert_eq!(graph.get(&format!("/me/drive/items/{id}/content")).await.status, 302);
    let kinds: Vec<RequestKind> = sim.requests().iter().map(|request| request.kind).collect();
    assert_eq!(
        kinds[..4],
        [RequestKind::Me, RequestKind::Me, RequestKind::Me, RequestKind::Children]
    );
}

#[tokio::test]
async fn a_personal_account_is_known_by_its_drive() {
    let sim = empty_sim().await;
    let graph = Graph::of_person(&sim, "personal");
    let drive = graph.get("/me/drive").await.json();
    assert_eq!(drive["driveType"], "personal");
    assert!(!drive["id"].as_str().unwrap().starts_with("b!"));
    assert_eq!(graph.get("/me/drive/root/children").await.status, 200);
    // The company's drives are not theirs, and theirs is not the company's.
    assert_eq!(graph.in_drive("/root").await.status, 403);
    assert!(!sim.drive_ids().contains(&drive["id"].as_str().unwrap().to_owned()));
}

#[tokio::test]
async fn a_guest_has_no_drive_but_sees_the_libraries() {
    let sim = sim(Config::default()).await;
    let graph = Graph::of_person(&sim, "guest");
    for path in ["/me/drive", "/me/drives", "/me/drive/root/children"] {
        let reply = graph.get(path).await;
        assert_eq!(
            (reply.status, reply.error_code().as_str()),
            (404, "ResourceNotFound"),
            "{path}"
        );
    }
    let name = graph.get("/me").await.json()["userPrincipalName"].clone();
    assert_eq!(name, "gina_fabrikam.example#EXT#@contoso.example");
    let library = graph
        .get("/sites/contoso.sharepoint.com:/sites/Marketing:/drive/root/children")
        .await;
    assert_eq!(Graph::names(&library), ["Archive", "Welcome.pdf"]);
}

#[tokio::test]
async fn people_open_libraries_but_not_the_drives_of_others() {
    let sim = empty_sim().await;
    let graph = Graph::of_person(&sim, "second");
    let refused = graph.in_drive("/root/children").await;
    assert_eq!((refused.status, refused.error_code().as_str()), (403, "accessDenied"));
    assert_eq!(graph.get("/sites/getAllSites").await.status, 403);
    assert_eq!(graph.get("/sites?search=*").await.status, 200);
}
