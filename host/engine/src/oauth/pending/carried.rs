//! A sign-in that waits, on its way to whichever program its answer comes to.

use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::Pending;
use crate::secrets::Secret;

#[derive(Serialize)]
struct Out<'a> {
    url: &'a str,
    redirect_uri: &'a str,
    nonce: &'a str,
    verifier: &'a str,
    issuer: &'a str,
    state: &'a str,
}

#[derive(Deserialize)]
struct In {
    url: String,
    redirect_uri: String,
    nonce: String,
    verifier: String,
    issuer: String,
    state: String,
}

impl Pending {
    /// All that is to be known to take its answer, as a text: for whoever keeps that sealed, and sees to it that the answer is
    /// taken once.
    pub fn carried(&self) -> Secret {
        let out = Out {
            url: &self.url,
            redirect_uri: &self.redirect_uri,
            nonce: self.nonce.expose(),
            verifier: self.verifier.expose(),
            issuer: &self.issuer,
            state: self.state.expose(),
        };
        // Texts alone always have a form in JSON.
        Secret::new(serde_json::to_string(&out).unwrap_or_default())
    }

    /// The sign-in that was carried here, which has had no answer yet; none if it was another text.
    pub fn from_carried(carried: &Secret) -> Option<Self> {
        let found: In = serde_json::from_str(carried.expose()).ok()?;
        Some(Self {
            url: found.url,
            redirect_uri: found.redirect_uri,
            nonce: Secret::new(found.nonce),
            verifier: Secret::new(found.verifier),
            issuer: found.issuer,
            state: Secret::new(found.state),
            used: Mutex::new(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{
        SignInPage,
        pending::{Answer, Stray},
    };

    #[test]
    fn r10_a_sign_in_that_was_carried_elsewhere_takes_the_same_answer_and_no_other() {
        let page = SignInPage {
            url: "https://login.example/authorize".into(),
            parameters: Vec::new(),
            issuer: "https://login.example/{tid}/v2.0".into(),
        };
        let begun = Pending::begin(&Default::default(), &page, "https://here.example/connect").unwrap();

        let carried = Pending::from_carried(&begun.carried()).unwrap();

        let query = format!("code=c&state={}", begun.state().expose());
        assert_eq!(carried.accept("code=c&state=other").unwrap_err(), Stray::State);
        let elsewhere = format!("{query}&iss=https://evil.example/t/v2.0");
        assert_eq!(carried.accept(&elsewhere).unwrap_err(), Stray::Issuer);
        assert!(matches!(carried.accept(&query), Ok(Answer::Code(code)) if code.expose() == "c"));
        assert_eq!(carried.accept(&query).unwrap_err(), Stray::Used);
        assert_eq!(carried.verifier.expose(), begun.verifier.expose());
        assert_eq!(carried.nonce.expose(), begun.nonce.expose());
        assert_eq!((&carried.url, &carried.redirect_uri), (&begun.url, &begun.redirect_uri));
        assert!(Pending::from_carried(&Secret::new("{}".into())).is_none());
    }
}
