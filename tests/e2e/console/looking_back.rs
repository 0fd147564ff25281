//! Names of files, and what they had before.

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
