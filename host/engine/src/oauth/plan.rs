//! What signing in and asking for tokens needs.

use super::assertion::Certificate;
use crate::secrets::Secret;

/// What asking for tokens needs, besides the credential.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The token endpoint.
    pub token_url: String,
    /// The application.
    pub client_id: String,
    /// What is asked for.
    pub scopes: Vec<String>,
}

impl Plan {
    /// What is asked for, as the protocol writes it (RFC 6749, section 3.3). None where that is nothing.
    pub(super) fn scope(&self) -> Option<String> {
        Some(self.scopes.join(" ")).filter(|scope| !scope.is_empty())
    }
}

/// Where a person signs in.
#[derive(Clone, Debug, Default)]
pub struct SignInPage {
    /// The authorization endpoint.
    pub url: String,
    /// What goes into its query beyond the protocol.
    pub parameters: Vec<(String, String)>,
    /// The issuer of id_tokens; `{name}` stands for the token's own claim of that name.
    pub issuer: String,
}

/// How the application shows that it is itself.
#[derive(Clone, Debug)]
pub enum Credential {
    /// Not at all: a public client.
    None,
    /// A client secret.
    Secret(Secret),
    /// Assertions, signed with a certificate's key.
    Certificate(Certificate),
}
