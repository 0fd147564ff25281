//! What a sign-in service says that is not to be believed, and one that is away.

use end_to_end::write_secret;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    back,
    issuer::{CLIENT_ID, Issuer, SECRET},
    set_out, stage, tie, told,
};

#[tokio::test]
async fn a_token_that_is_not_to_be_believed_lets_nobody_in() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    drop(tie(&stage, &issuer, "ada", "ada-at-contoso").await);
    let hour = chrono::TimeDelta::hours(1);
    let now: chrono::DateTime<chrono::Utc> = end_to_end::MORNING.parse().unwrap();
    for (what, claims) in [
        ("nonce", json!({ "nonce": "another" })),
        ("no nonce", json!({ "nonce": Value::Null })),
        ("audience", json!({ "aud": "another-application" })),
        ("one of two", json!({ "aud": [CLIENT_ID, "another-application"] })),
        ("given to another", json!({ "azp": "another-application" })),
        ("issuer", json!({ "iss": "https://login.example" })),
        ("ended", json!({ "exp": (now - hour).timestamp() })),
        ("not yet", json!({ "nbf": (now + hour).timestamp() })),
        ("nobody", json!({ "sub": "" })),
        ("nobody at all", json!({ "sub": Value::Null })),
    ] {
        stage.clock.advance(std::time::Duration::from_secs(1));
        let mut browser = stage.browser();
        let address = set_out(&mut browser, "/login/account", &[]).await;
        issuer.claims(claims);
        let refused = back(&browser, &issuer.agree(&address, "ada-at-contoso")).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{what}");
        let page = told(refused).await;
        assert!(page.contains("You are not in yet"), "{what}: {page}");
        assert_eq!(browser.get("/files").await.status(), StatusCode::SEE_OTHER, "{what}");
        issuer.claims(json!({}));
        // Pauses are looked at elsewhere.
        stage.clock.advance(std::time::Duration::from_secs(60));
    }
}

#[tokio::test]
async fn a_token_that_the_service_has_not_signed_lets_nobody_in() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    drop(tie(&stage, &issuer, "ada", "ada-at-contoso").await);
    for lie in ["none", "shared-secret", "other-key", "unknown-key"] {
        stage.clock.advance(std::time::Duration::from_secs(60));
        let mut browser = stage.browser();
        let address = set_out(&mut browser, "/login/account", &[]).await;
        issuer.lies(lie);
        let refused = back(&browser, &issuer.agree(&address, "ada-at-contoso")).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{lie}");
        assert!(
            told(refused).await.contains("not signed by the sign-in service"),
            "{lie}"
        );
        assert_eq!(browser.get("/files").await.status(), StatusCode::SEE_OTHER, "{lie}");
    }
}

#[tokio::test]
async fn a_service_may_take_new_keys_and_is_not_asked_for_them_without_end() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    drop(tie(&stage, &issuer, "ada", "ada-at-contoso").await);
    let comes_in = async || {
        let mut browser = stage.browser();
        let address = set_out(&mut browser, "/login/account", &[]).await;
        back(&browser, &issuer.agree(&address, "ada-at-contoso")).await.status()
    };
    assert_eq!(comes_in().await, StatusCode::SEE_OTHER);
    assert_eq!(issuer.looked_at_keys(), 1, "they are kept");
    stage.clock.advance(std::time::Duration::from_secs(60));
    issuer.takes_a_new_key("second");
    assert_eq!(comes_in().await, StatusCode::SEE_OTHER);
    assert_eq!(issuer.looked_at_keys(), 2, "a key that is not known is looked for");
    issuer.lies("unknown-key");
    for _ in 0..2 {
        assert_eq!(comes_in().await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(issuer.looked_at_keys(), 2, "and not again for a while");
}

#[tokio::test]
async fn a_service_that_is_away_is_told_asked_seldom_and_works_again_by_itself() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    issuer.is_away(true);
    let browser = stage.browser();
    for _ in 0..3 {
        let answer = browser.post("/login/account", &[]).await;
        assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
        assert!(answer.text().await.unwrap().contains("can't be reached"));
    }
    assert_eq!(issuer.looked_at(), 1, "one look is enough for a while");
    assert!(
        browser.page("/login").await.contains("Password"),
        "a password works all the same"
    );
    issuer.is_away(false);
    stage.clock.advance(std::time::Duration::from_secs(60));
    let mut browser = stage.browser();
    set_out(&mut browser, "/login/account", &[]).await;
    set_out(&mut browser, "/login/account", &[]).await;
    assert_eq!(issuer.looked_at(), 2, "what it says of itself is kept");
}

#[tokio::test]
async fn a_secret_that_can_not_be_read_is_told_without_its_path_and_a_new_one_counts_at_once() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    let secret = issuer.folder.path().join("secret");
    std::fs::remove_file(&secret).unwrap();
    let answer = stage.browser().post("/login/account", &[]).await;
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("in its log") && !page.contains(issuer.folder.path().to_str().unwrap()),
        "{page}"
    );
    // Of another secret, the service says that it is none of it.
    write_secret(&secret, "another");
    let mut browser = stage.browser();
    let address = set_out(&mut browser, "/login/account", &[]).await;
    let refused = back(&browser, &issuer.agree(&address, "ada-at-contoso")).await;
    assert_eq!(refused.status(), StatusCode::BAD_GATEWAY);
    write_secret(&secret, SECRET);
    let answer = tie(&stage, &issuer, "ada", "ada-at-contoso").await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_service_that_names_itself_otherwise_or_leads_elsewhere_is_not_asked() {
    for lie in ["issuer", "token-endpoint", "keys", "redirect", "long"] {
        let issuer = Issuer::start().await;
        let stage = stage(&issuer).await;
        issuer.lies(lie);
        let answer = stage.browser().post("/login/account", &[]).await;
        assert_eq!(answer.status(), StatusCode::BAD_GATEWAY, "{lie}");
    }
}
