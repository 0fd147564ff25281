//! What a plugin sees where there is no token, or no answer.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use wasmtime_wasi_http::{Error, WasiBody};

use super::{client::reason, resolver};
use crate::oauth::TokenError;

/// Whether a 401 is not about the token: the resource wants claims that no renewal brings, a policy's for one site, say
/// (a claims challenge, OpenID Connect CAEP; RFC 9470 has another word for the same).
pub(super) fn wants_more_than_a_token(headers: &HeaderMap) -> bool {
    let challenges = headers.get_all(header::WWW_AUTHENTICATE).iter();
    let mut challenges = challenges.filter_map(|challenge| challenge.to_str().ok());
    challenges.any(|text| text.contains("insufficient_claims") || text.contains("insufficient_user_authentication"))
}

/// What the plugin sees where there is no token: 401 if the credentials are refused, 503 if the sign-in service does
/// not answer or wants to be left alone, with the time where there is one. The reasons stay with the host.
pub(super) fn without_token(error: &TokenError) -> Response<WasiBody> {
    let mut response = Response::new(Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync());
    if error.is_final() {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        return response;
    }
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    if let Some(wait) = error.retry_after() {
        let seconds = wait.as_secs().max(1);
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// What the plugin sees of a request that found no answer.
pub(super) fn unsent(error: &reqwest::Error) -> Error {
    if resolver::is_prohibited(error) {
        return Error::DestinationIpProhibited;
    }
    let text = reason(error);
    if error.is_timeout() {
        Error::ConnectionTimeout
    } else if error.is_connect() && text.contains("refused") {
        Error::ConnectionRefused
    } else if error.is_connect() && (text.contains("lookup") || text.contains("dns")) {
        Error::DnsError {
            rcode: None,
            info_code: None,
        }
    } else if error.is_connect() {
        Error::InternalError(Some(text))
    } else if error.is_body() || error.is_decode() {
        Error::HttpResponseIncomplete
    } else {
        Error::ConnectionTerminated
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::oauth::Told;

    #[test]
    fn without_a_token_the_plugin_is_told_whether_asking_again_can_help() {
        let judged = |status, passes| TokenError::Refused {
            status,
            error: "invalid_client".into(),
            description: String::new(),
            told: Box::new(Told {
                retry_after: Some(Duration::from_secs(7)),
                ..Default::default()
            }),
            passes,
        };
        let refused = |status| judged(status, None);
        let unreachable = TokenError::Unreachable {
            endpoint: String::new(),
            reason: String::new(),
        };
        assert_eq!(without_token(&refused(401)).status(), StatusCode::UNAUTHORIZED);
        assert_eq!(without_token(&refused(400)).status(), StatusCode::UNAUTHORIZED);
        assert_eq!(without_token(&refused(429)).status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(without_token(&refused(500)).status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(without_token(&unreachable).status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            without_token(&judged(500, Some(false))).status(),
            StatusCode::UNAUTHORIZED
        );
        let asked_to_wait = without_token(&judged(400, Some(true)));
        assert_eq!(asked_to_wait.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(asked_to_wait.headers()[header::RETRY_AFTER], "7");
    }
}
