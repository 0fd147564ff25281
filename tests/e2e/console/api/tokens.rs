//! Tokens: what they open, and when they open nothing any more.

use super::*;

#[tokio::test]
async fn a_token_is_made_on_a_page_shown_once_and_ended_there() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    let none = [("label", ""), ("ends", "2020-01-01")];
    let refused = browser.post("/tokens", &none).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().await.unwrap().contains("There is a problem"));
    let made = browser
        .post(
            "/tokens",
            &[
                ("label", "<b>Nightly</b>"),
                ("ends", "2026-03-31"),
                ("role", "administrator"),
            ],
        )
        .await;
    assert_eq!(made.status(), StatusCode::OK);
    let page = made.text().await.unwrap();
    assert!(!page.contains("<b>Nightly"), "{page}");
    let (_, rest) = page.split_once("cpt_").unwrap();
    let token = format!("cpt_{}", rest.split('<').next().unwrap());
    assert_eq!(token.len(), 4 + 43);
    let program = stage.with_token(&token);
    assert_eq!(program.get("/api/me").await.json["token"], "<b>Nightly</b>");
    let page = browser.page("/tokens").await;
    assert!(!page.contains(&token) && page.contains("Nightly"), "it is shown once");
    assert!(!page.contains("<td data-label=\"Last used\">never"), "{page}");

    let admin = stage.host.session("admin").await.unwrap();
    let of_admin = admin
        .tokens_page(Some("admin"), &clientpoint_host::service::Part::whole(None))
        .await
        .unwrap();
    let ended = browser.post(&format!("/tokens/{}/end", of_admin.rows[0].id), &[]).await;
    assert_eq!(ended.headers()["location"], "/tokens");
    assert_eq!(program.get("/api/me").await.refused(), (401, "wrong-token"));
}

#[tokio::test]
async fn a_token_ends_on_its_day_and_has_no_more_rights_than_it_was_given() {
    let stage = Stage::with_files(1).await;
    let admin = stage.host.session("admin").await.unwrap();
    let wish = TokenWish {
        user: "admin",
        label: "a reader",
        last_day: Some("2026-03-02".parse().unwrap()),
        role: Some(Role::Member),
    };
    let made = admin.make_token(&wish, &From::default()).await.unwrap();
    let program = stage.with_token(made.secret.expose());
    assert_eq!(program.get("/api/me").await.json["role"], "member");
    assert_eq!(program.get("/api/files").await.status, StatusCode::OK);
    assert_eq!(program.get("/api/runs").await.refused(), (403, "forbidden"));
    stage.clock.advance(Duration::from_secs(18 * 60 * 60));
    assert_eq!(program.get("/api/files").await.status, StatusCode::OK);
    stage.clock.advance(Duration::from_secs(60 * 60));
    assert_eq!(program.get("/api/files").await.refused(), (401, "wrong-token"));

    admin.add_user("mia", Role::Member).await.unwrap();
    let more = TokenWish {
        user: "mia",
        role: Some(Role::Administrator),
        last_day: None,
        ..wish
    };
    let refused = admin.make_token(&more, &From::default()).await.unwrap_err();
    assert_eq!(refused.field(), Some("role"));
    let mia = stage.host.session("mia").await.unwrap();
    let refused = mia
        .make_token(&TokenWish { role: None, ..more }, &From::default())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "forbidden");
}

#[tokio::test]
async fn tokens_that_open_nothing_are_slowed_down_and_good_ones_never() {
    let stage = Stage::with_files(0).await;
    let (program, wrong) = (stage.program("admin").await, stage.with_token("cpt_made-up"));
    let mut seen = Vec::new();
    for _ in 0..8 {
        seen.push(wrong.get("/api/me").await.status.as_u16());
    }
    assert!(
        seen.starts_with(&[401, 401, 401, 401]) && seen.ends_with(&[429]),
        "{seen:?}"
    );
    let answer = wrong.get("/api/me").await;
    assert_eq!(answer.refused(), (429, "too-many-tries"));
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(program.get("/api/me").await.status, StatusCode::OK);
    for header in [
        "Basic YWRtaW46eA==",
        "Bearer",
        "Bearer ",
        "cpt_x",
        &format!("Bearer {}", "x".repeat(4_000)),
    ] {
        let answer = stage
            .with_token("")
            .ask(Method::GET, "/api/me", &[("authorization", header)], None)
            .await;
        assert_eq!(answer.refused(), (401, "no-token"), "{header}");
    }
}

#[tokio::test]
async fn a_token_stands_nowhere_but_where_it_was_shown() {
    let stage = Stage::with_files(1).await;
    let program = stage.program("admin").await;
    program.get("/api/files").await;
    stage.host.close().await;
    let mut looked_at = 0;
    for entry in std::fs::read_dir(stage._data.path()).unwrap().flatten() {
        if entry.path().is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let found = bytes
                .windows(program.token.len())
                .any(|window| window == program.token.as_bytes());
            assert!(!found, "it stands in {}", entry.path().display());
            looked_at += 1;
        }
    }
    assert!(0 < looked_at);
}
