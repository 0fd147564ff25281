//! Why there is no token, and whether it passes.

use std::time::Duration;

use super::told::Told;
use crate::origin::origin_for_people;

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
        /// What it tells beyond the standard.
        told: Box<Told>,
        /// Whether it passes by itself, where somebody has judged that who knows the service's numbers.
        passes: Option<bool>,
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
    /// in between say, decides nothing. The word of whoever knows the service's numbers counts more than the status.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Refused {
                passes: Some(passes), ..
            } => !passes,
            Self::Refused { status, error, .. } => {
                *status < 500 && *status != 429 && !error.is_empty() && !passes_by_its_word(error)
            }
            _ => false,
        }
    }

    /// How long the sign-in service wants to be left alone; none where it did not say.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { told, .. } => told.retry_after,
            _ => None,
        }
    }
}

/// Whether the standard itself says so (RFC 6749, section 4.1.2.1), whatever the status.
fn passes_by_its_word(error: &str) -> bool {
    matches!(error, "temporarily_unavailable" | "server_error")
}

/// What came back from the page where people sign in, as a refusal. It has no status.
pub fn refused_at_the_page(endpoint: &str, error: String, description: String) -> TokenError {
    let told = Told::in_words(&description);
    told.log(&origin_for_people(endpoint), 0, &error);
    TokenError::Refused {
        status: 0,
        error,
        description,
        told: Box::new(told),
        passes: None,
    }
}
