//! The certificate of an application, and the assertions that it signs with it (RFC 7523).

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::{
    rand::SystemRandom,
    signature::{KeyPair, RSA_PSS_SHA256, RsaKeyPair},
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::json;
use sha2::{Digest, Sha256};
use x509_cert::der::Decode;

use super::unguessable::{NO_RANDOM, unguessable};
use crate::secrets::Secret;

/// The one kind of assertion there is.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// For how long an assertion is good, in seconds. It is used at once.
const LIFE: i64 = 300;

/// A certificate with its private key, ready to sign.
#[derive(Clone)]
pub struct Certificate {
    key: Arc<RsaKeyPair>,
    /// SHA-256 of the certificate, in base64url.
    thumbprint: String,
    begins: DateTime<Utc>,
    expires: DateTime<Utc>,
}

impl Certificate {
    /// Reads a PEM text that holds the certificate and its key, in any order. Of several certificates the first counts.
    ///
    /// # Errors
    ///
    /// What is wrong with it and what to do, for people. Nothing of the text is repeated.
    pub fn from_pem(pem: &Secret) -> Result<Self, String> {
        let text = pem.expose();
        let der = CertificateDer::from_pem_slice(text.as_bytes()).map_err(|_| {
            "the file holds no certificate (BEGIN CERTIFICATE): put the certificate and its private key into one PEM file"
                .to_string()
        })?;
        if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(
                "its private key is encrypted with a password: decrypt it first, with `openssl pkcs8 -in KEY -out PLAIN`; \
                 it is kept encrypted here"
                    .into(),
            );
        }
        let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| {
            "the file holds no private key (BEGIN PRIVATE KEY): put the certificate and its private key into one PEM file"
                .to_string()
        })?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(NOT_RSA.into()),
        };
        let key = key.map_err(|_| NOT_RSA.to_string())?;
        let certificate = x509_cert::Certificate::from_der(&der)
            .map_err(|_| "the certificate in the file is damaged: export it again".to_string())?;
        let body = certificate.tbs_certificate();
        if body.subject_public_key_info().subject_public_key.raw_bytes() != key.public_key().as_ref() {
            return Err(
                "the private key in the file does not belong to the certificate: put the right two together".into(),
            );
        }
        let time = |time: &x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
            DateTime::from_timestamp(seconds, 0)
        };
        let validity = body.validity();
        Ok(Self {
            key: Arc::new(key),
            thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(&der)),
            begins: time(&validity.not_before).unwrap_or(DateTime::<Utc>::MIN_UTC),
            expires: time(&validity.not_after).unwrap_or(DateTime::<Utc>::MAX_UTC),
        })
    }

    /// From when on it is good.
    pub fn begins(&self) -> DateTime<Utc> {
        self.begins
    }

    /// When it ends.
    pub fn expires(&self) -> DateTime<Utc> {
        self.expires
    }

    /// SHA-256 of the certificate, in base64url: its name in assertions.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// An assertion that this application is itself, for one request to this endpoint.
    pub(super) fn assertion(&self, client_id: &str, token_url: &str, now: DateTime<Utc>) -> Result<Secret, String> {
        let id = unguessable::<16>()?;
        let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint });
        let claims = json!({
            "aud": token_url,
            "iss": client_id,
            "sub": client_id,
            "jti": id.expose(),
            "nbf": now.timestamp(),
            "iat": now.timestamp(),
            "exp": now.timestamp() + LIFE,
        });
        let part = |json: &serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| NO_RANDOM.to_string())?;
        Ok(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

const NOT_RSA: &str = "its private key is not an RSA key of 2048 to 4096 bits, which is what the sign-in service wants: make \
    another one";

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", self.thumbprint)
    }
}
