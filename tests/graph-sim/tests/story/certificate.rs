//! An application that signs in with a certificate. Its key is made by `openssl`; without that program these stories
//! are skipped.

use std::{fs, path::Path, process::Command, sync::OnceLock};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::TimeDelta;
use graph_sim::{CLIENT_ID, Config, Sim, TENANT_DOMAIN, TENANT_ID};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PSS_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::{FORM, Reply, empty_sim, send, sim, token_url};

/// A certificate and its key, both in DER. The key in PKCS#8.
struct Certificate {
    der: Vec<u8>,
    key: Vec<u8>,
}

/// Made once for all stories, as it takes a while.
fn certificate() -> &'static Certificate {
    static MADE: OnceLock<Certificate> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("graph-sim-key-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let options = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=story -keyout key.pem -out certificate.der";
        openssl(&folder, &format!("{options} -outform DER"));
        openssl(&folder, "pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.der");
        let made = Certificate {
            der: fs::read(folder.join("certificate.der")).unwrap(),
            key: fs::read(folder.join("key.der")).unwrap(),
        };
        fs::remove_dir_all(&folder).unwrap();
        made
    })
}

/// Whether a key can be made here; says so where it can't.
fn openssl_is_there() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !there {
        println!("skipped: there is no program `openssl` to make a key with");
    }
    there
}

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .expect("openssl is needed to make a key for this story");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The claims of a sound assertion.
fn claims(sim: &Sim) -> Value {
    json!({
        "aud": token_url(sim, TENANT_ID),
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "jti": format!("{:?}", std::time::Instant::now()),
        "nbf": sim.now().timestamp(),
        "exp": sim.now().timestamp() + 300,
    })
}

fn assertion(header: &Value, claims: &Value) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let key = RsaKeyPair::from_pkcs8(&certificate().key).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header() -> Value {
    let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate().der));
    json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint })
}

async fn ask(sim: &Sim, tenant: &str, assertion: &str) -> Reply {
    let form = format!(
        "grant_type=client_credentials&client_id={CLIENT_ID}&scope=.default&client_assertion={assertion}\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
    );
    send("POST", &token_url(sim, tenant), &[FORM], &form).await
}

async fn registered() -> Sim {
    sim(Config {
        certificates: vec![certificate().der.clone()],
        ..Config::default()
    })
    .await
}

fn refused(reply: &Reply) -> String {
    refused_by(reply, 700_027)
}

fn refused_by(reply: &Reply, number: u64) -> String {
    let json = reply.json();
    assert_eq!(
        (reply.status, json["error_codes"][0].as_u64()),
        (401, Some(number)),
        "{json}"
    );
    json["error_description"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_assertion_of_a_registered_certificate_is_as_good_as_a_secret() {
    if !openssl_is_there() {
        return;
    }
    let sim = registered().await;
    let reply = ask(&sim, TENANT_ID, &assertion(&header(), &claims(&sim))).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    let authorization = format!("Bearer {token}");
    let users = send(
        "GET",
        &format!("{}/v1.0/users", sim.graph_url()),
        &[("Authorization", &authorization)],
        "",
    )
    .await;
    assert_eq!(users.status, 200);
}

#[tokio::test]
async fn an_assertion_is_good_once() {
    if !openssl_is_there() {
        return;
    }
    let sim = registered().await;
    let once = assertion(&header(), &claims(&sim));
    assert_eq!(ask(&sim, TENANT_ID, &once).await.status, 200);
    assert!(refused(&ask(&sim, TENANT_ID, &once).await).contains("jti"));
}

#[tokio::test]
async fn whatever_is_wrong_with_an_assertion_is_named() {
    if !openssl_is_there() {
        return;
    }
    let sim = registered().await;
    let late = (sim.now() + TimeDelta::minutes(20)).timestamp();
    let over = (sim.now() - TimeDelta::minutes(1)).timestamp();
    for (claim, value, number) in [
        ("aud", json!(token_url(&sim, "organizations")), 700_023),
        ("iss", json!("another"), 700_027),
        ("sub", json!("another"), 700_027),
        ("exp", json!(late), 700_024),
        ("exp", json!(over), 700_024),
        ("nbf", json!(late), 700_024),
        ("jti", json!(""), 700_027),
    ] {
        let mut claims = claims(&sim);
        claims[claim] = value;
        let text = refused_by(&ask(&sim, TENANT_ID, &assertion(&header(), &claims)).await, number);
        assert!(text.contains(claim), "{text}");
    }
    for (field, value) in [("alg", "RS256"), ("x5t#S256", "unknown")] {
        let mut header = header();
        header[field] = value.into();
        let text = refused(&ask(&sim, TENANT_ID, &assertion(&header, &claims(&sim))).await);
        assert!(text.contains(field), "{text}");
    }
    assert!(refused(&ask(&sim, TENANT_ID, "nonsense").await).contains("not a JWT"));
    // Signed for the tenant's id, sent to its domain.
    let elsewhere = assertion(&header(), &claims(&sim));
    let refusal = ask(&sim, TENANT_DOMAIN, &elsewhere).await;
    assert!(refused_by(&refusal, 700_023).contains("aud"));
}

#[tokio::test]
async fn a_certificate_is_good_in_its_time_only() {
    if !openssl_is_there() {
        return;
    }
    let sim = registered().await;
    let now = sim.now();
    for days in [-1, 3] {
        sim.set_clock(now + TimeDelta::days(days));
        let reply = ask(&sim, TENANT_ID, &assertion(&header(), &claims(&sim))).await;
        refused_by(&reply, 1_000_502);
    }
}

#[tokio::test]
async fn a_changed_assertion_is_refused() {
    if !openssl_is_there() {
        return;
    }
    let sim = registered().await;
    let sound = assertion(&header(), &claims(&sim));
    let (signed, signature) = sound.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    let mut others = claims(&sim);
    others["jti"] = "other".into();
    let changed = format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(others.to_string()));
    assert!(refused(&ask(&sim, TENANT_ID, &changed).await).contains("signature"));
}

#[tokio::test]
async fn certificates_come_and_go_while_it_runs() {
    if !openssl_is_there() {
        return;
    }
    let sim = empty_sim().await;
    let refusal = ask(&sim, TENANT_ID, &assertion(&header(), &claims(&sim))).await;
    assert!(refused(&refusal).contains("x5t#S256"));

    sim.add_certificate(&certificate().der);
    let sound = ask(&sim, TENANT_ID, &assertion(&header(), &claims(&sim))).await;
    assert_eq!(sound.status, 200);

    sim.remove_certificates();
    let url = format!("{}/_sim/certificates", sim.graph_url());
    let body = json!({ "base64": STANDARD.encode(&certificate().der) }).to_string();
    assert_eq!(send("POST", &url, &[], &body).await.status, 200);
    let again = ask(&sim, TENANT_ID, &assertion(&header(), &claims(&sim))).await;
    assert_eq!(again.status, 200);

    let nonsense = send("POST", &url, &[], "{\"base64\":\"AAEC\"}").await;
    assert!(nonsense.json()["error"].as_str().unwrap().contains("not a certificate"));
}
