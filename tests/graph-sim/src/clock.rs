//! The simulator's clock: the system's, moved by a fixed distance once somebody sets it.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that can be set, and runs on from there.
pub(crate) struct Clock {
    ahead: TimeDelta,
}

impl Clock {
    /// A clock that starts at `start`, or tells the system's time.
    pub fn new(start: Option<DateTime<Utc>>) -> Self {
        let mut clock = Self {
            ahead: TimeDelta::zero(),
        };
        if let Some(start) = start {
            clock.set(start);
        }
        clock
    }

    /// Sets the time; the clock runs on from there.
    pub fn set(&mut self, now: DateTime<Utc>) {
        self.ahead = now - system_time();
    }

    /// The time it is.
    pub fn now(&self) -> DateTime<Utc> {
        system_time()
            .checked_add_signed(self.ahead)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// A time as Graph writes it in JSON: seconds, and `Z`, as some clients can't read offsets.
pub(crate) fn in_json(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A time as HTTP headers write it.
pub(crate) fn in_http(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn system_time() -> DateTime<Utc> {
    DateTime::from(SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_runs_on_from_there() {
        let start = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
        let clock = Clock::new(Some(start));
        assert!(clock.now() >= start);
        assert!(clock.now() - start < TimeDelta::minutes(5));
    }

    #[test]
    fn times_are_written_as_graph_and_http_write_them() {
        let time = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::milliseconds(1_500);
        assert_eq!(in_json(time), "1970-01-01T00:00:01Z");
        assert_eq!(in_http(time), "Thu, 01 Jan 1970 00:00:01 GMT");
    }
}
