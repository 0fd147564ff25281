//! What a sign-in service says of itself, and whether that can be taken.

use serde::Deserialize;
use url::{Host, Url};

use crate::oauth::signature::ALGORITHMS;

/// What a service says of itself, as far as it is of use here.
#[derive(Clone, Deserialize)]
pub(super) struct Said {
    issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

impl Said {
    /// What the service at that address says.
    ///
    /// # Errors
    ///
    /// Why it can't be taken, as the end of a sentence.
    pub(super) fn read(text: &[u8], address: &str, insecure: bool) -> Result<Self, String> {
        let said: Self = serde_json::from_slice(text).map_err(|_| "what it says of itself can't be read")?;
        if said.issuer != address {
            return Err("it says that it is another issuer than the one that is set".into());
        }
        for address in [&said.authorization_endpoint, &said.token_endpoint, &said.jwks_uri] {
            endpoint(address, insecure)?;
        }
        let among =
            |said: &[String], known: &[&str]| said.is_empty() || said.iter().any(|one| known.contains(&one.as_str()));
        if !among(
            &said.token_endpoint_auth_methods_supported,
            &["client_secret_post", "none"],
        ) {
            return Err("it takes a client secret in no way that this host knows (client_secret_post)".into());
        }
        if !among(&said.id_token_signing_alg_values_supported, &ALGORITHMS) {
            return Err("it signs in no way that this host takes (RS256, ES256)".into());
        }
        Ok(said)
    }
}

/// An address that may be asked.
pub(super) fn endpoint(address: &str, insecure: bool) -> Result<Url, String> {
    let url = Url::parse(address).map_err(|error| format!("an address of it can't be one: {error}"))?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let has_name = !url.username().is_empty() || url.password().is_some();
    match url.scheme() {
        "https" if !has_name => Ok(url),
        "http" if insecure && is_here && !has_name => Ok(url),
        _ => Err("an address of it is not https".into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_it_says_of_itself_is_taken_only_where_it_fits() {
        let with = |name: &str, value: Value| {
            let mut said = json!({
                "issuer": "https://login.example", "authorization_endpoint": "https://login.example/authorize",
                "token_endpoint": "https://tokens.example/token", "jwks_uri": "https://login.example/keys",
                "id_token_signing_alg_values_supported": ["RS256"], "scopes_supported": ["openid"],
            });
            said[name] = value;
            Said::read(said.to_string().as_bytes(), "https://login.example", false).map(drop)
        };
        assert_eq!(with("more", json!(7)), Ok(()));
        let methods = "token_endpoint_auth_methods_supported";
        assert_eq!(
            with(methods, json!(["client_secret_basic", "client_secret_post"])),
            Ok(())
        );
        let algorithms = "id_token_signing_alg_values_supported";
        for (name, value, why) in [
            ("issuer", json!("https://login.example/"), "another issuer"),
            ("token_endpoint", json!("http://tokens.example"), "not https"),
            ("jwks_uri", json!("http://login.example/keys"), "not https"),
            ("jwks_uri", json!(null), "can't be read"),
            ("authorization_endpoint", json!("javascript:alert(1)"), "not https"),
            (methods, json!(["private_key_jwt"]), "client_secret_post"),
            (algorithms, json!(["HS256", "none"]), "RS256"),
        ] {
            let told = with(name, value.clone()).unwrap_err();
            assert!(told.contains(why), "{name} {value}: {told}");
        }
        assert!(Said::read(b"<html>", "https://login.example", false).is_err());
    }
}
