//! Files that come from no source.

use reqwest::StatusCode;

use super::stage::Stage;

#[tokio::test]
async fn a_file_is_uploaded_by_hand_and_existing_clientpoints_can_be_left_alone() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    let body = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"C:\\\\My\\\\Film.mp4\"\r\n\r\n0123\r\n--b--\r\n";
    let sent = browser
        .client
        .post(format!("{}/files/upload", browser.origin))
        .header("cookie", browser.cookie.clone().unwrap())
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), StatusCode::SEE_OTHER, "{}", sent.text().await.unwrap());
    let admin = stage.host.session("admin").await.unwrap();
    assert_eq!(admin.file("100002").await.unwrap().name, "Film.mp4");
    browser.post("/files/100001/keep", &[("keep", "yes")]).await;
    assert_eq!(admin.propagation().await.unwrap().keep_files, ["100001"]);
    let page = browser.page("/files/100001").await;
    assert!(page.contains("Do not update existing ClientPoints") && page.contains("Switch it off"));
}
