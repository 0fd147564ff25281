//! Backups, begun by programs and pages: where to, only whoever starts the host says.

use clientpoint_host::settings::{Layers, Origin};

use super::*;

#[tokio::test]
async fn a_backup_goes_where_the_host_was_told_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("copies");
    let mut layers = Layers::default();
    layers.put(Origin::File, "backup.folder", to.to_str().unwrap()).unwrap();
    let stage = Stage::set_with_files(layers, 2).await;
    let program = stage.program("admin").await;
    let before = program.get("/api/backups").await.json;
    assert_eq!(before, json!({ "folder": to.to_str().unwrap(), "backups": [] }));
    let elsewhere = program.post("/api/backups", &[], json!({ "folder": "/tmp" })).await;
    assert_eq!(elsewhere.refused(), (422, "unknown-field"));

    let key = [("idempotency-key", "night-1")];
    let begun = program.post("/api/backups", &key, json!({})).await;
    assert_eq!(begun.json["kind"], "backup", "{}", begun.json);
    let done = program.done(&begun).await;
    assert_eq!(done["counts"]["lacking"], 0, "{done}");
    assert_eq!(
        program.post("/api/backups", &key, json!({})).await.location(),
        begun.location()
    );
    let after = program.get("/api/backups").await.json;
    assert_eq!(after["backups"].as_array().unwrap().len(), 1, "{after}");
    assert_eq!(after["backups"][0]["made_by"], "admin");
    assert!(to.join("copies").is_dir());

    // The same by a page, which names no folder.
    let admin = stage.logged_in("admin").await;
    let page = admin.page("/backups").await;
    assert!(
        page.contains("Back up now") && !page.contains(to.to_str().unwrap()),
        "{page}"
    );
    let begun = admin.post("/backups", &[]).await;
    assert_eq!(begun.status(), StatusCode::SEE_OTHER);
    let operation = begun.headers()["location"].to_str().unwrap().to_owned();
    let last = program.follow(&format!("/api{operation}")).await.pop().unwrap();
    assert_eq!(
        (&last["state"], &last["counts"]["copied"]),
        (&json!("done"), &json!(0)),
        "{last}"
    );
    let page = admin.page(&operation).await;
    assert!(
        page.contains("0 of them new") && page.contains("href=\"/backups\""),
        "{page}"
    );
}

#[tokio::test]
async fn where_no_folder_is_named_no_backup_begins() {
    let stage = Stage::with_files(0).await;
    let program = stage.program("admin").await;
    assert_eq!(program.get("/api/backups").await.json["folder"], Value::Null);
    let refused = program.post("/api/backups", &[], json!({})).await;
    assert_eq!(
        (refused.refused(), refused.json["wayOut"].as_str()),
        ((422, "wrong-settings"), Some("show-settings"))
    );
    let operations = program.get("/api/operations?kind=backup").await.json;
    assert_eq!(operations["rows"], json!([]));
    let admin = stage.logged_in("admin").await;
    assert!(!admin.page("/backups").await.contains("Back up now"));
    assert_eq!(
        admin.post("/backups", &[]).await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
}
