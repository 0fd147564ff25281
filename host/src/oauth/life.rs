//! How long a token lives, whatever an answer calls it.
//!
//! The standard wants a number of seconds (RFC 6749, section 5.1). Some services send it as a text, gateways make a
//! fraction of it, and nothing keeps anybody from sending a number that no calendar holds. A token that is good must not
//! be lost for that.

use std::time::Duration;

use serde_json::{Map, Value};

/// The longest life that is believed: a token is renewed within a day, whatever it says.
pub const AT_MOST: Duration = Duration::from_secs(24 * 60 * 60);

const MEMBER: &str = "expires_in";

/// An answer whose `expires_in` is a whole number of seconds between none and [`AT_MOST`], or is not there. What is no
/// JSON object stays as it is.
pub(super) fn in_whole_seconds(body: Vec<u8>) -> Vec<u8> {
    let Ok(mut answer) = serde_json::from_slice::<Map<String, Value>>(&body) else {
        return body;
    };
    let Some(told) = answer.remove(MEMBER) else {
        return body;
    };
    if let Some(seconds) = seconds(&told) {
        answer.insert(MEMBER.into(), seconds.into());
    }
    // A map of texts and numbers can always be written.
    serde_json::to_vec(&answer).unwrap_or(body)
}

fn seconds(told: &Value) -> Option<u64> {
    let told = match told {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let bounded = told.clamp(0.0, AT_MOST.as_secs_f64());
    Duration::try_from_secs_f64(bounded).ok().map(|life| life.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_a_number_of_seconds_however_it_is_written() {
        for (written, expected) in [
            ("3599", Some(3599)),
            ("\"3599\"", Some(3599)),
            ("\" 3599.9 \"", Some(3599)),
            ("3599.5", Some(3599)),
            ("0", Some(0)),
            ("-5", Some(0)),
            ("9e12", Some(86_400)),
            ("9000000000000", Some(86_400)),
            ("1e300", Some(86_400)),
            ("99999999999999999999999999", Some(86_400)),
            ("\"inf\"", Some(86_400)),
            ("\"NaN\"", None),
            ("\"an hour\"", None),
            ("null", None),
            ("true", None),
            ("[3599]", None),
        ] {
            let body = format!(r#"{{"access_token":"t","expires_in":{written}}}"#);
            let read: Value = serde_json::from_slice(&in_whole_seconds(body.into_bytes())).unwrap();
            assert_eq!(read.get(MEMBER).and_then(Value::as_u64), expected, "{written}");
            assert_eq!(read["access_token"], "t");
        }
    }

    #[test]
    fn what_is_no_answer_stays_as_it_is() {
        for body in ["<html>", "[]", "", r#"{"access_token":"t"}"#] {
            assert_eq!(in_whole_seconds(body.as_bytes().to_vec()), body.as_bytes());
        }
    }
}
