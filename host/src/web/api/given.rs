//! What a program has sent: read strictly, since what was misspelt and passed over would do something else than was meant.

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
};
use http::{StatusCode, header, request::Parts};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::problem::{Answer, Problem};
use crate::{
    Error,
    service::{Cursor, Part},
};

/// The largest body, in bytes, sheets aside.
const BODY_AT_MOST: usize = 64 << 10;

/// Rows of a page where nobody says how many.
const ROWS: u32 = 50;

/// A body, with the names of all its fields.
pub(super) trait Fields: DeserializeOwned {
    /// Their names. One without any may be left out.
    const ALL: &'static [&'static str];
}

/// A JSON object of those fields and no others.
pub(super) struct Given<T>(pub(super) T);

/// Nothing: what is sent must be empty, or an object without fields.
#[derive(Deserialize, ToSchema)]
pub(super) struct Nothing {}

impl Fields for Nothing {
    const ALL: &'static [&'static str] = &[];
}

impl<S: Send + Sync, T: Fields> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let bytes = whole(body).await?;
        if bytes.is_empty() && T::ALL.is_empty() {
            return read(b"{}").map(Self);
        }
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        {
            let what = "this address takes JSON: send `Content-Type: application/json`";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", what).at("Content-Type"));
        }
        read(&bytes).map(Self)
    }
}

async fn whole(body: Body) -> Answer<bytes::Bytes> {
    to_bytes(body, BODY_AT_MOST).await.map_err(|_| {
        let what = format!("the body is larger than {BODY_AT_MOST} bytes, or broke off");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", what)
    })
}

fn read<T: Fields>(bytes: &[u8]) -> Answer<T> {
    let not_json = |error: serde_json::Error| {
        let what = format!("the body is no JSON object: {error}");
        Problem::new(StatusCode::BAD_REQUEST, "not-json", what)
    };
    let object: Map<String, Value> = serde_json::from_slice(bytes).map_err(not_json)?;
    if let Some(unknown) = object.keys().find(|key| !T::ALL.contains(&key.as_str())) {
        let known = match T::ALL {
            [] => "there are none".to_owned(),
            all => format!("there are {}", all.join(", ")),
        };
        let shown: String = unknown.chars().take(64).collect();
        let what = format!("the field `{}` is not known here: {known}", shown.escape_debug());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-field", what).at(&shown));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let told = error.to_string();
        let named = T::ALL.iter().find(|field| told.contains(&format!("`{field}`")));
        let problem = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "wrong-field",
            format!("the body can't be taken: {told}"),
        );
        match named.copied().or_else(|| wrong_field::<T>(&object)) {
            Some(field) => problem.at(field),
            None => problem,
        }
    })
}

/// The field without which something else is wrong, or nothing.
fn wrong_field<T: Fields>(object: &Map<String, Value>) -> Option<&'static str> {
    let why = |object: Map<String, Value>| {
        let read = serde_json::from_value::<T>(Value::Object(object));
        read.err().map(|error| error.to_string())
    };
    let all = why(object.clone());
    T::ALL.iter().copied().find(|field| {
        let mut rest = object.clone();
        rest.remove(*field).is_some() && why(rest) != all
    })
}

/// What stands behind the question mark: those parameters and no others.
pub(super) struct Asked<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(refused) => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "wrong-parameter",
                refused.body_text(),
            )),
        }
    }
}

/// What the address names. What can't be the name of anything names nothing.
pub(super) struct At<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_) => {
                let what = "the address names nothing that there could be";
                Err(Problem::new(StatusCode::NOT_FOUND, "not-found", what))
            }
        }
    }
}

/// The revision that somebody has looked at before they decided; none for whichever it is.
pub(super) struct Seen(pub(super) Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            let what = "say which revision you have looked at: `If-Match: \"3\"`, as its `ETag` says, or `*` for whichever it is";
            let problem = Problem::new(StatusCode::PRECONDITION_REQUIRED, "revision-required", what);
            return Err(problem.at("If-Match"));
        };
        let text = value.to_str().unwrap_or_default().trim();
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        match (text, bare.map(str::parse)) {
            ("*", _) => Ok(Self(None)),
            (_, Some(Ok(revision))) => Ok(Self(Some(revision))),
            _ => {
                let what =
                    "`If-Match` names no revision: it is a number between quotation marks, as the `ETag` says, or `*`";
                Err(Problem::new(StatusCode::BAD_REQUEST, "wrong-header", what).at("If-Match"))
            }
        }
    }
}

/// A page of a list: at most so many rows, behind that place.
pub(super) fn part(limit: Option<u32>, after: Option<&str>) -> Answer<Part> {
    let part = Part::new(limit.unwrap_or(ROWS), cursor(after)?);
    Ok(part.map_err(|error| error.at("limit"))?)
}

/// Where a list goes on.
pub(super) fn cursor(after: Option<&str>) -> Answer<Option<Cursor>> {
    let cursor = after.map(str::parse::<Cursor>).transpose();
    Ok(cursor.map_err(|error| error.at("after"))?)
}

/// A word of a parameter, if it was given.
pub(super) fn word<T: std::str::FromStr<Err = Error>>(word: Option<&str>, name: &str) -> Answer<Option<T>> {
    let parsed = word.map(str::parse::<T>).transpose();
    Ok(parsed.map_err(|error| error.at(name))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Two {
        #[allow(dead_code, reason = "it is read by serde alone")]
        one: u32,
        #[allow(dead_code, reason = "it is read by serde alone")]
        other: Vec<String>,
    }

    impl Fields for Two {
        const ALL: &'static [&'static str] = &["one", "other"];
    }

    #[test]
    fn what_is_not_known_is_named_and_nothing_is_passed_over() {
        assert!(read::<Two>(br#"{"one": 1, "other": ["a"]}"#).is_ok());
        for (body, told) in [
            (&br#"{"one": 1, "other": [], "another": 2}"#[..], "`another`"),
            (br#"{"one": 1}"#, "`other`"),
            (br#"{"one": "1", "other": []}"#, "invalid type"),
            (br#"{"one": 1, "one": 2, "other": []}"#, "duplicate field"),
            (br#"[1]"#, "no JSON object"),
            (br#"{"one""#, "no JSON object"),
            (b"\xff", "no JSON object"),
        ] {
            let problem = format!("{:?}", read::<Two>(body).unwrap_err());
            assert!(problem.contains(told), "{problem}");
        }
        let problem = format!("{:?}", read::<Two>(br#"{"one": 1, "other": [7]}"#).unwrap_err());
        assert!(problem.contains("field: Some(\"other\")"), "{problem}");
        let deep = "[".repeat(100_000);
        assert!(read::<Two>(deep.as_bytes()).is_err());
    }
}
