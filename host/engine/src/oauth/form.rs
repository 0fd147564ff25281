//! The forms that a token endpoint is asked with, one for each grant.

use url::form_urlencoded::Serializer;

use super::{Plan, told::short};
use crate::secrets::Secret;

/// The fields that nobody but the token endpoint may read.
const SECRET_FIELDS: [&str; 5] = [
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "refresh_token",
];

/// What is asked with.
pub enum Asking<'a> {
    /// The application's own credential (RFC 6749, section 4.4).
    Itself,
    /// A code that a sign-in has brought (section 4.1).
    Code {
        /// It is good once.
        code: &'a Secret,
        /// What the challenge in the address was made of (RFC 7636).
        verifier: &'a Secret,
        /// The one that was in the address.
        redirect_uri: &'a str,
    },
    /// A refresh token (section 6).
    Refresh(&'a Secret),
}

/// The fields of a form, by name.
pub(super) struct Form(Vec<(&'static str, Secret)>);

impl Form {
    /// What the standard wants to be sent for this grant, but for what proves that the application is itself.
    pub(super) fn new(asking: &Asking<'_>, plan: &Plan) -> Self {
        let mut form = Self(Vec::new());
        match asking {
            Asking::Itself => form.add("grant_type", "client_credentials"),
            Asking::Code {
                code,
                verifier,
                redirect_uri,
            } => {
                form.add("grant_type", "authorization_code");
                form.add("code", code.expose());
                form.add("code_verifier", verifier.expose());
                form.add("redirect_uri", redirect_uri);
            }
            Asking::Refresh(token) => {
                form.add("grant_type", "refresh_token");
                form.add("refresh_token", token.expose());
            }
        }
        // A code stands for what the person was asked for already.
        if !matches!(asking, Asking::Code { .. })
            && let Some(scope) = plan.scope()
        {
            form.add("scope", &scope);
        }
        form.add("client_id", &plan.client_id);
        form
    }

    /// Adds a field.
    pub(super) fn add(&mut self, name: &'static str, value: &str) {
        self.0.push((name, Secret::new(value.into())));
    }

    /// As it is sent: `application/x-www-form-urlencoded`.
    pub(super) fn encoded(&self) -> String {
        let fields = self.0.iter().map(|(name, value)| (name, value.expose()));
        Serializer::new(String::new()).extend_pairs(fields).finish()
    }

    /// A description without anything secret that was sent to get it: who reads it may be a plugin.
    pub(super) fn blotted(&self, text: &str) -> String {
        let secrets = self.0.iter().filter(|(name, _)| SECRET_FIELDS.contains(name));
        let secrets = secrets.filter(|(_, secret)| !secret.expose().is_empty());
        let text = secrets.fold(text.to_owned(), |text, (_, secret)| {
            text.replace(secret.expose(), "***")
        });
        // Cut at the very end: of a secret that is cut in two, nobody would know the beginning.
        short(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan {
            token_url: "https://login.example/token".into(),
            client_id: "app".into(),
            scopes: vec!["files".into(), "openid".into()],
        }
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    #[test]
    fn each_grant_sends_what_the_standard_wants() {
        let sent = |asking: &Asking<'_>| Form::new(asking, &plan()).encoded();
        assert_eq!(
            sent(&Asking::Itself),
            "grant_type=client_credentials&scope=files+openid&client_id=app"
        );
        assert_eq!(
            sent(&Asking::Refresh(&secret("r/1+2"))),
            "grant_type=refresh_token&refresh_token=r%2F1%2B2&scope=files+openid&client_id=app"
        );
        let asking = Asking::Code {
            code: &secret("c"),
            verifier: &secret("v"),
            redirect_uri: "http://localhost:1/connect",
        };
        assert_eq!(
            sent(&asking),
            "grant_type=authorization_code&code=c&code_verifier=v&redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fconnect&client_id=app"
        );
    }

    #[test]
    fn a_refusal_that_repeats_what_was_sent_is_blotted_out() {
        let mut form = Form::new(&Asking::Refresh(&secret("r3fresh")), &plan());
        form.add("client_secret", "hush~1");
        form.add("client_assertion", "head.body.signature");
        assert_eq!(
            form.blotted("AADSTS1: hush~1, head.body.signature and r3fresh are bad for app"),
            "AADSTS1: ***, *** and *** are bad for app"
        );
        let before = "x".repeat(3_997);
        let cut = format!("{before}r3fresh and more");
        assert_eq!(form.blotted(&cut), format!("{before}***"), "where it is cut");
        form.add("code", "");
        assert_eq!(
            form.blotted("an empty one is in every text"),
            "an empty one is in every text"
        );
    }
}
