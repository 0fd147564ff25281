//! What Administrators do about the sync by pages alone: look at last night's, find a file in it, take the ledger home.

use std::time::Duration;

use reqwest::StatusCode;

use super::stage::Stage;

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
        assert!(page.contains("1 need you"), "{page}");
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
        run.contains("Plan 1.pdf") && run.contains("href=\"/files/100002\">Take it back"),
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
        ("/sync?kind=%3Cb%3E", StatusCode::UNPROCESSABLE_ENTITY),
        ("/sync?state=asleep", StatusCode::UNPROCESSABLE_ENTITY),
        ("/sync?after=made-up", StatusCode::UNPROCESSABLE_ENTITY),
        ("/sync/1?outcome=%3Cb%3E", StatusCode::UNPROCESSABLE_ENTITY),
        ("/sync/1?only=some", StatusCode::UNPROCESSABLE_ENTITY),
        ("/sync/1/ledger/exe", StatusCode::UNPROCESSABLE_ENTITY),
        ("/sync/1/ledger/csv?outcome=malware", StatusCode::UNPROCESSABLE_ENTITY),
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
