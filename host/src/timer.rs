//! What runs by itself: the sync of each connection, once a UTC day at the time that the plugin names.
//!
//! A run is recorded under its day before it starts, and the database takes a day once only: that is what makes it one
//! run, also with two hosts on one data folder. What was missed is caught up once, for the latest day alone, and marked
//! late. The clock is looked at anew every minute, so that it may be set, or the machine may sleep.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::clock::stamp;
use crate::host::Host;
use crate::service::{Ledger, Night, Stop, SyncOptions};
use crate::store::{connections, runs};
use crate::{Error, Result};

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(60);

/// A run that begins later than this after its time is marked late.
const LATE: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

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

/// Whether the run of that moment is still to be made. `days` are those, from that day on, that have one.
pub fn is_due(latest: DateTime<Utc>, connected: Option<DateTime<Utc>>, days: &[String]) -> bool {
    if connected.is_none_or(|connected| latest < connected) {
        return false;
    }
    let horizon = latest.date_naive().checked_add_days(AHEAD);
    let counts = |day: &String| {
        let day: Option<NaiveDate> = day.parse().ok();
        day.is_some_and(|day| horizon.is_none_or(|horizon| day <= horizon))
    };
    !days.iter().any(counts)
}

impl Host {
    /// Does what is due now, for all connections: goes on with runs that were interrupted, and makes those whose time
    /// has come. One connection's trouble does not keep the others from running. After the last run of a night, a share of
    /// the library's bytes is looked at.
    ///
    /// # Errors
    ///
    /// The database's. What became of each run is in the list; so is what is damaged.
    pub async fn tick(&self, stop: &Stop) -> Result<Vec<Result<Ledger>>> {
        let daily = self.daily().await?;
        let mut told = self.runs_due(daily, stop).await?;
        let (_, found) = self.night(daily, stop, Duration::MAX).await;
        told.extend(found.into_iter().map(Err));
        Ok(told)
    }

    /// When the plugin wants to run; none if it never does by itself.
    async fn daily(&self) -> Result<Option<Daily>> {
        let schedule = self.describe().await?.schedules.into_iter().next();
        Ok(schedule.map(|schedule| Daily {
            hour: schedule.hour,
            minute: schedule.minute,
        }))
    }

    /// The look at the disk, once the runs of a night are over: whether there is more to do, and what is to be told.
    async fn night(&self, daily: Option<Daily>, stop: &Stop, within: Duration) -> (bool, Vec<Error>) {
        if stop.asked() {
            return (false, Vec::new());
        }
        let now = self.clock.utc();
        let night = daily.map_or(now, |daily| daily.latest(now)).date_naive();
        match self.look_tonight(night, stop, within).await {
            Ok(Night::Quiet) => (false, Vec::new()),
            Ok(Night::Begun) => (true, Vec::new()),
            Ok(Night::Done) => (false, self.told_of_damage().await.unwrap_or_else(|error| vec![error])),
            Err(error) => (false, vec![error]),
        }
    }

    async fn runs_due(&self, daily: Option<Daily>, stop: &Stop) -> Result<Vec<Result<Ledger>>> {
        let Some(daily) = daily else {
            return Ok(Vec::new());
        };
        let mut ledgers = Vec::new();
        for id in runs::connections(&self.pool).await? {
            if stop.asked() {
                break;
            }
            ledgers.extend(
                self.tick_one(&id, daily, stop)
                    .await
                    .unwrap_or_else(|error| vec![Err(error)])
                    .into_iter()
                    .map(|ledger| ledger.map_err(|error| self.about(error))),
            );
        }
        Ok(ledgers)
    }

    async fn tick_one(&self, id: &str, daily: Daily, stop: &Stop) -> Result<Vec<Result<Ledger>>> {
        let Some(connection) = connections::find(&self.pool, id).await? else {
            return Ok(Vec::new());
        };
        let Some(drive) = connection.drive.clone() else {
            return Ok(Vec::new());
        };
        // Whoever has the right is at it already.
        let Some(_right) = self.sync_right(id).await? else {
            return Ok(Vec::new());
        };
        let session = self.own_session();
        let mut ledgers = Vec::new();
        let unfinished = runs::unfinished(&self.pool, id).await?;
        if let Some(plan) = unfinished.as_ref().filter(|run| run.kind == "plan") {
            session.give_up_plan(plan).await?;
        } else if let Some(run) = unfinished {
            ledgers.push(session.carry_on(&connection, run, stop).await);
        }
        let now = self.clock.utc();
        let latest = daily.latest(now);
        let day = latest.date_naive().to_string();
        let connected = connection.connected_at.parse().ok();
        if stop.asked() || !is_due(latest, connected, &runs::days_from(&self.pool, id, &day).await?) {
            return Ok(ledgers);
        }
        let begin = runs::Begin {
            connection: id,
            drive: &drive.id,
            kind: "scheduled",
            due: Some(&day),
            late: LATE < now - latest,
            by: "timer",
            options: &SyncOptions::default().written(),
        };
        if let Some(run) = runs::begin(&self.pool, begin, &stamp(now)).await? {
            ledgers.push(session.carry_on(&connection, run, stop).await);
        }
        Ok(ledgers)
    }

    /// Ticks until it is stopped. `told` hears of every run.
    ///
    /// # Errors
    ///
    /// Never for what befalls a run; only if the plugin can't be asked when it wants to run.
    pub async fn serve(&self, stop: &Stop, told: impl Fn(&Result<Ledger>)) -> Result<()> {
        while !stop.asked() {
            self.keep_house_aloud(&told).await;
            let more = match self.turn_of(stop, &told).await {
                Ok(more) => more,
                Err(error) => {
                    told(&Err(error));
                    false
                }
            };
            if !more {
                stop.or_after(self.clock.sleep(LOOK)).await;
            }
        }
        Ok(())
    }

    /// What is due, and as much of the night's look as fits until the clock is to be looked at again: whether there is more
    /// of that.
    async fn turn_of(&self, stop: &Stop, told: impl Fn(&Result<Ledger>)) -> Result<bool> {
        let daily = self.daily().await?;
        self.runs_due(daily, stop).await?.iter().for_each(&told);
        let (more, found) = self.night(daily, stop, LOOK).await;
        found.into_iter().map(Err).for_each(|error| told(&error));
        Ok(more)
    }
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
