//! Passwords: what can be one, and how they are kept.

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version, password_hash::SaltString,
};
use clientpoint_engine::{oauth::unguessable, secrets::Secret};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// In characters.
const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// Memory (KiB), rounds and lanes of argon2id: what OWASP's sheet on storing passwords asks for at least.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Those of at least twelve characters that whoever guesses tries first: words and years, rows of keys, names of the
/// product; in lower case, one a line.
const COMMON: &str = include_str!("common.txt");

/// Each takes 19 MiB and a core for a moment: whoever tries many waits, and nobody else does.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Why this can't be a password, if so: the end of a message to whoever chose it.
pub fn unfit(password: &Secret) -> Option<&'static str> {
    let text = password.expose();
    let length = text.chars().count();
    if length < SHORTEST {
        return Some("a password has at least 12 characters: a few words in a row are easy to keep in mind");
    }
    if LONGEST < length {
        return Some("a password has at most 128 characters");
    }
    let lower = text.to_lowercase();
    let is_common = COMMON.lines().any(|common| common == lower) || one_thing_over_and_over(&lower);
    is_common.then_some("that is one of the passwords that are tried first: take another one")
}

/// Whether it is a short piece, repeated: `abcabcabcabc`.
fn one_thing_over_and_over(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=4).any(|period| {
        letters
            .iter()
            .zip(letters.iter().skip(period))
            .all(|(one, next)| one == next)
    })
}

/// What is kept of it.
///
/// # Errors
///
/// `Error::Storage` if the system gives no random numbers.
pub(super) async fn hash(password: Secret) -> Result<String> {
    at_work(move || {
        let salt = unguessable::<16>().map_err(Error::Storage)?;
        let salt = SaltString::encode_b64(salt.expose().as_bytes()).map_err(broken)?;
        let hash = argon2()?.hash_password(password.expose().as_bytes(), &salt);
        Ok(hash.map_err(broken)?.to_string())
    })
    .await
}

/// Whether it is the one of which that is kept. Without anything kept, the same work is done for nothing, so that nobody
/// learns from the time which names there are.
///
/// # Errors
///
/// `Error::Storage` for what can't be read.
pub(super) async fn fits(kept: Option<String>, password: Secret) -> Result<bool> {
    at_work(move || {
        let Some(kept) = kept else {
            let salt = SaltString::encode_b64(b"nobody's salt").map_err(broken)?;
            argon2()?
                .hash_password(password.expose().as_bytes(), &salt)
                .map_err(broken)?;
            return Ok(false);
        };
        let kept = PasswordHash::new(&kept).map_err(broken)?;
        Ok(argon2()?.verify_password(password.expose().as_bytes(), &kept).is_ok())
    })
    .await
}

async fn at_work<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let stopped = || Error::Storage("the work on a password has stopped".into());
    let _turn = AT_ONCE.acquire().await.map_err(|_| stopped())?;
    tokio::task::spawn_blocking(work).await.map_err(|_| stopped())?
}

fn argon2() -> Result<Argon2<'static>> {
    let (memory, rounds, lanes) = COST;
    let params = Params::new(memory, rounds, lanes, None).map_err(|error| broken(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn broken(error: argon2::password_hash::Error) -> Error {
    Error::Storage(format!("passwords can't be worked with: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    #[test]
    fn what_is_short_or_tried_first_is_no_password() {
        for text in [
            "",
            "short",
            "elevenchars",
            "password1234",
            "Password1234",
            "aaaaaaaaaaaaa",
            "abcabcabcabc",
        ] {
            assert!(unfit(&secret(text)).is_some(), "{text}");
        }
        assert!(unfit(&secret(&"x y z ".repeat(30))).is_some());
        for text in ["correct horse battery", "ein Satz mit Ü und 7", "pässwörter für alle"] {
            assert_eq!(unfit(&secret(text)), None, "{text}");
        }
    }

    #[tokio::test]
    async fn a_password_fits_what_is_kept_of_it_and_no_other_does() {
        let kept = hash(secret("correct horse battery")).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(fits(Some(kept.clone()), secret("correct horse battery")).await.unwrap());
        assert!(!fits(Some(kept), secret("correct horse batterz")).await.unwrap());
        assert!(!fits(None, secret("correct horse battery")).await.unwrap());
    }
}
