//! What runs by itself: the sync of each connection, once a UTC day at each of the times that the plugin names.
//!
//! A run is recorded under its schedule and day before it starts, and the database takes these once only: that is what makes it one
//! run, also with two hosts on one data folder. What was missed is caught up once, for the latest day alone, and marked
//! late. The clock is looked at anew every minute, so that it may be set, or the machine may sleep.
//!
//! Connections are side by side: [`Limits::at_once`](crate::host::Limits::at_once) of them are at work, and those that wait
//! because their source asks for patience do so beside them. Of one connection, all is done one after the other.
//!
//! Hosts that share a database share what is due as well: see [`sharing`](super::sharing).

use std::time::Duration;

use clientpoint_engine::clock::stamp;

use super::{mandate::Mandate, shift::Shift};
use crate::{
    Error, Result,
    host::{Host, Place},
    schedule::{Scheduled, horizon, is_due},
    service::{
        Stop,
        library::nightly::Night,
        runs::{ledger::Ledger, options::SyncOptions},
    },
    store::{
        connections::{self, Connection},
        due::{self, Moment},
        offers::Taken,
        runs::{self, Run},
        words::RunKind,
    },
};

/// What came of each run of a connection.
pub(super) type Done = (Taken, Vec<Result<Ledger>>);

/// How often the clock is looked at.
pub(super) const LOOK: Duration = Duration::from_secs(60);

/// How often people are told what is not as it should be where nothing has run.
const TELL_EVERY: Duration = Duration::from_secs(60 * 60);

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
        let mut shift = Shift::new(self.places.clone(), self.meters.clone(), |one, place| {
            self.brought_about(one, place, stop)
        });
        let mut told = Vec::new();
        if self.store.is_on_a_server() {
            self.take_all(&schedules, &mut shift, &mut told).await?;
        } else {
            shift.are_due(self.due(&schedules).await?);
        }
        while let Some(ledgers) = shift.next().await {
            told.push(ledgers);
        }
        // In the order of the connections, whichever was done first.
        told.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut told: Vec<_> = told.into_iter().flat_map(|(_, ledgers)| ledgers).collect();
        let (_, found) = self.night(&schedules, stop, Duration::MAX).await;
        told.extend(found.into_iter().map(Err));
        self.tell_the_next(&schedules);
        self.keep_telling(stop).await;
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
    pub(super) async fn night(&self, schedules: &[Scheduled], stop: &Stop, within: Duration) -> (bool, Vec<Error>) {
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

    /// The connections that have something to be done now, by one query.
    async fn due(&self, schedules: &[Scheduled]) -> Result<Vec<Taken>> {
        if schedules.is_empty() {
            return Ok(Vec::new());
        }
        // What was set since, by another program as well, counts for the runs that begin now.
        self.settings().await?;
        // People are told of another plugin's connection when they come to work with it, and not once a night.
        let plugin = self.describe().await?.id;
        let moments: Vec<Moment> = self.moments(schedules).into_iter().map(|(moment, _)| moment).collect();
        let due = due::connections(&self.store, &plugin, &moments).await?;
        let of_this_account = |connection| Taken {
            account: self.store.account().to_owned(),
            connection,
        };
        Ok(due.into_iter().map(of_this_account).collect())
    }

    /// The latest times of schedules, and whether a run that begins now is late.
    pub(super) fn moments(&self, schedules: &[Scheduled]) -> Vec<(Moment, bool)> {
        let now = self.clock.utc();
        let moment = |scheduled: &Scheduled| {
            let latest = scheduled.daily.latest(now);
            let moment = Moment {
                schedule: scheduled.id.clone(),
                latest: stamp(latest),
                day: latest.date_naive().to_string(),
                horizon: horizon(latest).to_string(),
            };
            (moment, LATE < now - latest)
        };
        schedules.iter().map(moment).collect()
    }

    /// What a connection has to have done now, in a place: what came of each run, under whose it is.
    pub(super) async fn brought_about(&self, one: Taken, place: Place, stop: &Stop) -> (Taken, Done) {
        let mut ledgers = Vec::new();
        let done = match self.of_account(&one.account).await {
            Ok(host) => host.bring_about(&one.connection, place, stop, &mut ledgers).await,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            ledgers.push(Err(error));
        }
        let ledgers = ledgers.into_iter();
        let ledgers = ledgers.map(|ledger| ledger.map_err(|error| self.about(error)));
        (one.clone(), (one, ledgers.collect()))
    }

    async fn bring_about(&self, id: &str, place: Place, stop: &Stop, ledgers: &mut Vec<Result<Ledger>>) -> Result<()> {
        if stop.is_cancelled() {
            return Ok(());
        }
        let is_offered = self.store.is_on_a_server();
        // Whoever has the right is at it already.
        let Some(right) = self.sync_right(id, "a sync", "timer").await?.yours() else {
            return if is_offered { self.look_again(id).await } else { Ok(()) };
        };
        let mandate = Mandate::by_itself(right, place, is_offered);
        if is_offered {
            let working = self.work_off(id, &mandate, stop, ledgers);
            return mandate.guarding(Box::pin(working)).await;
        }
        let working = self.work_through(id, &mandate, stop, ledgers);
        mandate.guarding(Box::pin(working)).await
    }

    /// What is due of a connection, under the right to it.
    async fn work_through(
        &self,
        id: &str,
        mandate: &Mandate,
        stop: &Stop,
        ledgers: &mut Vec<Result<Ledger>>,
    ) -> Result<()> {
        // Only now: who gives it up or changes its drive has the right meanwhile.
        let Some(connection) = connections::find(&self.store, id).await? else {
            return Ok(());
        };
        let session = self.own_session();
        let unfinished = runs::unfinished(&self.store, id).await?;
        if let Some(plan) = unfinished.as_ref().filter(|run| run.kind == RunKind::Plan) {
            session.give_up_plan(plan).await?;
        } else if let Some(run) = unfinished {
            ledgers.push(session.carry_on(&connection, run, mandate, stop).await);
        }
        for scheduled in &self.schedules().await? {
            if stop.is_cancelled() {
                break;
            }
            if let Some(run) = self.begin_scheduled(&connection, scheduled).await? {
                ledgers.push(session.carry_on(&connection, run, mandate, stop).await);
            }
        }
        Ok(())
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

    /// Does what is due, minute by minute, until it is stopped. `told` hears of every run.
    ///
    /// # Errors
    ///
    /// Never for what befalls a run; only if the plugin can't be asked when it wants to run.
    pub async fn serve(&self, stop: &Stop, told: impl Fn(&Result<Ledger>)) -> Result<()> {
        if !self.store.is_on_a_server() {
            return self.serve_its_roles(stop, told).await;
        }
        let keys = async {
            loop {
                self.look_for_the_next_key().await;
                self.clock.sleep(LOOK).await;
            }
        };
        tokio::select! {
            done = Box::pin(self.serve_its_roles(stop, told)) => done,
            () = keys => Ok(()),
        }
    }

    async fn serve_its_roles(&self, stop: &Stop, told: impl Fn(&Result<Ledger>)) -> Result<()> {
        if !self.roles.work_by_themselves() {
            stop.cancelled().await;
            return Ok(());
        }
        if self.store.is_on_a_server() {
            return self.serve_beside_others(stop, told).await;
        }
        let mut shift = Shift::new(self.places.clone(), self.meters.clone(), |one, place| {
            self.brought_about(one, place, stop)
        });
        let tell = |(_, ledgers): Done| ledgers.iter().for_each(&told);
        // When it begins, people are told what it finds, and when the next run is due.
        let (mut worked, mut told_at) = (true, None);
        while !stop.is_cancelled() {
            match shift.beside(self.look_around(&told), tell).await {
                Ok(due) => shift.are_due(due),
                Err(error) => told(&Err(error)),
            }
            worked |= !shift.is_over();
            // The disk is looked at once the runs of a night are over.
            let more = shift.is_over() && self.a_piece_of_the_night(stop, &told).await;
            if !more {
                let is_over = shift.is_over();
                if is_over && worked {
                    self.tell_the_next(&self.schedules().await.unwrap_or_default());
                }
                let now = self.clock.elapsed();
                let is_long_ago = told_at.is_none_or(|at| TELL_EVERY <= now.saturating_sub(at));
                let tells = is_over && (worked || is_long_ago);
                if tells {
                    (worked, told_at) = (false, Some(now));
                }
                let telling = async {
                    if tells {
                        self.find_news().await;
                    }
                    self.send_news(stop).await;
                };
                let pause = stop.run_until_cancelled(self.clock.sleep(LOOK));
                shift.beside(futures::future::join(pause, telling), tell).await;
            }
        }
        while let Some(done) = shift.next().await {
            tell(done);
        }
        Ok(())
    }

    /// Tells the log when the next run is due.
    pub(super) fn tell_the_next(&self, schedules: &[Scheduled]) {
        let now = self.clock.utc();
        if let Some(next) = schedules.iter().map(|scheduled| scheduled.daily.next(now)).min() {
            tracing::info!("nothing more is due now; the next run is due at {}", stamp(next));
        }
    }

    /// What is to be done every minute, and what is due then.
    async fn look_around(&self, told: &impl Fn(&Result<Ledger>)) -> Result<Vec<Taken>> {
        self.keep_house_aloud(told).await;
        self.due(&self.schedules().await?).await
    }

    /// As much of the night's look as fits until the clock is to be looked at again: whether there is more of that.
    pub(super) async fn a_piece_of_the_night(&self, stop: &Stop, told: &impl Fn(&Result<Ledger>)) -> bool {
        let schedules = match self.schedules().await {
            Ok(schedules) => schedules,
            Err(error) => {
                told(&Err(error));
                return false;
            }
        };
        let (more, found) = self.night(&schedules, stop, LOOK).await;
        found.into_iter().map(Err).for_each(|error| told(&error));
        more
    }
}
