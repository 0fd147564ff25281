//! Refusals: OAuth errors with Microsoft's numbers for them.

use axum::{
    http::{StatusCode, header},
    response::Response,
};
use serde_json::{Value, json};

use crate::{fault::SignInRefusal, ids, reply, world::World};

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

    /// A person has said no.
    pub fn declined() -> Self {
        Self::new("access_denied", 65_004, "User declined to consent to access the app.")
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

    /// A known application that nobody has brought into the tenant.
    pub fn not_in_the_tenant(id: &str) -> Self {
        Self::new(
            "invalid_client",
            7_000_229,
            format!("The client application {id} is missing service principal in the tenant."),
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
        let body = body(world, self.error, &self.headline(), &[self.number]);
        reply::json(status, &body)
    }
}

/// The answer that a fault asks for.
pub(crate) fn told(world: &World, refusal: &SignInRefusal) -> Response {
    let headline = match refusal.numbers.first() {
        Some(number) => format!("AADSTS{number}: What a test has asked for."),
        None => "What a test has asked for.".to_owned(),
    };
    let mut body = body(world, &refusal.word, &headline, &refusal.numbers);
    if let (Some(suberror), Some(members)) = (&refusal.suberror, body.as_object_mut()) {
        members.insert("suberror".to_owned(), suberror.as_str().into());
    }
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut answer = reply::json(status, &body);
    if let Some(after) = &refusal.retry_after {
        reply::set(&mut answer, header::RETRY_AFTER, after);
    }
    answer
}

fn body(world: &World, error: &str, headline: &str, numbers: &[u32]) -> Value {
    let time = world.now().format("%Y-%m-%d %H:%M:%SZ").to_string();
    let (trace, correlation) = (ids::random_guid(), ids::random_guid());
    let number = numbers.first().copied().unwrap_or_default();
    json!({
        "error": error,
        "error_description": format!("{headline} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}"),
        "error_codes": numbers,
        "timestamp": time,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": format!("{}/error?code={number}", world.login_url),
    })
}
