//! What runs by itself: the sync of each connection, once a UTC day at each of the times that the plugin names.
//!
//! A run is recorded under its schedule and day before it starts, and the database takes these once only: that is what makes it one
//! run, also with two hosts on one data folder. What was missed is caught up once, for the latest day alone, and marked
//! late. The clock is looked at anew every minute, so that it may be set, or the machine may sleep.

use std::time::Duration;

use clientpoint_engine::clock::stamp;

use crate::{
    Error, Result,
    host::Host,
    schedule::{Scheduled, is_due},
    service::{
        Stop,
        library::nightly::Night,
        runs::{ledger::Ledger, options::SyncOptions},
    },
    store::{
        connections::{self, Connection},
        runs::{self, Run},
        words::RunKind,
    },
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
        let schedules = self.schedules().await?;
        let mut told = self.runs_due(&schedules, stop).await?;
        let (_, found) = self.night(&schedules, stop, Duration::MAX).await;
        told.extend(found.into_iter().map(Err));
        Ok(told)
    }

    /// When the plugin wants to run, the one first whose time came first; empty if it never does by itself.
    pub(super) async fn schedules(&self) -> Result<Vec<Scheduled>> {
        let now = self.clock.utc();
        let named = self.describe().await?.schedules.into_iter().map(Scheduled::from);
        let mut schedules: Vec<Scheduled> = named.collect();
        schedules.sort_by_key(|scheduled| scheduled.daily.latest(now));
        Ok(schedules)
    }

    /// The look at the disk, once the runs of a night are over: whether there is more to do, and what is to be told.
    async fn night(&self, schedules: &[Scheduled], stop: &Stop, within: Duration) -> (bool, Vec<Error>) {
        if stop.is_cancelled() {
            return (false, Vec::new());
        }
        let now = self.clock.utc();
        let latest = schedules.iter().map(|scheduled| scheduled.daily.latest(now)).max();
        let night = latest.unwrap_or(now).date_naive();
        match self.look_tonight(night, stop, within).await {
            Ok(Night::Quiet) => (false, Vec::new()),
            Ok(Night::Begun) => (true, Vec::new()),
            Ok(Night::Done) => (false, self.told_of_damage().await.unwrap_or_else(|error| vec![error])),
            Err(error) => (false, vec![error]),
        }
    }

    async fn runs_due(&self, schedules: &[Scheduled], stop: &Stop) -> Result<Vec<Result<Ledger>>> {
        if schedules.is_empty() {
            return Ok(Vec::new());
        }
        let mut ledgers = Vec::new();
        for id in runs::connections(&self.store).await? {
            if stop.is_cancelled() {
                break;
            }
            ledgers.extend(
                self.tick_one(&id, schedules, stop)
                    .await
                    .unwrap_or_else(|error| vec![Err(error)])
                    .into_iter()
                    .map(|ledger| ledger.map_err(|error| self.about(error))),
            );
        }
        Ok(ledgers)
    }

    async fn tick_one(&self, id: &str, schedules: &[Scheduled], stop: &Stop) -> Result<Vec<Result<Ledger>>> {
        let Some(connection) = connections::find(&self.store, id).await? else {
            return Ok(Vec::new());
        };
        if connection.drive.is_none() {
            return Ok(Vec::new());
        }
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
        for scheduled in schedules {
            if stop.is_cancelled() {
                break;
            }
            if let Some(run) = self.begin_scheduled(&connection, scheduled).await? {
                ledgers.push(session.carry_on(&connection, run, stop).await);
            }
        }
        Ok(ledgers)
    }

    /// Records the run of a schedule, if it is due.
    async fn begin_scheduled(&self, connection: &Connection, scheduled: &Scheduled) -> Result<Option<Run>> {
        let Some(drive) = &connection.drive else {
            return Ok(None);
        };
        let now = self.clock.utc();
        let latest = scheduled.daily.latest(now);
        let day = latest.date_naive().to_string();
        let connected = connection.connected_at.parse().ok();
        let days = runs::days_from(&self.store, &connection.id, &scheduled.id, &day).await?;
        if !is_due(latest, connected, &days) {
            return Ok(None);
        }
        let begin = runs::Begin {
            connection: &connection.id,
            drive: &drive.id,
            kind: RunKind::Scheduled,
            due: Some((&scheduled.id, &day)),
            late: LATE < now - latest,
            by: "timer",
            options: &SyncOptions::default().written(),
        };
        runs::begin(&self.store, begin, &stamp(now)).await
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
        let schedules = self.schedules().await?;
        self.runs_due(&schedules, stop).await?.iter().for_each(&told);
        let (more, found) = self.night(&schedules, stop, LOOK).await;
        found.into_iter().map(Err).for_each(|error| told(&error));
        Ok(more)
    }
}
