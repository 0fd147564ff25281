//! Operations that their program has left: told as interrupted, with what had come in.

use super::{api::Failure, progress::Told};
use crate::{
    Error, Result,
    host::Host,
    store::{
        operations::{self, End, Operation},
        runs,
        words::{ItemState, OperationKind, OperationState},
    },
    way_out::WayOut,
};

/// For so many days one is kept after its end.
const DAYS: i64 = 90;

impl Host {
    /// Looks after operations once a day, and when a host begins: those that a program has left when it died are told as
    /// interrupted, and old ones are let go of.
    pub(crate) async fn look_after_operations(&self) -> Result<()> {
        self.settle_operations().await?;
        let before = self.clock.utc() - chrono::TimeDelta::days(DAYS);
        operations::expire(&self.store, &clientpoint_engine::clock::stamp(before)).await
    }

    /// Tells those as interrupted that nobody carries out any more.
    pub(super) async fn settle_operations(&self) -> Result<()> {
        for open in operations::open(&self.store).await? {
            self.as_it_stands(open).await?;
        }
        Ok(())
    }

    /// An operation as it is now. That it was interrupted is told also where it can't be written down.
    pub(super) async fn as_it_stands(&self, mut row: Operation) -> Result<Operation> {
        if row.state != OperationState::Running || self.is_carried_out(&row).await {
            return Ok(row);
        }
        // It may have come to its end a moment ago.
        row = operations::get(&self.store, row.id).await?;
        if row.state != OperationState::Running {
            return Ok(row);
        }
        let mut told = Told::from(&row);
        told.progress.may_have_begun();
        if let (OperationKind::LinkSheet, Some(run)) = (row.kind, told.run)
            && let Ok(run) = runs::get(&self.store, run).await
        {
            told.counts = runs::counts(&self.store, &run).await?;
        }
        self.find_again(row.kind, &mut told, &row.begun_at).await?;
        let failure = serde_json::to_string(&why(&row)).ok();
        let end = End {
            state: OperationState::Interrupted,
            noted: told.noted(),
            failure: failure.clone(),
        };
        let now = clientpoint_engine::clock::stamp(self.clock.utc());
        if let Err(error) = operations::interrupt(&self.store, row.id, &end, &now).await {
            tracing::warn!("that an operation was interrupted can't be written down: {error}");
        }
        Ok(Operation {
            state: OperationState::Interrupted,
            told: end.noted.told,
            ended_at: Some(now),
            failure,
            ..row
        })
    }

    /// Whether somebody carries it out: in this process, or in another one that lives.
    async fn is_carried_out(&self, row: &Operation) -> bool {
        if row.program == self.operations.program() {
            let _all_are_there = self.operations.beginning.lock().await;
            return self.operations.get(row.id).is_some();
        }
        self.program_lives(&row.program).await
    }

    /// Asks the catalogue what became of the files of an import that did not come to its end.
    pub(super) async fn find_again(&self, kind: OperationKind, told: &mut Told, since: &str) -> Result<()> {
        let Told {
            progress,
            counts,
            connection: Some(connection),
            ..
        } = told
        else {
            return Ok(());
        };
        if kind != OperationKind::Import {
            return Ok(());
        }
        let open = progress.items.iter_mut().filter(|one| !one.state.has_ended());
        let mut accounted = progress.done;
        for one in open {
            let item = (one.item.drive.as_str(), one.item.id.as_str());
            let there = operations::there(&self.store, connection, item, since).await?;
            one.state = match (&there, one.state) {
                (Some(there), _) if there.is_new.0 => ItemState::Imported,
                (Some(_), _) => ItemState::AlreadyImported,
                (None, ItemState::Waiting) => ItemState::NotStarted,
                (None, _) => ItemState::Stopped,
            };
            if let Some(there) = there {
                one.message = format!("in the library as {}", there.file);
                (one.name, one.file) = (there.name, Some(there.file));
            }
            accounted += 1;
            *counts.entry(one.state.to_string()).or_default() += 1;
        }
        // Those of a list that nobody had asked for yet.
        let rest = progress.of.unwrap_or(0).saturating_sub(accounted);
        if 0 < rest {
            *counts.entry(ItemState::NotStarted.to_string()).or_default() += rest;
        }
        Ok(())
    }
}

/// What an interrupted one has left, in words that are true wherever they are read.
fn why(row: &Operation) -> Failure {
    let (stands, ways_out) = match (row.kind, row.run) {
        (OperationKind::Import, _) => ("what had come in by then stays", Vec::new()),
        (OperationKind::Sync, _) => (
            "nothing is lost, and the next sync goes on where it stood",
            vec![WayOut::Sync],
        ),
        (OperationKind::LinkSheet, Some(_)) => ("its run tells what it has linked", vec![WayOut::ShowRuns]),
        (OperationKind::LinkSheet | OperationKind::UndoUpload, _) => {
            ("it is done whole or not at all", vec![WayOut::ShowRuns])
        }
        _ => ("it changes nothing, and can be begun anew", Vec::new()),
    };
    let error = Error::Sync {
        code: "interrupted",
        message: format!("the program that carried it out has ended before it: {stands}"),
    };
    Failure::from(&error.with(ways_out))
}
