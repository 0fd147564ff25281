//! A sign-in service that has refused is left alone for a while, and all who come meanwhile are told the same.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::{TokenError, told::WAIT_AT_MOST};

/// How long a refusal is remembered that names no time: as long as the clients of large services wait after being throttled.
const USUALLY: Duration = Duration::from_secs(60);

/// The last refusal of a sign-in service, for as long as it holds.
#[derive(Default)]
pub(super) struct Remembered(Mutex<Option<Closed>>);

/// Why nobody need ask.
struct Closed {
    error: TokenError,
    /// Who had asked by then is told the same.
    asked: u64,
    /// By the clock that only runs forward.
    until: Duration,
}

impl Remembered {
    /// What was answered to others, and holds for whoever asks at this place as well. `now` is time by the clock that
    /// only runs forward.
    pub(super) fn refusal(&self, place: u64, now: Duration) -> Option<TokenError> {
        let closed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = closed.as_ref()?;
        let left = closed.until.saturating_sub(now);
        if closed.asked < place && left.is_zero() {
            return None;
        }
        Some(asking_to_wait(closed.error.clone(), left))
    }

    /// Notes what was answered to all who have `asked` by `now`. Gives it back, with the time for which it holds.
    pub(super) fn note(&self, error: TokenError, asked: u64, now: Duration) -> TokenError {
        let rest = rest(&error);
        let error = asking_to_wait(error, rest);
        let closed = Closed {
            error: error.clone(),
            asked,
            until: now + rest,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(closed);
        error
    }
}

fn asking_to_wait(mut error: TokenError, left: Duration) -> TokenError {
    if let TokenError::Refused { told, .. } = &mut error {
        told.retry_after = Some(left).filter(|left| !left.is_zero());
    }
    error
}

/// How long nobody asks again after this. A service that failed, or was not reached, may answer the next time.
fn rest(error: &TokenError) -> Duration {
    let TokenError::Refused {
        status, error: word, ..
    } = error
    else {
        return Duration::ZERO;
    };
    let failed = 500 <= *status || word.is_empty() && *status != 429;
    let least = if failed { Duration::ZERO } else { USUALLY };
    error.retry_after().unwrap_or(least).min(WAIT_AT_MOST)
}

#[cfg(test)]
mod tests {
    use super::{super::Told, *};

    #[test]
    fn a_refusal_is_remembered_for_a_minute_or_as_long_as_it_says_and_a_failure_is_not() {
        let refused = |status, error: &str, seconds: Option<u64>| TokenError::Refused {
            status,
            error: error.into(),
            description: String::new(),
            told: Box::new(Told {
                retry_after: seconds.map(Duration::from_secs),
                ..Default::default()
            }),
            passes: None,
        };
        for (error, seconds) in [
            (refused(400, "invalid_grant", None), 60),
            (refused(400, "invalid_grant", Some(7)), 7),
            (refused(429, "", None), 60),
            (refused(429, "temporarily_unavailable", Some(99_999)), 3600),
            (refused(503, "temporarily_unavailable", None), 0),
            (refused(503, "", Some(5)), 5),
            (refused(200, "", None), 0),
        ] {
            assert_eq!(rest(&error), Duration::from_secs(seconds), "{error:?}");
        }
    }
}
