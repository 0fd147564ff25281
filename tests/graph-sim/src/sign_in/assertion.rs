//! Client assertions: short JWTs that an application signs with its certificate's key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    config::CLIENT_ID,
    sign_in::{ledger::Ledger, refusal::Refusal},
};

/// The one kind of assertion there is.
pub(crate) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far ahead its end may lie, in minutes.
const LONGEST: i64 = 10;

/// How far clocks may differ, in minutes.
const SKEW: i64 = 5;

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(rename = "x5t#S256")]
    thumbprint: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    sub: String,
    jti: String,
    exp: i64,
    nbf: Option<i64>,
}

/// Checks an assertion that was sent to this address. It is used up then.
pub(crate) fn check(ledger: &mut Ledger, token_url: &str, assertion: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    let (signed, signature) = assertion.rsplit_once('.').ok_or_else(unreadable)?;
    let (header, claims) = signed.split_once('.').ok_or_else(unreadable)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| unreadable())?;
    let header: Header = read(header)?;
    let claims: Claims = read(claims)?;

    if header.alg != "PS256" {
        return Err(refused(format!("its alg is {}, not PS256", header.alg)));
    }
    let certificate = ledger
        .certificates
        .iter()
        .find(|known| header.thumbprint.as_ref() == Some(&known.thumbprint))
        .ok_or_else(|| refused("its x5t#S256 names no registered certificate"))?;
    if !certificate.has_signed(signed, &signature) {
        return Err(refused("its signature is not the certificate's"));
    }
    if !certificate.is_good_at(now) {
        return Err(Refusal::new(
            "invalid_client",
            1_000_502,
            "The provided certificate is not within its specified validity period.",
        ));
    }
    if claims.aud != token_url {
        return Err(Refusal {
            text: format!("The client assertion is not accepted: its aud is not {token_url}."),
            ..wrong_audience()
        });
    }
    if claims.iss != CLIENT_ID || claims.sub != CLIENT_ID {
        return Err(refused("its iss and sub are not the application's id"));
    }
    let until = DateTime::from_timestamp(claims.exp, 0).ok_or_else(unreadable)?;
    if until <= now || until > now + TimeDelta::minutes(LONGEST) {
        return Err(not_in_time(format!("its exp is not within the next {LONGEST} minutes")));
    }
    let latest_start = (now + TimeDelta::minutes(SKEW)).timestamp();
    if claims.nbf.is_some_and(|nbf| nbf > latest_start) {
        return Err(not_in_time("its nbf lies ahead"));
    }
    if claims.jti.is_empty() || !ledger.use_assertion(&claims.jti, until, now) {
        return Err(refused("its jti is empty or was used before"));
    }
    Ok(())
}

fn read<T: DeserializeOwned>(part: &str) -> Result<T, Refusal> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| unreadable())?;
    serde_json::from_slice(&json).map_err(|_| unreadable())
}

fn unreadable() -> Refusal {
    refused("it is not a JWT with alg, aud, iss, sub, jti and exp")
}

/// The assertion was made for another address.
pub(crate) fn wrong_audience() -> Refusal {
    Refusal::new(
        "invalid_client",
        700_023,
        "Client assertion audience claim does not match Realm issuer.",
    )
}

fn not_in_time(why: impl std::fmt::Display) -> Refusal {
    Refusal {
        number: 700_024,
        ..refused(why)
    }
}

fn refused(why: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        "invalid_client",
        700_027,
        format!("The client assertion is not accepted: {why}."),
    )
}
