//! id_tokens, and the key they are signed with.
//!
//! The real service signs with RS256. The key here is made anew at each start and never leaves the memory, for which
//! an elliptic curve is the choice at hand: the signature is ES256, and the key document says so.

use anyhow::anyhow;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Map, Value, json};

use crate::{
    config::CLIENT_ID,
    ids,
    sign_in::{
        ledger::{ACCESS_SECONDS, Grant},
        people::{Account, CONSUMER_TENANT},
    },
};

/// Signs id_tokens.
pub(crate) struct Signer {
    random: SystemRandom,
    pair: EcdsaKeyPair,
    key_id: String,
}

impl Signer {
    /// A signer with a new key.
    pub fn new() -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let key = EcdsaKeyPair::generate_pkcs8(algorithm, &random)
            .map_err(|_| anyhow!("the system gives no randomness for a key"))?;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), &random)
            .map_err(|error| anyhow!("the new key is not accepted: {error}"))?;
        Ok(Self {
            random,
            pair,
            key_id: ids::random_secret(),
        })
    }

    /// The public key, as a document of keys has it.
    pub fn key_json(&self) -> Value {
        // A byte that says "not compressed", and the two coordinates.
        let point = self.pair.public_key().as_ref();
        let coordinate = |from, to| URL_SAFE_NO_PAD.encode(point.get(from..to).unwrap_or_default());
        json!({
            "kty": "EC",
            "crv": "P-256",
            "x": coordinate(1, 33),
            "y": coordinate(33, 65),
            "use": "sig",
            "alg": "ES256",
            "kid": self.key_id,
        })
    }

    /// An id_token for a person who signed in. It is empty if the system has run out of randomness.
    pub fn id_token(&self, login_url: &str, grant: &Grant, nonce: Option<&str>, now: DateTime<Utc>) -> String {
        let header = json!({ "typ": "JWT", "alg": "ES256", "kid": self.key_id });
        let claims = claims(login_url, grant, nonce, now);
        let part = |json: String| URL_SAFE_NO_PAD.encode(json);
        let signed = format!("{}.{}", part(header.to_string()), part(claims.to_string()));
        self.pair
            .sign(&self.random, signed.as_bytes())
            .map(|signature| format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
            .unwrap_or_default()
    }
}

fn claims(login_url: &str, grant: &Grant, nonce: Option<&str>, now: DateTime<Utc>) -> Value {
    let Account { person, tenant } = &grant.account;
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("ver", "2.0".into());
    set("iss", format!("{login_url}/{tenant}/v2.0").into());
    set("aud", CLIENT_ID.into());
    set("iat", now.timestamp().into());
    set("nbf", now.timestamp().into());
    set("exp", (now.timestamp() + ACCESS_SECONDS).into());
    set("tid", (*tenant).into());
    // Another one for each application, so that two of them can't compare notes.
    set("sub", ids::signature(CLIENT_ID, &person.oid).into());
    if let Some(nonce) = nonce {
        set("nonce", nonce.into());
    }
    if grant.scopes.has("profile") {
        set("oid", person.oid.as_str().into());
        set("name", person.name.as_str().into());
        set("preferred_username", person.mail.as_str().into());
    }
    if grant.scopes.has("email") {
        set("email", person.mail.as_str().into());
    }
    if grant.account.is_guest() {
        let idp = match person.home {
            CONSUMER_TENANT => "live.com".to_owned(),
            home => format!("https://sts.windows.net/{home}/"),
        };
        set("idp", idp.into());
    }
    claims.into()
}
