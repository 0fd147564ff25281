//! What went wrong, as programs read it: RFC 9457, with the host's own code and the ways out.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Error, way_out::WayOut, web::trouble};

/// What an address answers.
pub(super) type Answer<T = Response> = Result<T, Problem>;

/// What is the case, the likeliest way out of it, and the field or header that it is about.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: Box<str>,
    detail: String,
    field: Option<String>,
    ways_out: Vec<WayOut>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What went wrong (RFC 9457).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(super) struct Document {
    /// `about:blank`: which problem it is, `code` says.
    r#type: &'static str,
    /// What HTTP calls the status.
    title: &'static str,
    /// The status of HTTP.
    status: u16,
    /// The host's word for the problem. It keeps its meaning.
    code: String,
    /// What is the case, in a sentence.
    detail: String,
    /// The field, the parameter or the header that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The word of the likeliest way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    way_out: Option<String>,
    /// All ways out, with what each is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ways_out: Vec<WayOut>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            detail: detail.into(),
            field: None,
            ways_out: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// The same, about that field.
    pub(super) fn at(mut self, field: &str) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same with a header, as far as that can be one.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match error.bare() {
            // What was looked at is told by the request itself.
            Error::Outdated(_) => StatusCode::PRECONDITION_FAILED,
            _ => trouble::status(&error),
        };
        if status.is_server_error() {
            tracing::error!("a program is not answered: {error}");
        }
        Self {
            status,
            code: error.code().into(),
            detail: error.fact(),
            field: error.field().map(str::to_owned),
            ways_out: error.ways_out(),
            headers: Vec::new(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let word = |way: &WayOut| Some(serde_json::to_value(way).ok()?.get("do")?.as_str()?.to_owned());
        let document = Document {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            way_out: self.ways_out.first().and_then(word),
            code: self.code.into(),
            detail: self.detail,
            field: self.field,
            ways_out: self.ways_out,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut answer = (self.status, body).into_response();
        answer.headers_mut().extend(self.headers);
        let kind = HeaderValue::from_static("application/problem+json");
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
        answer
    }
}
