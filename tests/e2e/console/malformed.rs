//! What no page of ours sends, and what people mistype: it is told in words, never taken for something else, and nothing that
//! was typed is lost.

use reqwest::{Method, StatusCode};

use super::stage::{Browser, Stage};

/// Asks, and is told in words on a page what is wrong.
async fn told(browser: &Browser, path: &str, says: &str) {
    let answer = browser.get(path).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
    let page = answer.text().await.unwrap();
    assert!(page.contains("<h1>") && page.contains(says), "{path}: {page}");
    assert!(!page.contains("<evil>"), "{path}: {page}");
}

#[tokio::test]
async fn an_address_that_can_not_be_right_is_told_in_words_and_shows_nothing_else() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    for (path, says) in [
        ("/files?sort=%3Cevil%3E", "There is a problem"),
        ("/files?state=happy", "happy"),
        ("/files?place=Nowhere", "Nowhere"),
        ("/files?after=made-up", "There is a problem"),
        ("/files?q=a&q=b", "there twice"),
        ("/files/add?sort=colour", "“colour” is no choice of “sort”"),
        ("/files/add?show=%3Cevil%3E", "is no choice of “show”"),
        ("/files/add?after=made-up", "There is a problem"),
        ("/files/add?through=nobody", "“through” can&#39;t be “nobody”"),
        ("/sync?through=own&through=company", "own, company"),
        ("/integrations/drives?through=%3Cevil%3E", "There is a problem"),
        ("/integrations/drives?after=made-up", "There is a problem"),
        ("/integrations/where?of=nobody", "“nobody” is no way to connect"),
        ("/files/100001/take-back?to=first", "can&#39;t be read"),
        ("/files/100001/revisions?after=made-up", "There is a problem"),
        ("/users?after=made-up", "There is a problem"),
        ("/users/role?name=admin&role=owner", "“owner” is no role"),
        ("/trail?what=made-up", "is nothing that is written down here"),
    ] {
        let says = says.replace("&#39;", "'");
        told(&browser, path, &says).await;
    }
    for path in [
        "/operations/x",
        "/sync/x",
        "/files/associate/x",
        "/files/100001/revisions/x",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text().await.unwrap().contains("There is no such page"), "{path}");
    }
    let many: Vec<String> = (0..101).map(|number| format!("pick={number}/a.pdf")).collect();
    told(
        &browser,
        &format!("/files/add?{}", many.join("&")),
        "101 files are more",
    )
    .await;
    let many: Vec<String> = (0..101).map(|number| format!("file={number}")).collect();
    told(
        &browser,
        &format!("/files/move?{}", many.join("&")),
        "101 files are more",
    )
    .await;
}

#[tokio::test]
async fn a_connection_that_is_none_begins_nothing_through_another_one() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    for path in [
        "/sync/now?through=nobody",
        "/sync/look?through=",
        "/files/add?through=Own",
    ] {
        let answer = browser.post(path, &[("pick", "1/a.pdf")]).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
    }
    let program = stage.program("admin").await;
    let refused = program.get("/api/status?through=nobody").await;
    assert_eq!(refused.refused(), (422, "wrong-settings"));
    assert_eq!(refused.json["field"], "through");
    let begun = program.get("/api/operations?kind=sync").await.json;
    assert_eq!(begun["rows"].as_array().unwrap().len(), 0, "{begun}");
}

#[tokio::test]
async fn a_limit_that_is_mistyped_is_told_and_stands_in_its_field_as_it_was_typed() {
    let stage = Stage::new().await;
    let browser = stage.logged_in("admin").await;
    let admin = stage.host.session("admin").await.unwrap();
    for (key, value, says) in [
        ("policy.max-file-bytes", "much", "200 MiB"),
        ("policy.max-file-bytes", "10 parsecs", "200 MiB"),
        ("policy.max-file-bytes", "99999999999 GiB", "200 MiB"),
        ("policy.max-file-bytes", "8000 GiB", "at most"),
        ("policy.max-file-bytes", "-1", "200 MiB"),
        ("policy.max-file-bytes", " ", "200 MiB"),
        ("policy.max-files-per-import", "5000", "from 1 to 1000"),
        ("policy.max-files-per-import", "", "from 1 to 1000"),
        ("policy.file-types", "p/df", "pdf,docx"),
        ("policy.subfolders", "some", "choose one of"),
        ("keep.bin-days", "0", "from 1 to"),
        ("keep.run-days", "1.5", "from 1 to"),
    ] {
        let answer = browser
            .post("/limits", &[("key", key), ("seen", ""), ("value", value)])
            .await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{key} {value}");
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("There is a problem") && page.contains(says),
            "{key} {value}: {page}"
        );
        assert!(page.contains(&format!("href=\"#{key}\"")), "{key}: {page}");
        assert!(
            page.contains(&format!("id=\"{key}\" name=\"value\" value=\"{value}\"")),
            "{value} stays in its field: {page}"
        );
    }
    assert!(admin.settings_that_differ().await.unwrap().is_empty());
    for form in [&[("value", "1")][..], &[("key", "policy.file-types"), ("key2", "x")]] {
        assert_eq!(
            browser.post("/limits", form).await.status(),
            StatusCode::BAD_REQUEST,
            "{form:?}"
        );
    }
    let set = browser
        .post(
            "/limits",
            &[("key", "policy.max-file-bytes"), ("seen", ""), ("value", "1.5 GiB")],
        )
        .await;
    assert_eq!(set.status(), StatusCode::SEE_OTHER);
    assert!(browser.page("/limits").await.contains("1,610,612,736 bytes"));
}

#[tokio::test]
async fn a_form_without_what_it_needs_is_never_taken_for_another_choice() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    for (path, form) in [
        ("/integrations/disconnect", &[("whose", "ada")][..]),
        ("/files/100001/keep", &[("keep", "perhaps")]),
        ("/files/100001/keep", &[("other", "x")]),
        ("/files/100001/roll-back", &[("revision", "-1")]),
        ("/files/100001/roll-back", &[("to", "1e3")]),
    ] {
        let answer = browser.post(path, form).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path} {form:?}");
        assert!(answer.text().await.unwrap().contains("There is a problem"), "{path}");
    }
    let token = browser.post("/tokens", &[("label", "CI"), ("role", "none")]).await;
    assert_eq!(token.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(token.text().await.unwrap().contains("“none” is no role"));
    let admin = stage.host.session("admin").await.unwrap();
    assert!(admin.status().await.unwrap().connected);

    // The names that somebody has typed are there again, with what is wrong beside them.
    let wrong = browser
        .post(
            "/files/100001/rename",
            &[("seen-name", "Plan 0.pdf"), ("name", "A <b>.docx")],
        )
        .await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = wrong.text().await.unwrap();
    assert!(
        page.contains("value=\"A &lt;b&gt;.docx\"") && page.contains("has to end in"),
        "{page}"
    );
    let wrong = browser
        .post(
            "/files/100001/move",
            &[("area", "Division"), ("name", ""), ("below", "2026/Q1")],
        )
        .await;
    let page = wrong.text().await.unwrap();
    assert!(
        page.contains("value=\"2026/Q1\"") && page.contains("Give the name of the Division"),
        "{page}"
    );

    // What no form is, is told on a page as well.
    let raw = browser
        .ask(
            Method::POST,
            "/files/100001/keep",
            &[("sec-fetch-site", "same-origin"), ("content-type", "application/json")],
            &[],
        )
        .await;
    assert_eq!(raw.status(), StatusCode::BAD_REQUEST);
    assert!(raw.text().await.unwrap().contains("can't be read"));
}
