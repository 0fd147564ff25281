//! Certificates: no more is read of them than their key and their time.

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDateTime, Utc};
use ring::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use sha2::{Digest, Sha256};

/// The encoded object identifier 1.2.840.113549.1.1.1, `rsaEncryption`.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// The version, the one field of a certificate that can be missing.
const VERSION: u8 = 0xa0;

/// A certificate that is registered on the application.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    /// SHA-256 of the certificate in base64url: the `x5t#S256` of assertions.
    pub thumbprint: String,
    /// The RSA key as PKCS#1 writes it.
    key: Vec<u8>,
    begins: DateTime<Utc>,
    ends: DateTime<Utc>,
}

/// What is read of a certificate.
struct Read<'a> {
    key: &'a [u8],
    algorithm: &'a [u8],
    begins: DateTime<Utc>,
    ends: DateTime<Utc>,
}

impl Certificate {
    /// Takes a certificate in DER. Who signed it is of no matter.
    pub fn from_der(der: &[u8]) -> anyhow::Result<Self> {
        let read = read(der).context("this is not a certificate in DER (PEM has to be decoded first)")?;
        ensure!(read.algorithm == RSA, "the certificate's key is not an RSA key");
        Ok(Self {
            thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(der)),
            key: read.key.to_vec(),
            begins: read.begins,
            ends: read.ends,
        })
    }

    /// Whether it is in its time.
    pub fn is_good_at(&self, now: DateTime<Utc>) -> bool {
        self.begins <= now && now < self.ends
    }

    /// Whether a signature (PS256) over a text was made with this certificate's key.
    pub fn has_signed(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, &self.key)
            .verify(text.as_bytes(), signature)
            .is_ok()
    }
}

/// `None` where the structure is not a certificate's.
fn read(der: &[u8]) -> Option<Read<'_>> {
    let mut certificate = Der(Der(der).take(SEQUENCE)?);
    let mut to_be_signed = Der(certificate.take(SEQUENCE)?);
    if to_be_signed.0.first() == Some(&VERSION) {
        to_be_signed.take(VERSION)?;
    }
    to_be_signed.take(INTEGER)?;
    // How it is signed, and by whom; from when till when; for whom.
    to_be_signed.take(SEQUENCE)?;
    to_be_signed.take(SEQUENCE)?;
    let mut validity = Der(to_be_signed.take(SEQUENCE)?);
    let (begins, ends) = (validity.time()?, validity.time()?);
    to_be_signed.take(SEQUENCE)?;
    let mut key_info = Der(to_be_signed.take(SEQUENCE)?);
    let algorithm = Der(key_info.take(SEQUENCE)?).take(OBJECT_IDENTIFIER)?;
    // The first byte says how many bits of the last are not used: none, as a key is whole bytes.
    let (_unused, key) = key_info.take(BIT_STRING)?.split_first()?;
    Some(Read {
        key,
        algorithm,
        begins,
        ends,
    })
}

/// What is left of a row of DER values.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next value, if it is a time: until 2049 with a year of two digits (RFC 5280, section 4.1.2.5).
    fn time(&mut self) -> Option<DateTime<Utc>> {
        let text = match self.0.first()? {
            &UTC_TIME => {
                let short = std::str::from_utf8(self.take(UTC_TIME)?).ok()?;
                let century = if short < "50" { "20" } else { "19" };
                format!("{century}{short}")
            }
            _ => std::str::from_utf8(self.take(GENERALIZED_TIME)?).ok()?.to_owned(),
        };
        let time = NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()?;
        Some(time.and_utc())
    }

    /// The content of the next value, if it has this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // The length itself has so many bytes; four are more than a certificate needs.
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        (found == tag).then_some(content)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

    use super::*;

    #[test]
    fn values_are_taken_one_after_another() {
        let long = [[SEQUENCE, 0x81, 0x80].as_slice(), &[7; 128]].concat();
        let row = [[INTEGER, 1, 5].as_slice(), &long].concat();
        let mut der = Der(&row);
        assert_eq!(der.take(INTEGER).unwrap(), [5]);
        assert_eq!(der.take(SEQUENCE).unwrap(), [7; 128]);
        assert_eq!(der.take(SEQUENCE), None);
    }

    #[test]
    fn what_is_no_certificate_is_refused_at_every_length() {
        let start = [SEQUENCE, 0x82, 0x01, 0x00, SEQUENCE, 0x03, INTEGER, 1, 5];
        for length in 0..=start.len() {
            assert!(Certificate::from_der(start.get(..length).unwrap()).is_err());
        }
    }
}
