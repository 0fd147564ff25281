//! What a token endpoint answers: read within bounds, and judged.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_TYPE, DATE},
};
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    egress::reason,
    oauth::{
        life,
        told::{Told, word},
    },
    secrets::Secret,
};

/// The longest answer that is read, in bytes.
const AT_MOST: usize = 256 * 1024;

/// How long a whole answer may take.
const WITHIN: Duration = Duration::from_secs(30);

/// What an answer with tokens has to be.
pub(super) const JSON: &str = "application/json";

/// What was given.
#[derive(Debug)]
pub struct Granted {
    /// For the `authorization` header.
    pub access: Secret,
    /// For how long it is good.
    pub life: Duration,
    /// For more.
    pub refresh: Option<Secret>,
    /// Who has signed in.
    pub id_token: Option<Secret>,
    /// What the token is good for, as the endpoint says.
    pub scope: Option<String>,
}

/// The longest scope that is kept, in bytes. No service grants as much.
const SCOPE_AT_MOST: usize = 16 * 1024;

/// Words with blanks between them (RFC 6749, section 3.3); none for what is something else.
fn scope_of(text: &str) -> Option<String> {
    let is_sound = text.len() <= SCOPE_AT_MOST && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    is_sound.then(|| text.to_owned())
}

/// Why nothing was given.
pub(super) enum Failure {
    /// The endpoint has decided so, or sent what is no answer.
    Refused(Refused),
    /// Nothing came that says anything; the reason, for people.
    Unreachable(String),
}

/// A refusal, as it came.
pub(super) struct Refused {
    pub(super) status: u16,
    /// A word of the standard; empty where there is none.
    pub(super) error: String,
    /// For people. It may repeat what was sent.
    pub(super) description: String,
    pub(super) told: Box<Told>,
    /// The endpoint's time.
    pub(super) date: Option<DateTime<Utc>>,
}

/// RFC 6749, section 5.1, and what OpenID Connect adds.
#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    token_type: String,
    expires_in: Option<Value>,
    refresh_token: Option<String>,
    id_token: Option<String>,
    scope: Option<Value>,
}

/// RFC 6749, section 5.2.
#[derive(Deserialize)]
struct Problem {
    error: String,
    error_description: Option<String>,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Sends a request and reads its answer. `now` is our time.
///
/// # Errors
///
/// See [`Failure`].
pub(super) async fn answer(request: RequestBuilder, now: DateTime<Utc>) -> Result<Granted, Failure> {
    let whole = tokio::time::timeout(WITHIN, whole(request)).await;
    let late = |_| Err(format!("no whole answer within {} seconds", WITHIN.as_secs()));
    let answer = whole.unwrap_or_else(late).map_err(Failure::Unreachable)?;
    if answer.status == StatusCode::OK {
        answer.granted()
    } else {
        Err(answer.refused(now))
    }
}

async fn whole(request: RequestBuilder) -> Result<Answer, String> {
    let mut answer = request.send().await.map_err(|error| reason(&error))?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| reason(&error))? {
        if AT_MOST < body.len() + chunk.len() {
            return Err("its answer is too long".into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: answer.status(),
        headers: std::mem::take(answer.headers_mut()),
        body,
    })
}

impl Answer {
    fn granted(self) -> Result<Granted, Failure> {
        let unreachable = |reason: &str| Err(Failure::Unreachable(reason.into()));
        // The standard wants it; where it is missing, the content counts.
        if let Some(kind) = self.headers.get(CONTENT_TYPE) {
            let is_json = |kind: &str| kind.to_ascii_lowercase().starts_with(JSON);
            if !kind.to_str().is_ok_and(is_json) {
                return unreachable(&format!(
                    "unexpected response Content-Type: {kind:?}, should be `{JSON}`"
                ));
            }
        }
        if self.body.is_empty() {
            return unreachable("server returned empty response body");
        }
        let Ok(tokens) = serde_json::from_slice::<Tokens>(&self.body) else {
            return Err(self.without_words(Told::default()));
        };
        if !tokens.token_type.eq_ignore_ascii_case("bearer") {
            return unreachable("the token it gave is of a kind that is not known here");
        }
        Ok(Granted {
            access: Secret::new(tokens.access_token),
            life: life::read(tokens.expires_in.as_ref()),
            refresh: tokens.refresh_token.map(Secret::new),
            id_token: tokens.id_token.map(Secret::new),
            scope: tokens.scope.and_then(|scope| scope.as_str().and_then(scope_of)),
        })
    }

    fn refused(self, now: DateTime<Utc>) -> Failure {
        if self.body.is_empty() {
            return Failure::Unreachable("server returned empty error response".into());
        }
        let told = Told::read(&self.headers, &self.body, now);
        match serde_json::from_slice::<Problem>(&self.body) {
            Ok(problem) => self.refusal(
                word(&problem.error),
                problem.error_description.unwrap_or_default(),
                told,
            ),
            Err(_) => self.without_words(told),
        }
    }

    /// What is no answer of the standard. The body is left out: it may be anything, a page that repeats what was sent
    /// included.
    fn without_words(&self, told: Told) -> Failure {
        self.refusal(String::new(), String::new(), told)
    }

    fn refusal(&self, error: String, description: String, told: Told) -> Failure {
        let date = self.headers.get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        Failure::Refused(Refused {
            status: self.status.as_u16(),
            error,
            description,
            told: Box::new(told),
            date: date.map(|date| date.to_utc()),
        })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const GRANTED: &str = r#"{"access_token":"a","token_type":"BEARER","refresh_token":null,"scope":"files"}"#;

    fn answer(status: u16, kind: Option<&'static str>, body: &str) -> Answer {
        let kind = kind.map(|kind| (CONTENT_TYPE, HeaderValue::from_static(kind)));
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: kind.into_iter().collect(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn unreachable(failure: Failure) -> String {
        let Failure::Unreachable(reason) = failure else {
            panic!("it is a refusal");
        };
        reason
    }

    fn refused(failure: Failure) -> (String, String) {
        let Failure::Refused(refused) = failure else {
            panic!("it is no refusal");
        };
        (refused.error, refused.description)
    }

    #[test]
    fn tokens_are_taken_from_json_and_from_nothing_else() {
        for kind in [None, Some("application/json"), Some("Application/JSON; charset=utf-8")] {
            let granted = answer(200, kind, GRANTED).granted().ok().unwrap();
            assert_eq!(granted.access.expose(), "a");
            assert_eq!(granted.life, Duration::from_secs(600));
            assert!(granted.refresh.is_none() && granted.id_token.is_none());
            assert_eq!(granted.scope.as_deref(), Some("files"));
        }
        for kind in ["text/html", "text/json", "application/x-json"] {
            let why = unreachable(answer(200, Some(kind), GRANTED).granted().unwrap_err());
            assert!(why.contains("Content-Type"), "{why}");
        }
        let why = unreachable(answer(200, None, "").granted().unwrap_err());
        assert!(why.contains("empty"), "{why}");
        for odd in ["7", "\"a\\nb\""] {
            let granted = answer(200, None, &GRANTED.replace("\"files\"", odd))
                .granted()
                .ok()
                .unwrap();
            assert_eq!(granted.scope, None, "{odd}");
        }
        let mac = GRANTED.replace("BEARER", "mac");
        let why = unreachable(answer(200, None, &mac).granted().unwrap_err());
        assert!(why.contains("kind that is not known"), "{why}");
    }

    #[test]
    fn what_is_no_answer_of_the_standard_is_a_refusal_without_words() {
        let nothing = (String::new(), String::new());
        for body in [
            "<html>hush~1",
            "[]",
            r#"{"error":"invalid_grant"}"#,
            r#"{"access_token":"a"}"#,
        ] {
            assert_eq!(
                refused(answer(200, None, body).granted().unwrap_err()),
                nothing,
                "{body}"
            );
        }
        for body in ["<html>hush~1", "[]", r#"{"error":5}"#, r#"{"error_description":"x"}"#] {
            assert_eq!(refused(answer(502, None, body).refused(Utc::now())), nothing, "{body}");
        }
        assert_eq!(
            unreachable(answer(502, None, "").refused(Utc::now())),
            "server returned empty error response"
        );
    }

    #[test]
    fn a_refusal_has_its_word_its_description_and_the_time_of_the_service() {
        let mut answer = answer(
            400,
            None,
            r#"{"error":"invalid_client","error_description":"AADSTS7000215: x"}"#,
        );
        let date = HeaderValue::from_static("Mon, 02 Mar 2026 05:00:09 GMT");
        answer.headers.insert(DATE, date);
        let Failure::Refused(refused) = answer.refused(Utc::now()) else {
            panic!("it is a refusal");
        };
        assert_eq!((refused.status, refused.error.as_str()), (400, "invalid_client"));
        assert_eq!(refused.description, "AADSTS7000215: x");
        assert_eq!(refused.told.codes, [7_000_215]);
        assert_eq!(refused.date, "2026-03-02T05:00:09Z".parse().ok());
    }
}
