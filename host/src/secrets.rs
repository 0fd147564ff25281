//! Secrets at rest: sealed with XChaCha20-Poly1305 under one key, which is not in the database.
//!
//! The key comes from the environment variable `CLIENTPOINT_SECRET_KEY` (64 hexadecimal digits) or from the file
//! `secret.key` in the data folder, which only its owner may read. Each sealed value is bound to what it belongs to,
//! so that a row can't be moved to another connection.
//!
//! How a key is replaced stands in `secrets/key_files.rs`.

mod key_files;

use std::{
    fs,
    io::{ErrorKind, Read},
    path::Path,
};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, AeadCore, KeyInit, OsRng, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::{Error, Result, disk};

pub(crate) use key_files::{SealedWith, is_untidy};

/// The environment variable that holds the key, where there is no key file.
pub const KEY_VARIABLE: &str = "CLIENTPOINT_SECRET_KEY";

/// The environment variable that holds the key to change to, where the present one comes from the environment.
pub const NEXT_KEY_VARIABLE: &str = "CLIENTPOINT_SECRET_KEY_NEXT";

const KEY_FILE: &str = "secret.key";
const KEY_BYTES: usize = 32;

/// More than the file of a key holds, in bytes: what is longer is none.
const KEY_FILE_BYTES: usize = 1024;
const NONCE_BYTES: usize = 24;

/// The key under which everything secret is sealed. Wiped from memory when dropped.
pub struct SecretKey(Zeroizing<[u8; KEY_BYTES]>);

/// A secret in memory: wiped when dropped, never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl SecretKey {
    /// The key of this data folder: from the environment, or from its file, which is made if it is missing.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a key that is none, or a file that others may read.
    pub fn load(data: &Path) -> Result<Self> {
        Self::in_force(data, None)
    }

    /// The key's name: tells keys apart, and nothing of the key.
    pub fn id(&self) -> String {
        let tag = self.authenticate("the name of the key", &[]).tag();
        tag.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    fn from_environment(variable: &str) -> Result<Option<Self>> {
        let Ok(text) = std::env::var(variable) else {
            return Ok(None);
        };
        let text = Zeroizing::new(text);
        let key = Self::parse(text.trim()).ok_or_else(|| {
            Error::Settings(format!(
                "the environment variable `{variable}` holds no key: it must be 64 hexadecimal digits"
            ))
        })?;
        Ok(Some(key))
    }

    /// The key in a file. None if there is no file, or one that was never written to its end.
    fn from_file(path: &Path) -> Result<Option<Self>> {
        let file = match fs::File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut read = Zeroizing::new(Vec::with_capacity(KEY_FILE_BYTES));
        file.take(KEY_FILE_BYTES as u64)
            .read_to_end(&mut read)
            .map_err(|error| disk::in_the_way(path, error))?;
        refuse_readable_by_others(path)?;
        // What is no text at all is no key either.
        let text = std::str::from_utf8(&read).unwrap_or("no text").trim();
        let broken_off = text.len() < 2 * KEY_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match Self::parse(text) {
            None if broken_off => Ok(None),
            Some(key) => Ok(Some(key)),
            None => Err(Error::Settings(format!(
                "`{}` holds no key (64 hexadecimal digits): put the right one back; without it the stored secrets can't be read",
                path.display()
            ))),
        }
    }

    /// A new one, and how it is written down.
    fn made() -> (Self, Zeroizing<String>) {
        let key = Zeroizing::new(<[u8; KEY_BYTES]>::from(XChaCha20Poly1305::generate_key(OsRng)));
        let text = key.iter().map(|byte| format!("{byte:02x}")).collect();
        (Self(key), Zeroizing::new(text))
    }

    fn parse(hex: &str) -> Option<Self> {
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
    /// `Error::Storage`; it does not happen with secrets of ordinary length.
    pub fn seal(&self, owner: &str, secret: &Secret) -> Result<Vec<u8>> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let payload = Payload {
            msg: secret.expose().as_bytes(),
            aad: owner.as_bytes(),
        };
        let sealed = self
            .cipher()
            .encrypt(&nonce, payload)
            .map_err(|_| Error::Storage("a secret could not be sealed".into()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`SecretKey::seal`] has sealed.
    ///
    /// # Errors
    ///
    /// `Error::Settings` if it was sealed with another key or for another owner, or was changed since.
    pub fn open(&self, owner: &str, sealed: &[u8]) -> Result<Secret> {
        let opened = sealed.split_at_checked(NONCE_BYTES).and_then(|(nonce, msg)| {
            let payload = Payload {
                msg,
                aad: owner.as_bytes(),
            };
            self.cipher().decrypt(XNonce::from_slice(nonce), payload).ok()
        });
        opened
            .and_then(|bytes| String::from_utf8(bytes).map_err(|error| error.into_bytes().zeroize()).ok())
            .map(Secret::new)
            .ok_or_else(|| {
                Error::Settings(format!(
                    "the stored secret of {owner} can't be opened with this key: put the right `{KEY_FILE}` back, or connect again"
                ))
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

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(unix)]
fn refuse_readable_by_others(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::Settings(format!(
        "`{}` can be read by others (mode {:03o}): run `chmod 600 {}`",
        path.display(),
        mode & 0o777,
        path.display()
    )))
}

#[cfg(not(unix))]
fn refuse_readable_by_others(_path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(data: &Path) -> SecretKey {
        SecretKey::load(data).unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_with_the_same_key_for_the_same_owner_only() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let sealed = key(one.path())
            .seal("connection c1", &Secret::new("p~s+w/".into()))
            .unwrap();

        assert_eq!(
            key(one.path()).open("connection c1", &sealed).unwrap().expose(),
            "p~s+w/"
        );
        assert!(key(one.path()).open("connection c2", &sealed).is_err());
        assert!(key(two.path()).open("connection c1", &sealed).is_err());
        assert!(
            key(one.path())
                .open("connection c1", sealed.get(..10).unwrap())
                .is_err()
        );
        assert!(!sealed.windows(6).any(|window| window == b"p~s+w/"));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_is_refused_with_the_command_that_mends_it() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        key(data.path());
        let path = data.path().join(KEY_FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();

        let error = SecretKey::load(data.path()).err().unwrap().to_string();

        assert!(error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret::new("hush".into())), "Secret(…)");
    }
}
