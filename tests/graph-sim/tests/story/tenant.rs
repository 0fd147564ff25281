//! What the tenant's administrators have decided, and what becomes of it at each address.

use chrono::TimeDelta;
use graph_sim::{CLIENT_ID, Config, Consent, Fault, FaultKind, Platform, Seed, SignInRefusal, Sim, TENANT_ID};
use serde_json::json;

use crate::{
    authorize::{code, page, redeem, refresh, refusal, text, tokens},
    client::{FORM, Graph, empty_sim, get, parameter, send, token_url},
};

/// A simulator as the real service is at its beginning: nothing is approved.
async fn unapproved() -> Sim {
    let sim = empty_sim().await;
    let usual = Sim::start(Config {
        seed: Seed::Empty,
        redirect_uris: vec!["http://127.0.0.1/done".to_owned()],
        ..Config::default()
    });
    drop(sim);
    usual.await.unwrap()
}

fn html(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap()
}

#[tokio::test]
async fn all_files_and_all_sites_take_an_administrator_and_the_page_sends_nobody_back() {
    let sim = unapproved().await;
    let all = format!("{}&_sim_user=member", page(&sim, "organizations"));
    let shown = get(&all).await;
    assert_eq!((shown.status, shown.header("location")), (200, ""));
    let shown = html(shown.body);
    assert!(shown.contains("Need admin approval"), "{shown}");

    // Who asks for it is sent back, with the reason.
    let link = shown.split("<a href=\"").nth(1).unwrap().split('"').next().unwrap();
    let address = all.split('?').next().unwrap();
    let back = get(&format!("{address}{}", link.replace("&amp;", "&"))).await;
    let why = parameter(back.header("location"), "error_description").unwrap();
    assert!(why.starts_with("AADSTS90094: "), "{why}");

    // The person's own files are theirs to give.
    let own = get(&all.replace("Files.Read.All", "Files.Read")).await;
    assert_eq!(own.status, 302);

    let approval = format!("{}/{TENANT_ID}/adminconsent?client_id={CLIENT_ID}", sim.login_url());
    assert_eq!(get(&approval).await.status, 200);
    assert_eq!(get(&all).await.status, 302);
}

#[tokio::test]
async fn who_may_approve_is_the_tenants_to_say() {
    let sim = unapproved().await;
    let all = format!("{}&_sim_user=member", page(&sim, "organizations"));
    sim.set_consent(Consent::Legacy);
    assert_eq!(get(&all).await.status, 302);
    let reader = get(&all.replace("User.Read", "User.Read.All")).await;
    assert_eq!(reader.status, 200, "that was never theirs to give");
    sim.set_consent(Consent::Administrators);
    assert_eq!(get(&all.replace("Files.Read.All", "Files.Read")).await.status, 200);
    sim.approve();
    assert_eq!(get(&all).await.status, 302);
}

#[tokio::test]
async fn an_application_gets_as_far_as_its_roles() {
    let sim = Sim::start(Config::default()).await.unwrap();
    let drive = sim.drive_id();
    let paths = [
        "/users",
        "/sites/getAllSites",
        "/sites/contoso.sharepoint.com:/sites/Marketing",
        "/sites/root/drive",
        &format!("/drives/{drive}/root/children"),
    ];
    for (roles, expected) in [
        (&["Files.Read.All"][..], [403, 403, 403, 200, 200]),
        (&["Sites.Read.All"], [403, 200, 200, 200, 200]),
        (&["Files.Read.All", "Sites.Read.All", "User.Read.All"], [200; 5]),
        (&["Sites.Selected"], [403; 5]),
        (&["User.Read.All"], [200, 403, 403, 403, 403]),
        (&[], [401; 5]),
    ] {
        sim.set_roles(roles);
        let graph = Graph::sign_in(&sim).await;
        for (path, expected) in paths.iter().zip(expected) {
            assert_eq!(graph.get(path).await.status, expected, "{roles:?} {path}");
        }
    }
    sim.set_roles(&["Files.Read.All"]);
    let refused = Graph::sign_in(&sim).await.get(paths[2]).await.json();
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("Sites.Read.All") && message.ends_with("granted: Files.Read.All"),
        "{message}"
    );
}

#[tokio::test]
async fn what_is_granted_later_is_in_later_tokens() {
    let sim = Sim::start(Config::default()).await.unwrap();
    sim.set_roles(&["Files.Read.All"]);
    let before = Graph::sign_in(&sim).await;
    sim.set_roles(&["Files.Read.All", "User.Read.All"]);
    assert_eq!(before.get("/users").await.status, 403);
    assert_eq!(Graph::sign_in(&sim).await.get("/users").await.status, 200);
}

#[tokio::test]
async fn single_sites_are_opened_one_by_one() {
    let sim = Sim::start(Config::default()).await.unwrap();
    sim.set_roles(&["Sites.Selected"]);
    sim.grant_site("/sites/Marketing");
    let graph = Graph::sign_in(&sim).await;
    let site = graph.get("/sites/contoso.sharepoint.com:/sites/Marketing").await;
    assert_eq!(site.status, 200);
    let drives = graph
        .get(&format!("/sites/{}/drives", text(&site.json(), "id")))
        .await
        .json();
    let drive = text(&drives["value"][0], "id");
    assert_eq!(graph.get(&format!("/drives/{drive}/root/children")).await.status, 200);
    for path in [
        "/sites/contoso.sharepoint.com:/sites/SalesTeam".to_owned(),
        "/sites/contoso.sharepoint.com:/sites/SalesTeam:/drives".to_owned(),
        format!("/drives/{}/root/children", sim.drive_id()),
        "/sites/getAllSites".to_owned(),
    ] {
        assert_eq!(graph.get(&path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_person_gets_as_far_as_the_scopes_that_they_gave() {
    let sim = Sim::start(Config {
        redirect_uris: vec!["http://127.0.0.1/done".to_owned()],
        approved: true,
        ..Config::default()
    })
    .await
    .unwrap();
    let site = "/sites/contoso.sharepoint.com:/sites/Marketing:/drive/root/children";
    let paths = ["/me/drive", "/me/drive/root/children", "/sites?search=*", site];
    for (scopes, expected) in [
        ("Files.Read", [200, 200, 403, 403]),
        ("Files.Read.All", [200, 200, 403, 403]),
        ("Files.Read.All%20Sites.Read.All", [200; 4]),
        ("User.Read", [403; 4]),
    ] {
        let wanted = "Files.Read.All%20https%3A%2F%2Fgraph.microsoft.com%2FUser.Read";
        let url = page(&sim, "organizations").replace(wanted, scopes);
        let back = get(&format!("{url}&_sim_user=member")).await;
        let code = parameter(back.header("location"), "code").unwrap();
        let token = text(&redeem(&sim, "organizations", &code).await.json(), "access_token");
        let graph = Graph {
            sim: &sim,
            authorization: format!("Bearer {token}"),
        };
        for (path, expected) in paths.iter().zip(expected) {
            assert_eq!(graph.get(path).await.status, expected, "{scopes} {path}");
        }
    }
}

#[tokio::test]
async fn a_redirect_address_belongs_to_a_platform() {
    let sim = empty_sim().await;
    sim.register("http://127.0.0.1/done", Platform::Spa);
    let reply = redeem(&sim, "organizations", &code(&sim, "organizations", "member").await).await;
    assert_eq!(refusal(&reply), ("invalid_request".to_owned(), 9_002_327));

    sim.register("http://127.0.0.1/done", Platform::Native);
    let reply = redeem(&sim, "organizations", &code(&sim, "organizations", "member").await).await;
    assert_eq!(
        (reply.status, reply.json()["error_codes"][0].as_u64()),
        (401, Some(700_025))
    );

    sim.register("http://127.0.0.1/Done", Platform::Web);
    let reply = get(&format!("{}&_sim_user=member", page(&sim, "organizations"))).await;
    assert!(html(reply.body).contains("AADSTS50011"));
}

#[tokio::test]
async fn a_policy_may_want_a_new_sign_in_every_so_often() {
    let sim = empty_sim().await;
    sim.require_sign_in_every(Some(TimeDelta::hours(8)));
    let token = text(&tokens(&sim, "member").await, "refresh_token");
    sim.set_clock(sim.now() + TimeDelta::hours(7));
    let next = text(&refresh(&sim, &token).await.json(), "refresh_token");
    sim.set_clock(sim.now() + TimeDelta::hours(1));
    assert_eq!(
        refusal(&refresh(&sim, &next).await),
        ("invalid_grant".to_owned(), 70_043)
    );
}

#[tokio::test]
async fn a_refusal_is_what_a_test_wants_it_to_be() {
    let sim = empty_sim().await;
    let ask = || async { send("POST", &token_url(&sim, sim.tenant()), &[FORM], "").await };
    sim.fault(
        "refuse*1=400:invalid_grant:50196+90055:message_only:60"
            .parse::<Fault>()
            .unwrap(),
    );
    let refused = ask().await;
    let json = refused.json();
    assert_eq!((refused.status, refused.header("retry-after")), (400, "60"));
    assert_eq!(json["error"], "invalid_grant");
    assert_eq!(json["error_codes"], json!([50_196, 90_055]));
    assert_eq!(json["suberror"], "message_only");
    assert!(text(&json, "error_description").starts_with("AADSTS50196: "));

    sim.fault(Fault::refuse(503, "temporarily_unavailable", 90_033).times(1));
    assert_eq!(ask().await.status, 503);
    let fault = Fault::new(FaultKind::Refuse(SignInRefusal {
        status: 401,
        word: "invalid_client".to_owned(),
        ..SignInRefusal::default()
    }));
    assert_eq!(fault.to_string(), "refuse=401:invalid_client");
}

#[tokio::test]
async fn a_drive_with_an_authentication_context_asks_for_more_than_a_token() {
    let sim = empty_sim().await;
    let graph = Graph::sign_in(&sim).await;
    sim.challenge(&sim.drive_id(), 401);
    let asked = graph.in_drive("/root/children").await;
    assert_eq!(asked.status, 401);
    assert!(asked.header("www-authenticate").contains("insufficient_claims"));
    sim.challenge(&sim.drive_id(), 403);
    let asked = graph.in_drive("/root/children").await;
    assert_eq!(
        (asked.status, asked.json()["error"]["innerError"]["code"].clone()),
        (403, json!("insufficient_claims"))
    );
    assert_eq!(graph.get("/users").await.status, 200);
}

#[tokio::test]
async fn a_known_application_that_nobody_has_approved_is_told_from_an_unknown_one() {
    let sim = empty_sim().await;
    let partner = "3c9be1f0-0000-4000-8000-0000fab21ca0";
    let form = format!(
        "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret=sim~secret%2B%2Fvalue&scope=.default"
    );
    let reply = send("POST", &token_url(&sim, partner), &[FORM], &form).await;
    assert_eq!(
        (reply.status, reply.json()["error_codes"][0].as_u64()),
        (401, Some(7_000_229))
    );
}
