//! When a daily run is due, as values: a time of day, the days that have had their run, and the clock.

use chrono::{DateTime, Days, NaiveDate, Utc};
use clientpoint_engine::contract::exports::clientpoint::content_source::source::Schedule;

/// How far in the future a day may lie that counts against an earlier one. A clock that is set back must not make
/// yesterday due again; but days from a clock that was wrong by years must not keep everything from running.
const AHEAD: Days = Days::new(2);

/// A time of day, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Daily {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

impl Daily {
    /// The latest moment at which a run was due.
    pub fn latest(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = self.on(now.date_naive());
        if today <= now {
            return today;
        }
        now.date_naive()
            .pred_opt()
            .map_or(today, |yesterday| self.on(yesterday))
    }

    /// The next moment at which a run is due.
    pub fn next(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let latest = self.latest(now);
        latest.checked_add_days(Days::new(1)).unwrap_or(latest)
    }

    fn on(self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
        midnight + chrono::TimeDelta::minutes(i64::from(self.hour) * 60 + i64::from(self.minute))
    }
}

/// When one of a plugin's schedules is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The plugin's name of it.
    pub id: String,
    /// When.
    pub daily: Daily,
}

impl From<Schedule> for Scheduled {
    fn from(schedule: Schedule) -> Self {
        Self {
            id: schedule.id,
            daily: Daily {
                hour: schedule.hour,
                minute: schedule.minute,
            },
        }
    }
}

/// The last day that counts against a run that was due then.
pub fn horizon(latest: DateTime<Utc>) -> NaiveDate {
    let horizon = latest.date_naive().checked_add_days(AHEAD);
    horizon.unwrap_or(NaiveDate::MAX)
}

/// Whether the run of that moment is still to be made. `days` are those, from that day on, that have one.
pub fn is_due(latest: DateTime<Utc>, connected: Option<DateTime<Utc>>, days: &[String]) -> bool {
    if connected.is_none_or(|connected| latest < connected) {
        return false;
    }
    let horizon = horizon(latest);
    let counts = |day: &String| {
        let day: Option<NaiveDate> = day.parse().ok();
        day.is_some_and(|day| day <= horizon)
    };
    !days.iter().any(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAILY: Daily = Daily { hour: 5, minute: 30 };

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn r25_a_run_is_due_from_half_past_five_and_not_a_second_before() {
        for (now, latest) in [
            ("2026-03-02T05:29:59Z", "2026-03-01T05:30:00Z"),
            ("2026-03-02T05:30:00Z", "2026-03-02T05:30:00Z"),
            ("2026-03-02T23:59:59Z", "2026-03-02T05:30:00Z"),
            // The leap day is a day like others, and summer time elsewhere moves nothing.
            ("2028-02-29T05:30:01Z", "2028-02-29T05:30:00Z"),
            ("2028-03-01T00:00:00Z", "2028-02-29T05:30:00Z"),
            ("2026-03-29T05:30:00Z", "2026-03-29T05:30:00Z"),
            ("2027-01-01T00:00:00Z", "2026-12-31T05:30:00Z"),
        ] {
            assert_eq!(DAILY.latest(at(now)), at(latest), "{now}");
        }
        assert_eq!(DAILY.next(at("2028-02-28T06:00:00Z")), at("2028-02-29T05:30:00Z"));
    }

    #[test]
    fn r25_a_day_has_one_run_and_a_clock_set_back_makes_none_due_again() {
        let connected = Some(at("2026-02-01T00:00:00Z"));
        let latest = at("2026-03-02T05:30:00Z");
        let days = |days: &[&str]| days.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(is_due(latest, connected, &days(&[])));
        assert!(!is_due(latest, connected, &days(&["2026-03-02"])));
        assert!(
            !is_due(latest, connected, &days(&["2026-03-03"])),
            "set back over a night"
        );
        assert!(
            is_due(latest, connected, &days(&["2031-01-01"])),
            "a clock that was wrong by years"
        );
    }

    #[test]
    fn r26_nothing_is_caught_up_from_before_there_was_a_connection() {
        let latest = at("2026-03-02T05:30:00Z");
        assert!(!is_due(latest, Some(at("2026-03-02T05:30:01Z")), &[]));
        assert!(is_due(latest, Some(at("2026-03-02T05:30:00Z")), &[]));
        assert!(!is_due(latest, None, &[]));
    }
}
