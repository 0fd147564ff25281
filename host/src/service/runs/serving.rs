//! What runs by itself: the sync of each connection, once a UTC day at the time that the plugin names.
//!
//! A run is recorded under its day before it starts, and the database takes a day once only: that is what makes it one
//! run, also with two hosts on one data folder. What was missed is caught up once, for the latest day alone, and marked
//! late. The clock is looked at anew every minute, so that it may be set, or the machine may sleep.

use std::time::Duration;

use clientpoint_engine::clock::stamp;

use crate::{
    Error, Result,
    host::Host,
    schedule::{Daily, is_due},
    service::{
        Stop,
        library::nightly::Night,
        runs::{ledger::Ledger, sync::SyncOptions},
    },
    store::{connections, runs, words::RunKind},
};

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(60);

/// A run that begins later than this after its time is marked late.
const LATE: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

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
        if stop.is_cancelled() {
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
        for id in runs::connections(&self.store).await? {
            if stop.is_cancelled() {
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
        let Some(connection) = connections::find(&self.store, id).await? else {
            return Ok(Vec::new());
        };
        let Some(drive) = connection.drive.clone() else {
            return Ok(Vec::new());
        };
        // People are told of it when they come to work with it, and not once a night.
        match self.require_of_this_plugin(&connection).await {
            Err(Error::OtherPlugin { .. }) => return Ok(Vec::new()),
            known => known?,
        }
        // Whoever has the right is at it already.
        let Some(_right) = self.sync_right(id).await? else {
            return Ok(Vec::new());
        };
        let session = self.own_session();
        let mut ledgers = Vec::new();
        let unfinished = runs::unfinished(&self.store, id).await?;
        if let Some(plan) = unfinished.as_ref().filter(|run| run.kind == RunKind::Plan) {
            session.give_up_plan(plan).await?;
        } else if let Some(run) = unfinished {
            ledgers.push(session.carry_on(&connection, run, stop).await);
        }
        let now = self.clock.utc();
        let latest = daily.latest(now);
        let day = latest.date_naive().to_string();
        let connected = connection.connected_at.parse().ok();
        if stop.is_cancelled() || !is_due(latest, connected, &runs::days_from(&self.store, id, &day).await?) {
            return Ok(ledgers);
        }
        let begin = runs::Begin {
            connection: id,
            drive: &drive.id,
            kind: RunKind::Scheduled,
            due: Some(&day),
            late: LATE < now - latest,
            by: "timer",
            options: &SyncOptions::default().written(),
        };
        if let Some(run) = runs::begin(&self.store, begin, &stamp(now)).await? {
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
        while !stop.is_cancelled() {
            self.keep_house_aloud(&told).await;
            let more = match self.turn_of(stop, &told).await {
                Ok(more) => more,
                Err(error) => {
                    told(&Err(error));
                    false
                }
            };
            if !more {
                stop.run_until_cancelled(self.clock.sleep(LOOK)).await;
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
