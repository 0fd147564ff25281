//! Whose access a connection is, and how an application shows that it is itself.

use serde::{Deserialize, Serialize};

/// Whose access a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The company's own credentials.
    Organization,
    /// One Administrator's own sign-in.
    User,
}

/// How an application shows that it is itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// Not at all: a public client.
    None,
    /// By a client secret.
    Secret,
    /// By a certificate.
    Certificate,
}

impl Mode {
    /// The word in the database and in output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::User => "user",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        match word {
            "user" => Self::User,
            _ => Self::Organization,
        }
    }
}

impl CredentialKind {
    /// The word in the database and in output.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Secret => "secret",
            Self::Certificate => "certificate",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        match word {
            "none" => Self::None,
            "certificate" => Self::Certificate,
            _ => Self::Secret,
        }
    }
}
