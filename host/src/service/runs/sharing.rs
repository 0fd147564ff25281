//! What hosts do that share a database: whoever has the role of the timer offers what is due, once a minute and for all
//! accounts, and looks after the libraries; whoever has the role of a worker takes what is offered, as long as there are
//! places. See [`offers`].

use std::time::Duration;

use clientpoint_engine::clock::stamp;

use super::{
    mandate::Mandate,
    serving::{Done, LOOK},
    shift::Shift,
    steps::{PATIENCE, WAITS},
};
use crate::{
    Result,
    host::{Host, Place},
    schedule::Scheduled,
    service::{
        Stop,
        connections::form::keys_of_accounts,
        runs::{ledger::Ledger, options::SyncOptions},
    },
    store::{
        accounts,
        connections::{self, Connection},
        offers::{self, Offer, Taken},
        runs::{self, Ending, Run},
        words::{GivenUp, Reason, RunKind},
    },
};

/// How soon who has found nothing to take looks again.
const POLL: Duration = Duration::from_secs(1);

/// How many runs a host takes beyond those that it has places for, a place: they are at hand when one falls free.
const AHEAD: usize = 4;

/// When a run is tried again whose connection somebody else is at work with.
const AGAIN: Duration = Duration::from_secs(30);

/// What is offered for a time that is further away is left to others by who does not stay.
const SOON: Duration = Duration::from_secs(10);

/// How many looks it takes to look after all accounts once.
const ROUND: i64 = 60;

impl Host {
    /// Serves beside other hosts: as [`Host::serve`].
    pub(super) async fn serve_beside_others(&self, stop: &Stop, told: impl Fn(&Result<Ledger>)) -> Result<()> {
        let timing = self.time_and_look_after(stop, &told);
        futures::future::join(self.work_beside_others(stop, &told), timing).await;
        Ok(())
    }

    /// Takes what is offered, as long as there are places.
    async fn work_beside_others(&self, stop: &Stop, told: &impl Fn(&Result<Ledger>)) {
        if !self.roles.worker {
            return;
        }
        let mut shift = Shift::new(self.places.clone(), self.meters.clone(), |one, place| {
            self.brought_about(one, place, stop)
        });
        let tell = |(_, ledgers): Done| ledgers.iter().for_each(told);
        // It looks each second: what is the matter is told once.
        let mut said = None;
        while !stop.is_cancelled() {
            let wanted = self.wanted(shift.waiting());
            let taken = shift.beside(self.take(wanted), tell).await;
            let is_full = taken.as_ref().is_ok_and(|taken| taken.len() == wanted);
            match taken {
                Ok(taken) => {
                    if said.take().is_some() {
                        tracing::info!("what was the matter is over: runs are taken again");
                    }
                    shift.takes(taken);
                }
                Err(error) => {
                    let words = Some(error.to_string());
                    if said != words {
                        told(&Err(error));
                    }
                    said = words;
                }
            }
            if is_full {
                shift.until_wait(wanted / 2, tell).await;
            } else {
                let pause = stop.run_until_cancelled(self.clock.sleep(POLL));
                shift.beside(pause, tell).await;
            }
        }
        while let Some(done) = shift.next().await {
            tell(done);
        }
    }

    /// Offers what is due, minute by minute, and looks after the libraries beside that.
    async fn time_and_look_after(&self, stop: &Stop, told: &impl Fn(&Result<Ledger>)) {
        if !self.roles.timer {
            return;
        }
        let offering = async {
            while !stop.is_cancelled() {
                match self.schedules().await {
                    Ok(schedules) => {
                        if let Err(error) = self.offer(&schedules).await {
                            told(&Err(error));
                        }
                    }
                    Err(error) => told(&Err(error)),
                }
                stop.run_until_cancelled(self.clock.sleep(LOOK)).await;
            }
        };
        let looking_after = async {
            let mut after = String::new();
            while !stop.is_cancelled() {
                if let Err(error) = self.look_after_some(&mut after, stop, told).await {
                    told(&Err(error));
                }
                stop.run_until_cancelled(self.clock.sleep(LOOK)).await;
            }
        };
        futures::future::join(offering, looking_after).await;
    }

    /// Offers what is due, and takes all that is to be had now or soon: what came of it.
    pub(super) async fn take_all<F, W>(
        &self,
        schedules: &[Scheduled],
        shift: &mut Shift<W, F>,
        told: &mut Vec<Done>,
    ) -> Result<()>
    where
        F: Future<Output = (Taken, Done)>,
        W: Fn(Taken, Place) -> F,
    {
        self.offer(schedules).await?;
        loop {
            let taken = self.take(self.wanted(shift.waiting())).await?;
            let is_none = taken.is_empty();
            shift.takes(taken);
            if let Some(done) = shift.next().await {
                told.push(done);
            } else if is_none {
                match offers::next(&self.store, &self.describe().await?.id).await? {
                    Some(time) if time < SOON => tokio::time::sleep(time.max(POLL / 100)).await,
                    _ => return Ok(()),
                }
            }
        }
    }

    fn wanted(&self, waiting: usize) -> usize {
        let at_hand = self.limits.at_once.saturating_mul(AHEAD).max(1);
        at_hand.saturating_sub(waiting).max(1)
    }

    async fn take(&self, at_most: usize) -> Result<Vec<Taken>> {
        offers::claim(&self.store, &self.describe().await?.id, at_most).await
    }

    /// Offers what is due now to all hosts, for all accounts.
    async fn offer(&self, schedules: &[Scheduled]) -> Result<()> {
        let description = self.describe().await?;
        let offer = Offer {
            plugin: &description.id,
            moments: &self.moments(schedules),
            tenant: &keys_of_accounts(&description.modes),
            now: &stamp(self.clock.utc()),
            options: &SyncOptions::default().written(),
        };
        let (planned, left) = offers::offer(&self.store, offer).await?;
        if 0 < planned {
            tracing::info!("{planned} runs are due, and offered to all hosts");
        }
        if 0 < left {
            tracing::info!("{left} runs lay unfinished, and are offered to all hosts again");
        }
        Ok(())
    }

    /// Looks after the libraries whose turn it is: house, disk, news. `after` is where the last look has ended.
    async fn look_after_some(&self, after: &mut String, stop: &Stop, told: &impl Fn(&Result<Ledger>)) -> Result<()> {
        let all = accounts::count(&self.store).await?;
        let some = accounts::after(&self.store, after, (all + ROUND - 1) / ROUND).await?;
        *after = some.last().map(|account| account.id.clone()).unwrap_or_default();
        for account in some {
            if stop.is_cancelled() {
                break;
            }
            let host = match self.of_account(&account.id).await {
                Ok(host) => host,
                Err(error) => {
                    told(&Err(error));
                    continue;
                }
            };
            host.keep_house_aloud(told).await;
            // The disk is looked at once the runs of a night are over.
            let next = offers::next(&self.store, &self.describe().await?.id).await?;
            if next.is_none_or(|time| SOON < time) {
                host.a_piece_of_the_night(stop, told).await;
            }
            host.find_news().await;
            host.send_news(stop).await;
        }
        Ok(())
    }

    /// Somebody else is at work with a connection: what is open of it is offered again in a while.
    pub(super) async fn look_again(&self, id: &str) -> Result<()> {
        offers::put_off(&self.store, id, AGAIN).await
    }

    /// Puts a run down for so long, and keeps all hosts from others of its tenant meanwhile. How long it has waited in all.
    pub(super) async fn put_off(&self, run: &Run, time: Duration) -> Result<Duration> {
        tracing::info!(
            "the sync is put down for {} seconds: the source asks for patience",
            time.as_secs()
        );
        // First the run itself: it waits for as long as its source asks for, whatever becomes of the gate.
        let waited = offers::later(&self.store, run, time).await?;
        // Whatever a plugin says: no other run waits for longer.
        offers::close_gate(&self.store, run, time.min(PATIENCE)).await?;
        Ok(waited)
    }

    /// What is open of a connection, under the right to it.
    pub(super) async fn work_off(
        &self,
        id: &str,
        mandate: &Mandate,
        stop: &Stop,
        ledgers: &mut Vec<Result<Ledger>>,
    ) -> Result<()> {
        // Only now: who gives it up or changes its drive has the right meanwhile.
        let connection = connections::find(&self.store, id).await?;
        let session = self.own_session();
        while let Some(run) = runs::unfinished(&self.store, id).await? {
            if stop.is_cancelled() {
                break;
            }
            if run.kind == RunKind::Plan {
                session.give_up_plan(&run).await?;
                continue;
            }
            let Some(connection) = connection.as_ref().filter(|connection| is_of(connection, &run)) else {
                self.end_left(run, connection.is_some(), mandate, stop).await?;
                continue;
            };
            let carried = session.carry_on(connection, run, mandate, stop).await;
            let is_over = carried.is_ok();
            if !carried.as_ref().is_err_and(|error| error.code() == WAITS) {
                ledgers.push(carried);
            }
            if !is_over {
                break;
            }
        }
        Ok(())
    }

    /// Ends a run that was planned or lay there when its connection was given up, or got another drive.
    async fn end_left(&self, mut run: Run, is_connected: bool, mandate: &Mandate, stop: &Stop) -> Result<()> {
        let session = self.own_session();
        let _turn = mandate
            .without_place(session.turn(&run.connection, "a sync"), stop)
            .await?;
        // Since it was planned, files may have come and gone: it is about those that there are now.
        runs::take_up(&self.store, &mut run, self.operations.program()).await?;
        let ending = Ending::GivenUp {
            outcome: GivenUp::Deferred,
            reason: if is_connected {
                Reason::DriveSwitched
            } else {
                Reason::Disconnected
            },
            message: "the connection was changed before the sync came to its end",
        };
        let ended = runs::end(&self.store, &run, ending, &stamp(self.clock.utc())).await;
        if ended.is_err() {
            // Nobody was lost with it. Where that can't be written down, it counts as if.
            let _ = runs::put_down(&self.store, run.id).await;
        }
        ended.map(drop)
    }
}

/// Whether a run is of the drive that the connection has.
fn is_of(connection: &Connection, run: &Run) -> bool {
    connection.drive.as_ref().is_some_and(|drive| drive.id == run.drive)
}

#[cfg(test)]
mod tests;
