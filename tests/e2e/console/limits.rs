//! What can be set on a page, and what the library takes up beside it.

use reqwest::StatusCode;

use super::stage::Stage;

#[tokio::test]
async fn a_limit_that_is_set_counts_at_once_and_one_for_whoever_starts_the_host_can_not_be_set() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    let set = browser
        .post("/limits", &[("key", "policy.max-file-bytes"), ("value", "1 KiB")])
        .await;
    assert_eq!(set.headers()["location"], "/limits");
    let page = browser.page("/limits").await;
    for part in [
        "set by admin",
        "What the library takes up",
        "Nothing is over its time.",
        "For how many days a file in the bin can be brought back.",
        "as it is where nobody has set it",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let admin = stage.host.session("admin").await.unwrap();
    let item = stage.sim.put("/Large.pdf", vec![0; 2_000].into());
    assert_eq!(admin.import(&[item]).await.unwrap()[0].outcome, "refused");
    for (key, value) in [
        ("plugin", "/tmp/evil.wasm"),
        ("test.api-url", "http://10.0.0.1"),
        ("console.public-url", "https://evil.example"),
    ] {
        let refused = browser.post("/limits", &[("key", key), ("value", value)]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{key}");
    }
}
