//! Long work as operations: each has a number, whose it is, progress of its own, and an end that is kept. What a session does
//! that takes long is one by itself; who wants the number before the work is done begins it first.

pub(super) mod api;
mod left;
pub(crate) mod live;
pub(super) mod progress;
pub(super) mod work;

use std::{sync::Arc, time::Duration};

use clientpoint_engine::capability::progress::Progress as Watcher;
use tokio::sync::watch;

use self::{api::Operation, progress::Told, work::Begun};
use crate::{
    Result,
    service::{Page, Part, Session},
    store::{
        operations::{self, OperationFilter},
        users::Role,
        words::{OperationKind, OperationState},
    },
};

/// How soon after one look at an operation the next one is, however fast it moves.
const LOOKS: Duration = Duration::from_millis(200);

/// How often one is looked at that another program carries out.
const LOOKS_ELSEWHERE: Duration = Duration::from_secs(1);

/// Follows an operation to its end.
pub struct Watching {
    id: i64,
    /// News of it; none where another program carries it out.
    moved: Option<watch::Receiver<u64>>,
    last: Option<Operation>,
}

impl<'a> Session<'a> {
    /// Begins an operation of that kind: it has a number from now on, and is carried out by the first long call of a session
    /// that [`Session::carrying_out`] gives.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn begin_operation(&self, kind: OperationKind) -> Result<Begun> {
        self.user.require_administrator(verb(kind))?;
        Ok(Begun(self.begun(kind).await?))
    }

    /// The same session, the next long call of which is that operation.
    #[must_use]
    pub fn carrying_out(mut self, begun: Begun) -> Self {
        self.operation = Some(begun.0);
        self
    }

    /// The same session, with somebody who watches the transfers of its work and nobody else's. Without this, the host's own
    /// watcher does.
    #[must_use]
    pub fn watched_by(mut self, watcher: Arc<dyn Watcher>) -> Self {
        self.watcher = watcher;
        self
    }

    /// An operation as it stands now. Administrators see all of them, everybody else their own.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, also for one that is somebody else's; the database's.
    pub async fn operation(&self, id: i64) -> Result<Operation> {
        let row = operations::get(&self.host.store, id).await?;
        if self.user.role != Role::Administrator && row.begun_by != self.user.name {
            return Err(operations::unknown(id));
        }
        let row = self.host.as_it_stands(row).await?;
        self.told(row).await
    }

    /// A page of the operations that the filter lets through, the newest first. Administrators see all of them, everybody
    /// else their own.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a cursor of another list, or the database's.
    pub async fn operations_page(&self, filter: &OperationFilter, part: &Part) -> Result<Page<Operation>> {
        self.host.settle_operations().await?;
        let mut filter = filter.clone();
        if self.user.role != Role::Administrator {
            filter.by = Some(self.user.name.clone());
        }
        let page = operations::page(&self.host.store, &filter, part).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.told(row).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    /// Asks an operation to stop: what has not begun does not begin any more, and what is under way comes to its end, or to a
    /// point from which nothing is lost. One that has ended stays as it is.
    ///
    /// # Errors
    ///
    /// As [`Session::operation`].
    pub async fn stop_operation(&self, id: i64) -> Result<Operation> {
        let operation = self.operation(id).await?;
        match self.host.operations.get(id) {
            Some(live) => live.stop.cancel(),
            None => operations::ask_to_stop(&self.host.store, id).await?,
        }
        Ok(operation)
    }

    /// Follows an operation.
    ///
    /// # Errors
    ///
    /// As [`Session::operation`].
    pub async fn watch_operation(&self, id: i64) -> Result<Watching> {
        self.operation(id).await?;
        let live = self.host.operations.get(id);
        Ok(Watching {
            id,
            moved: live.map(|live| live.watched()),
            last: None,
        })
    }

    async fn told(&self, row: operations::Operation) -> Result<Operation> {
        let live = self
            .host
            .operations
            .get(row.id)
            .filter(|_| row.state == OperationState::Running);
        let mut told = live.map_or_else(|| Told::from(&row), |live| live.told());
        if let Some(run) = told.run
            && let Some((done, of)) = operations::of_run(&self.host.store, run).await?
        {
            (told.progress.done, told.progress.of) = (done, Some(of));
        }
        Ok(Operation::new(row, told))
    }
}

impl Watching {
    /// How the operation stands: at first as it is, then whenever it has moved, and last at its end. None after that.
    /// However fast it moves, nothing is kept for those who are slow: they see the latest.
    ///
    /// # Errors
    ///
    /// As [`Session::operation`].
    pub async fn next(&mut self, session: &Session<'_>) -> Result<Option<Operation>> {
        loop {
            match &self.last {
                Some(last) if last.state != OperationState::Running => return Ok(None),
                Some(_) => self.moved().await,
                None => {}
            }
            let operation = session.operation(self.id).await?;
            if self.last.as_ref() != Some(&operation) {
                self.last = Some(operation.clone());
                return Ok(Some(operation));
            }
        }
    }

    async fn moved(&mut self) {
        let Some(moved) = &mut self.moved else {
            return tokio::time::sleep(LOOKS_ELSEWHERE).await;
        };
        tokio::time::sleep(LOOKS).await;
        if moved.changed().await.is_err() {
            // Who carried it out is gone: its end is written down, or somebody finds that it has none.
            self.moved = None;
        }
    }
}

/// What somebody must be allowed to do who begins one.
fn verb(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Import => "import files",
        OperationKind::Sync => "run the sync",
        OperationKind::Plan => "plan a sync",
        OperationKind::CheckSheet | OperationKind::LinkSheet => "associate files",
        OperationKind::UndoUpload => "take an upload back",
        OperationKind::Verify => "verify the library",
        OperationKind::Backup => "back the library up",
        OperationKind::Prune => "let go of what is over its time",
    }
}
