//! Answers: JSON, pages of HTML, and the errors of Graph.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{
    clock,
    fault::{FaultKind, Place, RetryAfter},
    ids,
};

/// The header that names a request for Microsoft's support.
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// The client's own name for it, sent back.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// An error as Graph answers it.
#[derive(Debug)]
pub(crate) struct GraphError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    /// A code that says more, where there is one.
    pub inner: Option<&'static str>,
    pub headers: Vec<(HeaderName, String)>,
}

impl GraphError {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            inner: None,
            headers: vec![],
        }
    }

    pub fn item_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "itemNotFound",
            "The resource could not be found.",
        )
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub fn invalid_token(message: &str) -> Self {
        let error = Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message);
        error.with(header::WWW_AUTHENTICATE, "Bearer realm=\"\", error=\"invalid_token\"")
    }

    pub fn malware() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "malwareDetected",
            "Malware was detected in the file.",
        )
    }

    pub fn inner(self, code: &'static str) -> Self {
        Self {
            inner: Some(code),
            ..self
        }
    }

    pub fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer to a request with these headers.
    pub fn answer(&self, request: &HeaderMap, now: DateTime<Utc>) -> Response {
        let request_id = ids::random_guid();
        let client_request_id = request
            .get(CLIENT_REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .unwrap_or(&request_id);
        let mut inner = json!({
            "date": now.format("%Y-%m-%dT%H:%M:%S").to_string(),
            "request-id": request_id,
            "client-request-id": client_request_id,
        });
        if let (Some(code), Some(fields)) = (self.inner, inner.as_object_mut()) {
            fields.insert("code".to_owned(), code.into());
        }
        let body = json!({ "error": { "code": self.code, "message": self.message, "innerError": inner } });
        let mut answer = json(self.status, &body);
        for (name, value) in &self.headers {
            set(&mut answer, name.clone(), value);
        }
        set(&mut answer, REQUEST_ID, &request_id);
        set(&mut answer, CLIENT_REQUEST_ID, client_request_id);
        answer
    }
}

pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    with_type(status, "application/json; charset=utf-8", body.to_string())
}

/// A page that says no more than its title.
pub(crate) fn html(status: StatusCode, title: &str) -> Response {
    page(status, title, &format!("<h1>{title}</h1>"))
}

pub(crate) fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n{body}\n</body>\n</html>\n"
    );
    with_type(status, "text/html; charset=utf-8", page)
}

/// Sets a header. A value that no header can hold is left out.
pub(crate) fn set(answer: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// Gives an answer the headers that every answer of Graph has.
pub(crate) fn name_request(answer: &mut Response, request: &HeaderMap) {
    if !answer.headers().contains_key(REQUEST_ID) {
        set(answer, REQUEST_ID, &ids::random_guid());
        if let Some(id) = request.get(CLIENT_REQUEST_ID) {
            answer.headers_mut().insert(CLIENT_REQUEST_ID, id.clone());
        }
    }
}

/// What a fault answers in place of the service. Errors are JSON, but for the content host, whose are HTML.
pub(crate) fn of_fault(fault: &FaultKind, place: Place, request: &HeaderMap, now: DateTime<Utc>) -> Response {
    let error = match fault {
        FaultKind::HtmlError => {
            return html(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong");
        }
        FaultKind::ExpiredUrl => return html(StatusCode::UNAUTHORIZED, "Access denied"),
        FaultKind::Html200 => return html(StatusCode::OK, "Sign in to your account"),
        FaultKind::Json200 => return json(StatusCode::OK, &json!({ "status": "pending" })),
        FaultKind::MalwareLate => {
            let mut answer = html(StatusCode::FORBIDDEN, "This file is infected");
            set(
                &mut answer,
                HeaderName::from_static("x-virus-infected"),
                "Trojan:DOS/Simulated",
            );
            return answer;
        }
        other => as_error(other, now),
    };
    if place != Place::Download {
        return error.answer(request, now);
    }
    let mut answer = html(error.status, &error.message);
    for (name, value) in error.headers {
        set(&mut answer, name, &value);
    }
    answer
}

fn as_error(fault: &FaultKind, now: DateTime<Utc>) -> GraphError {
    match fault {
        FaultKind::Throttle(after) => {
            let error = GraphError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "activityLimitReached",
                "The request has been throttled.",
            );
            match after {
                RetryAfter::Seconds(seconds) => error.with(header::RETRY_AFTER, seconds.to_string()),
                RetryAfter::Fraction(seconds) => error.with(header::RETRY_AFTER, seconds.to_string()),
                RetryAfter::Date(seconds) => {
                    let ahead = TimeDelta::seconds(i64::try_from(*seconds).unwrap_or(0).min(31_536_000));
                    error.with(header::RETRY_AFTER, clock::in_http(now + ahead))
                }
                RetryAfter::Missing => error,
            }
        }
        FaultKind::ServerError(status) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            match status {
                StatusCode::SERVICE_UNAVAILABLE => {
                    GraphError::new(status, "serviceNotAvailable", "The service is not available.")
                }
                StatusCode::INTERNAL_SERVER_ERROR => {
                    GraphError::new(status, "generalException", "An unspecified error has occurred.")
                }
                _ => GraphError::new(status, "UnknownError", ""),
            }
        }
        FaultKind::Forbidden => GraphError::new(StatusCode::FORBIDDEN, "accessDenied", "Access denied."),
        FaultKind::Locked => GraphError::new(StatusCode::LOCKED, "resourceLocked", "The resource is locked."),
        FaultKind::TokenExpired => GraphError::invalid_token("Access token has expired or is not yet valid."),
        _ => GraphError::item_not_found(),
    }
}

fn with_type(status: StatusCode, media_type: &'static str, body: String) -> Response {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    set(&mut answer, header::CONTENT_TYPE, media_type);
    answer
}
