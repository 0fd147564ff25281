//! How long a token lives, whatever an answer calls it.
//!
//! The standard wants a number of seconds (RFC 6749, section 5.1). Some services send it as a text, gateways make a
//! fraction of it, and nothing keeps anybody from sending a number that no calendar holds. A token that is good must not
//! be lost for that.

use std::time::Duration;

use serde_json::Value;

/// The longest life that is believed: a token is renewed within a day, whatever it says.
pub(super) const AT_MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// What counts as the life of a token where the endpoint does not tell.
const USUAL: Duration = Duration::from_secs(10 * 60);

/// The life that the member `expires_in` tells: whole seconds, a day at most.
pub(super) fn read(told: Option<&Value>) -> Duration {
    told.and_then(seconds).map_or(USUAL, Duration::from_secs)
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
            let told: Value = serde_json::from_str(written).unwrap();
            let expected = expected.map_or(USUAL, Duration::from_secs);
            assert_eq!(read(Some(&told)), expected, "{written}");
        }
    }

    #[test]
    fn a_token_without_a_life_lives_ten_minutes() {
        assert_eq!(read(None), USUAL);
    }
}
