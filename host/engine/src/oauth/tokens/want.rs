//! Which token somebody wants.

use http::HeaderValue;

/// Which token somebody wants.
pub(super) enum Want {
    /// One that is good.
    Good,
    /// One that is good, and not this one, which was just refused.
    Another(HeaderValue),
    /// One that the sign-in service gives now, whatever is at hand.
    New,
}

impl Want {
    /// Whether a token that is there already will do, as far as its time goes.
    pub(super) fn takes(&self, token: &HeaderValue) -> bool {
        match self {
            Self::Good => true,
            Self::Another(refused) => refused != token,
            Self::New => false,
        }
    }
}
