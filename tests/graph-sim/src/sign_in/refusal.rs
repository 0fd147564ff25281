//! Refusals: OAuth errors with Microsoft's numbers for them.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use crate::{ids, reply, world::World};

/// An OAuth error with Microsoft's number for it.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub error: &'static str,
    pub number: u32,
    pub text: String,
}

impl Refusal {
    pub fn new(error: &'static str, number: u32, text: impl Into<String>) -> Self {
        Self {
            error,
            number,
            text: text.into(),
        }
    }

    /// A code or a refresh token that is of no use.
    pub fn grant(number: u32, text: impl Into<String>) -> Self {
        Self::new("invalid_grant", number, text)
    }

    pub fn missing(parameter: &str) -> Self {
        Self::new(
            "invalid_request",
            900_144,
            format!("The request must contain the following parameter: '{parameter}'."),
        )
    }

    pub fn unknown_tenant(tenant: &str) -> Self {
        Self::new(
            "invalid_request",
            90_002,
            format!("Tenant '{tenant}' not found. Check that the tenant id and the cloud are right."),
        )
    }

    pub fn unknown_application(id: &str) -> Self {
        Self::new(
            "unauthorized_client",
            700_016,
            format!("Application with identifier '{id}' was not found in the directory."),
        )
    }

    pub fn scope(scope: &str) -> Self {
        Self::new(
            "invalid_scope",
            70_011,
            format!("The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."),
        )
    }

    /// The number and the text, as people see them.
    pub fn headline(&self) -> String {
        format!("AADSTS{}: {}", self.number, self.text)
    }

    /// The answer of the token endpoint.
    pub fn answer(&self, world: &World) -> Response {
        let status = match self.error {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        let time = world.now().format("%Y-%m-%d %H:%M:%SZ").to_string();
        let (trace, correlation) = (ids::random_guid(), ids::random_guid());
        let body = json!({
            "error": self.error,
            "error_description": format!(
                "{} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}",
                self.headline(),
            ),
            "error_codes": [self.number],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={}", world.login_url, self.number),
        });
        reply::json(status, &body)
    }
}
