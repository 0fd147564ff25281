//! What Administrators do about the sync by pages alone: look at last night's, find a file in it, take the ledger home.

use std::time::Duration;

use clientpoint_host::service::{OperationState, api::Operation};
use reqwest::StatusCode;

use super::stage::{Browser, Stage};

/// Until the daily sync is due, and a minute.
const TO_THE_NIGHT: Duration = Duration::from_secs(31 * 60);

fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.4 {text}").into_bytes()
}

#[tokio::test]
async fn somebody_looks_at_last_nights_sync_and_finds_what_needs_them() {
    let stage = Stage::with_files(4).await;
    let browser = stage.logged_in("admin").await;
    let page = browser.page("/sync").await;
    assert!(
        page.contains("No sync has run yet") && page.contains("Nothing has run yet"),
        "{page}"
    );

    stage.sim.put("/Plan 1.pdf", pdf("second").into());
    stage.sim.delete("/Plan 2.pdf");
    stage.clock.advance(TO_THE_NIGHT);
    let admin = stage.host.session("admin").await.unwrap();
    let ledgers = admin.serve_once(&Default::default()).await.unwrap();
    assert!(ledgers.iter().all(Result::is_ok), "{ledgers:?}");
    // What is missing once is looked at again before it counts as gone.
    admin.sync(&Default::default(), &Default::default()).await.unwrap();

    for path in ["/sync", "/"] {
        let page = browser.page(path).await;
        assert!(page.contains("1 needs you"), "{page}");
    }
    let runs = browser.page("/sync?kind=scheduled").await;
    assert!(
        runs.contains("Daily sync") && !runs.contains("<td>Sync by hand"),
        "{runs}"
    );
    assert!(browser.page("/sync?kind=upload").await.contains("No run fits"));
    let run = browser.page("/sync/1").await;
    assert!(run.contains("Daily sync") && run.contains("= 4 files"), "{run}");
    assert!(
        run.contains("Plan 1.pdf") && run.contains("/files/100002/take-back"),
        "{run}"
    );
    let found = browser.page("/sync/1?q=pLAN+1").await;
    assert!(found.contains("Plan 1.pdf") && !found.contains("Plan 2.pdf"), "{found}");
    let needy = browser.page("/sync/2?only=needs-you").await;
    assert!(
        needy.contains("Plan 2.pdf") && needy.contains("href=\"/files/100003\""),
        "{needy}"
    );
    assert!(!needy.contains("Plan 1.pdf"), "{needy}");
    assert!(
        browser
            .page("/sync/2?q=nothing+like+it")
            .await
            .contains("Show all lines")
    );
}

#[tokio::test]
async fn a_ledger_is_downloaded_in_three_forms_with_what_the_page_shows_or_with_all() {
    let stage = Stage::with_files(3).await;
    let browser = stage.logged_in("admin").await;
    for number in 0..3 {
        stage.sim.put(&format!("/Plan {number}.pdf"), pdf("second").into());
    }
    let admin = stage.host.session("admin").await.unwrap();
    admin.sync(&Default::default(), &Default::default()).await.unwrap();
    let page = browser.page("/sync/1?q=plan+2").await;
    assert!(page.contains("href=\"/sync/1/ledger/csv?q=plan+2\"") && page.contains("href=\"/sync/1/ledger/xlsx\""));

    let sent = browser.get("/sync/1/ledger/csv?q=plan+2").await;
    assert_eq!(
        sent.headers()["content-disposition"],
        "attachment; filename=\"run-1.csv\"; filename*=UTF-8''run-1.csv"
    );
    let length: usize = sent.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let text = sent.text().await.unwrap();
    assert_eq!(text.len(), length, "its length is known before");
    assert!(text.contains("Plan 2.pdf") && !text.contains("Plan 1.pdf"), "{text}");
    let json: serde_json::Value = browser.get("/sync/1/ledger/json").await.json().await.unwrap();
    let ledger = admin.run(1).await.unwrap();
    assert_eq!(json, serde_json::to_value(&ledger).unwrap());
    let book = browser.get("/sync/1/ledger/xlsx?outcome=updated").await;
    assert!(book.bytes().await.unwrap().starts_with(b"PK"));
}

#[tokio::test]
async fn what_is_wrong_in_an_address_of_the_sync_is_told_and_shows_nothing_else() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    let admin = stage.host.session("admin").await.unwrap();
    admin.sync(&Default::default(), &Default::default()).await.unwrap();
    for (path, status) in [
        ("/sync?kind=%3Cb%3E", StatusCode::BAD_REQUEST),
        ("/sync?state=asleep", StatusCode::BAD_REQUEST),
        ("/sync?after=made-up", StatusCode::BAD_REQUEST),
        ("/sync/1?outcome=%3Cb%3E", StatusCode::BAD_REQUEST),
        ("/sync/1?only=some", StatusCode::BAD_REQUEST),
        ("/sync/1/ledger/exe", StatusCode::BAD_REQUEST),
        ("/sync/1/ledger/csv?outcome=malware", StatusCode::BAD_REQUEST),
        ("/sync/99", StatusCode::NOT_FOUND),
        ("/sync/99/ledger/csv", StatusCode::NOT_FOUND),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("There is a problem") && !page.contains("<b>"),
            "{path}: {page}"
        );
    }
}

/// Where a form leads to that begins something.
async fn begun(browser: &Browser, path: &str) -> String {
    let answer = browser.post(path, &[]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// How an operation has ended.
async fn ended(stage: &Stage, address: &str) -> Operation {
    let admin = stage.host.session("admin").await.unwrap();
    let id = address.rsplit('/').next().unwrap().parse().unwrap();
    let mut watching = admin.watch_operation(id).await.unwrap();
    let mut last = None;
    while let Some(operation) = watching.next(&admin).await.unwrap() {
        last = Some(operation);
    }
    last.unwrap()
}

#[tokio::test]
async fn somebody_looks_what_would_change_does_exactly_this_and_takes_an_update_back() {
    let stage = Stage::with_files(3).await;
    let browser = stage.logged_in("admin").await;
    assert!(browser.page("/sync").await.contains("Look what would change</button>"));
    stage.sim.put("/Plan 1.pdf", pdf("second").into());
    let look = begun(&browser, "/sync/look").await;
    assert_eq!(ended(&stage, &look).await.state, OperationState::Done);
    let found = browser.get(&look).await;
    assert_eq!(
        found.headers()["location"],
        "/sync/1",
        "what it has found is a page of its own"
    );
    let plan = browser.page("/sync/1").await;
    assert!(
        plan.contains("Would be updated") && plan.contains("Plan 1.pdf"),
        "{plan}"
    );
    assert!(
        plan.contains("1 file, 0 places") && plan.contains("2 files stay as they are"),
        "{plan}"
    );
    assert!(!browser.page("/sync/1?q=plan+2").await.contains("Plan 1.pdf"));

    let doing = begun(&browser, "/sync/1/carry-out").await;
    let done = ended(&stage, &doing).await;
    assert_eq!((done.state, done.run), (OperationState::Done, Some(2)));
    let page = browser.page(&doing).await;
    assert!(page.contains("1 Updated") && page.contains("/sync/2"), "{page}");

    let page = browser.page("/files/100002/take-back").await;
    assert!(
        page.contains("the content of revision 1") && page.contains("is held from then on"),
        "{page}"
    );
    let stale = browser.post("/files/100002/roll-back", &[("revision", "1")]).await;
    assert_eq!(stale.status(), StatusCode::CONFLICT);
    let wrong = browser.post("/files/100002/roll-back", &[("revision", "x")]).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let back = browser.post("/files/100002/roll-back", &[("revision", "2")]).await;
    assert_eq!(back.headers()["location"], "/files/100002");
    let history = browser.page("/files/100002/revisions").await;
    assert!(
        history.contains("the sync, run 2") && history.contains("being added"),
        "{history}"
    );
    assert_eq!(
        browser.get("/files/100002/take-back").await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn what_a_look_has_found_is_done_exactly_or_not_at_all() {
    let stage = Stage::with_files(2).await;
    let browser = stage.logged_in("admin").await;
    stage.sim.put("/Plan 0.pdf", pdf("second").into());
    let look = begun(&browser, "/sync/look").await;
    ended(&stage, &look).await;
    stage.sim.put("/Plan 1.pdf", pdf("second").into());
    let doing = begun(&browser, "/sync/1/carry-out").await;
    assert_eq!(ended(&stage, &doing).await.state, OperationState::Failed);
    let page = browser.page(&doing).await;
    assert!(
        page.contains("nothing was changed") && page.contains("Look what would change"),
        "{page}"
    );
    let admin = stage.host.session("admin").await.unwrap();
    assert_eq!(admin.file("100001").await.unwrap().revision, 1);

    let look = begun(&browser, "/sync/look").await;
    ended(&stage, &look).await;
    assert!(
        browser
            .page("/sync/1")
            .await
            .contains("Somebody has looked again since")
    );
    let run = browser.post("/sync/2/carry-out", &[]).await;
    assert_eq!(run.status(), StatusCode::CONFLICT, "that run was no look");
    assert_eq!(
        browser.post("/sync/99/carry-out", &[]).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn many_that_are_missing_at_once_are_held_back_until_somebody_has_looked_at_them() {
    let stage = Stage::with_files(12).await;
    let browser = stage.logged_in("admin").await;
    for number in 0..12 {
        stage.sim.delete(&format!("/Plan {number}.pdf"));
    }
    let mut run = None;
    for _ in 0..2 {
        stage.clock.advance(Duration::from_secs(60 * 60));
        let sync = begun(&browser, "/sync/now").await;
        run = ended(&stage, &sync).await.run;
    }
    let path = format!("/sync/{}/gone", run.unwrap());
    assert!(browser.page("/sync").await.contains(&path));
    let page = browser.page(&path).await;
    assert!(
        page.contains("They are really gone") && page.contains("Plan 11.pdf"),
        "{page}"
    );
    let sync = begun(&browser, &path).await;
    let run = ended(&stage, &sync).await.run.unwrap();
    assert!(
        browser
            .page(&format!("/sync/{run}?outcome=source-gone"))
            .await
            .contains("Plan 11.pdf")
    );
    assert_eq!(
        browser.post(&path, &[]).await.status(),
        StatusCode::CONFLICT,
        "they are gone by now"
    );
}
