//! Runs of the sync: now, and going on where one was interrupted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use clientpoint_engine::contract::exports::clientpoint::content_source::content_import::Error as ContractError;
use tracing::Instrument;

use crate::{
    Error, Result,
    host::Host,
    service::{
        Session, Stop,
        operations::work::CameTo,
        runs::{
            course::{self, Course},
            ledger::Ledger,
            mandate::Mandate,
            options::SyncOptions,
            steps::{Halt, interrupted, waits},
        },
    },
    store::{
        connections::Connection,
        plans,
        runs::{self, Run},
        users::{Role, User},
        words::{OperationKind, RunKind, RunState},
    },
};

/// How many hosts a run may take down. Whoever looks finds out why, before the next one does.
const LOST_AT_MOST: u32 = 3;

impl Host {
    /// The host at work by itself.
    pub(crate) fn own_session(&self) -> Session<'_> {
        Session {
            host: self,
            user: User {
                name: "timer".into(),
                role: Role::Administrator,
            },
            through: None,
            watcher: self.watcher.clone(),
            from: Default::default(),
            operation: None,
        }
    }
}

impl Session<'_> {
    /// Runs the sync of this person's connection now. A run that was interrupted comes to its end first.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::Sync` if one is running, if the plan is outdated, or if it
    /// was asked to stop; `Error::Ledger`. What befell single files is in the ledger, and no error.
    pub async fn sync(&self, options: &SyncOptions, stop: &Stop) -> Result<Ledger> {
        self.user.require_administrator("run the sync")?;
        let work = self.work(OperationKind::Sync, stop).await?;
        let syncing = work.session.synced(options, &work.stop);
        work.carry_out(syncing, came_to).await
    }

    async fn synced(&self, options: &SyncOptions, stop: &Stop) -> Result<Ledger> {
        let connection = self.connection().await?;
        self.works_through(&connection.id);
        if let Some(plan) = &options.plan {
            plans::require(&self.host.store, &connection.id, plan).await?;
        }
        let mandate = Mandate::by_hand(self.no_sync(&connection.id, "a sync").await?);
        let syncing = self.synced_by(&mandate, &connection, options, stop);
        mandate.guarding(Box::pin(syncing)).await
    }

    async fn synced_by(
        &self,
        mandate: &Mandate,
        connection: &Connection,
        options: &SyncOptions,
        stop: &Stop,
    ) -> Result<Ledger> {
        let before = self.finish_interrupted(connection, mandate, stop).await?;
        let run = self.begin(connection, RunKind::Manual, options).await?;
        let mut ledger = self.carried_on(connection, run, mandate, stop).await?;
        ledger.before = before;
        Ok(ledger)
    }

    /// Runs what is due, for all connections, until it is stopped. `told` hears of every run.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`.
    pub async fn serve(&self, stop: &Stop, told: impl Fn(&Result<Ledger>)) -> Result<()> {
        self.user.require_administrator("serve")?;
        self.require_ways().await?;
        self.host.serve(stop, told).await
    }

    /// Runs what is due now, for all connections, and says what became of it.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn serve_once(&self, stop: &Stop) -> Result<Vec<Result<Ledger>>> {
        self.user.require_administrator("serve")?;
        self.require_ways().await?;
        self.host.tick(stop).await
    }

    /// Brings a run to its end, as an operation.
    pub(crate) async fn carry_on(
        &self,
        connection: &Connection,
        run: Run,
        mandate: &Mandate,
        stop: &Stop,
    ) -> Result<Ledger> {
        let work = self.work(OperationKind::Sync, stop).await?;
        work.session.works_through(&connection.id);
        let carrying = work.session.carried_on(connection, run, mandate, &work.stop);
        work.carry_out(carrying, came_to).await
    }

    /// Brings a run to its end, as a part of an operation.
    async fn carried_on(&self, connection: &Connection, run: Run, mandate: &Mandate, stop: &Stop) -> Result<Ledger> {
        let span = self.works_on(run.id);
        let bringing = self.brought_to_its_end(connection, run, mandate, stop);
        bringing.instrument(span).await
    }

    async fn brought_to_its_end(
        &self,
        connection: &Connection,
        mut run: Run,
        mandate: &Mandate,
        stop: &Stop,
    ) -> Result<Ledger> {
        let halt = match self.taken_up(connection, &mut run, mandate, stop).await {
            Ok(halt) => halt,
            Err(error) => {
                // Nobody was lost with it. Where that can't be written down, it counts as if.
                let _ = runs::put_down(&self.host.store, run.id).await;
                return Err(error);
            }
        };
        match halt {
            Halt::Ended(ended) => match *ended {
                // What could not be written goes on another time: nobody was lost with it either.
                Err(error) if !matches!(error.bare(), Error::Ledger { .. }) => {
                    let _ = runs::put_down(&self.host.store, run.id).await;
                    Err(error)
                }
                ended => self.ended(&run, ended).await,
            },
            Halt::Interrupted => {
                runs::put_down(&self.host.store, run.id).await?;
                Err(interrupted())
            }
            Halt::Later => Err(waits()),
            Halt::Listed => Err(Error::PluginStopped("it lists without end".into())),
        }
    }

    /// Carries it on until it ends, or is put down.
    async fn taken_up(&self, connection: &Connection, run: &mut Run, mandate: &Mandate, stop: &Stop) -> Result<Halt> {
        let turn = self.turn(&connection.id, "a sync");
        let _turn = mandate.without_place(turn, stop).await?;
        // Before it had the turn, or while it lay interrupted, files may have come and gone.
        let lost = runs::take_up(&self.host.store, run, self.host.operations.program()).await?;
        if LOST_AT_MOST <= lost {
            return Ok(self.given_up_as_lost(run, lost).await);
        }
        course::begins(run);
        let mut course = Course::new(self, connection, mandate);
        match self.steps(&mut course, run, stop).await? {
            Halt::Listed => self.work_by_plan(&mut course, run, stop).await,
            halt => Ok(halt),
        }
    }

    /// The ledger of a run that has ended. Its numbers are counted.
    async fn ended(&self, run: &Run, ended: Result<Run>) -> Result<Ledger> {
        let ledger = match ended {
            Ok(run) => self.ledger_of(run).await,
            Err(error) => Err(error),
        };
        let (end, counts) = match &ledger {
            Ok(ledger) => (ledger.run.state, ledger.counts.clone()),
            Err(_) => (RunState::Failed, BTreeMap::new()),
        };
        let begun: Option<DateTime<Utc>> = run.started_at.parse().ok();
        let took = begun.and_then(|begun| (self.host.clock.utc() - begun).to_std().ok());
        let words = (run.kind.as_str(), end.as_str());
        let took = took.unwrap_or_default();
        self.host.meters.run_ended(words, took, &counts);
        if let Ok(ledger) = &ledger {
            ledger.tell(took);
        }
        ledger
    }

    /// Brings a run to its end that lay interrupted, if there is one, and gives its ledger.
    pub(super) async fn finish_interrupted(
        &self,
        connection: &Connection,
        mandate: &Mandate,
        stop: &Stop,
    ) -> Result<Option<Box<Ledger>>> {
        let Some(run) = runs::unfinished(&self.host.store, &connection.id).await? else {
            return Ok(None);
        };
        if run.kind == RunKind::Plan {
            self.give_up_plan(&run).await?;
            return Ok(None);
        }
        Ok(Some(Box::new(self.carried_on(connection, run, mandate, stop).await?)))
    }

    pub(super) async fn begin(&self, connection: &Connection, kind: RunKind, options: &SyncOptions) -> Result<Run> {
        let Some(drive) = &connection.drive else {
            return Err(ContractError::NoDrive.into());
        };
        let begin = runs::Begin {
            connection: &connection.id,
            drive: &drive.id,
            kind,
            due: None,
            late: false,
            by: &self.user.name,
            options: &options.written(),
        };
        let run = runs::begin(&self.host.store, begin, &self.now()).await?;
        run.ok_or_else(|| Error::Storage("the run could not be recorded".into()))
    }
}

fn came_to(ledger: &Ledger) -> CameTo {
    CameTo::counts(ledger.counts.clone())
}
