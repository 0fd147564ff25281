//! Two Administrators at once: who comes second is told what has changed, or has what they wanted; nothing is overwritten
//! without a word.

use clientpoint_host::{Session, service::Health, store::users::Role};
use end_to_end::{beside, credentials};
use graph_sim::{Fault, FaultKind};
use reqwest::StatusCode;

use super::stage::{Browser, Stage};

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let before = format!("type=\"hidden\" name=\"{name}\" value=\"");
    let rest = page.split(&before).nth(1).unwrap_or_else(|| panic!("{name}: {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// A host with some files, and two Administrators in front of it.
async fn two(files: usize) -> (Stage, Browser, Browser) {
    let stage = Stage::with_files(files).await;
    let admin = stage.host.session("admin").await.unwrap();
    admin.add_user("ada", Role::Administrator).await.unwrap();
    let (one, other) = (stage.logged_in("admin").await, stage.logged_in("ada").await);
    (stage, one, other)
}

#[tokio::test]
async fn of_two_who_rename_or_move_a_file_the_second_is_told_and_decides_again() {
    let (stage, one, other) = two(2).await;
    let page = other.page("/files/100001").await;
    let (name, place) = (hidden(&page, "seen-name"), hidden(&page, "seen-place"));
    let rename = "/files/100001/rename";
    let renamed = one.post(rename, &[("seen-name", &name), ("name", "Offer.pdf")]).await;
    assert_eq!(renamed.status(), StatusCode::SEE_OTHER);
    let late = other
        .post(rename, &[("seen-name", &name), ("name", "Prices.pdf")])
        .await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    let page = late.text().await.unwrap();
    assert!(
        page.contains("is called “Offer.pdf” by now") && page.contains("value=\"Prices.pdf\""),
        "{page}"
    );
    // They want what is the case, or have seen how it is now.
    let same = other.post(rename, &[("seen-name", &name), ("name", "Offer.pdf")]).await;
    assert_eq!(same.status(), StatusCode::SEE_OTHER);
    let again = other
        .post(
            rename,
            &[("seen-name", &hidden(&page, "seen-name")), ("name", "Prices.pdf")],
        )
        .await;
    assert_eq!(again.status(), StatusCode::SEE_OTHER);

    let moving = "/files/100001/move";
    let sales = [
        ("seen-place", place.as_str()),
        ("area", "Workspace"),
        ("name", "Sales"),
        ("below", ""),
    ];
    assert_eq!(one.post(moving, &sales).await.status(), StatusCode::SEE_OTHER);
    let north = [
        ("seen-place", place.as_str()),
        ("area", "Division"),
        ("name", "North"),
        ("below", "Q1"),
    ];
    let late = other.post(moving, &north).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    let page = late.text().await.unwrap();
    assert!(
        page.contains("is in Workspace/Sales by now")
            && page.contains("value=\"North\"")
            && page.contains("value=\"Q1\""),
        "{page}"
    );
    assert_eq!(other.post(moving, &sales).await.status(), StatusCode::SEE_OTHER);

    // Of several, none is moved.
    let page = other.page("/files/move?file=100001&file=100002").await;
    let (first, second) = (hidden(&page, "seen-100001"), hidden(&page, "seen-100002"));
    let elsewhere = [
        ("seen-place", ""),
        ("area", "Company Wide"),
        ("name", ""),
        ("below", "Old"),
    ];
    let stale = one.post("/files/100002/move", &elsewhere).await;
    assert_eq!(
        stale.status(),
        StatusCode::CONFLICT,
        "an empty place is none that it was at"
    );
    assert_eq!(
        one.post("/files/100002/move", &elsewhere[1..]).await.status(),
        StatusCode::SEE_OTHER
    );
    let both = [
        ("file", "100001"),
        ("seen-100001", first.as_str()),
        ("file", "100002"),
        ("seen-100002", second.as_str()),
        ("area", "Division"),
        ("name", "South"),
    ];
    let late = other.post("/files/move", &both).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    let page = late.text().await.unwrap();
    assert!(
        page.contains("is in Company Wide/Old by now") && page.contains("value=\"South\""),
        "{page}"
    );
    let admin = stage.host.session("admin").await.unwrap();
    assert_eq!(admin.file("100001").await.unwrap().place, "Workspace/Sales");
}

#[tokio::test]
async fn of_two_who_set_a_limit_the_second_is_told_what_the_first_has_set() {
    let (stage, one, other) = two(0).await;
    let form = |seen: &'static str, value: &'static str| [("key", "keep.run-days"), ("seen", seen), ("value", value)];
    assert_eq!(
        one.post("/limits", &form("", "200")).await.status(),
        StatusCode::SEE_OTHER
    );
    let late = other.post("/limits", &form("", "300")).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    let page = late.text().await.unwrap();
    assert!(
        page.contains("is “200” by now, set by admin") && page.contains("name=\"value\" value=\"300\""),
        "{page}"
    );
    assert_eq!(
        other.post("/limits", &form("", "200")).await.status(),
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        other.post("/limits", &form("200", "300")).await.status(),
        StatusCode::SEE_OTHER
    );
    let forget = |seen: &'static str| [("key", "keep.run-days"), ("seen", seen), ("forget", "yes")];
    assert_eq!(one.post("/limits", &forget("200")).await.status(), StatusCode::CONFLICT);
    assert_eq!(
        one.post("/limits", &forget("300")).await.status(),
        StatusCode::SEE_OTHER
    );
    // Both wanted it forgotten, and it is.
    assert_eq!(
        other.post("/limits", &forget("300")).await.status(),
        StatusCode::SEE_OTHER
    );
    let late = other.post("/limits", &form("300", "100")).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    assert!(late.text().await.unwrap().contains("is not set any more"));
    let admin = stage.host.session("admin").await.unwrap();
    assert!(admin.settings_that_differ().await.unwrap().is_empty());
}

#[tokio::test]
async fn of_two_who_take_an_update_back_the_second_is_told_that_it_is_done() {
    let (stage, one, other) = two(1).await;
    stage.sim.put("/Plan 0.pdf", b"%PDF-1 anew".to_vec().into());
    let admin = stage.host.session("admin").await.unwrap();
    admin.sync(&Default::default(), &Default::default()).await.unwrap();
    let revision = hidden(&other.page("/files/100001/take-back").await, "revision");
    let form = [("revision", revision.as_str())];
    let path = "/files/100001/roll-back";
    assert_eq!(one.post(path, &form).await.status(), StatusCode::SEE_OTHER);
    let late = other.post(path, &form).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    assert!(late.text().await.unwrap().contains("has revision 3 by now"));
    // Nobody releases or unlocks what they have not seen.
    for path in ["/files/100001/release", "/files/100001/unlock"] {
        let late = other.post(path, &form).await;
        assert_eq!(late.status(), StatusCode::CONFLICT);
        let page = late.text().await.unwrap();
        assert!(
            page.contains("has revision 3 by now") && page.contains("Release"),
            "{page}"
        );
        let mistyped = other.post(path, &[("revision", "x")]).await;
        assert_eq!(mistyped.status(), StatusCode::BAD_REQUEST);
    }
    let revision = hidden(&other.page("/files/100001").await, "revision");
    let form = [("revision", revision.as_str())];
    for who in [&one, &other] {
        let released = who.post("/files/100001/release", &form).await;
        assert_eq!(released.status(), StatusCode::SEE_OTHER);
    }
    let refused = other.post("/files/100001/unlock", &form).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().await.unwrap().contains("follows its item"));
}

#[tokio::test]
async fn of_two_who_disconnect_the_second_does_not_give_up_what_was_connected_anew() {
    let (stage, one, other) = two(1).await;
    let page = other.page("/integrations/disconnect").await;
    let seen = hidden(&page, "seen");
    let form = [("of", ""), ("seen", seen.as_str())];
    assert_eq!(
        one.post("/integrations/disconnect", &form).await.status(),
        StatusCode::OK
    );
    let late = other.post("/integrations/disconnect", &form).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    assert!(late.text().await.unwrap().contains("Not connected to"));

    stage.clock.advance(std::time::Duration::from_secs(60));
    let admin = stage.host.session("admin").await.unwrap();
    admin.connect_organization(credentials(&stage.sim)).await.unwrap();
    admin.select_drive(&stage.sim.drive_id(), false).await.unwrap();
    let late = other.post("/integrations/disconnect", &form).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    let page = late.text().await.unwrap();
    assert!(page.contains("was made anew by admin"), "{page}");
    assert!(admin.status().await.unwrap().connected);
    let seen = hidden(&other.page("/integrations/disconnect").await, "seen");
    let form = [("of", ""), ("seen", seen.as_str())];
    assert_eq!(
        other.post("/integrations/disconnect", &form).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn of_two_who_remove_somebody_the_second_is_told_and_somebody_always_stays() {
    let (stage, one, other) = two(0).await;
    let admin = stage.host.session("admin").await.unwrap();
    admin.add_user("mia", Role::Member).await.unwrap();
    let mia = [("name", "mia")];
    assert_eq!(one.post("/users/remove", &mia).await.status(), StatusCode::OK);
    let late = other.post("/users/remove", &mia).await;
    assert_eq!(late.status(), StatusCode::NOT_FOUND);
    let page = late.text().await.unwrap();
    assert!(page.contains("mia") && page.contains("href=\"/users\""), "{page}");
    let role = other
        .post("/users/role", &[("name", "mia"), ("role", "administrator")])
        .await;
    assert_eq!(role.status(), StatusCode::NOT_FOUND);

    // Each removes the other, at the same moment: one of them stays.
    let (first, second) = tokio::join!(
        one.post("/users/remove", &[("name", "ada")]),
        other.post("/users/remove", &[("name", "admin")])
    );
    let done = [&first, &second]
        .iter()
        .filter(|answer| answer.status() == StatusCode::OK)
        .count();
    assert_eq!(done, 1, "{} {}", first.status(), second.status());
    assert!(
        ![first.status(), second.status()]
            .iter()
            .any(StatusCode::is_server_error)
    );
}

#[tokio::test]
async fn who_syncs_while_a_sync_runs_is_led_to_the_one_that_runs() {
    let (stage, one, other) = two(1).await;
    let admin = stage.host.session("admin").await.unwrap();
    stage.sim.put("/Plan 0.pdf", b"%PDF-1 anew".to_vec().into());
    stage
        .sim
        .fault(Fault::new(FaultKind::Stall(None)).on("/Plan 0.pdf").times(1));
    let (options, stop) = Default::default();
    let mut sync = std::pin::pin!(admin.sync(&options, &stop));
    beside(sync.as_mut(), led_to_the_one_that_runs(&stage, &admin, [&one, &other])).await;
    stage.sim.release_stalled();
    sync.await.unwrap();
    assert_eq!(admin.file("100001").await.unwrap().revision, 2);
    assert_eq!(other.post("/sync/now", &[]).await.status(), StatusCode::SEE_OTHER);
}

async fn led_to_the_one_that_runs(stage: &Stage, admin: &Session<'_>, [one, other]: [&Browser; 2]) {
    let (options, stop) = Default::default();
    let runs = |health: &Health| health.unfinished.is_some();
    while !admin.health().await.unwrap().iter().any(runs) {
        tokio::task::yield_now().await;
    }
    for (who, path) in [(one, "/sync/now"), (other, "/sync/now"), (other, "/sync/look")] {
        let second = who.post(path, &[]).await;
        assert_eq!(second.status(), StatusCode::SEE_OTHER);
        let to = second.headers()["location"].to_str().unwrap().to_owned();
        let page = who.page(&to).await;
        assert!(
            to.ends_with("?instead=yes") && page.contains("under way already, begun by") && page.contains("admin"),
            "{to}: {page}"
        );
    }
    // So is who does the same by a command, which waits for nothing.
    let ada = stage.host.session("ada").await.unwrap();
    let refused = ada.sync(&options, &stop).await.unwrap_err();
    assert_eq!(refused.code(), "sync-running");
    assert!(refused.fact().contains("is running as operation "), "{refused}");
    assert!(
        refused
            .ways_out()
            .contains(&clientpoint_host::way_out::WayOut::ShowOperations)
    );
    // A new secret waits for nothing either, and the drive stays chosen.
    admin.connect_organization(credentials(&stage.sim)).await.unwrap();
    assert!(admin.status().await.unwrap().connection.unwrap().drive.is_some());
}

#[tokio::test]
async fn a_data_folder_for_tests_says_so_wherever_somebody_looks_how_things_stand() {
    let stage = Stage::with_files(0).await;
    let browser = stage.logged_in("admin").await;
    for path in ["/", "/integrations"] {
        let page = browser.page(path).await;
        assert!(
            page.contains("This data folder is for tests.") && page.contains(&stage.sim.graph_url()),
            "{path}: {page}"
        );
    }
    let status = stage.program("admin").await.get("/api/status").await.json;
    let origins = serde_json::json!([stage.sim.graph_url(), stage.sim.login_url()]);
    assert_eq!(status["connection"]["test_endpoints"], origins, "{status}");
}
