//! A sign-in service that is known by its own address alone, the issuer: where its page, its tokens and its keys are, it says
//! itself (OpenID Connect Discovery 1.0). Who embeds the engine lets their own people in by it.
//!
//! What a service says is read within bounds, and good for an hour; that it can't be asked is remembered for a moment, so that
//! nobody can have it asked without end. No redirect is followed: what another host says is not the issuer's word. It may be
//! on an inner network: its address is set by whoever runs the host, and no plugin's request goes this way.

mod said;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use said::{Said, endpoint};

use crate::{
    clock::Clock,
    egress::{confidant, reason},
    oauth::{
        Asking, Credential, Endpoint, Plan, SignInPage, TokenError,
        claims::{self, Expected, Unbelievable},
        pending::Pending,
        signature::{Keys, Unsigned},
    },
    secrets::Secret,
};

/// What is asked for: who it is, and nothing else.
const SCOPES: [&str; 2] = ["openid", "profile"];

/// How long what a service says of itself is good, and how long it is left alone after it said nothing.
const GOOD_FOR: Duration = Duration::from_secs(60 * 60);
const LEFT_ALONE_FOR: Duration = Duration::from_secs(10);

/// How long at least lies between two looks at its keys because of a token that names one which is not known.
const KEYS_EVERY: Duration = Duration::from_secs(60);

/// The longest name that a service has for a person, in characters (OpenID Connect Core 1.0, section 2).
const SUBJECT_AT_MOST: usize = 255;

/// The longest that a service may say of itself, in bytes, and how long that may take.
const SAYS_AT_MOST: usize = 256 * 1024;
const SAYS_WITHIN: Duration = Duration::from_secs(15);

/// What a service is asked at, below its own address.
const WELL_KNOWN: &str = ".well-known/openid-configuration";

/// A sign-in service, and what it has said of itself.
pub struct Issuer {
    address: String,
    insecure: bool,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    known: tokio::sync::Mutex<Option<Known<Said>>>,
    keys: tokio::sync::Mutex<Option<Known<Arc<Keys>>>>,
}

/// What came of asking.
struct Known<T> {
    asked: Duration,
    told: Result<T, String>,
}

impl<T> Known<T> {
    /// Whether it counts still.
    fn is_good(&self, now: Duration) -> bool {
        let life = if self.told.is_ok() { GOOD_FOR } else { LEFT_ALONE_FOR };
        now < self.asked + life
    }
}

/// Why nobody is known.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unknown {
    /// The service can't be asked, or says what can't be taken.
    #[error("the sign-in service can't be asked: {0}")]
    Service(String),
    /// It gives nothing for the code that came back.
    #[error(transparent)]
    Refused(#[from] TokenError),
    /// What it gives is not to be believed.
    #[error(transparent)]
    Unbelievable(#[from] Unbelievable),
}

impl Issuer {
    /// A service that is asked once somebody wants to sign in. Plain http is for one on this machine's own loopback address,
    /// and only where that is allowed.
    ///
    /// # Errors
    ///
    /// What is wrong with the address, as the end of a sentence.
    pub fn new(address: &str, insecure: bool, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let url = endpoint(address, insecure)?;
        if url.query().is_some() || url.fragment().is_some() || address.contains(['{', '}']) {
            return Err("an issuer's address has neither a query nor a fragment".into());
        }
        Ok(Self {
            address: address.to_owned(),
            insecure,
            client: confidant(insecure).map_err(|error| reason(&error))?,
            clock,
            known: tokio::sync::Mutex::default(),
            keys: tokio::sync::Mutex::default(),
        })
    }

    /// Its own address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Begins a sign-in: the address of its page, and what comes back is told apart by.
    ///
    /// # Errors
    ///
    /// [`Unknown::Service`].
    pub async fn begin(&self, client_id: &str, redirect_uri: &str) -> Result<Pending, Unknown> {
        let said = self.said().await?;
        let page = SignInPage {
            url: said.authorization_endpoint,
            parameters: Vec::new(),
            issuer: self.address.clone(),
        };
        Pending::begin(&plan(client_id, String::new()), &page, redirect_uri).map_err(Unknown::Service)
    }

    /// Who has signed in, by the code that came back: the claims of the id_token. They are the service's own, signed by a key
    /// of it, for this application and this sign-in, and of now; `sub` is among them.
    ///
    /// # Errors
    ///
    /// See [`Unknown`].
    pub async fn who(
        &self,
        pending: &Pending,
        code: &Secret,
        client_id: &str,
        credential: Credential,
    ) -> Result<BTreeMap<String, String>, Unknown> {
        let said = self.said().await?;
        let plan = plan(client_id, said.token_endpoint.clone());
        let endpoint = Endpoint::new(plan, credential, self.client.clone(), self.clock.clone());
        let granted = endpoint
            .ask(&Asking::Code {
                code,
                verifier: &pending.verifier,
                redirect_uri: &pending.redirect_uri,
            })
            .await?;
        let token = granted.id_token.ok_or(Unbelievable::Shape)?;
        self.signed(&token, &said.jwks_uri).await?;
        let expected = Expected {
            client_id,
            issuer: &self.address,
            nonce: &pending.nonce,
            now: self.clock.utc(),
        };
        let claims = claims::check(&token, &expected)?;
        let is_subject = |subject: &String| !subject.is_empty() && subject.chars().count() <= SUBJECT_AT_MOST;
        if !claims.get("sub").is_some_and(is_subject) {
            return Err(Unbelievable::Shape.into());
        }
        Ok(claims)
    }

    /// What it says of itself. Of many who ask at once, one asks it.
    async fn said(&self) -> Result<Said, Unknown> {
        let mut known = self.known.lock().await;
        let now = self.clock.elapsed();
        if let Some(known) = known.as_ref().filter(|known| known.is_good(now)) {
            return known.told.clone().map_err(Unknown::Service);
        }
        let address = format!("{}/{WELL_KNOWN}", self.address.trim_end_matches('/'));
        let told = self.read(&address).await;
        let told = told.and_then(|text| Said::read(&text, &self.address, self.insecure));
        let asked = self.clock.elapsed();
        *known = Some(Known {
            asked,
            told: told.clone(),
        });
        told.map_err(Unknown::Service)
    }

    /// Whether a key of the service has signed this. It changes its keys now and then: one that is not known is looked for
    /// once more, and not again for a while, so that no token has it asked without end.
    async fn signed(&self, token: &Secret, address: &str) -> Result<(), Unknown> {
        let mut known = self.keys.lock().await;
        let now = self.clock.elapsed();
        if let Some(known) = known.as_ref().filter(|known| known.is_good(now)) {
            let keys = known.told.as_ref().map_err(|why| Unknown::Service(why.clone()))?;
            let signed = keys.have_signed(token);
            if signed != Err(Unsigned::UnknownKey) || now < known.asked + KEYS_EVERY {
                return signed.map_err(|_| Unbelievable::Signature.into());
            }
        }
        let told = self
            .read(address)
            .await
            .and_then(|text| Keys::read(&text))
            .map(Arc::new);
        let asked = self.clock.elapsed();
        *known = Some(Known {
            asked,
            told: told.clone(),
        });
        let signed = told.map_err(Unknown::Service)?.have_signed(token);
        signed.map_err(|_| Unbelievable::Signature.into())
    }

    /// Reads what it says at an address of its own.
    async fn read(&self, address: &str) -> Result<Vec<u8>, String> {
        let late = |_| Err(format!("no whole answer within {} seconds", SAYS_WITHIN.as_secs()));
        let whole = tokio::time::timeout(SAYS_WITHIN, self.whole(address)).await;
        whole.unwrap_or_else(late)
    }

    async fn whole(&self, address: &str) -> Result<Vec<u8>, String> {
        let mut answer = self.client.get(address).send().await.map_err(|error| reason(&error))?;
        if answer.status() != http::StatusCode::OK {
            return Err(format!(
                "it answers {} where it should tell of itself",
                answer.status().as_u16()
            ));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| reason(&error))? {
            if SAYS_AT_MOST < body.len() + chunk.len() {
                return Err("what it says of itself is too long".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn plan(client_id: &str, token_url: String) -> Plan {
    Plan {
        token_url,
        client_id: client_id.to_owned(),
        scopes: SCOPES.map(str::to_owned).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn an_issuer_has_tls_or_is_on_this_machine_in_a_test() {
        let issuer = |address: &str, insecure| {
            let clock = ManualClock::new("2026-03-02T05:00:00Z".parse().unwrap());
            Issuer::new(address, insecure, Arc::new(clock)).map(drop)
        };
        for (address, insecure, is_one) in [
            ("https://login.example", false, true),
            ("https://login.example/tenant/v2.0", false, true),
            ("https://login.inner.example:8443/realms/contoso", false, true),
            ("http://login.example", false, false),
            ("http://127.0.0.1:4711", false, false),
            ("http://127.0.0.1:4711", true, true),
            ("http://[::1]:4711", true, true),
            ("http://10.0.0.7", true, false),
            ("https://me@login.example", false, false),
            ("https://login.example/?a=b", false, false),
            ("https://login.example/{tid}", false, false),
            ("login.example", false, false),
            ("ftp://login.example", true, false),
        ] {
            assert_eq!(issuer(address, insecure).is_ok(), is_one, "{address} {insecure}");
        }
    }
}
