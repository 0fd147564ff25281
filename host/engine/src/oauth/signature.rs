//! The keys by which a sign-in service signs, and whether one of them has signed an id_token (RFC 7515, 7517, 7518).
//!
//! RS256 and ES256, and nothing else: what names another algorithm, none, or one that works with a shared secret, was
//! signed by nobody, whatever it says.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::Value;

use crate::secrets::Secret;

/// Keys of a service that are looked at; they have two or three.
const KEYS_AT_MOST: usize = 100;

/// Half of a point, in bytes.
const COORDINATE: usize = 32;

/// The algorithms that are taken, as the protocol calls them.
pub(super) const ALGORITHMS: [&str; 2] = ["RS256", "ES256"];

/// Why a token is not taken for the service's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsigned {
    /// It may be signed by a key that is not known yet.
    UnknownKey,
    /// It is signed by none, or in no way that counts.
    Unsound,
}

/// The keys of a service.
pub(super) struct Keys(Vec<Key>);

struct Key {
    id: Option<String>,
    material: Material,
}

enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256(Vec<u8>),
}

/// One of them, as it is written (RFC 7517, section 4).
#[derive(Deserialize)]
struct Written {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

impl Keys {
    /// Reads a set of keys. What is of another kind in it, or of another use, is left out.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the end of a sentence.
    pub(super) fn read(text: &[u8]) -> Result<Self, String> {
        let set: Value = serde_json::from_slice(text).map_err(|_| "its keys can't be read")?;
        let written = set
            .get("keys")
            .and_then(Value::as_array)
            .ok_or("its keys can't be read")?;
        let keys = written.iter().take(KEYS_AT_MOST);
        let keys: Vec<Key> = keys
            .filter_map(|key| Key::of(Written::deserialize(key).ok()?))
            .collect();
        if keys.is_empty() {
            return Err("it has no key that signs by RS256 or ES256".into());
        }
        Ok(Self(keys))
    }

    /// Whether one of them has signed this token.
    ///
    /// # Errors
    ///
    /// See [`Unsigned`].
    pub(super) fn have_signed(&self, token: &Secret) -> Result<(), Unsigned> {
        let (signed, signature) = token.expose().rsplit_once('.').ok_or(Unsigned::Unsound)?;
        let (header, _) = signed.split_once('.').ok_or(Unsigned::Unsound)?;
        let read = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Unsigned::Unsound);
        let header: Header = serde_json::from_slice(&read(header)?).map_err(|_| Unsigned::Unsound)?;
        // What must be understood, and is not (RFC 7515, section 4.1.11).
        if header.crit.is_some() || !ALGORITHMS.contains(&header.alg.as_str()) {
            return Err(Unsigned::Unsound);
        }
        let signature = read(signature)?;
        let is_meant = |key: &&Key| header.kid.is_none() || key.id == header.kid;
        let mut meant = self.0.iter().filter(is_meant).peekable();
        if meant.peek().is_none() {
            return Err(Unsigned::UnknownKey);
        }
        if meant.any(|key| key.has_signed(&header.alg, signed.as_bytes(), &signature)) {
            return Ok(());
        }
        // A token that names no key may be signed by one that is new.
        Err(if header.kid.is_none() {
            Unsigned::UnknownKey
        } else {
            Unsigned::Unsound
        })
    }
}

impl Key {
    fn of(written: Written) -> Option<Self> {
        let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        if written.usage.is_some_and(|usage| usage != "sig") {
            return None;
        }
        let (material, algorithm) = match written.kty.as_str() {
            "RSA" => {
                // Some write a zero before it, which is none of the number.
                let modulus = bytes(written.n)?.into_iter().skip_while(|byte| *byte == 0).collect();
                let exponent = bytes(written.e)?;
                (Material::Rsa { modulus, exponent }, "RS256")
            }
            "EC" if written.crv.as_deref() == Some("P-256") => {
                let (x, y) = (bytes(written.x)?, bytes(written.y)?);
                if x.len() != COORDINATE || y.len() != COORDINATE {
                    return None;
                }
                // Uncompressed (SEC 1, section 2.3.3).
                (Material::P256([&[4], x.as_slice(), y.as_slice()].concat()), "ES256")
            }
            _ => return None,
        };
        let fits = written.alg.is_none_or(|written| written == algorithm);
        fits.then_some(Self {
            id: written.kid,
            material,
        })
    }

    /// The algorithm is the key's own: the token only says the same.
    fn has_signed(&self, algorithm: &str, signed: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Rsa { modulus, exponent } if algorithm == "RS256" => {
                let key = RsaPublicKeyComponents {
                    n: modulus,
                    e: exponent,
                };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok()
            }
            Material::P256(point) if algorithm == "ES256" => {
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(signed, signature).is_ok()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use ring::{
        hmac,
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
    };
    use serde_json::json;

    use super::*;

    // RFC 7515, appendix A.2.
    const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    const RS256: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    fn keys(keys: Value) -> Keys {
        Keys::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap_or_else(|why| panic!("{why}"))
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    fn pair() -> EcdsaKeyPair {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap()
    }

    fn public(pair: &EcdsaKeyPair, id: &str) -> Value {
        let point = pair.public_key().as_ref();
        let part = |part: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[part]);
        json!({ "kty": "EC", "crv": "P-256", "kid": id, "use": "sig", "x": part(1..33), "y": part(33..65) })
    }

    fn signed(header: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> Secret {
        let text = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", text(header), text(&json!({ "sub": "ada" })));
        let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
        secret(&format!("{signed}.{signature}"))
    }

    fn by(pair: &EcdsaKeyPair) -> impl Fn(&[u8]) -> Vec<u8> {
        |text| pair.sign(&SystemRandom::new(), text).unwrap().as_ref().to_vec()
    }

    #[test]
    fn the_example_of_the_standard_is_signed_and_one_bit_of_difference_is_not() {
        let known = keys(json!([{ "kty": "RSA", "n": N, "e": "AQAB" }]));
        assert_eq!(known.have_signed(&secret(RS256)), Ok(()));
        let zero = URL_SAFE_NO_PAD.encode([vec![0], URL_SAFE_NO_PAD.decode(N).unwrap()].concat());
        let with_zero = keys(json!([{ "kty": "RSA", "n": zero, "e": "AQAB", "alg": "RS256" }]));
        assert_eq!(with_zero.have_signed(&secret(RS256)), Ok(()));
        let other = RS256.replace("eyJpc3MiOiJqb2Ui", "eyJpc3MiOiJqb2Yi");
        assert!(known.have_signed(&secret(&other)).is_err());
        let short = N.get(..172).unwrap();
        let weak = keys(json!([{ "kty": "RSA", "n": short, "e": "AQAB" }]));
        assert!(weak.have_signed(&secret(RS256)).is_err());
    }

    #[test]
    fn a_token_is_signed_by_the_key_that_it_names_and_by_no_other() {
        let (one, other) = (pair(), pair());
        let known = keys(json!([public(&one, "one"), public(&other, "other")]));
        let header = |id: &str| json!({ "alg": "ES256", "kid": id });
        assert_eq!(known.have_signed(&signed(&header("one"), by(&one))), Ok(()));
        assert_eq!(
            known.have_signed(&signed(&json!({ "alg": "ES256" }), by(&other))),
            Ok(())
        );
        let wrong = known.have_signed(&signed(&header("one"), by(&other)));
        assert_eq!(wrong, Err(Unsigned::Unsound));
        let new = known.have_signed(&signed(&header("new"), by(&pair())));
        assert_eq!(new, Err(Unsigned::UnknownKey));
        let unnamed = known.have_signed(&signed(&json!({ "alg": "ES256" }), by(&pair())));
        assert_eq!(unnamed, Err(Unsigned::UnknownKey));
    }

    #[test]
    fn no_algorithm_is_taken_but_the_two_whatever_the_token_says() {
        let one = pair();
        let known = keys(json!([public(&one, "one"), { "kty": "oct", "kid": "shared", "k": "aHVzaA" }]));
        let nothing = |_: &[u8]| Vec::new();
        for header in [
            json!({ "alg": "none" }),
            json!({ "alg": "none", "kid": "one" }),
            json!({ "kid": "one" }),
            json!({ "alg": "" }),
        ] {
            assert!(known.have_signed(&signed(&header, nothing)).is_err(), "{header}");
        }
        // With what everybody can read as the shared secret.
        let shared = |key: Vec<u8>| {
            move |text: &[u8]| {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), text)
                    .as_ref()
                    .to_vec()
            }
        };
        for (id, key) in [
            ("one", one.public_key().as_ref().to_vec()),
            ("shared", b"hush".to_vec()),
        ] {
            let token = signed(&json!({ "alg": "HS256", "kid": id }), shared(key));
            assert_eq!(known.have_signed(&token), Err(Unsigned::Unsound), "{id}");
        }
        for alg in ["RS256", "ES384", "PS256", "es256", "EdDSA"] {
            let token = signed(&json!({ "alg": alg, "kid": "one" }), by(&one));
            assert_eq!(known.have_signed(&token), Err(Unsigned::Unsound), "{alg}");
        }
        let critical = json!({ "alg": "ES256", "kid": "one", "crit": ["b64"], "b64": false });
        assert_eq!(known.have_signed(&signed(&critical, by(&one))), Err(Unsigned::Unsound));
    }

    #[test]
    fn keys_for_something_else_are_left_out_and_what_is_no_set_is_told() {
        let key = public(&pair(), "one");
        let with = |name: &str, value: Value| {
            let mut key = key.clone();
            key[name] = value;
            Keys::read(json!({ "keys": [key] }).to_string().as_bytes()).map(|keys| keys.0.len())
        };
        assert_eq!(with("kid", json!("two")), Ok(1));
        for (name, value) in [
            ("use", json!("enc")),
            ("alg", json!("HS256")),
            ("crv", json!("P-384")),
            ("kty", json!("oct")),
            ("x", json!("AA")),
            ("y", json!(7)),
        ] {
            assert!(
                with(name, value.clone()).unwrap_err().contains("no key"),
                "{name} {value}"
            );
        }
        for text in ["", "[]", "{}", r#"{"keys": 7}"#, r#"{"keys": []}"#, r#"{"keys": [7]}"#] {
            assert!(Keys::read(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_token_is_signed_by_nobody() {
        let known = keys(json!([public(&pair(), "one")]));
        for text in ["", ".", "..", "a.b.c", "e30.e30.", "e30", "%.e30.e30", "W10.e30.e30"] {
            assert_eq!(known.have_signed(&secret(text)), Err(Unsigned::Unsound), "{text}");
        }
    }
}
