//! Names of files, what they had before, and what they follow from now on.

use std::fs;

use end_to_end::files::below;
use reqwest::StatusCode;

use super::stage::Stage;

#[tokio::test]
async fn a_file_is_renamed_and_what_it_was_before_is_looked_at() {
    let stage = Stage::with_files(3).await;
    let browser = stage.logged_in("admin").await;
    let earlier = browser.get("/files/100002/revisions/1").await;
    assert_eq!(earlier.bytes().await.unwrap().as_ref(), b"%PDF-1");
    assert_eq!(
        browser.get("/files/100002/revisions/9").await.status(),
        StatusCode::NOT_FOUND
    );
    let renamed = browser.post("/files/100002/rename", &[("name", "Plan A.pdf")]).await;
    assert_eq!(renamed.headers()["location"], "/files/100002");
    assert!(browser.page("/files/100002").await.contains("Plan A.pdf"));
    let wrong = browser.post("/files/100002/rename", &[("name", "Plan A.docx")]).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_file_follows_another_one_once_somebody_has_looked_at_what_that_means() {
    let stage = Stage::with_files(2).await;
    let browser = stage.logged_in("admin").await;
    assert!(browser.page("/files/100001").await.contains("Follow another file"));
    let follow = "/files/100001/follow";
    let nothing = browser.post(follow, &[("item", " ")]).await;
    assert_eq!(nothing.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = nothing.text().await.unwrap();
    assert!(
        page.contains("There is a problem") && page.contains("href=\"#item\""),
        "{page}"
    );
    let unknown = browser.post("/files/999999/follow", &[("item", "Plan 1.pdf")]).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);

    let begun = browser.post(follow, &[("item", "Plan 1.pdf")]).await;
    let check = begun.headers()["location"].to_str().unwrap().to_owned();
    let admin = stage.host.session("admin").await.unwrap();
    let id = check.rsplit('/').next().unwrap().parse().unwrap();
    let mut watching = admin.watch_operation(id).await.unwrap();
    while watching.next(&admin).await.unwrap().is_some() {}
    let page = browser.page(&format!("{check}?show=all")).await;
    assert!(
        page.contains("Will be linked anew") && page.contains(">Link 1 file<"),
        "{page}"
    );
    assert_eq!(
        admin.file("100001").await.unwrap().source_name.as_deref(),
        Some("Plan 0.pdf")
    );
}

#[tokio::test]
async fn what_the_disk_has_lost_of_a_file_without_a_source_stands_on_home_and_in_the_status_for_programs() {
    let stage = Stage::with_files(1).await;
    let admin = stage.host.session("admin").await.unwrap();
    let own = admin
        .add_file("Film.mp4", &b"the only copy"[..], &"Company Wide".parse().unwrap())
        .await
        .unwrap();
    let browser = stage.logged_in("admin").await;
    let home = browser.page("/").await;
    assert!(!home.contains("are damaged"), "{home}");

    let objects = stage._data.path().join("objects");
    let object = below(&objects).into_iter().find(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name == own.sha256
    });
    let object = object.unwrap();
    let mut rights = fs::metadata(&object).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "a file of this test alone")]
    rights.set_readonly(false);
    fs::set_permissions(&object, rights).unwrap();
    fs::write(&object, b"the only cops").unwrap();
    assert_eq!(admin.verify(&[]).await.unwrap().damaged, 1);

    let home = browser.page("/").await;
    assert!(
        home.contains("are damaged on this host") && home.contains("Film.mp4"),
        "{home}"
    );
    assert!(home.contains("/files?state=damaged"));
    let status = stage.program("admin").await.get("/api/status").await.json;
    let kinds: Vec<_> = status["troubles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trouble| &trouble["kind"])
        .collect();
    assert!(kinds.contains(&&serde_json::json!("damaged")), "{status}");
}
