//! "Associate OneDrive Files": tying library files to items by a sheet, looking at what that would do, and taking it
//! back.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::oneshot;
use wasmtime::StoreContextMut;
use wasmtime::component::{Source, StreamConsumer, StreamReader, StreamResult};

use super::associated::{self, Lines};
use super::report::refusal_word;
use super::{Session, associated::Copy};
use crate::bindings::exports::clientpoint::content_source::association::{self as contract, Line, Outcome, SheetProblem};
use crate::bindings::exports::clientpoint::content_source::content_import::Error as CallError;
use crate::store::association::{self, SheetRow, Undone};
use crate::store::connections::Connection;
use crate::store::runs::Run;
use crate::{Error, Result};

/// Lines that are taken from the plugin at once.
const LINES: usize = 512;

/// Outcomes that leave nothing to be done: what was asked for holds, or nothing was asked for.
const FINE: [&str; 4] = ["linked", "re-linked", "already-linked", "path-missing"];

/// What an upload came to, or would come to.
#[derive(Clone, Debug, Serialize)]
pub struct Association {
    /// Whether nothing was changed.
    pub preview: bool,
    /// The upload in the ledger; none for a preview.
    pub run: Option<Run>,
    /// The sheet's name inside the workbook; empty for text.
    pub sheet: String,
    /// How many rows had which outcome; they add up to the rows.
    pub counts: BTreeMap<String, u64>,
    /// In the order of the sheet. Rows that have neither a File ID nor a path are left out.
    pub rows: Vec<AssociatedRow>,
    /// The number of the row with the headers.
    pub header: u32,
}

/// A row, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssociatedRow {
    /// As a spreadsheet program shows it beside the row.
    pub row: u32,
    /// The File ID, as it was read; may be empty.
    pub file: String,
    /// The path, as it was written; may be empty.
    pub path: String,
    /// The contract's word.
    pub outcome: &'static str,
    /// In a sentence.
    pub message: String,
    /// Where the path leads, in the drive's own spelling.
    pub resolved: Option<String>,
    /// Other paths that could have been meant.
    pub suggestions: Vec<String>,
}

impl Association {
    /// Whether every row that asked for something got it, or would.
    pub fn is_clean(&self) -> bool {
        self.counts.keys().all(|outcome| FINE.contains(&outcome.as_str()))
    }
}

impl Session<'_> {
    /// Links all rows of a sheet that can be linked, all at once; with `preview`, only tells which these are. `report` is
    /// a workbook that does not exist yet: the sheet's rows, with what became of them.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::Settings` for a file that can't be read or written,
    /// `Error::SignIn`, `Error::Sync` while a sync is running, or what the plugin answers. Nothing was changed then; what became of single rows is no error.
    pub async fn associate(&self, sheet: &Path, preview: bool, report: Option<&Path>) -> Result<Association> {
        self.user.require_administrator("associate files")?;
        let connection = self.connection().await?;
        let bytes = self.read_sheet(sheet).await?;
        let report = report.map(associated::reserve).transpose()?;
        let done = if preview {
            self.previewed(&connection, bytes.clone()).await
        } else {
            self.applied(&connection, bytes.clone()).await
        };
        let mut done = match (done, &report) {
            (Ok(done), _) => done,
            (Err(error), report) => {
                if let Some(report) = report {
                    report.forget();
                }
                return Err(error);
            }
        };
        done.counts = counts(&done.rows);
        if let Some(report) = report {
            let lines = self.lines(&connection, bytes).await?;
            let drive = connection.drive.as_ref().map(|drive| drive.name.clone()).unwrap_or_default();
            let copy = Copy {
                association: &done,
                lines,
                drive,
                by: &self.user.name,
                at: self.now(),
            };
            report.write(copy)?;
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
        let connection = crate::store::runs::get(&self.host.pool, run).await?.connection;
        let _right = self.no_sync(&connection).await?;
        let _turn = self.host.turn(&connection).await?;
        association::undo(&self.host.pool, run, &self.user.name, &self.now()).await
    }

    /// Keeps the sync of a connection from running: its ledger accounts for the files that it began with.
    async fn no_sync(&self, connection: &str) -> Result<std::fs::File> {
        let right = self.host.sync_right(connection).await?;
        right.ok_or_else(|| Error::Sync {
            code: "sync-running",
            message: "a sync of this connection is running: wait for its end (`clientpoint-host runs list` shows it), and try again"
                .into(),
        })
    }

    async fn read_sheet(&self, sheet: &Path) -> Result<Bytes> {
        let unreadable = |error: std::io::Error| {
            Error::Settings(format!("`{}` can't be read: {error}; give the path of a workbook (.xlsx)", sheet.display()))
        };
        let limit = self.host.policy().await?.max_sheet_bytes;
        let found = tokio::fs::metadata(sheet).await.map_err(unreadable)?;
        if !found.is_file() {
            return Err(Error::Settings(format!("`{}` is no file: give the path of a workbook (.xlsx)", sheet.display())));
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
        let actor = self.actor();
        let instance = self.instance(connection).await?.with_memory(self.host.limits.sheet_memory);
        let told = instance
            .call(self.host.limits.call, async |world, accessor| {
                let sheet = accessor.with(|access| StreamReader::new(access, bytes))?;
                let association = world.clientpoint_content_source_association();
                association.call_preview(accessor, actor, sheet).await
            })
            .await
            .map_err(too_much)??;
        Ok(told_of(told, None))
    }

    async fn applied(&self, connection: &Connection, bytes: Bytes) -> Result<Association> {
        let Some(drive) = &connection.drive else {
            return Err(CallError::NoDrive.into());
        };
        let instance = self.instance(connection).await?.with_memory(self.host.limits.sheet_memory);
        let _right = self.no_sync(&connection.id).await?;
        let _turn = self.host.turn(&connection.id).await?;
        let run = association::begin(&self.host.pool, &connection.id, &drive.id, &self.user.name, &self.now()).await?;
        let actor = self.actor();
        let told = instance
            .for_upload(run.id)
            .call(self.host.limits.call, async |world, accessor| {
                let sheet = accessor.with(|access| StreamReader::new(access, bytes))?;
                let association = world.clientpoint_content_source_association();
                association.call_apply(accessor, actor, sheet).await
            })
            .await;
        let told = match told.map_err(too_much).and_then(|told| Ok(told?)) {
            Ok(told) => told,
            Err(error) => {
                let linked = association::fail(&self.host.pool, &run, &error.to_string(), &self.now()).await?;
                return Err(match linked {
                    0 => error,
                    linked => Error::PluginStopped(format!(
                        "{error}; but {linked} files had been linked: `clientpoint-host associate undo {}` takes that back",
                        run.id
                    )),
                });
            }
        };
        let mut association = told_of(told, None);
        let rows: Vec<SheetRow> = association.rows.iter().map(stored).collect();
        association.counts = counts(&association.rows);
        let state = if association.is_clean() { "complete" } else { "incomplete" };
        association.run = Some(association::end(&self.host.pool, &run, &rows, state, &self.now()).await?);
        association.preview = false;
        Ok(association)
    }

    /// The cells of the sheet, for a copy of it.
    async fn lines(&self, connection: &Connection, bytes: Bytes) -> Result<Lines> {
        let actor = self.actor();
        let lines = Arc::new(Mutex::new(Lines::default()));
        let taken = lines.clone();
        let instance = self.instance(connection).await?.with_memory(self.host.limits.sheet_memory);
        instance
            .call(self.host.limits.call, async |world, accessor| {
                let sheet = accessor.with(|access| StreamReader::new(access, bytes))?;
                let association = world.clientpoint_content_source_association();
                let copied = match association.call_read(accessor, actor, sheet).await? {
                    Ok(copied) => copied,
                    Err(error) => return Ok(Err(error)),
                };
                let (done, ended) = oneshot::channel();
                let taker = Taker { lines: taken, _done: done };
                accessor.with(|mut access| copied.pipe(&mut access, taker))?;
                // The other end is dropped with the stream, and says nothing.
                let _ = ended.await;
                Ok(Ok(()))
            })
            .await
            .map_err(too_much)??;
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut *lines))
    }
}

/// Takes lines from the plugin as they come.
struct Taker {
    lines: Arc<Mutex<Lines>>,
    _done: oneshot::Sender<()>,
}

impl<T: 'static> StreamConsumer<T> for Taker {
    type Item = Line;

    fn poll_consume(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut store: StoreContextMut<'_, T>,
        mut source: Source<'_, Line>,
        _: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let mut some = Vec::with_capacity(LINES);
        source.read(&mut store, &mut some)?;
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        Poll::Ready(Ok(if lines.take(some) {
            StreamResult::Completed
        } else {
            StreamResult::Dropped
        }))
    }
}

/// A sheet that is too much for the plugin is the sheet's fault, as far as anybody can tell.
fn too_much(error: Error) -> Error {
    let Error::PluginStopped(why) = error else {
        return error;
    };
    tracing::warn!("the plugin was stopped while it worked on a sheet: {why}");
    Error::Plugin {
        code: "sheet-too-large",
        message: "the sheet asks for more memory or time than a sheet may: copy the columns \"File ID\" and \"Sharepoint \
            File Path\" into a new workbook, and upload that; if it happens again, see the host's log"
            .into(),
    }
}

fn told_of(report: contract::Report, run: Option<Run>) -> Association {
    Association {
        preview: true,
        run,
        sheet: report.sheet,
        header: report.header,
        counts: BTreeMap::new(),
        rows: report.rows.into_iter().map(AssociatedRow::from).collect(),
    }
}

fn counts(rows: &[AssociatedRow]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.outcome.to_string()).or_default() += 1;
    }
    counts
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

impl From<contract::Row> for AssociatedRow {
    fn from(row: contract::Row) -> Self {
        let (outcome, suggestions) = match row.outcome {
            Outcome::Linked => ("linked", Vec::new()),
            Outcome::ReLinked(_) => ("re-linked", Vec::new()),
            Outcome::AlreadyLinked => ("already-linked", Vec::new()),
            Outcome::UnknownFileId => ("unknown-file-id", Vec::new()),
            Outcome::NoId => ("no-id", Vec::new()),
            Outcome::PathMissing => ("path-missing", Vec::new()),
            Outcome::PathNotFound(near) => ("path-not-found", near),
            Outcome::IsAFolder => ("is-a-folder", Vec::new()),
            Outcome::OtherDrive => ("other-drive", Vec::new()),
            Outcome::UnsupportedType(_) => ("unsupported-type", Vec::new()),
            Outcome::TooLarge(_) => ("too-large", Vec::new()),
            Outcome::FormatMismatch(_) => ("format-mismatch", Vec::new()),
            Outcome::DuplicateFileId(_) => ("duplicate-file-id", Vec::new()),
            Outcome::Ambiguous(paths) => ("ambiguous", paths),
            Outcome::UnreadableCell(_) => ("unreadable-cell", Vec::new()),
            Outcome::ForbiddenPath => ("forbidden-path", Vec::new()),
            Outcome::Refused(refusal) => (refusal_word(&refusal), Vec::new()),
            Outcome::AccessDenied => ("access-denied", Vec::new()),
            Outcome::Failed => ("failed", Vec::new()),
        };
        AssociatedRow {
            row: row.number,
            file: row.file,
            path: row.path,
            outcome,
            message: row.message,
            resolved: row.resolved,
            suggestions,
        }
    }
}

impl From<contract::Error> for Error {
    fn from(error: contract::Error) -> Self {
        match error {
            contract::Error::Call(error) => error.into(),
            contract::Error::Sheet(sheet) => Error::Plugin {
                code: match sheet.problem {
                    SheetProblem::NotASheet => "not-a-sheet",
                    SheetProblem::OtherFormat => "other-format",
                    SheetProblem::Encrypted => "encrypted",
                    SheetProblem::Damaged => "damaged",
                    SheetProblem::TooLarge => "sheet-too-large",
                    SheetProblem::NotUtf8 => "not-utf8",
                    SheetProblem::MissingColumn => "missing-column",
                    SheetProblem::DoubledColumn => "doubled-column",
                },
                message: sheet.message,
            },
        }
    }
}
