//! Coming in by an account of the company's sign-in service: all of the way, and everything that is refused on it.

mod issuer;
mod service;

use clientpoint_host::{
    settings::{Layers, Origin},
    store::users::Role,
};
use end_to_end::write_secret;
use issuer::{CLIENT_ID, Issuer, SECRET};
use reqwest::{Response, StatusCode};
use serde_json::json;

use super::stage::{Browser, PASSWORD, Stage};

/// A host to which people come in by the accounts of that issuer.
async fn stage(issuer: &Issuer) -> Stage {
    let mut layers = Layers::default();
    let secret = issuer.folder.path().join("secret");
    write_secret(&secret, &format!("{SECRET}\n"));
    for (key, value) in [
        ("sign-in.issuer", issuer.address.as_str()),
        ("sign-in.client-id", CLIENT_ID),
        ("sign-in.client-secret-file", secret.to_str().unwrap()),
        ("sign-in.name", "Contoso"),
    ] {
        layers.put(Origin::File, key, value).unwrap();
    }
    let stage = Stage::set(layers).await;
    let admin = stage.host.session("admin").await.unwrap();
    admin.add_user("ada", Role::Administrator).await.unwrap();
    stage
}

/// The address that the page leads to, and the browser that has set out with it.
async fn set_out(browser: &mut Browser, action: &str, form: &[(&str, &str)]) -> String {
    let answer = browser.post(action, form).await;
    assert_eq!(
        answer.status(),
        StatusCode::OK,
        "no redirect: a form's policy would stop it"
    );
    let set = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.contains("; HttpOnly; SameSite=Lax; Max-Age=600"), "{set}");
    browser.cookie = Some(set.split(';').next().unwrap().to_owned());
    let page = answer.text().await.unwrap();
    let (_, rest) = page.split_once("data-go href=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

/// Comes back with that query.
async fn back(browser: &Browser, query: &str) -> Response {
    browser.get(&format!("/login/return?{query}")).await
}

/// Keeps the login, not the end of the cookie of the way.
fn let_in(browser: &mut Browser, answer: &Response) {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let cookies = answer.headers().get_all("set-cookie").iter();
    let mut login = cookies.filter(|cookie| !cookie.to_str().unwrap().contains("Max-Age=0"));
    let login = login.next().unwrap().to_str().unwrap();
    browser.cookie = Some(login.split(';').next().unwrap().to_owned());
    assert!(login.contains("; HttpOnly; SameSite=Lax"), "{login}");
}

/// Ties Ada to the account of that subject, by a link.
async fn tie(stage: &Stage, issuer: &Issuer, user: &str, subject: &str) -> Response {
    let token = stage.host.invite(user).await.unwrap();
    let mut browser = stage.browser();
    let address = set_out(&mut browser, "/claim/account", &[("token", token.expose())]).await;
    back(&browser, &issuer.agree(&address, subject)).await
}

async fn told(answer: Response) -> String {
    let policy = answer.headers()["referrer-policy"].to_str().unwrap().to_owned();
    assert_eq!(policy, "no-referrer", "the address has a code in it");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn who_has_a_link_ties_their_account_once_and_comes_in_by_it_from_then_on() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    let token = stage.host.invite("ada").await.unwrap();
    let mut browser = stage.browser();
    let link = format!("/claim?token={}", token.expose());
    let page = browser.page(&link).await;
    assert!(page.contains("Sign in with") && page.contains("Contoso"), "{page}");
    let address = set_out(&mut browser, "/claim/account", &[("token", token.expose())]).await;
    assert!(address.starts_with(&format!("{}/authorize?", issuer.address)));
    for asked in [
        "response_type=code",
        "code_challenge_method=S256",
        "scope=openid+profile",
        "nonce=",
    ] {
        assert!(address.contains(asked), "{address}");
    }
    assert!(!address.contains(token.expose()), "the link goes to nobody else");
    let query = issuer.agree(&address, "ada-at-contoso");
    let answer = back(&browser, &query).await;
    assert_eq!(answer.headers()["location"], "/", "a clean address");
    let_in(&mut browser, &answer);
    assert!(browser.page("/you").await.contains("an account"));
    assert_eq!(browser.get(&link).await.status(), StatusCode::GONE);

    // From another browser, without a link; and on to where they wanted to go.
    let mut other = stage.browser();
    assert!(other.page("/login").await.contains("Contoso"));
    let address = set_out(&mut other, "/login/account", &[("back", "/files?q=a")]).await;
    let answer = back(&other, &issuer.agree(&address, "ada-at-contoso")).await;
    assert_eq!(answer.headers()["location"], "/files?q=a");
    let_in(&mut other, &answer);
    other.page("/files").await;
    let trail = other.page("/trail?who=ada").await;
    assert!(trail.contains("Tied an account"), "{trail}");
}

#[tokio::test]
async fn an_account_that_is_nobodys_is_told_kindly_what_to_do_and_never_known_by_its_address() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    drop(tie(&stage, &issuer, "ada", "ada-at-contoso").await);
    let mut browser = stage.browser();
    let address = set_out(&mut browser, "/login/account", &[]).await;
    // It says that it is Ada in every way but by what counts.
    issuer.claims(
        json!({ "preferred_username": "ada", "name": "ada", "email": "ada@contoso.example", "email_verified": true }),
    );
    let refused = back(&browser, &issuer.agree(&address, "mallory-at-contoso")).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let page = told(refused).await;
    assert!(
        page.contains("Administrator") && page.contains("makes a link for you"),
        "{page}"
    );
    assert_eq!(browser.get("/files").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_comes_back_is_taken_once_from_the_browser_that_set_out_and_from_no_other() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    drop(tie(&stage, &issuer, "ada", "ada-at-contoso").await);
    let mut browser = stage.browser();
    let address = set_out(&mut browser, "/login/account", &[]).await;
    let query = issuer.agree(&address, "ada-at-contoso");

    let forged = query.split('&').map(|pair| match pair.split_once('=') {
        Some(("state", _)) => "state=made-up".to_owned(),
        _ => pair.to_owned(),
    });
    let forged: Vec<String> = forged.collect();
    let asked = issuer.asked();
    for wrong in [forged.join("&"), "code=x".into(), String::new()] {
        let refused = back(&browser, &wrong).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{wrong}");
        assert!(told(refused).await.contains("not begun here"));
    }
    let nobody = back(&stage.browser(), &query).await;
    assert_eq!(
        nobody.status(),
        StatusCode::FORBIDDEN,
        "somebody who was sent the address"
    );
    let mut mallory = stage.browser();
    set_out(&mut mallory, "/login/account", &[]).await;
    assert_eq!(back(&mallory, &query).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(issuer.asked(), asked, "nothing of it reached the token endpoint");

    let cookie = browser.cookie.clone();
    let answer = back(&browser, &query).await;
    let_in(&mut browser, &answer);
    browser.cookie = cookie;
    let replayed = back(&browser, &query).await;
    assert_eq!(replayed.status(), StatusCode::FORBIDDEN);

    // Ten minutes are enough.
    stage.clock.advance(std::time::Duration::from_secs(60));
    let mut late = stage.browser();
    let address = set_out(&mut late, "/login/account", &[]).await;
    let query = issuer.agree(&address, "ada-at-contoso");
    stage.clock.advance(std::time::Duration::from_secs(10 * 60));
    assert_eq!(back(&late, &query).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_link_ties_one_account_to_one_person_and_is_good_still_after_a_refusal() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    let token = stage.host.invite("ada").await.unwrap();
    let form = [("token", token.expose())];
    let (mut one, mut other) = (stage.browser(), stage.browser());
    let address = set_out(&mut one, "/claim/account", &form).await;
    let refused = back(&one, &issuer.refuse(&address)).await;
    assert!(told(refused).await.contains("did not let you in"));

    // Two browsers with one link: the second comes too late.
    let address = set_out(&mut one, "/claim/account", &form).await;
    let second = set_out(&mut other, "/claim/account", &form).await;
    let answer = back(&one, &issuer.agree(&address, "ada-at-contoso")).await;
    let_in(&mut one, &answer);
    let late = back(&other, &issuer.agree(&second, "mallory-at-contoso")).await;
    assert_eq!(late.status(), StatusCode::GONE);
    let again = stage.browser().post("/claim/account", &form).await;
    assert_eq!(again.status(), StatusCode::GONE);
    let password = [("token", token.expose()), ("password", PASSWORD)];
    assert_eq!(
        stage.browser().post("/claim", &password).await.status(),
        StatusCode::GONE
    );

    // An account that is somebody's is not given to another person, whose link stays good.
    let admin = tie(&stage, &issuer, "admin", "ada-at-contoso").await;
    assert_eq!(admin.status(), StatusCode::UNAUTHORIZED);
    assert!(told(admin).await.contains("somebody else"));

    // Who gets another account comes in by that, and not by the former one any more.
    drop(tie(&stage, &issuer, "ada", "ada-anew").await);
    stage.clock.advance(std::time::Duration::from_secs(60));
    let mut former = stage.browser();
    let address = set_out(&mut former, "/login/account", &[]).await;
    let refused = back(&former, &issuer.agree(&address, "ada-at-contoso")).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn somebody_who_was_removed_does_not_come_in_by_their_account() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    drop(tie(&stage, &issuer, "ada", "ada-at-contoso").await);
    let admin = stage.host.session("admin").await.unwrap();
    admin.remove_user("ada", None).await.unwrap();
    admin.add_user("ada", Role::Member).await.unwrap();
    let mut browser = stage.browser();
    let address = set_out(&mut browser, "/login/account", &[]).await;
    let refused = back(&browser, &issuer.agree(&address, "ada-at-contoso")).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn who_comes_back_in_vain_again_and_again_is_slowed_down() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    for _ in 0..4 {
        let mut browser = stage.browser();
        let address = set_out(&mut browser, "/login/account", &[]).await;
        let refused = back(&browser, &issuer.agree(&address, "mallory-at-contoso")).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    }
    let slow = stage.browser().post("/login/account", &[]).await;
    assert_eq!(slow.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(slow.headers().contains_key("retry-after"));
    stage.clock.advance(std::time::Duration::from_secs(60));
    set_out(&mut stage.browser(), "/login/account", &[]).await;
}

#[tokio::test]
async fn an_administrator_who_comes_in_by_an_account_is_no_first_one_any_more() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    let token = stage.host.first_invitation().await.unwrap().unwrap();
    let mut browser = stage.browser();
    let address = set_out(&mut browser, "/claim/account", &[("token", token.expose())]).await;
    let answer = back(&browser, &issuer.agree(&address, "admin-at-contoso")).await;
    let_in(&mut browser, &answer);
    assert!(stage.host.first_invitation().await.unwrap().is_none());
}

#[tokio::test]
async fn after_coming_in_by_an_account_nobody_is_led_away_from_the_console() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    drop(tie(&stage, &issuer, "ada", "ada-at-contoso").await);
    for foreign in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
    ] {
        let mut browser = stage.browser();
        let address = set_out(&mut browser, "/login/account", &[("back", foreign)]).await;
        let answer = back(&browser, &issuer.agree(&address, "ada-at-contoso")).await;
        assert_eq!(answer.headers()["location"], "/", "{foreign:?}");
    }
}

#[tokio::test]
async fn where_no_service_is_set_nothing_leads_to_one() {
    let stage = Stage::new().await;
    let browser = stage.browser();
    assert!(!browser.page("/login").await.contains("/login/account"));
    for path in ["/login/account", "/claim/account"] {
        let token = stage.host.invite("admin").await.unwrap();
        let answer = browser.post(path, &[("token", token.expose())]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        browser.get("/login/return?code=a&state=b").await.status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn nothing_that_opens_stands_in_a_log_a_page_or_the_database() {
    let issuer = Issuer::start().await;
    let stage = stage(&issuer).await;
    drop(tie(&stage, &issuer, "ada", "ada-at-contoso").await);
    let mut browser = stage.browser();
    let address = set_out(&mut browser, "/login/account", &[]).await;
    let cookie = browser.cookie.clone().unwrap();
    let query = issuer.agree(&address, "ada-at-contoso");
    let answer = back(&browser, &query).await;
    let_in(&mut browser, &answer);
    let admin = stage.logged_in("admin").await;
    let shown = admin.page("/trail").await + &admin.page("/limits").await + &admin.page("/users/one?name=ada").await;
    stage.host.close().await;
    let mut kept = shown.into_bytes();
    for entry in std::fs::read_dir(stage._data.path()).unwrap().flatten() {
        if entry.path().is_file() {
            kept.extend(std::fs::read(entry.path()).unwrap());
        }
    }
    for secret in [SECRET, cookie.split_once('=').unwrap().1, query.as_str()] {
        let found = kept.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret}");
    }
}
