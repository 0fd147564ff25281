//! Secrets at rest: sealed with XChaCha20-Poly1305 under one key, which is never kept beside them. Each sealed value is
//! bound to what it belongs to, so that a row can't be moved to another connection.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, AeadCore, KeyInit, OsRng, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::text::hex;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// The key under which everything secret is sealed. Wiped from memory when dropped.
pub struct SecretKey(Zeroizing<[u8; KEY_BYTES]>);

/// A secret in memory: wiped when dropped, never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// Why a secret can't be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The cipher did not take it.
    #[error("a secret could not be sealed")]
    Unsealed,
    /// It was sealed with another key or for another owner, or was changed since.
    #[error("the stored secret of {owner} can't be opened with this key")]
    Unopened {
        /// What it belongs to, by whoever asks for it.
        owner: String,
    },
}

impl SecretKey {
    /// The key's name: tells keys apart, and nothing of the key.
    pub fn id(&self) -> String {
        let tag = self.authenticate("the name of the key", &[]).tag();
        let mut id = hex(&tag);
        id.truncate(16);
        id
    }

    /// A new one, and how it is written down: in hexadecimal digits.
    pub fn made() -> (Self, Zeroizing<String>) {
        let key = Zeroizing::new(<[u8; KEY_BYTES]>::from(XChaCha20Poly1305::generate_key(OsRng)));
        let text = Zeroizing::new(hex(key.as_slice()));
        (Self(key), text)
    }

    /// Reads what was written down; none for what is no key.
    pub fn parse(hex: &str) -> Option<Self> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        if hex.len() != 2 * KEY_BYTES {
            return None;
        }
        for (index, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok()?;
        }
        Some(Self(key))
    }

    /// Seals a secret. `owner` is what it belongs to; only the same `owner` opens it again.
    ///
    /// # Errors
    ///
    /// `SealError::Unsealed`; it does not happen with secrets of ordinary length.
    pub fn seal(&self, owner: &str, secret: &Secret) -> Result<Vec<u8>, SealError> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let payload = Payload {
            msg: secret.expose().as_bytes(),
            aad: owner.as_bytes(),
        };
        let sealed = self
            .cipher()
            .encrypt(&nonce, payload)
            .map_err(|_| SealError::Unsealed)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`SecretKey::seal`] has sealed.
    ///
    /// # Errors
    ///
    /// `SealError::Unopened` if it was sealed with another key or for another owner, or was changed since.
    pub fn open(&self, owner: &str, sealed: &[u8]) -> Result<Secret, SealError> {
        let opened = sealed.split_at_checked(NONCE_BYTES).and_then(|(nonce, msg)| {
            let payload = Payload {
                msg,
                aad: owner.as_bytes(),
            };
            self.cipher().decrypt(XNonce::from_slice(nonce), payload).ok()
        });
        opened
            .and_then(|bytes| {
                String::from_utf8(bytes)
                    .map_err(|error| error.into_bytes().zeroize())
                    .ok()
            })
            .map(Secret::new)
            .ok_or_else(|| SealError::Unopened {
                owner: owner.to_owned(),
            })
    }

    /// A seal of authenticity over bytes that are no secret, for the purpose named.
    pub fn authenticate(&self, purpose: &str, bytes: &[u8]) -> Authenticator {
        // HMAC takes keys of any length, so this can't fail; an empty result would never verify.
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(self.0.as_slice())
            .unwrap_or_else(|_| <Hmac<Sha256> as Mac>::new(&Default::default()));
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        Authenticator(mac)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.as_slice().into())
    }
}

/// A computed seal of authenticity: to be stored, or to be compared in constant time.
pub struct Authenticator(Hmac<Sha256>);

impl Authenticator {
    /// How many bytes [`Authenticator::tag`] has.
    pub const BYTES: usize = 32;

    /// The bytes to store.
    pub fn tag(self) -> Vec<u8> {
        self.0.finalize().into_bytes().to_vec()
    }

    /// Whether `tag` was made with the same key over the same bytes for the same purpose.
    pub fn accepts(self, tag: &[u8]) -> bool {
        self.0.verify_slice(tag).is_ok()
    }
}

impl Secret {
    /// Takes a secret in.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_with_the_same_key_for_the_same_owner_only() {
        let (one, two) = (SecretKey::made().0, SecretKey::made().0);
        let sealed = one.seal("connection c1", &Secret::new("p~s+w/".into())).unwrap();

        assert_eq!(one.open("connection c1", &sealed).unwrap().expose(), "p~s+w/");
        assert!(one.open("connection c2", &sealed).is_err());
        assert!(two.open("connection c1", &sealed).is_err());
        assert!(one.open("connection c1", sealed.get(..10).unwrap()).is_err());
        assert!(!sealed.windows(6).any(|window| window == b"p~s+w/"));
    }

    #[test]
    fn a_key_is_read_as_it_was_written_down() {
        let (key, text) = SecretKey::made();
        assert_eq!(SecretKey::parse(&text).unwrap().id(), key.id());
        for other in ["", "0123", &"z".repeat(64), &format!("{}0", *text)] {
            assert!(SecretKey::parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret::new("hush".into())), "Secret(…)");
    }
}
