//! Associating files: tying library files to items by a sheet, looking at what that would do, and taking it
//! back.

mod answer;
mod cells;
mod checking;
pub(crate) mod checks;
mod follow;
mod lines;
mod sheet_file;
mod taking_back;
mod workbook;

use std::collections::BTreeSet;

use bytes::Bytes;
use clientpoint_engine::{
    calls::{Answer, Sheet},
    contract::exports::clientpoint::content_source::{association as contract, content_import::Error as CallError},
};
use tracing::Instrument;

use self::{answer::stopped, workbook::Copy};
use super::{Session, Stop, connections::in_use::SignedIn, operations::work::CameTo};
use crate::{
    Error, Result,
    store::{
        association::{self, SheetRow},
        bin,
        connections::Connection,
        runs::Run,
        words::{OperationKind, RunState},
    },
    way_out::WayOut,
};

pub use answer::{AssociatedRow, Association};
pub use checking::{Beginning, SheetCheck};
pub use lines::{RowFilter, SheetLine, SheetLines, is_open, open_rows};
pub use sheet_file::{SheetFile, SheetForm};

impl Session<'_> {
    /// Links all rows of a sheet that can be linked, all at once; with `preview`, only tells which these are.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::SignIn`, `Error::Sync` while a sync is running, or what the plugin
    /// answers. Nothing was changed then, unless the message says what was. What became of single rows is no error.
    pub async fn associate(&self, sheet: &SheetFile, preview: bool) -> Result<Association> {
        self.associate_until(sheet, preview, &Stop::default()).await
    }

    /// As [`Session::associate`], until somebody asks to stop. The error tells then what was linked before, if anything.
    ///
    /// # Errors
    ///
    /// As [`Session::associate`], and `Error::Sync` (`stopped`).
    pub async fn associate_until(&self, sheet: &SheetFile, preview: bool, stop: &Stop) -> Result<Association> {
        self.user.require_administrator("associate files")?;
        let bytes = sheet.bytes();
        if preview {
            let work = self.work(OperationKind::CheckSheet, stop).await?;
            return work.carry_out(work.session.checked(bytes, &work.stop), came_to).await;
        }
        let work = self.work(OperationKind::LinkSheet, stop).await?;
        work.carry_out(work.session.applied(bytes, &work.stop), came_to).await
    }

    async fn checked(&self, bytes: Bytes, stop: &Stop) -> Result<Association> {
        let connection = self.connection().await?;
        self.works_through(&connection.id);
        let done = stop.run_until_cancelled(self.previewed(&connection, bytes)).await;
        let done = done.ok_or_else(|| given_up("a preview changes nothing"))??;
        let (checks, now) = (&self.host.checks, self.host.clock.utc());
        checks.found(self.operation_id(), &done, &connection, now).await;
        Ok(done)
    }

    /// A copy of a sheet as an Excel workbook, with what became of its rows, or would.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::SignIn`, what the plugin answers, or `Error::Sync` (`stopped`).
    /// What became of the rows stands all the same.
    pub async fn association_report(&self, sheet: &SheetFile, done: &Association, stop: &Stop) -> Result<Vec<u8>> {
        self.user.require_administrator("associate files")?;
        let connection = self.connection().await?;
        let lines = stop.run_until_cancelled(self.lines(&connection, sheet.bytes())).await;
        let labels = self.host.describe().await?.labels;
        workbook::report(Copy {
            title: &labels.associate,
            association: done,
            lines: lines.unwrap_or_else(|| Err(given_up("there is no report")))?,
            by: &self.user.name,
            at: self.now(),
        })
    }

    async fn previewed(&self, connection: &Connection, bytes: Bytes) -> Result<Association> {
        let mut signed_in = self.signed_in(connection).await?;
        let (actor, sheet) = (self.actor(), self.sheet(bytes));
        let told = signed_in
            .look(async |plugin| plugin.preview(actor, sheet).await.map_err(stopped))
            .await?;
        let mut done = Association::from(signed_in.answered(told, None).await?);
        self.tell_removed(&mut done).await?;
        done.drive = connection
            .drive
            .as_ref()
            .map(|drive| drive.name.clone())
            .unwrap_or_default();
        Ok(done)
    }

    pub(super) async fn applied(&self, bytes: Bytes, stop: &Stop) -> Result<Association> {
        let through = self.connection().await?.id;
        let right = self.no_sync(&through, "an upload").await?;
        right
            .guarding(Box::pin(self.applied_through(&through, bytes, stop)))
            .await
    }

    async fn applied_through(&self, through: &str, bytes: Bytes, stop: &Stop) -> Result<Association> {
        // Only now: who gives it up or changes its drive has the right meanwhile.
        let connection = self.connection().await?;
        self.works_through(&connection.id);
        if connection.id != through {
            return Err(given_up(
                "this person's connection is another one now, and nothing was linked",
            ));
        }
        let Some(drive) = &connection.drive else {
            return Err(CallError::NoDrive.into());
        };
        let checked = self.host.checks.of_link(self.operation_id()).await;
        if checked.is_some_and(|found| !found.is_of(&connection)) {
            return Err(checks::other_drive());
        }
        let mut signed_in = self.signed_in(&connection).await?;
        let (actor, sheet) = (self.actor(), self.sheet(bytes));
        let called = signed_in.call(async |plugin| {
            let turn = self.turn(&connection.id, "an upload");
            let turn = stop.run_until_cancelled(turn).await;
            let turn = turn.ok_or_else(|| given_up("nothing was linked"))??;
            let (store, id) = (&self.host.store, &connection.id);
            let run = association::begin(store, id, &drive.id, &self.user.name, &self.now()).await?;
            let span = self.works_on(run.id);
            let gate = plugin.gate();
            let stopping = async {
                stop.cancelled().await;
                gate.close().await
            };
            let told = tokio::select! {
                told = plugin.apply(actor, sheet, run.id).instrument(span) => Ok(told),
                closed = stopping => Err(closed),
            };
            Ok::<_, Error>((turn, run, told))
        });
        let (begun, ended) = called.await?;
        let (_turn, run, told) = begun?;
        let end = ended.as_ref().map(Error::to_string);
        if let Some(refused) = self.host.uploads.refused(run.id) {
            let running = self.is_running(&refused.connection, refused.holder.as_ref()).await?;
            return Err(self.failed(&run, running).await?);
        }
        let told = match told {
            Ok(Ok(told)) => signed_in.answered(told, ended).await,
            Ok(Err(stop)) => Err(stopped(stop)),
            Err(_closed) => Err(self.given_up(&run).await?),
        };
        let mut association = match told {
            Ok(told) => Association::from(told),
            Err(error) => return Err(self.failed(&run, error).await?),
        };
        // What it says is held against what it did.
        let linked = association
            .rows
            .iter()
            .filter(|row| matches!(row.outcome, "linked" | "re-linked"));
        let linked: BTreeSet<String> = linked.map(|row| row.file.clone()).collect();
        if !association::has_bound(&self.host.store, run.id, &linked).await? {
            let lie = Error::PluginStopped("it says that it has linked other files than it did".into());
            return Err(self.failed(&run, lie).await?);
        }
        self.tell_removed(&mut association).await?;
        association.notes.extend(end);
        let rows: Vec<SheetRow> = association.rows.iter().map(stored).collect();
        let state = if association.is_clean() {
            RunState::Complete
        } else {
            RunState::Incomplete
        };
        let ended = association::end(&self.host.store, &run, &rows, state, &self.now()).await?;
        association.run = Some(ended.into());
        association.preview = false;
        association.drive.clone_from(&drive.name);
        self.host.checks.linked(self.operation_id(), &association).await;
        Ok(association)
    }

    /// The number of the operation that this session is at work on.
    pub(super) fn operation_id(&self) -> Option<i64> {
        self.operation.as_ref().and_then(|live| live.id)
    }

    /// The plugin knows nothing of the bin: of a file that is in there, the host says so.
    async fn tell_removed(&self, association: &mut Association) -> Result<()> {
        let unknown = |row: &&mut AssociatedRow| row.outcome == "unknown-file-id";
        let rows: Vec<&mut AssociatedRow> = association.rows.iter_mut().filter(unknown).collect();
        let ids: Vec<&str> = rows.iter().map(|row| row.file.as_str()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let reasons = bin::reasons(&self.host.store, &ids).await?;
        for row in rows {
            if let Some(reason) = reasons.get(&row.file) {
                row.message = reason.to_string();
                row.ways_out = reason.ways_out();
            }
        }
        Ok(())
    }

    /// The sheet, and what reading it may take.
    fn sheet(&self, bytes: Bytes) -> Sheet {
        Sheet {
            bytes,
            memory: self.host.limits.sheet_memory,
            within: self.host.limits.call,
        }
    }

    /// That somebody has stopped an upload. What it has linked is told by [`Session::failed`].
    async fn given_up(&self, run: &Run) -> Result<Error> {
        Ok(match association::count_bound(&self.host.store, run.id).await? {
            0 => given_up("nothing was linked"),
            _ => given_up("some rows were carried out"),
        })
    }

    /// Ends an upload by an error, and tells how to take back what it has linked all the same.
    async fn failed(&self, run: &Run, error: Error) -> Result<Error> {
        let linked = association::count_bound(&self.host.store, run.id).await?;
        let error = if linked == 0 {
            error
        } else {
            let and = format!("; but {linked} files had been linked");
            let (error, ways_out) = error.parted();
            let error = match error {
                Error::Plugin { code, message } => Error::Plugin {
                    code,
                    message: message + &and,
                },
                Error::SignIn { problem, message } => Error::SignIn {
                    problem,
                    message: message + &and,
                },
                Error::Sync { code, message } => Error::Sync {
                    code,
                    message: message + &and,
                },
                Error::PluginStopped(why) => Error::PluginStopped(why + &and),
                other => Error::PluginStopped(format!("{other}{and}")),
            };
            error.with(ways_out).with([WayOut::UndoUpload { run: run.id }])
        };
        association::fail(&self.host.store, run.id, &error.to_string(), &self.now()).await?;
        Ok(error)
    }
}

impl SignedIn<'_> {
    /// What the plugin has answered: what is not the sheet's fault means the same as in other calls.
    async fn answered<T>(&self, answer: Answer<T, contract::Error>, ended: Option<Error>) -> Result<T> {
        match answer {
            Ok(value) => Ok(value),
            Err(contract::Error::Call(error)) => self.settled_at_its_end(Err(error), ended).await,
            Err(contract::Error::Sheet(sheet)) => Err(sheet.into()),
        }
    }
}

/// An upload that was stopped, and what stands.
fn given_up(stands: &str) -> Error {
    Error::Sync {
        code: "stopped",
        message: format!("the upload was stopped before it came to its end: {stands}"),
    }
}

fn came_to(association: &Association) -> CameTo {
    CameTo::counts(association.counts.clone())
}

/// A row as it is written down. A workbook may have a NUL in any cell, which no database takes: what is said of that row
/// must not keep the others from being told of.
fn stored(row: &AssociatedRow) -> SheetRow {
    let shown = |text: &String| text.replace('\0', "\u{fffd}");
    SheetRow {
        number: row.row,
        file: shown(&row.file),
        path: shown(&row.path),
        outcome: row.outcome,
        message: shown(&row.message),
        resolved: row.resolved.as_ref().map(shown),
    }
}
