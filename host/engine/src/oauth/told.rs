//! What a refusal tells beyond the standard: by which number, and under which ids its own people find it again.
//!
//! The answers of some services carry `error_codes`, `suberror`, `trace_id`, `correlation_id` and `timestamp`; what comes back
//! from the page where people sign in has them in its description alone. Nothing is taken over as it stands: an id is
//! made of hexadecimal digits, a word is a word, and so nothing that was sent can be among it.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use http::HeaderMap;
use serde_json::Value;

/// The most numbers that are kept.
const CODES_AT_MOST: usize = 8;

/// The longest description of a refusal that is kept, in characters.
const DESCRIPTION_AT_MOST: usize = 4_000;

/// The longest wait that is taken at its word.
pub const WAIT_AT_MOST: Duration = Duration::from_secs(60 * 60);

/// What a refusal tells beyond the standard. All of it may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The service's own numbers, the one that counts first.
    pub codes: Vec<u32>,
    /// A word that says more than `error`.
    pub suberror: Option<String>,
    /// The service's id of this answer.
    pub trace_id: Option<String>,
    /// The service's id of all that belongs together.
    pub correlation_id: Option<String>,
    /// When it was, by the service's clock.
    pub time: Option<DateTime<Utc>>,
    /// How long it asks to be left alone; an hour at most.
    pub retry_after: Option<Duration>,
}

impl Told {
    /// Reads an answer of the token endpoint. `now` is what a date in `retry-after` is held against.
    pub fn read(headers: &HeaderMap, body: &[u8], now: DateTime<Utc>) -> Self {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
        let codes = answer.get("error_codes").and_then(Value::as_array);
        let codes = codes.into_iter().flatten().filter_map(number);
        let told = Self {
            codes: codes.take(CODES_AT_MOST).collect(),
            suberror: Some(word(text("suberror"))).filter(|word| !word.is_empty()),
            trace_id: id(text("trace_id")),
            correlation_id: id(text("correlation_id")),
            time: time(text("timestamp")),
            retry_after: retry_after(headers, now),
        };
        told.or(Self::in_words(text("error_description")))
    }

    /// Finds in a description for people what else is nowhere: `ABC65004: … Trace ID: … Correlation ID: …`.
    pub fn in_words(description: &str) -> Self {
        let after = |label: &str| {
            description
                .split_once(label)
                .map_or("", |(_, after)| after.trim_start())
        };
        let first = |label: &str| after(label).split_whitespace().next().unwrap_or_default();
        let stamp: String = after("Timestamp:").chars().take(20).collect();
        Self {
            codes: code(description).into_iter().collect(),
            suberror: None,
            trace_id: id(first("Trace ID:")),
            correlation_id: id(first("Correlation ID:")),
            time: time(&stamp),
            retry_after: None,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            codes: if self.codes.is_empty() { other.codes } else { self.codes },
            trace_id: self.trace_id.or(other.trace_id),
            correlation_id: self.correlation_id.or(other.correlation_id),
            time: self.time.or(other.time),
            ..self
        }
    }

    /// Leaves a line in the host's log, by which the service's own people and an administrator find this refusal. Never
    /// a description: that may repeat anything.
    pub(super) fn log(&self, endpoint: &str, status: u16, error: &str) {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        tracing::error!(
            endpoint,
            status,
            error,
            codes = ?self.codes,
            suberror = text(&self.suberror),
            trace_id = text(&self.trace_id),
            correlation_id = text(&self.correlation_id),
            time = self.time.map_or_else(|| "-".into(), crate::clock::stamp),
            "the sign-in service refused"
        );
    }
}

/// An error word as the standard writes them; nothing else.
pub(super) fn word(text: &str) -> String {
    let plain = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if plain { text.into() } else { String::new() }
}

/// As much of a description as is kept.
pub(super) fn short(description: &str) -> String {
    description.chars().take(DESCRIPTION_AT_MOST).collect()
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| number.try_into().ok())
}

/// The number at the beginning of a description: capital letters, then digits.
fn code(description: &str) -> Option<u32> {
    let digits = description
        .trim_start()
        .trim_start_matches(|c: char| c.is_ascii_uppercase());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}

/// An id: hexadecimal digits in five groups (a GUID), and nothing else.
fn id(text: &str) -> Option<String> {
    let groups = text.split('-').map(str::len);
    let is_guid = groups.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_guid.then(|| text.to_ascii_lowercase())
}

/// A time as `2026-01-31 08:15:00Z`.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%SZ").ok()?;
    Some(time.and_utc())
}

/// `Retry-After`: seconds, a fraction of them, or a date.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<f64>() {
        Ok(seconds) if seconds.is_nan() => return None,
        Ok(seconds) => Duration::try_from_secs_f64(seconds.ceil().min(WAIT_AT_MOST.as_secs_f64())).ok()?,
        Err(_) => {
            let then = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
            then.signed_duration_since(now).to_std().unwrap_or_default()
        }
    };
    Some(wait.min(WAIT_AT_MOST))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const ID: &str = "5e1f7a2c-0000-4000-8000-000000c11e47";

    fn now() -> DateTime<Utc> {
        "2026-03-02T05:00:00Z".parse().unwrap()
    }

    fn told(body: &str) -> Told {
        Told::read(&HeaderMap::new(), body.as_bytes(), now())
    }

    #[test]
    fn all_that_a_refusal_tells_is_kept() {
        let body = format!(
            r#"{{"error":"invalid_grant","error_description":"AADSTS50196: x","error_codes":[50196,7],"suberror":"message_only",
            "timestamp":"2026-01-31 08:15:00Z","trace_id":"{ID}","correlation_id":"{ID}"}}"#
        );
        let told = told(&body);
        assert_eq!(
            (told.codes.as_slice(), told.suberror.as_deref()),
            ([50196, 7].as_slice(), Some("message_only"))
        );
        assert_eq!(
            (told.trace_id.as_deref(), told.correlation_id.as_deref()),
            (Some(ID), Some(ID))
        );
        assert_eq!(told.time, Some("2026-01-31T08:15:00Z".parse().unwrap()));
    }

    #[test]
    fn what_only_the_description_tells_is_found_there() {
        let told = Told::in_words(&format!(
            "AADSTS65004: No. Trace ID: {ID}\r\nCorrelation ID: {ID} Timestamp: 2026-01-31 08:15:00Z"
        ));
        assert_eq!(
            (told.codes.as_slice(), told.correlation_id.as_deref()),
            ([65004].as_slice(), Some(ID))
        );
        assert!(told.trace_id.is_some() && told.time.is_some());
        assert_eq!(Told::in_words("no number at all"), Told::default());
    }

    #[test]
    fn a_secret_in_the_place_of_an_id_is_not_taken_for_one() {
        let told = told(
            r#"{"trace_id":"hunter2","correlation_id":"a b","suberror":"Sim~Secret","timestamp":"hunter2",
            "error_codes":["hunter2",-1,1e300,4294967296]}"#,
        );
        assert_eq!(told, Told::default());
    }

    #[test]
    fn an_error_word_is_a_word() {
        assert_eq!(word("invalid_grant"), "invalid_grant");
        for text in ["", "Invalid Grant", "<script>", &"x".repeat(65)] {
            assert_eq!(word(text), "");
        }
    }

    #[test]
    fn a_wait_is_seconds_or_a_date_and_an_hour_at_most() {
        for (text, seconds) in [
            ("7", Some(7)),
            ("0.25", Some(1)),
            ("9e12", Some(3600)),
            ("1e300", Some(3600)),
            ("inf", Some(3600)),
            ("Mon, 02 Mar 2026 05:00:09 GMT", Some(9)),
            ("Mon, 02 Mar 2026 04:00:00 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(3600)),
            ("-1", None),
            ("NaN", None),
            ("soon", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(http::header::RETRY_AFTER, HeaderValue::from_static(text));
            let told = Told::read(&headers, b"<html>", now());
            assert_eq!(told.retry_after, seconds.map(Duration::from_secs), "{text}");
        }
    }
}
