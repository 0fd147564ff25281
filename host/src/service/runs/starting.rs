//! Beginning a sync, or a look at one, that goes on beside whoever asks for it. It has a number at once, and of one connection
//! there is one at a time: who asks for a second one is told of the first.

use crate::{
    Error, Result,
    service::{Begun, Session, Stop, api::Operation, runs::options::SyncOptions},
    store::{
        connections::{self, Mode},
        operations, plans, runs,
        words::{OperationKind, OperationState},
    },
    way_out::WayOut,
};

/// What is to be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncAim {
    /// Looking what a sync would do.
    Look,
    /// A sync.
    Sync,
    /// Exactly what a look has found, or nothing.
    Exactly {
        /// The run that has looked.
        run: i64,
    },
    /// A sync that takes those for gone that the last one has held back because they were so many.
    TakeForGone {
        /// The run that holds them back.
        run: i64,
    },
}

/// What came of asking for one.
pub enum SyncStart {
    /// It has begun, and waits to be carried out.
    Begun(SyncBegun),
    /// One of that connection is under way; nothing else was begun.
    UnderWay(Box<Operation>),
}

/// A sync, or a look at one, that waits to be carried out.
pub struct SyncBegun {
    begun: Begun,
    mode: Mode,
    /// None for a look.
    options: Option<SyncOptions>,
}

impl SyncBegun {
    /// The number of the operation.
    pub fn id(&self) -> i64 {
        self.begun.id()
    }
}

impl Session<'_> {
    /// Begins a sync, or a look at one.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`; `Error::NotFound` for a run that is none; `Error::Sync` for a look that
    /// came to nothing, for files that are not held back any more, and for a run of somebody else's sign-in; the database's.
    pub async fn begin_sync(&self, aim: SyncAim) -> Result<SyncStart> {
        self.user.require_administrator("run the sync")?;
        let (connection, options) = self.aimed(aim).await?;
        let mode = self.mode_of(&connection).await?;
        let _one_at_a_time = self.host.operations.starting.lock().await;
        if let Some(operation) = self.sync_under_way(&connection).await? {
            return Ok(SyncStart::UnderWay(Box::new(operation)));
        }
        let kind = options.as_ref().map_or(OperationKind::Plan, |_| OperationKind::Sync);
        let begun = self.begin_operation(kind).await?;
        begun.0.change(|told| told.connection = Some(connection));
        Ok(SyncStart::Begun(SyncBegun { begun, mode, options }))
    }

    /// Carries out what has begun. What came of it is told by its operation and its run.
    ///
    /// # Errors
    ///
    /// As [`Session::sync`].
    pub async fn carry_out_sync(self, begun: SyncBegun, stop: &Stop) -> Result<()> {
        let session = self.through(Some(begun.mode)).carrying_out(begun.begun);
        match begun.options {
            None => session.plan_sync_row_by_row(stop, &mut |_| Ok(())).await.map(drop),
            Some(options) => session.sync(&options, stop).await.map(drop),
        }
    }

    /// Whose sync it is to be, and what it may do; no options for a look.
    async fn aimed(&self, aim: SyncAim) -> Result<(String, Option<SyncOptions>)> {
        Ok(match aim {
            SyncAim::Look => (self.connection().await?.id, None),
            SyncAim::Sync => (self.connection().await?.id, Some(SyncOptions::default())),
            SyncAim::Exactly { run } => {
                let run = runs::get(&self.host.store, run).await?;
                let plan = plans::name(&run).map(str::to_owned);
                let nothing = || {
                    let nothing = Error::Sync {
                        code: "no-plan",
                        message: format!("run {} has found nothing that could be carried out", run.id),
                    };
                    nothing.with([WayOut::MakePlan])
                };
                let options = SyncOptions {
                    plan: Some(plan.ok_or_else(nothing)?),
                    ..SyncOptions::default()
                };
                (run.connection, Some(options))
            }
            SyncAim::TakeForGone { run } => {
                let options = SyncOptions {
                    accept_gone: true,
                    ..SyncOptions::default()
                };
                (self.held_back_by(run).await?.run.connection, Some(options))
            }
        })
    }

    /// How this person works with that connection: by their own sign-in, or by the company's credentials.
    async fn mode_of(&self, connection: &str) -> Result<Mode> {
        if connection == self.host.company_connection() {
            return Ok(Mode::Organization);
        }
        if connection == self.host.own_connection(&self.user.name) {
            return Ok(Mode::User);
        }
        let found = connections::find(&self.host.store, connection).await?;
        let owner = found
            .and_then(|found| found.owner)
            .unwrap_or_else(|| "another Administrator".into());
        let theirs = Error::Sync {
            code: "not-yours",
            message: format!("that run goes through the sign-in of {owner}, and only they can go on with it"),
        };
        Err(theirs.with([WayOut::ShowRuns]))
    }

    /// The sync of a connection, or the look at one, that is under way.
    pub(super) async fn sync_under_way(&self, connection: &str) -> Result<Option<Operation>> {
        for row in operations::open(&self.host.store).await? {
            let is_this = Some(row.id) == self.operation_id();
            if is_this || !matches!(row.kind, OperationKind::Sync | OperationKind::Plan) {
                continue;
            }
            let operation = self.operation(row.id).await?;
            let is_of_it = operation.connection.as_deref() == Some(connection);
            if is_of_it && operation.state == OperationState::Running {
                return Ok(Some(operation));
            }
        }
        Ok(None)
    }
}
