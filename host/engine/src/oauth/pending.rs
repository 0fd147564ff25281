//! A person's sign-in, from the address that is shown to the redirect that comes back.

mod carried;

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use url::Url;

use super::{
    Plan, SignInPage,
    claims::same,
    told::{short, word},
    unguessable::{METHOD, challenge, unguessable},
};
use crate::secrets::Secret;

/// How long a person may take: as long as a code lives.
pub const LIFE: Duration = Duration::from_secs(10 * 60);

/// How long state, nonce and verifier are, before they are written as text.
const SECRET_BYTES: usize = 32;

/// A sign-in that waits for its person. The answer may be taken by another program than the one that has begun it: see
/// [`Pending::carried`].
pub struct Pending {
    /// Where the person goes. It has the state and the nonce in it: for the person's browser, and for no log.
    pub url: String,
    /// The redirect address in it.
    pub redirect_uri: String,
    /// What the id_token must repeat.
    pub nonce: Secret,
    /// What redeems the code.
    pub verifier: Secret,
    issuer: String,
    state: Secret,
    used: Mutex<bool>,
}

/// What came back.
#[derive(Debug)]
pub enum Answer {
    /// The person agreed.
    Code(Secret),
    /// They did not, or something is wrong.
    Refused {
        /// The error word.
        error: String,
        /// For people; may be empty.
        description: String,
    },
}

/// Why a redirect is not taken. The sign-in goes on waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stray {
    /// Its state is not that of this sign-in.
    #[error("this is not the sign-in that is waited for: begin again where its address was shown")]
    State,
    /// The sign-in has had its answer.
    #[error("this sign-in was used already: each address is good once")]
    Used,
    /// Another sign-in service says that it is the answer.
    #[error("this answer comes from another sign-in service than the one that was asked")]
    Issuer,
    /// There is neither a code nor an error in it.
    #[error("the sign-in service sent an answer without content: begin again")]
    Empty,
}

impl Pending {
    /// Puts together the address for one sign-in.
    ///
    /// # Errors
    ///
    /// If the page or the redirect has no sound address, or the system gives no random numbers.
    pub fn begin(plan: &Plan, page: &SignInPage, redirect_uri: &str) -> Result<Self, String> {
        let address = |text: &str| Url::parse(text).map_err(|error| format!("an address of the sign-in: {error}"));
        let mut url = address(&page.url)?;
        address(redirect_uri)?;
        let state = unguessable::<SECRET_BYTES>()?;
        let nonce = unguessable::<SECRET_BYTES>()?;
        let verifier = unguessable::<SECRET_BYTES>()?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &plan.client_id)
            .append_pair("state", state.expose())
            .append_pair("code_challenge", &challenge(&verifier))
            .append_pair("code_challenge_method", METHOD)
            .append_pair("redirect_uri", redirect_uri)
            .extend_pairs(plan.scope().map(|scope| ("scope", scope)))
            .append_pair("nonce", nonce.expose())
            .extend_pairs(&page.parameters);
        Ok(Self {
            url: url.into(),
            redirect_uri: redirect_uri.into(),
            nonce,
            verifier,
            issuer: page.issuer.clone(),
            state,
            used: Mutex::new(false),
        })
    }

    /// What comes back in the redirect, and belongs nowhere else. Who has many sign-ins tells them apart by it.
    pub fn state(&self) -> &Secret {
        &self.state
    }

    /// Takes the query of a redirect: once, and only with the state that was sent.
    ///
    /// # Errors
    ///
    /// See [`Stray`].
    pub fn accept(&self, query: &str) -> Result<Answer, Stray> {
        let field = |name: &str| field(query, name);
        if !same(&field("state").unwrap_or_default(), self.state.expose()) {
            return Err(Stray::State);
        }
        // RFC 9207: who answers may say who they are.
        if field("iss").is_some_and(|issuer| !self.issued_by(&issuer)) {
            return Err(Stray::Issuer);
        }
        let answer = match (field("code"), field("error")) {
            (_, Some(error)) => Answer::Refused {
                error: word(&error),
                description: short(&field("error_description").unwrap_or_default()),
            },
            (Some(code), None) => Answer::Code(Secret::new(code)),
            (None, None) => return Err(Stray::Empty),
        };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *used, true) {
            return Err(Stray::Used);
        }
        Ok(answer)
    }

    /// Whether this issuer is the expected one, whatever stands in for the part that only the id_token will tell.
    fn issued_by(&self, issuer: &str) -> bool {
        match (self.issuer.split_once('{'), self.issuer.rsplit_once('}')) {
            (Some((before, _)), Some((_, after))) => {
                issuer.len() >= before.len() + after.len() && issuer.starts_with(before) && issuer.ends_with(after)
            }
            _ => issuer == self.issuer,
        }
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

/// The state that the query of a redirect brings back, whosever it is; none where it has none, or two.
pub fn state_of(query: &str) -> Option<Secret> {
    field(query, "state").map(Secret::new)
}

fn field(query: &str, name: &str) -> Option<String> {
    let mut found = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    // A field that is there twice can be read in two ways.
    let one = found.next().map(|(_, value)| value.into_owned());
    one.filter(|value| !value.is_empty() && found.next().is_none())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn pending() -> Pending {
        let plan = Plan {
            token_url: String::new(),
            client_id: "app".into(),
            scopes: vec!["https://api.example/Files.Read".into(), "openid".into()],
        };
        let page = SignInPage {
            url: "https://login.example/organizations/authorize".into(),
            parameters: vec![("prompt".into(), "select_account".into())],
            issuer: "https://login.example/{tid}/v2.0".into(),
        };
        Pending::begin(&plan, &page, "http://localhost:4711/connect").unwrap()
    }

    fn query(pending: &Pending) -> BTreeMap<String, String> {
        Url::parse(&pending.url).unwrap().query_pairs().into_owned().collect()
    }

    fn state(pending: &Pending) -> String {
        query(pending)["state"].clone()
    }

    #[test]
    fn r10_r11_the_address_asks_for_a_code_with_all_that_protects_it() {
        let pending = pending();
        let query = query(&pending);
        for (key, value) in [
            ("response_type", "code"),
            ("client_id", "app"),
            ("prompt", "select_account"),
            ("redirect_uri", "http://localhost:4711/connect"),
            ("scope", "https://api.example/Files.Read openid"),
            ("code_challenge_method", "S256"),
            ("nonce", pending.nonce.expose()),
        ] {
            assert_eq!(query[key], value, "{key}");
        }
        assert_eq!(query["code_challenge"], challenge(&pending.verifier));
        assert!(query["state"].len() >= 43 && query["nonce"] != query["state"]);
        assert_ne!(state(&pending), state(&self::pending()), "each sign-in has its own");
    }

    #[test]
    fn r10_only_the_right_state_is_taken_and_only_once() {
        let pending = pending();
        let right = state(&pending);
        for wrong in ["", "x", right.split_at(1).1, &format!("{right}x")] {
            assert_eq!(
                pending.accept(&format!("code=c&state={wrong}")).unwrap_err(),
                Stray::State,
                "{wrong}"
            );
        }
        assert_eq!(pending.accept("code=c").unwrap_err(), Stray::State);
        let twice = format!("code=c&state={right}&state=x");
        assert_eq!(pending.accept(&twice).unwrap_err(), Stray::State);
        assert_eq!(pending.accept(&format!("state={right}")).unwrap_err(), Stray::Empty);

        let Ok(Answer::Code(code)) = pending.accept(&format!("code=c%2B1&state={right}&session_state=s")) else {
            panic!("the right one is taken");
        };
        assert_eq!(code.expose(), "c+1");
        assert_eq!(
            pending.accept(&format!("code=c&state={right}")).unwrap_err(),
            Stray::Used
        );
    }

    #[test]
    fn the_state_is_read_off_a_query_and_shown_nowhere() {
        let pending = pending();
        let state = pending.state().expose();
        let read = |query: &str| state_of(query).map(|state| state.expose().to_owned());
        assert_eq!(read(&format!("code=c&state={state}")).as_deref(), Some(state));
        assert_eq!(read(&format!("state={state}&state={state}")), None);
        assert_eq!(read("code=c"), None);
        let shown = format!("{pending:?}");
        for secret in [state, pending.nonce.expose(), pending.verifier.expose()] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn an_answer_in_the_name_of_another_service_is_not_taken() {
        let pending = pending();
        let query = |issuer: &str| format!("code=c&state={}&iss={issuer}", state(&pending));
        assert_eq!(
            pending.accept(&query("https://evil.example/t/v2.0")).unwrap_err(),
            Stray::Issuer
        );
        assert_eq!(
            pending.accept(&query("https://login.example/v2.0")).unwrap_err(),
            Stray::Issuer
        );
        assert!(pending.accept(&query("https://login.example/t1/v2.0")).is_ok());
    }

    #[test]
    fn r12_a_refusal_is_an_answer_too() {
        let pending = pending();
        let query = format!(
            "error=access_denied&error_description=AADSTS65004%3A+No.&state={}",
            state(&pending)
        );
        let Ok(Answer::Refused { error, description }) = pending.accept(&query) else {
            panic!("it is taken");
        };
        assert_eq!(
            (error.as_str(), description.as_str()),
            ("access_denied", "AADSTS65004: No.")
        );
    }
}
