//! What a program does in a day: it looks, imports, follows, moves, downloads, syncs; and asks twice.

use base64::{Engine, prelude::BASE64_STANDARD};
use clientpoint_host::{
    service::{SyncAim, SyncStart},
    web::{Console, Who},
};
use reqwest::header::HeaderValue;
use sha2::{Digest, Sha256};

use super::*;

#[tokio::test]
async fn a_program_imports_follows_moves_downloads_and_syncs() {
    let stage = Stage::with_files(0).await;
    let program = stage.program("admin").await;
    let me = program.get("/api/me").await;
    assert_eq!(
        me.json,
        json!({ "name": "admin", "role": "administrator", "token": "CI" })
    );
    assert_eq!(
        program.get("/api/files").await.json,
        json!({ "rows": [], "next": null })
    );
    assert_eq!(
        program.get("/api/connections").await.json["connections"][0]["mode"],
        "organization"
    );
    let drives = program.get("/api/drives").await.json;
    assert!(
        drives["drives"]
            .as_array()
            .unwrap()
            .iter()
            .any(|drive| drive["selected"] == true),
        "{drives}"
    );

    for name in ["/Plan.pdf", "/Offer.pdf", "/Tool.exe"] {
        stage.sim.put(name, format!("%PDF-1 {name}").into_bytes().into());
    }
    let found = program.get("/api/items?q=PLAN&importable=true").await.json;
    assert_eq!(found["rows"].as_array().unwrap().len(), 1, "{found}");
    let plan = found["rows"][0]["item"]["id"].as_str().unwrap();
    let all = program.get("/api/items").await.json;
    let offer = all["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == "Offer.pdf")
        .unwrap();
    let items = json!({ "items": [plan, offer["item"]["id"], plan] });
    let begun = program.post("/api/imports", &[], items).await;
    assert_eq!(begun.json["kind"], "import");
    let done = program.done(&begun).await;
    assert_eq!(done["counts"], json!({ "imported": 2 }));

    let page = program.get("/api/files?limit=1&order=name").await.json;
    assert_eq!(page["rows"][0]["name"], "Offer.pdf");
    let next = page["next"].as_str().unwrap();
    let page = program
        .get(&format!("/api/files?limit=1&order=name&after={next}"))
        .await
        .json;
    assert_eq!(
        (&page["rows"][0]["name"], &page["next"]),
        (&json!("Plan.pdf"), &Value::Null)
    );
    let id = page["rows"][0]["id"].as_str().unwrap();

    let file = program.get(&format!("/api/files/{id}")).await;
    assert_eq!(file.headers["etag"], "\"1\"");
    let move_it = format!("/api/files/{id}/move");
    let place = json!({ "place": "Workspace/Sales" });
    assert_eq!(
        program.post(&move_it, &[], place.clone()).await.refused(),
        (428, "revision-required")
    );
    let stale = program.post(&move_it, &[("if-match", "\"7\"")], place.clone()).await;
    assert_eq!(stale.refused(), (412, "outdated"));
    assert_eq!(
        program.get(&format!("/api/files/{id}")).await.json["place"],
        "Company Wide"
    );
    let moved = program.post(&move_it, &[("if-match", "\"1\"")], place).await;
    assert_eq!(
        (moved.status, &moved.json["place"]),
        (StatusCode::OK, &json!("Workspace/Sales"))
    );

    let request = program.client.get(format!("{}/api/files/{id}/content", stage.origin));
    let answer = request.bearer_auth(&program.token).send().await.unwrap();
    let digest = answer.headers()["repr-digest"].to_str().unwrap().to_owned();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(bytes.as_ref(), b"%PDF-1 /Plan.pdf");
    assert_eq!(
        digest,
        format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(&bytes)))
    );

    stage.sim.put("/Plan.pdf", b"%PDF-1 a new one".to_vec().into());
    let looked = program.done(&program.post("/api/plans", &[], json!({})).await).await;
    let run = looked["run"].as_i64().unwrap();
    let plan = program.get(&format!("/api/plans/{run}")).await.json;
    assert_eq!(plan["counts"], json!({ "updated": 1 }), "{plan}");
    let files = program.get(&format!("/api/plans/{run}/files")).await.json;
    assert_eq!(files["rows"][0]["file"], id);
    let carried = program
        .done(
            &program
                .post(&format!("/api/plans/{run}/carry-out"), &[], json!({}))
                .await,
        )
        .await;
    let run = carried["run"].as_i64().unwrap();
    let lines = program
        .get(&format!("/api/runs/{run}/lines?outcome=updated"))
        .await
        .json;
    assert_eq!(lines["rows"][0]["file"], id, "{lines}");
    assert_eq!(
        program.get(&format!("/api/runs/{run}")).await.json["counts"]["updated"],
        1
    );
    let revisions = program.get(&format!("/api/files/{id}/revisions")).await.json;
    assert_eq!(revisions["rows"].as_array().unwrap().len(), 2);

    let back = program
        .ask(
            Method::POST,
            &format!("/api/files/{id}/roll-back"),
            &[("if-match", "\"2\"")],
            None,
        )
        .await;
    assert_eq!((back.status, &back.json["revision"]), (StatusCode::OK, &json!(3)));
    let released = program
        .ask(
            Method::POST,
            &format!("/api/files/{id}/release"),
            &[("if-match", "*")],
            None,
        )
        .await;
    assert_eq!(released.status, StatusCode::OK, "{}", released.json);
    let removed = program
        .ask(
            Method::DELETE,
            &format!("/api/files/{id}"),
            &[("if-match", "\"3\"")],
            None,
        )
        .await;
    assert_eq!(removed.json["id"], id, "{}", removed.json);
    assert_eq!(
        program.get(&format!("/api/files/{id}")).await.refused(),
        (409, "in-the-bin")
    );
    assert_eq!(program.get("/api/bin").await.json["rows"][0]["id"], id);
    let restored = program
        .ask(Method::POST, &format!("/api/bin/{id}/restore"), &[], None)
        .await;
    assert_eq!(restored.status, StatusCode::OK);

    let kinds = program.get("/api/operations?state=done").await.json;
    let kinds: Vec<&str> = kinds["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["sync", "plan", "import"]);
    assert_eq!(
        program.get("/api/status").await.json["syncs"][0]["last"]["state"],
        "complete"
    );
    let settings = program.get("/api/settings").await.json;
    assert!(
        settings["settings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|setting| setting["key"] == "policy.max-file-bytes")
    );
    let keeping = program.get("/api/sizes").await.json;
    assert!(keeping["sizes"]["objects"].as_u64() > Some(0), "{keeping}");
    assert_eq!(keeping["over"]["revisions"], 0, "{keeping}");
}

#[tokio::test]
async fn what_is_asked_for_twice_by_one_key_is_begun_once() {
    let stage = Stage::with_files(0).await;
    let program = stage.program("admin").await;
    let one = stage.sim.put("/One.pdf", b"%PDF-1".to_vec().into());
    let other = stage.sim.put("/Other.pdf", b"%PDF-2".to_vec().into());
    let key = [("idempotency-key", "4711-a")];
    let begin = async |items: Value| program.post("/api/imports", &key, json!({ "items": items })).await;
    let (first, second) = tokio::join!(begin(json!([one])), begin(json!([one])));
    assert_eq!(first.location(), second.location());
    program.done(&first).await;
    stage.clock.advance(Duration::from_secs(60 * 60));
    let later = begin(json!([one])).await;
    assert_eq!(
        (later.status, later.location()),
        (StatusCode::ACCEPTED, first.location())
    );
    assert_eq!(later.json["state"], "done");
    let reused = begin(json!([other])).await;
    assert_eq!(reused.refused(), (422, "wrong-settings"));
    assert_eq!(reused.json["field"], "Idempotency-Key");

    // Another person's key is another one, and so is one of long ago.
    let admin = stage.host.session("admin").await.unwrap();
    admin.add_user("ada", Role::Administrator).await.unwrap();
    let ada = stage.program("ada").await;
    let begun = ada.post("/api/imports", &key, json!({ "items": [one] })).await;
    assert_ne!(begun.location(), first.location());
    ada.done(&begun).await;
    stage.clock.advance(Duration::from_secs(25 * 60 * 60));
    let newer = [("idempotency-key", "4711-b")];
    let begun = program.post("/api/imports", &newer, json!({ "items": [other] })).await;
    program.done(&begun).await;
    let again = begin(json!([other])).await;
    assert_ne!(again.location(), first.location());
    program.done(&again).await;
    for (key, told) in [("", 422), ("a b", 422), (&*"x".repeat(256), 422)] {
        let refused = program
            .post("/api/imports", &[("idempotency-key", key)], json!({ "items": [one] }))
            .await;
        assert_eq!(refused.status.as_u16(), told, "{key:?}");
    }
}

#[tokio::test]
async fn of_two_syncs_the_second_is_told_where_the_first_is() {
    let stage = Stage::with_files(1).await;
    let program = stage.program("admin").await;
    let admin = stage.host.session("admin").await.unwrap();
    // Begun, and carried out by nobody as yet.
    let first = match admin.begin_sync(SyncAim::Sync).await.unwrap() {
        SyncStart::Begun(begun) => begun,
        SyncStart::UnderWay(_) => panic!("nothing is under way"),
    };
    let second = program.post("/api/syncs", &[], json!({})).await;
    assert_eq!(second.refused(), (409, "sync-running"));
    assert_eq!(second.location(), format!("/api/operations/{}", first.id()));
    assert_eq!(second.json["wayOut"], "show-operations");
    drop(first);
    program.done(&program.post("/api/syncs", &[], json!({})).await).await;
}

#[tokio::test]
async fn r2_every_address_for_administrators_is_forbidden_to_a_member_s_token() {
    let stage = Stage::with_files(1).await;
    let admin = stage.host.session("admin").await.unwrap();
    admin.add_user("mia", Role::Member).await.unwrap();
    let (mia, nobody) = (stage.program("mia").await, stage.with_token(""));
    let browser = stage.logged_in("admin").await;
    let routes = Console::api_routes();
    assert!(routes.iter().filter(|route| route.who == Who::Administrators).count() > 40);
    for route in routes {
        let path = ["{id}", "{run}", "{check}", "{form}"]
            .iter()
            .fold(route.path.to_owned(), |path, name| path.replace(name, "100001"));
        let method: Method = route.method.parse().unwrap();
        let answer = mia.ask(method.clone(), &path, &[("if-match", "*")], None).await;
        let is_forbidden = answer.refused() == (403, "forbidden");
        assert_eq!(
            is_forbidden,
            route.who == Who::Administrators,
            "{route:?}: {}",
            answer.json
        );
        for name in ["access-control-allow-origin", "set-cookie"] {
            assert!(!answer.headers.contains_key(name), "{route:?}");
        }
        assert_eq!(
            answer.headers.get("cache-control"),
            Some(&HeaderValue::from_static("no-store"))
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        if route.who == Who::Anybody {
            continue;
        }
        let answer = nobody.ask(method.clone(), &path, &[("if-match", "*")], None).await;
        assert_eq!(answer.refused(), (401, "no-token"), "{route:?}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        // What a browser sends by itself opens nothing here.
        let answer = browser
            .ask(method, &path, &[("sec-fetch-site", "same-origin")], &[])
            .await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{route:?}");
    }
    assert_eq!(mia.get("/api/files").await.json["rows"].as_array().unwrap().len(), 1);
    let preflight = mia
        .ask(
            Method::OPTIONS,
            "/api/files",
            &[("origin", "https://evil.example")],
            None,
        )
        .await;
    assert_eq!(preflight.refused(), (405, "wrong-method"));
    assert_eq!(mia.get("/api/nowhere").await.refused(), (404, "no-such-address"));
}
