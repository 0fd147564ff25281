//! Resource units: what each request costs, and how many there are in a minute.

use axum::{
    http::{HeaderName, StatusCode, header},
    response::Response,
};
use chrono::{DateTime, Utc};

use crate::reply::{self, GraphError};

/// How long units are counted together, in seconds.
const WINDOW: i64 = 60;

/// Counts the units of the running minute.
pub(crate) struct Meter {
    /// How many there are in a minute; `None`: any number.
    pub limit: Option<u32>,
    /// The minute that is counted.
    minute: i64,
    used: u32,
}

/// Where the meter stands after a request.
#[derive(Debug, PartialEq)]
pub(crate) struct Reading {
    limit: u32,
    used: u32,
    /// Seconds until the next minute.
    reset: i64,
}

impl Meter {
    pub fn new(limit: Option<u32>) -> Self {
        Self {
            limit,
            minute: 0,
            used: 0,
        }
    }

    /// Counts a request, also one that is too much. `None` where nothing is counted.
    pub fn charge(&mut self, units: u32, now: DateTime<Utc>) -> Option<Reading> {
        let limit = self.limit.filter(|_| units > 0)?;
        let minute = now.timestamp().div_euclid(WINDOW);
        if minute != self.minute {
            self.minute = minute;
            self.used = 0;
        }
        self.used = self.used.saturating_add(units);
        Some(Reading {
            limit,
            used: self.used,
            reset: WINDOW - now.timestamp().rem_euclid(WINDOW),
        })
    }
}

impl Reading {
    /// The refusal, if the request was too much.
    pub fn refusal(&self) -> Option<GraphError> {
        (self.used > self.limit).then(|| {
            GraphError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "activityLimitReached",
                "The request has been throttled.",
            )
            .with(header::RETRY_AFTER, self.reset.to_string())
        })
    }

    /// Tells the client from four fifths of the limit on.
    pub fn tell(&self, answer: &mut Response) {
        if u64::from(self.used) * 5 < u64::from(self.limit) * 4 {
            return;
        }
        for (name, value) in [
            ("ratelimit-limit", self.limit.to_string()),
            ("ratelimit-remaining", self.limit.saturating_sub(self.used).to_string()),
            ("ratelimit-reset", self.reset.to_string()),
        ] {
            reply::set(answer, HeaderName::from_static(name), &value);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

    use super::*;

    #[test]
    fn a_minute_ends_and_the_next_begins_anew() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let mut meter = Meter::new(Some(4));
        assert!(meter.charge(2, at(0)).unwrap().refusal().is_none());
        assert!(meter.charge(2, at(10)).unwrap().refusal().is_none());
        let reading = meter.charge(1, at(45)).unwrap();
        assert_eq!((reading.reset, reading.refusal().is_some()), (15, true));
        assert!(meter.charge(2, at(60)).unwrap().refusal().is_none());
        assert_eq!(meter.charge(0, at(60)), None);
        meter.limit = None;
        assert_eq!(meter.charge(1000, at(60)), None);
    }
}
