//! What an id_token must say before anybody believes it.
//!
//! It comes straight from the token endpoint over TLS, which is why its signature may be left to that (OpenID Connect Core
//! 1.0, section 3.1.3.7, number 6). Everything else of that section is checked here; who the person is, and whether they
//! are welcome, is for the plugin to say, which is handed claims and never the token. Where nobody else looks at who came,
//! as with an [`issuer`](super::issuer), the signature is checked as well.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::secrets::Secret;

/// By how much clocks may differ, in seconds.
pub const SKEW: i64 = 5 * 60;

/// What is expected of a token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The application, which the token must be for.
    pub client_id: &'a str,
    /// Who must have made it; `{name}` stands for the token's own claim of that name.
    pub issuer: &'a str,
    /// What was sent along with the question.
    pub nonce: &'a Secret,
    /// Our time.
    pub now: DateTime<Utc>,
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbelievable {
    /// It is no token.
    #[error("the sign-in service did not say who has signed in")]
    Shape,
    /// It is for somebody else.
    #[error("the answer is meant for another application")]
    Audience,
    /// Nobody has signed it who may.
    #[error("the answer is not signed by the sign-in service")]
    Signature,
    /// It was made by somebody else.
    #[error("the answer comes from another sign-in service than the one that was asked")]
    Issuer,
    /// It answers another question.
    #[error("the answer does not belong to this sign-in")]
    Nonce,
    /// It is over, or not valid yet, by our clock.
    #[error(
        "the answer is not valid at this time: this machine's clock and the sign-in service's differ by more than five minutes; \
         set this one right"
    )]
    Time,
}

/// Checks a token, and gives its claims: texts as they are, numbers in digits, everything else left out.
///
/// # Errors
///
/// See [`Unbelievable`].
pub fn check(token: &Secret, expected: &Expected<'_>) -> Result<BTreeMap<String, String>, Unbelievable> {
    let claims = decode(token).ok_or(Unbelievable::Shape)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if !is_for(claims.get("aud"), claims.get("azp"), expected.client_id) {
        return Err(Unbelievable::Audience);
    }
    let issuer = filled(expected.issuer, &claims).ok_or(Unbelievable::Issuer)?;
    if text("iss") != Some(issuer.as_str()) {
        return Err(Unbelievable::Issuer);
    }
    let nonce = text("nonce").unwrap_or_default();
    if !same(nonce, expected.nonce.expose()) {
        return Err(Unbelievable::Nonce);
    }
    let now = expected.now.timestamp();
    let until = claims.get("exp").and_then(Value::as_i64);
    let over = until.is_none_or(|until| until.saturating_add(SKEW) < now);
    // They may be missing; what is there and no whole number of seconds says nothing that could be relied on.
    let early = ["nbf", "iat"]
        .into_iter()
        .filter_map(|name| claims.get(name))
        .any(|from| {
            let from = from.as_i64();
            from.is_none_or(|from| now.saturating_add(SKEW) < from)
        });
    if over || early {
        return Err(Unbelievable::Time);
    }
    let told = claims.into_iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, text)),
        Value::Number(number) => Some((name, number.to_string())),
        _ => None,
    });
    Ok(told.collect())
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn same(one: &str, other: &str) -> bool {
    use subtle::ConstantTimeEq;
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

fn decode(token: &Secret) -> Option<Map<String, Value>> {
    let mut parts = token.expose().split('.');
    let (_header, claims, _signature, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

/// Whether a token is for the application: it is among the audience, and whoever the token was given to, where that is
/// said, is the application too. Of several it must be said.
fn is_for(audience: Option<&Value>, party: Option<&Value>, client_id: &str) -> bool {
    let is_us = |one: &Value| one.as_str() == Some(client_id);
    match audience {
        Some(one @ Value::String(_)) => is_us(one) && party.is_none_or(is_us),
        Some(Value::Array(many)) => many.iter().any(is_us) && party.map_or(many.len() == 1, is_us),
        _ => false,
    }
}

/// The template with the token's own claims filled in.
fn filled(template: &str, claims: &Map<String, Value>) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        text.push_str(before);
        text.push_str(claims.get(name)?.as_str()?);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-02T05:00:00Z".parse().unwrap()
    }

    fn checked(change: impl FnOnce(&mut Value)) -> Result<BTreeMap<String, String>, Unbelievable> {
        let begun = now().timestamp();
        let mut claims = json!({
            "aud": "app", "iss": "https://login.example/t1/v2.0", "tid": "t1", "nonce": "n", "oid": "o1",
            "iat": begun, "nbf": begun, "exp": begun + 3600, "groups": ["g"],
        });
        change(&mut claims);
        let token = Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string())));
        let nonce = Secret::new("n".into());
        let expected = Expected {
            client_id: "app",
            issuer: "https://login.example/{tid}/v2.0",
            nonce: &nonce,
            now: now(),
        };
        check(&token, &expected)
    }

    #[test]
    fn a_sound_token_is_believed_and_its_plain_claims_are_told() {
        let claims = checked(|_| {}).unwrap();
        assert_eq!(claims["oid"], "o1");
        assert_eq!(claims["exp"], (now().timestamp() + 3600).to_string());
        assert!(!claims.contains_key("groups"));
        assert!(checked(|claims| claims["aud"] = json!(["app"])).is_ok());
        assert!(checked(|claims| claims["azp"] = json!("app")).is_ok());
        let of_two = checked(|claims| {
            claims["aud"] = json!(["other", "app"]);
            claims["azp"] = json!("app");
        });
        assert!(of_two.is_ok());
        let without = checked(|claims| {
            let claims = claims.as_object_mut().unwrap();
            claims.remove("nbf");
            claims.remove("iat");
        });
        assert!(without.is_ok());
    }

    #[test]
    fn each_check_refuses_what_it_is_for() {
        for (name, value, expected) in [
            ("aud", json!("other"), Unbelievable::Audience),
            ("aud", json!(["app", "other"]), Unbelievable::Audience),
            ("aud", json!(null), Unbelievable::Audience),
            ("iss", json!("https://evil.example/t1/v2.0"), Unbelievable::Issuer),
            ("iss", json!("https://login.example/t2/v2.0"), Unbelievable::Issuer),
            ("tid", json!("t2"), Unbelievable::Issuer),
            ("tid", json!(null), Unbelievable::Issuer),
            ("nonce", json!("m"), Unbelievable::Nonce),
            ("nonce", json!(null), Unbelievable::Nonce),
            ("azp", json!("other"), Unbelievable::Audience),
            ("azp", json!(7), Unbelievable::Audience),
            ("azp", json!(null), Unbelievable::Audience),
            ("exp", json!(null), Unbelievable::Time),
            ("exp", json!("4102444800"), Unbelievable::Time),
            ("exp", json!(4.1e9), Unbelievable::Time),
            ("exp", json!(i64::MIN), Unbelievable::Time),
            ("nbf", json!("0"), Unbelievable::Time),
            ("nbf", json!(0.5), Unbelievable::Time),
            ("nbf", json!(null), Unbelievable::Time),
            ("nbf", json!(i64::MAX), Unbelievable::Time),
            ("nbf", json!(u64::MAX), Unbelievable::Time),
            ("iat", json!("0"), Unbelievable::Time),
            ("iat", json!(9e12), Unbelievable::Time),
            ("iat", json!([1]), Unbelievable::Time),
        ] {
            let changed = checked(|claims| claims[name] = value.clone());
            assert_eq!(changed.unwrap_err(), expected, "{name} = {value}");
        }
    }

    #[test]
    fn clocks_may_differ_by_five_minutes_and_no_more() {
        let at =
            |name: &'static str, seconds: i64| checked(move |claims| claims[name] = json!(now().timestamp() + seconds));
        assert!(at("exp", -300).is_ok() && at("nbf", 300).is_ok() && at("iat", 300).is_ok());
        for (name, seconds) in [("exp", -301), ("nbf", 301), ("iat", 301)] {
            assert_eq!(at(name, seconds).unwrap_err(), Unbelievable::Time, "{name}");
        }
    }

    #[test]
    fn what_is_no_token_is_not_believed() {
        let nonce = Secret::new("n".into());
        for text in ["", "a.b", "a.b.c.d", "e30.%.x", "e30.W10.x"] {
            let expected = Expected {
                client_id: "app",
                issuer: "",
                nonce: &nonce,
                now: now(),
            };
            assert_eq!(
                check(&Secret::new(text.into()), &expected).unwrap_err(),
                Unbelievable::Shape,
                "{text}"
            );
        }
    }
}
