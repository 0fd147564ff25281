//! The console, as browsers and attackers see it: coming in, pages, and what is refused. What only a real browser can show
//! is tested by one.

mod accounts;
mod api;
mod associating;
mod doctor;
mod gates;
mod hosts;
mod limits;
mod looking_back;
mod malformed;
mod people;
mod secrets;
mod stage;
mod syncing;
mod together;
mod uploading;
mod watching;
mod working;

use clientpoint_host::store::users::Role;
use reqwest::{Method, StatusCode};
use stage::{PASSWORD, Stage};

#[tokio::test]
async fn the_first_administrator_comes_in_by_a_link_that_works_once() {
    let stage = Stage::new().await;
    let token = stage.host.first_invitation().await.unwrap().unwrap();
    let mut browser = stage.browser();
    let answer = browser.get("/").await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()["location"], "/login?back=%2F");
    assert!(
        !browser.page("/login").await.contains("Choose a password"),
        "nobody can claim it without a link"
    );

    let link = format!("/claim?token={}", token.expose());
    assert!(browser.page(&link).await.contains("You come in as"));
    let weak = browser
        .post("/claim", &[("token", token.expose()), ("password", "short")])
        .await;
    assert_eq!(weak.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(weak.text().await.unwrap().contains("at least 12 characters"));
    let claimed = browser
        .post("/claim", &[("token", token.expose()), ("password", PASSWORD)])
        .await;
    assert_eq!(claimed.headers()["location"], "/");
    browser.keep(&claimed);
    assert!(browser.page("/").await.contains("Connect Microsoft OneDrive first"));

    let again = browser.get(&link).await;
    assert_eq!(again.status(), StatusCode::GONE);
    assert!(again.text().await.unwrap().contains("used already"));
    assert!(stage.host.first_invitation().await.unwrap().is_none());
}

#[tokio::test]
async fn a_link_ends_after_half_an_hour_and_one_that_was_made_up_is_none() {
    let stage = Stage::new().await;
    let token = stage.host.invite("admin").await.unwrap();
    stage.clock.advance(std::time::Duration::from_secs(30 * 60));
    let browser = stage.browser();
    let link = format!("/claim?token={}", token.expose());
    assert_eq!(browser.get(&link).await.status(), StatusCode::GONE);
    assert_eq!(
        browser.get("/claim?token=made-up").await.status(),
        StatusCode::NOT_FOUND
    );
    let claimed = browser
        .post("/claim", &[("token", token.expose()), ("password", PASSWORD)])
        .await;
    assert_eq!(claimed.status(), StatusCode::GONE);
}

#[tokio::test]
async fn passwords_can_not_be_tried_fast_and_nobody_is_locked_out() {
    let stage = Stage::new().await;
    drop(stage.logged_in("admin").await);
    let mut browser = stage.browser();
    let wrong = [("name", "admin"), ("password", "wrong horse battery")];
    for _ in 0..4 {
        let answer = browser.post("/login", &wrong).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert!(answer.text().await.unwrap().contains("do not belong together"));
    }
    let right = [("name", "admin"), ("password", PASSWORD)];
    let answer = browser.post("/login", &right).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    stage.clock.advance(std::time::Duration::from_secs(seconds));
    let answer = browser.post("/login", &right).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    browser.keep(&answer);
    browser.page("/").await;
}

#[tokio::test]
async fn a_name_that_nobody_has_is_refused_in_the_same_words() {
    let stage = Stage::new().await;
    drop(stage.logged_in("admin").await);
    let told = async |name| {
        let form = [("name", name), ("password", "wrong horse battery")];
        let answer = stage.browser().post("/login", &form).await;
        (answer.status(), answer.text().await.unwrap().replace(name, "NAME"))
    };
    assert_eq!(told("admin").await, told("nobody").await);
}

#[tokio::test]
async fn a_login_ends_by_itself_by_logging_out_and_by_another_password() {
    let stage = Stage::new().await;
    let browser = stage.logged_in("admin").await;
    browser.page("/files").await;
    stage.clock.advance(std::time::Duration::from_secs(8 * 60 * 60));
    assert_eq!(browser.get("/files").await.status(), StatusCode::SEE_OTHER);

    let browser = stage.logged_in("admin").await;
    browser.page("/files").await;
    let out = browser.post("/logout", &[]).await;
    assert!(out.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(browser.get("/files").await.status(), StatusCode::SEE_OTHER);

    let browser = stage.logged_in("admin").await;
    let other = stage.logged_in("admin").await;
    assert_eq!(
        browser.get("/files").await.status(),
        StatusCode::SEE_OTHER,
        "the password is another one"
    );
    other.page("/files").await;
    // A week is the longest, however busy somebody is.
    for _ in 0..24 {
        stage.clock.advance(std::time::Duration::from_secs(7 * 60 * 60));
        other.get("/files").await;
    }
    assert_eq!(other.get("/files").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn no_other_page_can_change_anything_and_no_other_name_leads_here() {
    let stage = Stage::new().await;
    let browser = stage.logged_in("admin").await;
    let form = [("name", "mia"), ("role", "administrator")];
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:1")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
    ] {
        let answer = browser.ask(Method::POST, "/users", headers, &form).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{headers:?}");
    }
    assert!(!browser.page("/users").await.contains("mia"));

    let host = |name: &'static str| [("host", name)];
    let rebound = browser.ask(Method::GET, "/files", &host("evil.example"), &[]).await;
    assert_eq!(rebound.status(), StatusCode::MISDIRECTED_REQUEST);
    assert!(rebound.text().await.unwrap().contains("evil.example"));
    let number = format!("127.0.0.1:{}", stage.port);
    let answer = browser
        .ask(Method::GET, "/files?q=a", &[("host", number.as_str())], &[])
        .await;
    assert_eq!(answer.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(answer.headers()["location"], format!("{}/files?q=a", stage.origin));
    let answer = browser.ask(Method::GET, "/healthz", &host("evil.example"), &[]).await;
    assert_eq!(answer.text().await.unwrap(), "ok\n");
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_a_browser_in_bounds() {
    let stage = Stage::new().await;
    let browser = stage.logged_in("admin").await;
    for path in [
        "/",
        "/files",
        "/users",
        "/login",
        "/nowhere",
        "/look.css",
        "/claim?token=x",
    ] {
        let answer = browser.get(path).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("x-frame-options"), "DENY");
        if path == "/look.css" {
            assert!(header("cache-control").contains("immutable"));
        } else {
            assert_eq!(header("cache-control"), "no-store", "{path}");
        }
    }
}

#[tokio::test]
async fn r2_a_member_sees_files_and_is_refused_everywhere_else() {
    let stage = Stage::with_files(1).await;
    let admin = stage.host.session("admin").await.unwrap();
    admin.add_user("mia", Role::Member).await.unwrap();
    let browser = stage.logged_in("mia").await;
    assert!(browser.page("/files").await.contains("Plan 0.pdf"));
    let page = browser.page("/files/100001").await;
    assert!(
        page.contains("SHA-256") && !page.contains("/files/100001/move"),
        "{page}"
    );
    for path in [
        "/integrations",
        "/sync",
        "/sync/1",
        "/plugin",
        "/limits",
        "/backups",
        "/users",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        assert!(answer.text().await.unwrap().contains("Only Administrators"), "{path}");
    }
    for (path, form) in [
        ("/users", &[("name", "x"), ("role", "administrator")][..]),
        ("/users/link", &[("name", "admin")]),
        ("/limits", &[("key", "policy.max-file-bytes"), ("value", "1")]),
        ("/files/100001/move", &[("place", "Workspace/Sales")]),
        ("/files/100001/roll-back", &[("a", "b")]),
        ("/files/100001/release", &[("a", "b")]),
        ("/files/100001/rename", &[("name", "b.pdf")]),
    ] {
        assert_eq!(browser.post(path, form).await.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn files_are_found_moved_and_downloaded_as_they_were_stored() {
    let stage = Stage::with_files(3).await;
    let browser = stage.logged_in("admin").await;
    let page = browser.page("/files?q=plan+1").await;
    assert!(page.contains("Plan 1.pdf") && !page.contains("Plan 2.pdf"));
    let moved = browser
        .post("/files/100002/move", &[("place", "Workspace/Sales")])
        .await;
    assert_eq!(moved.headers()["location"], "/files/100002");
    assert!(
        browser
            .page("/files?place=Workspace%2FSales")
            .await
            .contains("Plan 1.pdf")
    );
    let wrong = browser.post("/files/100002/move", &[("place", "Nowhere")]).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let answer = browser.get("/files/100002/content").await;
    assert!(
        answer.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment; filename=\"Plan 1.pdf\"")
    );
    assert_eq!(answer.bytes().await.unwrap().as_ref(), b"%PDF-1");
    assert_eq!(browser.get("/files/100999").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bytes_that_the_disk_has_changed_never_arrive_whole() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    let admin = stage.host.session("admin").await.unwrap();
    let sha256 = admin.file("100001").await.unwrap().sha256;
    let object = stage
        ._data
        .path()
        .join("objects")
        .join(sha256.get(..2).unwrap())
        .join(&sha256);
    std::fs::write(object, b"%PDF-!").unwrap();
    let answer = browser.get("/files/100001/content").await;
    let arrived = answer.bytes().await.map(|bytes| bytes.to_vec());
    assert!(
        arrived.is_err() || arrived.as_ref().is_ok_and(|bytes| bytes != b"%PDF-!"),
        "{arrived:?}"
    );
}

#[tokio::test]
async fn home_tells_what_needs_a_person_and_runs_tell_of_each_file() {
    let stage = Stage::with_files(2).await;
    let browser = stage.logged_in("admin").await;
    assert!(browser.page("/").await.contains("Nothing needs you"));
    stage.sim.delete("/Plan 0.pdf");
    stage.clock.advance(std::time::Duration::from_secs(60 * 60));
    let admin = stage.host.session("admin").await.unwrap();
    for _ in 0..2 {
        admin.sync(&Default::default(), &Default::default()).await.unwrap();
    }
    let page = browser.page("/").await;
    assert!(page.contains("Gone from the source"), "{page}");
    let runs = browser.page("/sync").await;
    assert!(runs.contains("Sync by hand"));
    let run = browser.page("/sync/1?outcome=source-gone").await;
    assert!(run.contains("Plan 0.pdf"), "{run}");
}

#[tokio::test]
async fn hostile_names_are_shown_and_harm_nothing_and_no_page_names_a_command() {
    let stage = Stage::with_files(0).await;
    let admin = stage.host.session("admin").await.unwrap();
    let name = "<script>alert(1)&\"'.pdf";
    let place = "Company Wide".parse().unwrap();
    admin.add_file(name, &b"%PDF-1"[..], &place).await.unwrap();
    let browser = stage.logged_in("admin").await;
    for path in [
        "/",
        "/files",
        "/files/100001",
        "/integrations",
        "/sync",
        "/plugin",
        "/limits",
        "/users",
        "/nowhere",
    ] {
        let text = browser.get(path).await.text().await.unwrap();
        assert!(!text.contains("<script>alert"), "{path}");
        assert!(
            !text.contains("clientpoint-host") && !text.contains(" --"),
            "{path}: {text}"
        );
        assert!(!text.contains(" style=") && !text.contains(" onclick="), "{path}");
    }
}
