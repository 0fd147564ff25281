//! Whether to try again, and when. Pure: time, dice and answers are arguments.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::graph::{Head, Meaning};

/// The longest time for which one answer can hold up everything. A source that asks for more is asked again then.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// The least wait after being told to slow down, so that `Retry-After: 0` for ever ends with the budget.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// The first wait where no time was named; it doubles from there.
const FIRST_BACK_OFF: Duration = Duration::from_secs(1);
/// The longest of these waits.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(32);

/// What one operation may still spend on trying again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    attempts: u32,
    waiting: Duration,
    failed: u32,
}

/// A failure that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Told to slow down, with the time where one was named.
    Throttled(Option<Duration>),
    /// A connection or a server that failed.
    Transient,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// This operation tries again after so long.
    Again(Duration),
    /// Nobody sends anything for so long; then this operation tries again if its budget allows.
    Pause(Duration),
    /// The budget is spent.
    GiveUp,
}

impl Budget {
    /// For one file: five attempts, two minutes of waiting.
    #[must_use]
    pub const fn file() -> Self {
        Self {
            attempts: 5,
            waiting: Duration::from_secs(120),
            failed: 0,
        }
    }

    /// For a call during which somebody looks at an empty page: three attempts, 30 seconds of waiting.
    #[must_use]
    pub const fn page() -> Self {
        Self {
            attempts: 3,
            waiting: Duration::from_secs(30),
            failed: 0,
        }
    }

    /// Takes waiting time out of the budget; false, and nothing is taken, if there is less left.
    #[must_use]
    pub fn spend(&mut self, time: Duration) -> bool {
        let left = self.waiting.checked_sub(time);
        self.waiting = left.unwrap_or(self.waiting);
        left.is_some()
    }

    /// Counts a failure and says what to do. `dice` is anything from 0 to 1: it spreads those who failed together.
    ///
    /// Slowing down does not count as an attempt, since the source works; it is bounded by the waiting time, which
    /// [`Budget::spend`] takes when the pause is waited for.
    #[must_use]
    pub fn next(&mut self, trouble: Trouble, dice: f64) -> Next {
        self.failed = self.failed.saturating_add(1);
        match trouble {
            Trouble::Throttled(asked) => {
                let pause = asked.unwrap_or_else(|| self.back_off(dice));
                Next::Pause(pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE))
            }
            Trouble::Transient => {
                self.attempts = self.attempts.saturating_sub(1);
                let wait = self.back_off(dice);
                if self.attempts == 0 || !self.spend(wait) {
                    return Next::GiveUp;
                }
                Next::Again(wait)
            }
        }
    }

    /// Doubles with each failure; the dice take up to half of it away.
    fn back_off(&self, dice: f64) -> Duration {
        let doublings = self.failed.saturating_sub(1).min(16);
        let full = FIRST_BACK_OFF.saturating_mul(1 << doublings).min(LONGEST_BACK_OFF);
        full.mul_f64(0.5_f64.mul_add(dice.clamp(0.0, 1.0), 0.5))
    }
}

/// The failure that an answer stands for, if it is one that may pass.
#[must_use]
pub fn trouble(meaning: Meaning, head: &Head, now: DateTime<Utc>) -> Option<Trouble> {
    let asked = patience(head, now);
    match meaning {
        Meaning::Throttled => Some(Trouble::Throttled(asked)),
        // A gateway that names a time wants the same as a 429.
        Meaning::Transient if asked.is_some() => Some(Trouble::Throttled(asked)),
        Meaning::Transient => Some(Trouble::Transient),
        _ => None,
    }
}

/// How long an answer asks to wait, in whole seconds, rounded up. `Retry-After` may be seconds, a fraction of them, or a
/// date; `RateLimit-Reset` is seconds; the longer of the two counts.
#[must_use]
pub fn patience(head: &Head, now: DateTime<Utc>) -> Option<Duration> {
    let after = head
        .header("retry-after")
        .and_then(|value| seconds(value).or_else(|| until(value, now)));
    let reset = head.header("ratelimit-reset").and_then(seconds);
    after.max(reset)
}

fn seconds(value: &str) -> Option<Duration> {
    let seconds: f64 = value.parse().ok()?;
    Duration::try_from_secs_f64(seconds.ceil()).ok()
}

fn until(date: &str, now: DateTime<Utc>) -> Option<Duration> {
    let date = DateTime::parse_from_rfc2822(date).ok()?;
    let left = date.to_utc().signed_duration_since(now).to_std().unwrap_or_default();
    Some(Duration::from_secs(left.as_millis().div_ceil(1000).try_into().ok()?))
}

/// A number from 0 to 1 out of the low bits of a clock: good enough to spread retries, and for nothing else.
#[must_use]
pub fn dice(clock: Duration) -> f64 {
    let mixed = clock.subsec_nanos().wrapping_mul(0x9E37_79B9);
    f64::from(mixed) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-02-03T09:10:11.5Z".parse().unwrap()
    }

    fn asked(name: &str, value: &str) -> Option<u64> {
        let head = Head::new(429, vec![(name.to_owned(), value.to_owned())]);
        patience(&head, now()).map(|time| time.as_secs())
    }

    #[test]
    fn retry_after_is_read_in_its_three_forms_and_rounded_up() {
        assert_eq!(asked("Retry-After", "120"), Some(120));
        assert_eq!(asked("Retry-After", "0.249"), Some(1));
        assert_eq!(asked("Retry-After", "2.128"), Some(3));
        assert_eq!(asked("Retry-After", "Tue, 03 Feb 2026 09:10:20 GMT"), Some(9));
        assert_eq!(asked("Retry-After", "Tue, 03 Feb 2026 09:00:00 GMT"), Some(0));
        for nonsense in ["", "soon", "-5", "NaN", "inf", "1e300"] {
            assert_eq!(asked("Retry-After", nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn the_longer_of_retry_after_and_rate_limit_reset_counts() {
        let headers = [("retry-after", "5"), ("RateLimit-Reset", "9")];
        let head = Head::new(429, headers.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec());
        assert_eq!(patience(&head, now()), Some(Duration::from_secs(9)));
        assert_eq!(asked("RateLimit-Reset", "4"), Some(4));
    }

    #[test]
    fn waits_double_and_the_dice_take_up_to_half() {
        let mut budget = Budget::file();
        let seconds = |next| match next {
            Next::Again(wait) => wait.as_secs_f64(),
            other => unreachable!("{other:?}"),
        };
        assert!((seconds(budget.next(Trouble::Transient, 1.0)) - 1.0).abs() < 1e-9);
        assert!((seconds(budget.next(Trouble::Transient, 0.0)) - 1.0).abs() < 1e-9);
        assert!((seconds(budget.next(Trouble::Transient, 0.5)) - 3.0).abs() < 1e-9);
        assert!((seconds(budget.next(Trouble::Transient, 1.0)) - 8.0).abs() < 1e-9);
        assert_eq!(budget.next(Trouble::Transient, 1.0), Next::GiveUp);
    }

    #[test]
    fn being_told_to_wait_is_bounded_by_the_waiting_time_alone() {
        let mut budget = Budget::file();
        let mut pauses = 0;
        loop {
            let Next::Pause(pause) = budget.next(Trouble::Throttled(Some(Duration::ZERO)), 0.5) else {
                unreachable!("throttling is answered by a pause");
            };
            if !budget.spend(pause) {
                break;
            }
            pauses += 1;
        }
        assert_eq!(pauses, 120);
    }

    #[test]
    fn a_pause_never_exceeds_an_hour() {
        let day = Duration::from_secs(86400);
        let next = Budget::file().next(Trouble::Throttled(Some(day)), 0.5);
        assert_eq!(next, Next::Pause(LONGEST_PAUSE));
    }

    #[test]
    fn a_gateway_that_names_a_time_is_taken_at_its_word() {
        let head = Head::new(504, vec![("retry-after".into(), "7".into())]);
        let throttled = Some(Trouble::Throttled(Some(Duration::from_secs(7))));
        assert_eq!(trouble(Meaning::Transient, &head, now()), throttled);
        assert_eq!(trouble(Meaning::NotFound, &head, now()), None);
    }

    #[test]
    fn dice_stay_between_0_and_1() {
        for nanos in [0, 1, 7, 999_999_999] {
            assert!((0.0..=1.0).contains(&dice(Duration::from_nanos(nanos))));
        }
    }
}
