//! The token that opens the numbers of a host.

use clientpoint_engine::secrets::Secret;
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// The shortest token, in characters.
const TOKEN_AT_LEAST: usize = 16;

/// The token that opens the numbers. It is compared by its digest, which takes the same time whatever was given.
#[derive(Clone, Debug)]
pub struct MetricsToken([u8; 32]);

impl MetricsToken {
    /// From what a file says, without the white space around it.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for one that is too short to be a secret, or has what no header may have.
    pub fn new(token: &Secret) -> Result<Self> {
        let token = token.expose().trim();
        let is_plain = token.chars().all(|c| c.is_ascii_graphic());
        if token.len() < TOKEN_AT_LEAST || !is_plain {
            return Err(Error::Settings(format!(
                "the token of the metrics can't be that: it is one line of at least {TOKEN_AT_LEAST} letters, digits and signs \
                 without a space"
            )));
        }
        Ok(Self(Sha256::digest(token.as_bytes()).into()))
    }

    /// Whether these headers have it.
    pub(super) fn opens(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).and_then(|given| given.to_str().ok());
        let given = given.and_then(|given| given.split_once(' '));
        let token = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        token.is_some_and(|(_, token)| Sha256::digest(token.trim().as_bytes()).as_slice() == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_wanted_as_it_is_and_a_short_one_is_none() {
        let token = MetricsToken::new(&Secret::new("0123456789abcdef\n".into())).unwrap();
        let opens = |given: &str| token.opens(&HeaderMap::from_iter([(header::AUTHORIZATION, given.parse().unwrap())]));
        assert!(opens("Bearer 0123456789abcdef") && opens("bearer 0123456789abcdef"));
        for other in [
            "Bearer 0123456789abcdeg",
            "Bearer",
            "Bearer ",
            "0123456789abcdef",
            "Basic 0123456789abcdef",
        ] {
            assert!(!opens(other), "{other}");
        }
        assert!(!token.opens(&HeaderMap::new()));
        for wrong in ["", "short", "0123456789 abcdef", "0123456789\nabcdef"] {
            assert!(MetricsToken::new(&Secret::new(wrong.into())).is_err(), "{wrong:?}");
        }
    }
}
