//! The console's own people: who is let in, where they are logged in, what they did, and how somebody goes.

use clientpoint_host::{service::Part, store::users::Role};
use end_to_end::{browser::connect, credentials, pdf};
use reqwest::StatusCode;

use super::stage::{Browser, PASSWORD, Stage};

/// Administrators, by name.
async fn administrators(stage: &Stage) -> Vec<String> {
    for name in ["admin", "ada"] {
        if let Ok(session) = stage.host.session(name).await
            && let Ok(page) = session.people_page(&Part::whole(None)).await
        {
            let of = page
                .rows
                .into_iter()
                .filter(|person| person.user.role == Role::Administrator);
            return of.map(|person| person.user.name).collect();
        }
    }
    Vec::new()
}

async fn with_ada() -> (Stage, Browser, Browser) {
    let stage = Stage::new().await;
    let admin = stage.host.session("admin").await.unwrap();
    admin.add_user("ada", Role::Administrator).await.unwrap();
    let browsers = (stage.logged_in("admin").await, stage.logged_in("ada").await);
    (stage, browsers.0, browsers.1)
}

/// What stands behind `mark` in a page, up to the next quote.
fn after<'p>(page: &'p str, mark: &str) -> &'p str {
    let (_, rest) = page.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {page}"));
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn of_two_administrators_who_remove_each_other_at_once_one_stays() {
    let (stage, admin, ada) = with_ada().await;
    let (one, other) = tokio::join!(
        admin.post("/users/remove", &[("name", "ada")]),
        ada.post("/users/remove", &[("name", "admin")])
    );
    let statuses = [one.status(), other.status()];
    assert_eq!(
        statuses.iter().filter(|status| **status == StatusCode::OK).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(administrators(&stage).await.len(), 1);
}

#[tokio::test]
async fn of_two_administrators_who_step_back_at_once_one_must_stay() {
    let (stage, admin, ada) = with_ada().await;
    let (one, other) = tokio::join!(
        admin.post("/users/role", &[("name", "admin"), ("role", "member")]),
        ada.post("/users/role", &[("name", "ada"), ("role", "member")])
    );
    let mut statuses = [one.status(), other.status()];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    let refused = if one.status() == StatusCode::CONFLICT {
        one
    } else {
        other
    };
    assert!(refused.text().await.unwrap().contains("is the only Administrator"));
    assert_eq!(administrators(&stage).await.len(), 1);
}

#[tokio::test]
async fn the_last_administrator_is_told_why_they_must_stay_and_offered_no_button() {
    let stage = Stage::new().await;
    let browser = stage.logged_in("admin").await;
    for path in [
        "/users/one?name=admin",
        "/users/remove?name=admin",
        "/users/role?name=admin&role=member",
    ] {
        let page = browser.page(path).await;
        assert!(page.contains("somebody must be one"), "{page}");
        assert!(!page.contains("action=\"/users/remove\"") && !page.contains("action=\"/users/role\""));
    }
    let refused = browser.post("/users/remove", &[("name", "admin")]).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn somebody_who_is_removed_can_not_come_in_by_any_way_and_their_name_stays() {
    let (stage, admin, ada) = with_ada().await;
    let waiting = stage.host.invite("ada").await.unwrap();
    let page = admin.page("/users/remove?name=ada").await;
    assert!(page.contains("logged out of the one browser"), "{page}");
    let removed = admin.post("/users/remove", &[("name", "ada")]).await;
    assert_eq!(removed.status(), StatusCode::OK);
    assert_eq!(ada.get("/files").await.status(), StatusCode::SEE_OTHER);
    let login = [("name", "ada"), ("password", PASSWORD)];
    assert_eq!(
        stage.browser().post("/login", &login).await.status(),
        StatusCode::UNAUTHORIZED
    );
    let link = format!("/claim?token={}", waiting.expose());
    assert_eq!(stage.browser().get(&link).await.status(), StatusCode::NOT_FOUND);
    let again = admin.post("/users/remove", &[("name", "ada")]).await;
    assert_eq!(again.status(), StatusCode::NOT_FOUND, "a second window learns it");
    let trail = admin.page("/trail?who=ada").await;
    assert!(
        trail.contains("Logged in"),
        "what they did is written down still: {trail}"
    );

    // Somebody of that name comes back without what the former one came in by.
    let added = admin.post("/users", &[("name", "ada"), ("role", "member")]).await;
    assert_eq!(added.headers()["location"], "/users/one?name=ada");
    assert_eq!(
        stage.browser().post("/login", &login).await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert!(admin.page("/users").await.contains("make a link"));
}

#[tokio::test]
async fn who_becomes_a_member_is_out_at_once_and_asks_the_source_for_nothing_more() {
    let (stage, admin, ada) = with_ada().await;
    let session = stage.host.session("admin").await.unwrap();
    session.connect_organization(credentials(&stage.sim)).await.unwrap();
    session.select_drive(&stage.sim.drive_id(), false).await.unwrap();
    ada.page("/files/add?through=company").await;
    let changed = admin.post("/users/role", &[("name", "ada"), ("role", "member")]).await;
    assert_eq!(changed.status(), StatusCode::OK);
    stage.sim.clear_requests();
    assert_eq!(
        ada.get("/files/add?through=company").await.status(),
        StatusCode::SEE_OTHER
    );
    let ada = stage.logged_in("ada").await;
    assert_eq!(
        ada.get("/files/add?through=company").await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(stage.sim.requests().len(), 0);
}

#[tokio::test]
async fn r13_what_came_through_the_sign_in_of_who_goes_is_told_before_with_numbers_and_taken_over() {
    let (stage, admin, _ada) = with_ada().await;
    let ada = stage.host.session("ada").await.unwrap();
    connect(&ada, &stage.sim, "member").await.0.unwrap();
    ada.select_drive(&stage.sim.drive_id(), true).await.unwrap();
    let item = stage.sim.put("/A.pdf", pdf("first").into());
    let file = ada.import(&[item]).await.unwrap().remove(0).file.unwrap();
    let page = admin.page("/users/remove?name=ada").await;
    assert!(page.contains("(1)") && page.contains("stop following"), "{page}");
    assert!(!page.contains("name=\"heir\""), "nobody else has the drive: {page}");

    let session = stage.host.session("admin").await.unwrap();
    session.connect_organization(credentials(&stage.sim)).await.unwrap();
    session.select_drive(&stage.sim.drive_id(), false).await.unwrap();
    let page = admin.page("/users/remove?name=ada").await;
    assert!(page.contains("They follow through"), "{page}");
    let made_up = admin
        .post("/users/remove", &[("name", "ada"), ("heir", "user-nobody")])
        .await;
    assert_eq!(made_up.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let removed = admin
        .post("/users/remove", &[("name", "ada"), ("heir", "organization")])
        .await;
    assert!(removed.text().await.unwrap().contains("1 file follows"));

    stage.sim.put("/A.pdf", pdf("second").into());
    session.sync(&Default::default(), &Default::default()).await.unwrap();
    assert_eq!(
        session.file(&file.id).await.unwrap().revision,
        2,
        "it follows through the company"
    );
    assert!(!admin.page("/integrations").await.contains("user authorization – ada"));
}

#[tokio::test]
async fn somebody_sees_where_they_are_logged_in_and_ends_it_there() {
    let (stage, admin, ada) = with_ada().await;
    let mut phone = stage.browser();
    let answer = phone.post("/login", &[("name", "ada"), ("password", PASSWORD)]).await;
    phone.keep(&answer);
    let page = ada.page("/you").await;
    assert_eq!(page.matches("name=\"login\"").count(), 2, "{page}");
    assert!(page.contains("this browser") && page.contains("Sign out everywhere else"));
    let ended = ada.post("/you/log-out-others", &[]).await;
    assert_eq!(ended.status(), StatusCode::SEE_OTHER);
    assert_eq!(phone.get("/you").await.status(), StatusCode::SEE_OTHER);
    let page = ada.page("/you").await;

    // An Administrator sees and ends it as well; a Member sees nobody's but their own.
    let seen = admin.page("/users/one?name=ada").await;
    let login = after(&seen, "name=\"login\" value=\"").to_owned();
    assert_eq!(login, after(&page, "name=\"login\" value=\""));
    let session = stage.host.session("admin").await.unwrap();
    session.add_user("mia", Role::Member).await.unwrap();
    let mia = stage.logged_in("mia").await;
    let form = [("name", "ada"), ("login", login.as_str())];
    assert_eq!(mia.post("/users/log-out", &form).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(mia.post("/you/log-out", &form).await.status(), StatusCode::NOT_FOUND);
    ada.page("/you").await;
    assert_eq!(
        admin.post("/users/log-out", &form).await.status(),
        StatusCode::SEE_OTHER
    );
    assert_eq!(ada.get("/you").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        admin.post("/users/log-out", &form).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn one_s_own_login_that_is_ended_here_forgets_the_cookie_as_well() {
    let stage = Stage::new().await;
    let browser = stage.logged_in("admin").await;
    let page = browser.page("/you").await;
    let login = after(&page, "name=\"login\" value=\"");
    let out = browser.post("/you/log-out", &[("login", login)]).await;
    assert!(out.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(browser.get("/you").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_the_present_one_and_ends_all_other_logins() {
    let stage = Stage::new().await;
    let mut browser = stage.logged_in("admin").await;
    let mut other = stage.browser();
    let answer = other.post("/login", &[("name", "admin"), ("password", PASSWORD)]).await;
    other.keep(&answer);
    let change = async |browser: &Browser, present: &str, new: &str| {
        browser
            .post("/you/password", &[("present", present), ("password", new)])
            .await
    };
    for (present, new, says) in [
        ("wrong horse battery", "a new one for me", "not your present password"),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, PASSWORD, "that is the password that you have"),
    ] {
        let refused = change(&browser, present, new).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text().await.unwrap().to_lowercase();
        assert!(page.contains(says), "{page}");
        assert!(!page.contains(new), "what was typed is not sent back");
    }
    let before = browser.cookie.clone();
    let changed = change(&browser, PASSWORD, "a new one for me").await;
    assert_eq!(changed.headers()["location"], "/you?done=password");
    browser.keep(&changed);
    assert_ne!(browser.cookie, before);
    assert!(
        browser
            .page("/you?done=password")
            .await
            .contains("The password is changed")
    );
    assert_eq!(other.get("/you").await.status(), StatusCode::SEE_OTHER);
    let old = stage
        .browser()
        .post("/login", &[("name", "admin"), ("password", PASSWORD)])
        .await;
    assert_eq!(old.status(), StatusCode::UNAUTHORIZED);

    // Whoever sits down at a browser that was left open can't try without end.
    for _ in 0..4 {
        change(&browser, "wrong horse battery", "yet another one").await;
    }
    let slow = change(&browser, "a new one for me", "yet another one").await;
    assert_eq!(slow.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(slow.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn the_trail_tells_who_did_what_and_is_read_by_pages_person_and_kind() {
    let (stage, admin, _ada) = with_ada().await;
    let session = stage.host.session("ada").await.unwrap();
    for number in 0..60 {
        session
            .add_user(&format!("person {number}"), Role::Member)
            .await
            .unwrap();
    }
    let page = admin.page("/trail").await;
    assert_eq!(
        page.matches("Added a user").count() - 1,
        50,
        "fifty a page, and the word in the form"
    );
    assert!(page.contains("the host itself"));
    let next = after(&page, "<a class=\"btn\" href=\"/trail?after=");
    let rest = admin.page(&format!("/trail?after={next}")).await;
    assert!(rest.contains("person 0"), "{rest}");
    let narrowed = admin.page("/trail?who=admin&what=user-added").await;
    assert_eq!(narrowed.matches("<tr>").count(), 2, "a heading and ada: {narrowed}");
    assert!(admin.page("/trail?who=nobody").await.contains("Nothing fits"));
    let wrong = admin.get("/trail?what=made-up").await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);

    session.add_user("=cmd|' /C calc'!A1", Role::Member).await.unwrap();
    session
        .add_user("<script>alert(1)</script>", Role::Member)
        .await
        .unwrap();
    let shown = admin.page("/trail?who=ada").await + &admin.page("/users").await;
    assert!(shown.contains("&lt;script&gt;") && !shown.contains("<script>alert"));
    let one = admin.page("/users/one?name=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(
        !one.contains("<script>alert") && one.contains("&lt;script&gt;"),
        "{one}"
    );
    let csv = admin.get("/trail/csv?who=ada").await;
    assert!(
        csv.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .contains("Trail.csv")
    );
    let text = csv.text().await.unwrap();
    assert!(text.contains("\"'=cmd|' /C calc'!A1\""), "{text}");
    assert_eq!(text.lines().count(), 65, "a heading, a login, a password, and 62 users");
}

#[tokio::test]
async fn a_choice_that_a_form_does_not_have_is_told_and_not_taken_for_another_one() {
    let stage = Stage::new().await;
    let browser = stage.logged_in("admin").await;
    for (form, field) in [
        (&[("name", "eve"), ("role", "owner")][..], "#role"),
        (&[("name", "eve")], "#role"),
        (&[("name", " \n"), ("role", "member")], "#name"),
        (&[("name", "admin"), ("role", "member")], "#name"),
    ] {
        let refused = browser.post("/users", form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
        let page = refused.text().await.unwrap();
        assert!(page.contains("There is a problem") && page.contains(field), "{page}");
    }
    assert!(!browser.page("/users").await.contains("eve"));
}
