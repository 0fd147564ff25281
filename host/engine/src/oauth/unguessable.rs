//! Texts that nobody can guess, and what proves that one is known without showing it (PKCE, RFC 7636).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

use crate::secrets::Secret;

/// What is said where the system has no random numbers to give.
pub(super) const NO_RANDOM: &str = "the system gives no random numbers";

/// The method by which [`challenge`] makes a challenge, as the protocol calls it.
pub(super) const METHOD: &str = "S256";

/// So many random bytes as text, in base64url.
///
/// # Errors
///
/// The system has no random numbers to give.
pub fn unguessable<const BYTES: usize>() -> Result<Secret, String> {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NO_RANDOM)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

/// The challenge that this verifier answers (RFC 7636, section 4.2).
pub(super) fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn no_two_texts_are_the_same() {
        let (one, other) = (unguessable::<32>().unwrap(), unguessable::<32>().unwrap());
        assert_eq!(one.expose().len(), 43);
        assert_ne!(one.expose(), other.expose());
    }
}
