//! OAuth 2.0 and OpenID Connect for connections: signing in, obtaining tokens, keeping them, renewing them in time.
//!
//! The plugin supplies the parameters and reads the refusals; this module runs the protocol. A token leaves it only as
//! the value of an `authorization` header that the egress adds to a request on its way out.
//!
//! - [`endpoint`]: asking the token endpoint, as the application that proves itself by a secret or an [`assertion`].
//! - [`tokens`]: the tokens of one connection, renewed once for all who need them.
//! - [`pending`]: a person's sign-in from the address to the redirect; [`listener`]: where the redirect arrives.
//! - [`claims`]: what an id_token must say.

pub mod assertion;
pub mod claims;
pub mod endpoint;
pub mod listener;
pub mod pending;
pub mod tokens;

use crate::secrets::Secret;

pub use assertion::Certificate;
pub use endpoint::{Endpoint, reason};
pub use tokens::{Grant, Keeper, Tokens};

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

/// Why there is no token.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TokenError {
    /// The endpoint refused (RFC 6749, section 5.2).
    #[error("the sign-in service refused: {error}")]
    Refused {
        /// HTTP status of the answer; 0 for what came back from the page where people sign in.
        status: u16,
        /// The member `error`; empty if the answer was not JSON as it should be.
        error: String,
        /// The member `error_description`, without anything secret that was sent.
        description: String,
    },
    /// No answer came, or none that is one.
    #[error("the sign-in service at {endpoint} can't be reached: {reason}")]
    Unreachable {
        /// Its origin.
        endpoint: String,
        /// What went wrong.
        reason: String,
    },
    /// The tokens can't be read from where they are kept, or not be put there. They are not used then.
    #[error("the tokens can't be kept: {0}")]
    Storage(String),
}

impl TokenError {
    /// Whether the sign-in service has decided, rather than failed to answer. A page that is no answer at all, of a proxy
    /// in between say, decides nothing.
    pub fn is_final(&self) -> bool {
        match self {
            TokenError::Refused { status, error, .. } => *status < 500 && *status != 429 && !error.is_empty(),
            _ => false,
        }
    }
}
