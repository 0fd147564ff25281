//! A sign-in service of the tests' own: as small as OpenID Connect lets one be, with lies on request.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub(super) const CLIENT_ID: &str = "console-of-contoso";
pub(super) const SECRET: &str = "hush~contoso+/secret";

struct Kept {
    key: EcdsaKeyPair,
    key_id: String,
    looked_at_keys: usize,
    address: String,
    codes: BTreeMap<String, Given>,
    changes: Value,
    lie: String,
    is_away: bool,
    asked: usize,
    looked_at: usize,
}

/// What a code was given for.
struct Given {
    subject: String,
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

type Shared = Arc<Mutex<Kept>>;

pub(super) struct Issuer {
    pub(super) address: String,
    pub(super) folder: TempDir,
    kept: Shared,
}

impl Issuer {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let kept = Kept {
            key: new_key(),
            key_id: "first".into(),
            looked_at_keys: 0,
            address: address.clone(),
            codes: BTreeMap::new(),
            changes: Value::Null,
            lie: String::new(),
            is_away: false,
            asked: 0,
            looked_at: 0,
        };
        let kept: Shared = Arc::new(Mutex::new(kept));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(of_itself))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(kept.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            folder: tempfile::tempdir().unwrap(),
            kept,
        }
    }

    /// The query with which a person comes back who has agreed.
    pub(super) fn agree(&self, address: &str, subject: &str) -> String {
        let asked = asked(address);
        let mut kept = self.kept.lock().unwrap();
        let code = format!("code-{}", kept.codes.len());
        let given = Given {
            subject: subject.to_owned(),
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect_uri: asked["redirect_uri"].clone(),
        };
        kept.codes.insert(code.clone(), given);
        format!("code={code}&state={}", asked["state"])
    }

    /// The same of one who has not.
    pub(super) fn refuse(&self, address: &str) -> String {
        format!("error=access_denied&state={}", asked(address)["state"])
    }

    /// Tokens say this from now on, in the place of what is true.
    pub(super) fn claims(&self, changes: Value) {
        self.kept.lock().unwrap().changes = changes;
    }

    pub(super) fn is_away(&self, is_away: bool) {
        self.kept.lock().unwrap().is_away = is_away;
    }

    pub(super) fn lies(&self, about: &str) {
        self.kept.lock().unwrap().lie = about.to_owned();
    }

    /// It signs by another key from now on.
    pub(super) fn takes_a_new_key(&self, id: &str) {
        let mut kept = self.kept.lock().unwrap();
        kept.key = new_key();
        kept.key_id = id.to_owned();
    }

    /// How often its keys were looked at.
    pub(super) fn looked_at_keys(&self) -> usize {
        self.kept.lock().unwrap().looked_at_keys
    }

    /// How often its token endpoint was asked.
    pub(super) fn asked(&self) -> usize {
        self.kept.lock().unwrap().asked
    }

    /// How often it was asked what it is.
    pub(super) fn looked_at(&self) -> usize {
        self.kept.lock().unwrap().looked_at
    }
}

fn new_key() -> EcdsaKeyPair {
    let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
    let made = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(kind, made.as_ref(), &random).unwrap()
}

fn asked(address: &str) -> BTreeMap<String, String> {
    let url = url::Url::parse(address).unwrap();
    url.query_pairs().into_owned().collect()
}

async fn of_itself(State(kept): State<Shared>) -> Response {
    let mut kept = kept.lock().unwrap();
    kept.looked_at += 1;
    if kept.is_away {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let address = kept.address.clone();
    let issuer = if kept.lie == "issuer" {
        "https://login.example"
    } else {
        &address
    };
    let token = if kept.lie == "token-endpoint" {
        "http://192.168.0.7/token".into()
    } else {
        format!("{address}/token")
    };
    if kept.lie == "redirect" {
        return Redirect::temporary("http://127.0.0.1:1/.well-known/openid-configuration").into_response();
    }
    let keys = if kept.lie == "keys" {
        "http://192.168.0.7/keys".into()
    } else {
        format!("{address}/keys")
    };
    let long = if kept.lie == "long" {
        "x".repeat(300 << 10)
    } else {
        String::new()
    };
    Json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{address}/authorize"), "token_endpoint": token, "jwks_uri": keys,
        "token_endpoint_auth_methods_supported": ["client_secret_post"], "claims_supported": [long],
    }))
    .into_response()
}

async fn keys(State(kept): State<Shared>) -> Response {
    let mut kept = kept.lock().unwrap();
    kept.looked_at_keys += 1;
    let point = kept.key.public_key().as_ref();
    let half = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let (x, y) = (half(&point[1..33]), half(&point[33..65]));
    Json(json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "x": "AA" },
        { "kty": "EC", "crv": "P-256", "kid": kept.key_id, "use": "sig", "alg": "ES256", "x": x, "y": y },
    ] }))
    .into_response()
}

/// An id_token, signed as it should be or not.
fn signed(kept: &Kept, claims: &Value) -> String {
    let text = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let (algorithm, id) = match kept.lie.as_str() {
        "none" => ("none", kept.key_id.as_str()),
        "shared-secret" => ("HS256", kept.key_id.as_str()),
        "unknown-key" => ("ES256", "made-up"),
        _ => ("ES256", kept.key_id.as_str()),
    };
    let signed = format!("{}.{}", text(&json!({ "alg": algorithm, "kid": id })), text(claims));
    let by = |key: &EcdsaKeyPair| {
        key.sign(&SystemRandom::new(), signed.as_bytes())
            .unwrap()
            .as_ref()
            .to_vec()
    };
    let signature = match kept.lie.as_str() {
        "none" => Vec::new(),
        "shared-secret" => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, kept.key.public_key().as_ref());
            hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
        }
        "other-key" => by(&new_key()),
        _ => by(&kept.key),
    };
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

async fn token(State(kept): State<Shared>, Form(form): Form<BTreeMap<String, String>>) -> Response {
    let mut kept = kept.lock().unwrap();
    kept.asked += 1;
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    if form["client_id"] != CLIENT_ID || form["client_secret"] != SECRET {
        return refused("invalid_client");
    }
    // A code is good once.
    let Some(given) = kept.codes.remove(&form["code"]) else {
        return refused("invalid_grant");
    };
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    if challenge != given.challenge || form["redirect_uri"] != given.redirect_uri {
        return refused("invalid_grant");
    }
    let now: chrono::DateTime<chrono::Utc> = end_to_end::MORNING.parse().unwrap();
    let mut claims = json!({
        "iss": kept.address, "aud": CLIENT_ID, "sub": given.subject, "nonce": given.nonce,
        "iat": now.timestamp(), "exp": now.timestamp() + 24 * 60 * 60,
    });
    for (name, value) in kept.changes.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    let id_token = signed(&kept, &claims);
    Json(json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 3600, "id_token": id_token }))
        .into_response()
}
