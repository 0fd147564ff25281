//! Files that come from no source.

use reqwest::StatusCode;

use super::stage::{Browser, Stage};

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

#[tokio::test]
async fn a_file_of_the_library_s_own_is_replaced_on_its_page_and_a_managed_one_is_not() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    let admin = stage.host.session("admin").await.unwrap();
    let own = admin
        .add_file("Film.mp4", &b"first"[..], &"Company Wide".parse().unwrap())
        .await
        .unwrap();
    let page = browser.page(&format!("/files/{}", own.id)).await;
    assert!(page.contains("Replace it by this file"), "{page}");
    let sent = send(
        &browser,
        &format!("/files/{}/content", own.id),
        "1",
        "Other.mp4",
        "second",
    )
    .await;
    assert_eq!(sent.status(), StatusCode::SEE_OTHER);
    let now = admin.file(&own.id).await.unwrap();
    assert_eq!((now.revision, now.size, now.name.as_str()), (2, 6, "Film.mp4"));

    // Somebody else has replaced it since the page was made.
    let late = send(
        &browser,
        &format!("/files/{}/content", own.id),
        "1",
        "Other.mp4",
        "third",
    )
    .await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    assert!(late.text().await.unwrap().contains("has revision 2 by now"));
    let odd = send(
        &browser,
        &format!("/files/{}/content", own.id),
        "latest",
        "Other.mp4",
        "third",
    )
    .await;
    assert_eq!(odd.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(admin.file(&own.id).await.unwrap().revision, 2);

    let managed = send(&browser, "/files/100001/content", "1", "Plan.pdf", "mine").await;
    assert_eq!(managed.status(), StatusCode::CONFLICT);
    let page = managed.text().await.unwrap();
    assert!(
        page.contains("There is a problem") && page.contains("replaced there, and not here"),
        "{page}"
    );
    assert!(!browser.page("/files/100001").await.contains("Replace it by"));
    assert_eq!(admin.file("100001").await.unwrap().revision, 1);
}

#[tokio::test]
async fn what_is_larger_than_the_settings_allow_is_refused_with_the_number_and_leaves_nothing() {
    let stage = Stage::new().await;
    let admin = stage.host.session("admin").await.unwrap();
    admin.set("upload.max-bytes", "5").await.unwrap();
    let browser = stage.logged_in("admin").await;
    assert!(browser.page("/files/upload").await.contains("Up to 5 bytes"));
    let sent = send(&browser, "/files/upload", "", "Film.mp4", "123456").await;
    assert_eq!(sent.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = sent.text().await.unwrap();
    assert!(
        page.contains("is larger than 5 bytes") && page.contains("href=\"#file\""),
        "{page}"
    );
    let sent = send(&browser, "/files/upload", "", "Film.mp4", "12345").await;
    assert_eq!(sent.status(), StatusCode::SEE_OTHER);
    assert_eq!(admin.file("100001").await.unwrap().size, 5);
}

#[tokio::test]
async fn a_file_is_shown_somewhere_taken_out_put_into_the_bin_and_brought_back() {
    let stage = Stage::with_files(2).await;
    let browser = stage.logged_in("admin").await;
    let admin = stage.host.session("admin").await.unwrap();
    assert!(browser.page("/bin").await.contains("The bin is empty"));
    let shown = browser
        .post(
            "/files/100001/show",
            &[("kind", "ClientPoint"), ("shown-in", "Fabrikam")],
        )
        .await;
    assert_eq!(shown.status(), StatusCode::SEE_OTHER);
    assert!(browser.page("/files/100001").await.contains("Take out of Fabrikam"));
    let nowhere = browser
        .post("/files/100001/show", &[("kind", "Drawer"), ("shown-in", "Fabrikam")])
        .await;
    assert_eq!(nowhere.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let refused = browser.post("/files/100001/remove", &[("revision", "1")]).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert!(
        refused.text().await.unwrap().contains("Fabrikam"),
        "where it is shown is named"
    );
    browser
        .post(
            "/files/100001/take-out",
            &[("kind", "ClientPoint"), ("shown-in", "Fabrikam")],
        )
        .await;
    let late = browser.post("/files/100001/remove", &[("revision", "7")]).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    let removed = browser.post("/files/100001/remove", &[("revision", "1")]).await;
    assert_eq!(removed.status(), StatusCode::SEE_OTHER);
    let bin = browser.page("/bin").await;
    assert!(bin.contains("Plan 0.pdf") && bin.contains("Bring back"), "{bin}");

    let back = browser.post("/bin/100001/restore", &[]).await;
    assert_eq!(back.status(), StatusCode::SEE_OTHER);
    assert_eq!(admin.file("100001").await.unwrap().name, "Plan 0.pdf");

    browser.post("/files/100001/remove", &[("revision", "1")]).await;
    assert!(
        browser
            .page("/bin/100001/remove")
            .await
            .contains("can&#39;t be brought back")
            || browser
                .page("/bin/100001/remove")
                .await
                .contains("can't be brought back")
    );
    assert_eq!(
        browser.post("/bin/100001/remove", &[]).await.status(),
        StatusCode::SEE_OTHER
    );
    assert!(browser.page("/bin").await.contains("The bin is empty"));
    // What is in the library is not removed for good by way of the bin.
    let in_library = browser.post("/bin/100002/remove", &[]).await;
    assert_eq!(in_library.status(), StatusCode::NOT_FOUND);
    assert!(admin.file("100002").await.is_ok());
    assert!(admin.remove_binned("100002").await.is_err());
}

#[tokio::test]
async fn what_is_ticked_in_the_list_is_moved_together() {
    let stage = Stage::with_files(2).await;
    let browser = stage.logged_in("admin").await;
    let list = browser.page("/files").await;
    assert!(
        list.contains("name=\"file\" value=\"100002\"") && list.contains("Move…"),
        "{list}"
    );
    let page = browser.page("/files/move?file=100001&file=100002").await;
    assert!(page.contains("Plan 0.pdf") && page.contains("Plan 1.pdf"));
}

/// Sends a file by a form, with the revision that its page has shown.
async fn send(browser: &Browser, path: &str, revision: &str, name: &str, content: &str) -> reqwest::Response {
    let part = |fields: &str, text: &str| format!("--b\r\ncontent-disposition: form-data; {fields}\r\n\r\n{text}\r\n");
    let revision = match revision {
        "" => String::new(),
        revision => part("name=\"revision\"", revision),
    };
    let file = part(&format!("name=\"file\"; filename=\"{name}\""), content);
    browser
        .client
        .post(format!("{}{path}", browser.origin))
        .header("cookie", browser.cookie.clone().unwrap())
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(format!("{revision}{file}--b--\r\n"))
        .send()
        .await
        .unwrap()
}
