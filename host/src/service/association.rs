//! "Associate OneDrive Files": tying library files to items by a sheet, looking at what that would do, and taking it
//! back.

mod answer;
mod cells;
mod follow;
mod workbook;

use std::{collections::BTreeSet, path::Path};

use bytes::Bytes;
use clientpoint_engine::{
    calls::{Answer, Sheet},
    contract::exports::clientpoint::content_source::{association as contract, content_import::Error as CallError},
};

use self::{answer::stopped, workbook::Copy};
use super::{
    Session, Stop,
    connections::in_use::SignedIn,
    output::{NewFile, is_workbook},
};
use crate::{
    Error, Result,
    store::{
        association::{self, SheetRow},
        bin,
        connections::Connection,
        runs::{self, Run},
        undo::{self, Undone},
        words::RunState,
    },
    way_out::WayOut,
};

pub use answer::{AssociatedRow, Association};

impl Session<'_> {
    /// Links all rows of a sheet that can be linked, all at once; with `preview`, only tells which these are. `report` is
    /// a workbook that does not exist yet: the sheet's rows, with what became of them.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::Settings` for a file that can't be read or written,
    /// `Error::SignIn`, `Error::Sync` while a sync is running, or what the plugin answers. Nothing was changed then, unless
    /// the message says what was. What became of single rows is no error; nor is a report that could not be written after
    /// all, since the rows are carried out by then: see [`Association::report_error`].
    pub async fn associate(&self, sheet: &Path, preview: bool, report: Option<&Path>) -> Result<Association> {
        self.associate_until(sheet, preview, report, &Stop::default()).await
    }

    /// As [`Session::associate`], until somebody asks to stop. The error tells then what was linked before, if anything.
    ///
    /// # Errors
    ///
    /// As [`Session::associate`], and `Error::Sync` (`stopped`).
    pub async fn associate_until(
        &self,
        sheet: &Path,
        preview: bool,
        report: Option<&Path>,
        stop: &Stop,
    ) -> Result<Association> {
        self.user.require_administrator("associate files")?;
        let bytes = self.read_sheet(sheet).await?;
        let report = report.map(|path| is_workbook(path).and_then(|()| NewFile::at(path)));
        let report = report.transpose()?;
        let (connection, mut done) = if preview {
            let connection = self.connection().await?;
            let done = stop
                .run_until_cancelled(self.previewed(&connection, bytes.clone()))
                .await;
            let done = done.ok_or_else(|| given_up("a preview changes nothing"))??;
            (connection, done)
        } else {
            self.applied(bytes.clone(), stop).await?
        };
        if let Some(report) = report {
            let lines = stop.run_until_cancelled(self.lines(&connection, bytes)).await;
            let written = match lines.unwrap_or_else(|| Err(given_up("there is no report"))) {
                Ok(lines) => {
                    let copy = Copy {
                        association: &done,
                        lines,
                        drive: connection.drive.map(|drive| drive.name).unwrap_or_default(),
                        by: &self.user.name,
                        at: self.now(),
                    };
                    workbook::write_report(copy, report)
                }
                Err(error) => Err(error),
            };
            done.report_error = written.err().map(|error| error.to_string());
        }
        Ok(done)
    }

    /// Takes an upload back: its files follow what they followed before, with the content that they had.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, `Error::Settings` for a run that is no upload, or was taken back before;
    /// `Error::Sync` while a sync is running.
    pub async fn undo_association(&self, run: i64) -> Result<(Run, Undone)> {
        self.user.require_administrator("take an upload back")?;
        let connection = runs::get(&self.host.store, run).await?.connection;
        let _rights = self.no_sync_at_all().await?;
        let _turn = self.turn(&connection, "the taking back of an upload").await?;
        let mut whole = BTreeSet::new();
        for object in undo::wanted(&self.host.store, run).await? {
            if self.host.look(&object).await?.is_none() {
                whole.insert(object.sha256);
            }
        }
        undo::undo(&self.host.store, run, &self.user.name, &whole, &self.now()).await
    }

    async fn read_sheet(&self, sheet: &Path) -> Result<Bytes> {
        let unreadable = |error: std::io::Error| {
            Error::Settings(format!(
                "`{}` can't be read: {error}; give the path of a workbook (.xlsx)",
                sheet.display()
            ))
        };
        let limit = self.host.policy().await?.max_sheet_bytes;
        let found = tokio::fs::metadata(sheet).await.map_err(unreadable)?;
        if !found.is_file() {
            return Err(Error::Settings(format!(
                "`{}` is no file: give the path of a workbook (.xlsx)",
                sheet.display()
            )));
        }
        if limit < found.len() {
            return Err(Error::Plugin {
                code: "sheet-too-large",
                message: format!(
                    "`{}` is larger than {limit} bytes: copy the columns \"File ID\" and \"Sharepoint File Path\" into a new workbook, and upload that",
                    sheet.display()
                ),
            });
        }
        Ok(tokio::fs::read(sheet).await.map_err(unreadable)?.into())
    }

    async fn previewed(&self, connection: &Connection, bytes: Bytes) -> Result<Association> {
        let mut signed_in = self.signed_in(connection).await?;
        let (actor, sheet) = (self.actor(), self.sheet(bytes));
        let told = signed_in
            .look(async |plugin| plugin.preview(actor, sheet).await.map_err(stopped))
            .await?;
        let mut done = Association::from(signed_in.answered(told, None).await?);
        self.tell_removed(&mut done).await?;
        Ok(done)
    }

    /// The upload, and the connection that it went through.
    pub(super) async fn applied(&self, bytes: Bytes, stop: &Stop) -> Result<(Connection, Association)> {
        let _rights = self.no_sync_at_all().await?;
        // Only now: who gives it up or changes its drive has the right meanwhile.
        let connection = self.connection().await?;
        let Some(drive) = &connection.drive else {
            return Err(CallError::NoDrive.into());
        };
        let mut signed_in = self.signed_in(&connection).await?;
        let (actor, sheet) = (self.actor(), self.sheet(bytes));
        let called = signed_in.call(async |plugin| {
            let turn = self.turn(&connection.id, "an upload").await?;
            let (store, id) = (&self.host.store, &connection.id);
            let run = association::begin(store, id, &drive.id, &self.user.name, &self.now()).await?;
            let gate = plugin.gate();
            let stopping = async {
                stop.cancelled().await;
                gate.close().await
            };
            let told = tokio::select! {
                told = plugin.apply(actor, sheet, run.id) => Ok(told),
                closed = stopping => Err(closed),
            };
            Ok::<_, Error>((turn, run, told))
        });
        let (begun, ended) = called.await?;
        let (_turn, run, told) = begun?;
        let end = ended.as_ref().map(Error::to_string);
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
        if linked != association::bound(&self.host.store, run.id).await? {
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
        association.run = Some(association::end(&self.host.store, &run, &rows, state, &self.now()).await?);
        association.preview = false;
        Ok((connection, association))
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
        let linked = association::bound(&self.host.store, run.id).await?;
        Ok(match linked.is_empty() {
            true => given_up("nothing was linked"),
            false => given_up("some rows were carried out"),
        })
    }

    /// Ends an upload by an error, and tells how to take back what it has linked all the same.
    async fn failed(&self, run: &Run, error: Error) -> Result<Error> {
        let linked = association::bound(&self.host.store, run.id).await?.len();
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

fn stored(row: &AssociatedRow) -> SheetRow {
    SheetRow {
        number: row.row,
        file: row.file.clone(),
        path: row.path.clone(),
        outcome: row.outcome,
        message: row.message.clone(),
        resolved: row.resolved.clone(),
    }
}
