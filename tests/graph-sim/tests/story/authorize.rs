//! A person signs in through the browser, and the application gets its tokens.

mod redeemed;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use graph_sim::{CLIENT_ID, Config, RequestKind, Sim, TENANT_DOMAIN, TENANT_ID};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;

use crate::client::{FORM, Reply, empty_sim, get, parameter, send, sim, token_url};

pub const BACK: &str = "http%3A%2F%2F127.0.0.1%3A4711%2Fdone";

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const SCOPE: &str =
    "Files.Read.All%20https%3A%2F%2Fgraph.microsoft.com%2FUser.Read%20openid%20profile%20offline_access";

/// The address of the sign-in page, as a sound application asks for it.
pub fn page(sim: &Sim, authority: &str) -> String {
    format!(
        "{}/{authority}/oauth2/v2.0/authorize?client_id={CLIENT_ID}&response_type=code&redirect_uri={BACK}\
         &scope={SCOPE}&state=st%26te&nonce=n0nce&code_challenge={CHALLENGE}&code_challenge_method=S256\
         &prompt=select_account",
        sim.login_url()
    )
}

/// Where the browser is sent once this person has decided.
pub async fn sent_back(sim: &Sim, authority: &str, person: &str) -> String {
    let reply = get(&format!("{}&_sim_user={person}", page(sim, authority))).await;
    assert_eq!(reply.status, 302, "{}", String::from_utf8_lossy(&reply.body));
    let location = reply.header("location").to_owned();
    assert!(location.starts_with("http://127.0.0.1:4711/done?"), "{location}");
    assert_eq!(parameter(&location, "state").unwrap(), "st&te");
    location
}

pub async fn code(sim: &Sim, authority: &str, person: &str) -> String {
    let back = sent_back(sim, authority, person).await;
    parameter(&back, "code").unwrap()
}

/// Asks for tokens with these fields and the secret.
pub async fn ask(sim: &Sim, authority: &str, fields: &str) -> Reply {
    let form = format!("client_id={CLIENT_ID}&client_secret=sim~secret%2B%2Fvalue&{fields}");
    send("POST", &token_url(sim, authority), &[FORM], &form).await
}

pub async fn redeem(sim: &Sim, authority: &str, code: &str) -> Reply {
    let fields = format!("grant_type=authorization_code&code={code}&redirect_uri={BACK}&code_verifier={VERIFIER}");
    ask(sim, authority, &fields).await
}

pub async fn refresh(sim: &Sim, token: &str) -> Reply {
    ask(
        sim,
        "organizations",
        &format!("grant_type=refresh_token&refresh_token={token}"),
    )
    .await
}

pub async fn tokens(sim: &Sim, person: &str) -> Value {
    let code = code(sim, "organizations", person).await;
    let reply = redeem(sim, "organizations", &code).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()
}

pub fn text(json: &Value, name: &str) -> String {
    json[name].as_str().unwrap().to_owned()
}

/// The error and Microsoft's number of a refusal.
pub fn refusal(reply: &Reply) -> (String, u64) {
    assert_eq!(reply.status, 400, "{}", reply.json());
    let json = reply.json();
    (text(&json, "error"), json["error_codes"][0].as_u64().unwrap())
}

pub fn invalid_grant(number: u64) -> (String, u64) {
    ("invalid_grant".to_owned(), number)
}

fn claims(tokens: &Value) -> Value {
    let id_token = text(tokens, "id_token");
    let claims = id_token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[tokio::test]
async fn the_pages_let_one_choose_who_to_be_and_accept() {
    let sim = empty_sim().await;
    let reply = get(&page(&sim, "organizations")).await;
    assert_eq!(reply.status, 200);
    let html = String::from_utf8(reply.body).unwrap();
    assert_eq!(html.matches("<form method=\"post\"").count(), 8);

    // When the first form is sent off.
    let link = html.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
    let url = format!(
        "{}/organizations/oauth2/v2.0/authorize{}",
        sim.login_url(),
        link.replace("&amp;", "&")
    );
    let asks = send("POST", &url, &[FORM], "").await;
    assert_eq!(
        (asks.status, asks.header("cross-origin-opener-policy")),
        (200, "same-origin")
    );
    let html = String::from_utf8(asks.body).unwrap();
    let sent = |number: usize| {
        let link = html.split("action=\"").nth(number).unwrap().split('"').next().unwrap();
        let url = format!("{}{}", url.split('?').next().unwrap(), link.replace("&amp;", "&"));
        async move { send("POST", &url, &[FORM], "").await }
    };
    let back = sent(1).await;
    assert_eq!(parameter(back.header("location"), "error").unwrap(), "access_denied");
    let back = sent(2).await;
    assert_eq!(back.status, 302);
    let code = parameter(back.header("location"), "code").unwrap();
    assert_eq!(redeem(&sim, "organizations", &code).await.status, 200);
}

#[tokio::test]
async fn a_code_becomes_tokens_and_the_id_token_tells_who_it_is() {
    let sim = empty_sim().await;
    let tokens = tokens(&sim, "member").await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3599);
    assert_eq!(tokens["scope"], "Files.Read.All User.Read openid profile");
    assert!(tokens["refresh_token"].is_string());

    let claims = claims(&tokens);
    assert_eq!(claims["ver"], "2.0");
    assert_eq!(claims["aud"], CLIENT_ID);
    assert_eq!(claims["tid"], TENANT_ID);
    assert_eq!(claims["iss"], format!("{}/{TENANT_ID}/v2.0", sim.login_url()));
    assert_eq!(claims["nonce"], "n0nce");
    assert_eq!(claims["name"], "Ada Winter");
    assert_eq!(claims["preferred_username"], format!("ada.winter@{TENANT_DOMAIN}"));
    assert!(claims["oid"].is_string() && claims["sub"].is_string() && claims["idp"].is_null());
    assert!((sim.now().timestamp() - claims["iat"].as_i64().unwrap()).abs() < 60);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap(), 3599);
}

#[tokio::test]
async fn the_id_token_is_signed_with_the_published_key() {
    let sim = empty_sim().await;
    let id_token = text(&tokens(&sim, "member").await, "id_token");
    let (signed, signature) = id_token.rsplit_once('.').unwrap();

    let url = format!("{}/{TENANT_ID}/v2.0/.well-known/openid-configuration", sim.login_url());
    let configuration = get(&url).await.json();
    assert_eq!(configuration["issuer"], format!("{}/{TENANT_ID}/v2.0", sim.login_url()));
    assert_eq!(configuration["token_endpoint"], token_url(&sim, TENANT_ID));
    let key = get(&text(&configuration, "jwks_uri")).await.json()["keys"][0].clone();
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"]),
        (&"EC".into(), &"P-256".into(), &"ES256".into())
    );

    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let point = [vec![4], bytes(&text(&key, "x")), bytes(&text(&key, "y"))].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &bytes(signature))
        .unwrap();
    let everybody = format!(
        "{}/organizations/v2.0/.well-known/openid-configuration",
        sim.login_url()
    );
    assert_eq!(
        get(&everybody).await.json()["issuer"],
        format!("{}/{{tenantid}}/v2.0", sim.login_url())
    );
}

#[tokio::test]
async fn only_what_was_asked_for_is_given() {
    let sim = empty_sim().await;
    let url = page(&sim, TENANT_ID).replace(SCOPE, "Files.Read.All");
    let back = get(&format!("{url}&_sim_user=member")).await;
    let code = parameter(back.header("location"), "code").unwrap();
    let tokens = redeem(&sim, TENANT_ID, &code).await.json();
    assert!(tokens["access_token"].is_string());
    assert!(tokens["refresh_token"].is_null() && tokens["id_token"].is_null());
}

#[tokio::test]
async fn a_personal_account_and_a_guest_can_be_told_by_their_claims() {
    let sim = empty_sim().await;
    let personal = claims(&tokens(&sim, "personal").await);
    assert_eq!(personal["tid"], "9188040d-6c67-4c5b-b112-36a304b66dad");
    assert_eq!(
        personal["iss"],
        format!("{}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", sim.login_url())
    );

    let code = code(&sim, TENANT_ID, "guest").await;
    let guest = claims(&redeem(&sim, TENANT_ID, &code).await.json());
    assert_eq!(guest["tid"], TENANT_ID);
    assert!(text(&guest, "idp").starts_with("https://sts.windows.net/"));
    // At the authority of all organizations, the same person signs in to their own.
    let at_home = claims(&tokens(&sim, "guest").await);
    assert!(at_home["tid"] != TENANT_ID && at_home["idp"].is_null());
}

#[tokio::test]
async fn a_refusal_comes_back_with_its_reason() {
    let sim = empty_sim().await;
    for (person, error, begins) in [
        ("declines", "access_denied", "AADSTS65004: "),
        ("declines-consent", "consent_required", "AADSTS65004: "),
        ("goes-back", "access_denied", "the user canceled"),
    ] {
        let back = sent_back(&sim, "organizations", person).await;
        assert_eq!(parameter(&back, "error").unwrap(), error);
        assert!(parameter(&back, "error_description").unwrap().starts_with(begins));
        assert_eq!(parameter(&back, "code"), None);
    }
}

#[tokio::test]
async fn an_unknown_application_tenant_or_address_never_sends_the_browser_away() {
    let sim = empty_sim().await;
    let good = format!("{}&_sim_user=member", page(&sim, "organizations"));
    for (right, wrong, number) in [
        (CLIENT_ID, "another", "AADSTS700016"),
        ("/organizations/", "/nowhere.example/", "AADSTS90002"),
        (BACK, "https%3A%2F%2Fevil.example%2F", "AADSTS50011"),
        (BACK, "http%3A%2F%2Flocalhost.evil.example%2F", "AADSTS50011"),
        (&format!("&redirect_uri={BACK}"), "", "AADSTS900144"),
    ] {
        let reply = get(&good.replace(right, wrong)).await;
        assert_eq!((reply.status, reply.header("location")), (400, ""), "{wrong}");
        assert!(String::from_utf8(reply.body).unwrap().contains(number), "{wrong}");
    }
}

#[tokio::test]
async fn a_registered_address_is_taken_to_the_letter() {
    let sim = sim(Config {
        redirect_uris: vec!["https://app.example/back".to_owned()],
        ..Config::default()
    })
    .await;
    let good = format!("{}&_sim_user=member", page(&sim, "organizations"));
    let registered = get(&good.replace(BACK, "https%3A%2F%2Fapp.example%2Fback")).await;
    assert!(
        registered
            .header("location")
            .starts_with("https://app.example/back?code=")
    );
    let longer = get(&good.replace(BACK, "https%3A%2F%2Fapp.example%2Fback%2F")).await;
    assert_eq!(longer.status, 400);
}

#[tokio::test]
async fn what_else_is_wrong_goes_back_to_the_application() {
    let sim = empty_sim().await;
    let good = format!("{}&_sim_user=member", page(&sim, "organizations"));
    for (right, wrong, error) in [
        ("response_type=code", "response_type=token", "unsupported_response_type"),
        ("state=st%26te&", "", "invalid_request"),
        ("nonce=n0nce&", "", "invalid_request"),
        (CHALLENGE, "short", "invalid_request"),
        (
            "code_challenge_method=S256",
            "code_challenge_method=plain",
            "invalid_request",
        ),
        ("prompt=select_account", "prompt=party", "invalid_request"),
        (
            "prompt=select_account&_sim_user=member",
            "prompt=none",
            "login_required",
        ),
        (SCOPE, "Files%2BRead", "invalid_scope"),
    ] {
        let reply = get(&good.replace(right, wrong)).await;
        assert_eq!(reply.status, 302, "{wrong}");
        assert_eq!(parameter(reply.header("location"), "error").unwrap(), error, "{wrong}");
    }
}

#[tokio::test]
async fn no_code_or_token_enters_the_log() {
    let sim = empty_sim().await;
    let tokens = tokens(&sim, "member").await;
    // A code that comes by the address of another page.
    get(&format!(
        "{}/done?code=s3cret&code_verifier={VERIFIER}",
        sim.login_url()
    ))
    .await;
    let log = serde_json::to_string(&sim.requests()).unwrap();
    for secret in [
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
        "s3cret".to_owned(),
        VERIFIER.to_owned(),
    ] {
        assert!(!log.contains(&secret));
    }
    assert!(log.contains("code_challenge"));
    assert_eq!(sim.requests()[0].kind, RequestKind::Authorize);
}
