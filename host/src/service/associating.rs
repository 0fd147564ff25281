//! "Associate OneDrive Files": tying library files to items by a sheet, looking at what that would do, and taking it
//! back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bytes::Bytes;
use serde::Serialize;
use wasmtime::component::StreamReader;

use super::associated::{self, Copy};
use super::report::refusal_word;
use super::{NewFile, Session, Stop};
use crate::bindings::exports::clientpoint::content_source::association::{
    self as contract, Outcome, SheetError, SheetProblem,
};
use crate::bindings::exports::clientpoint::content_source::content_import::Error as CallError;
use crate::plugin::{Cause, Stopped};
use crate::store::association::{self, SheetRow};
use crate::store::bin;
use crate::store::connections::Connection;
use crate::store::runs::{self, Run};
use crate::store::undo::{self, Undone};
use crate::{Error, Result};

/// Outcomes that leave nothing to be done: what was asked for holds, or nothing was asked for.
const FINE: [&str; 4] = ["linked", "re-linked", "already-linked", "path-missing"];

/// Blocks of rows that a note lists.
const SPANS: usize = 20;

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
    /// What a person should know of the sheet as a whole, each in a sentence: rows that are hidden, rows without a path.
    pub notes: Vec<String>,
    /// Why the report that was asked for is not there. What became of the rows stands all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_error: Option<String>,
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
    /// What a person should know although the row is carried out; it is in the message too.
    pub warnings: Vec<String>,
    /// Where the path leads, in the drive's own spelling.
    pub resolved: Option<String>,
    /// Other paths that could have been meant.
    pub suggestions: Vec<String>,
    /// Whether the sheet does not show the row, be it by a filter or by hand.
    pub hidden: bool,
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
        let report = report.map(|path| associated::is_workbook(path).and_then(|()| NewFile::at(path)));
        let report = report.transpose()?;
        let (connection, mut done) = if preview {
            let connection = self.connection().await?;
            let done = stop.unless_asked(self.previewed(&connection, bytes.clone())).await;
            let done = done.ok_or_else(given_up)??;
            (connection, done)
        } else {
            self.applied(bytes.clone(), stop).await?
        };
        if let Some(report) = report {
            let lines = stop.unless_asked(self.lines(&connection, bytes)).await;
            let written = match lines.unwrap_or_else(|| Err(given_up())) {
                Ok(lines) => {
                    let copy = Copy {
                        association: &done,
                        lines,
                        drive: connection.drive.map(|drive| drive.name).unwrap_or_default(),
                        by: &self.user.name,
                        at: self.now(),
                    };
                    associated::write_report(copy, report)
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
        let connection = runs::get(&self.host.pool, run).await?.connection;
        let _rights = self.no_sync_at_all().await?;
        let _turn = self.turn(&connection, "the taking back of an upload").await?;
        let mut whole = BTreeSet::new();
        for object in undo::wanted(&self.host.pool, run).await? {
            if self.host.look(&object).await?.is_none() {
                whole.insert(object.sha256);
            }
        }
        undo::undo(&self.host.pool, run, &self.user.name, &whole, &self.now()).await
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
        let actor = self.actor();
        let instance = self
            .instance(connection)
            .await?
            .for_sheet(self.host.limits.sheet_memory);
        let told = instance
            .call_or_stop(self.host.limits.call, async |world, accessor| {
                let sheet = accessor.with(|access| StreamReader::new(access, bytes))?;
                let association = world.clientpoint_content_source_association();
                association.call_preview(accessor, actor, sheet).await
            })
            .await
            .map_err(stopped)?;
        let mut done = Association::from(self.answered(connection, told).await?);
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
        let instance = self
            .instance(&connection)
            .await?
            .for_sheet(self.host.limits.sheet_memory);
        let _turn = self.turn(&connection.id, "an upload").await?;
        let run = association::begin(&self.host.pool, &connection.id, &drive.id, &self.user.name, &self.now()).await?;
        let actor = self.actor();
        let gate = instance.brought_in();
        let calling = instance
            .for_upload(run.id)
            .call_or_stop(self.host.limits.call, async |world, accessor| {
                let sheet = accessor.with(|access| StreamReader::new(access, bytes))?;
                let association = world.clientpoint_content_source_association();
                association.call_apply(accessor, actor, sheet).await
            });
        let stopping = async {
            stop.wait().await;
            gate.close().await
        };
        let told = tokio::select! {
            told = calling => match told {
                Ok(told) => self.answered(&connection, told).await,
                Err(ended) => Err(stopped(ended)),
            },
            _closed = stopping => Err(given_up()),
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
        if linked != association::bound(&self.host.pool, run.id).await? {
            let lie = Error::PluginStopped("it says that it has linked other files than it did".into());
            return Err(self.failed(&run, lie).await?);
        }
        self.tell_removed(&mut association).await?;
        let rows: Vec<SheetRow> = association.rows.iter().map(stored).collect();
        let state = if association.is_clean() {
            "complete"
        } else {
            "incomplete"
        };
        association.run = Some(association::end(&self.host.pool, &run, &rows, state, &self.now()).await?);
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
        let reasons = bin::reasons(&self.host.pool, &ids).await?;
        for row in rows {
            if let Some(reason) = reasons.get(&row.file) {
                row.message.clone_from(reason);
            }
        }
        Ok(())
    }

    /// What the plugin has answered: what is not the sheet's fault means the same as in other calls.
    pub(super) async fn answered<T>(
        &self,
        connection: &Connection,
        answer: std::result::Result<T, contract::Error>,
    ) -> Result<T> {
        match answer {
            Ok(value) => Ok(value),
            Err(contract::Error::Call(error)) => self.settled(connection, Err(error)).await,
            Err(contract::Error::Sheet(sheet)) => Err(sheet.into()),
        }
    }

    /// Ends an upload by an error, and tells how to take back what it has linked all the same.
    async fn failed(&self, run: &Run, error: Error) -> Result<Error> {
        let linked = association::bound(&self.host.pool, run.id).await?.len();
        let error = if linked == 0 {
            error
        } else {
            let and = format!(
                "; but {linked} files had been linked: {}",
                association::way_back(run.id)
            );
            match error {
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
            }
        };
        association::fail(&self.host.pool, run.id, &error.to_string(), &self.now()).await?;
        Ok(error)
    }
}

fn given_up() -> Error {
    Error::Sync {
        code: "stopped",
        message: "the upload was stopped before it came to its end".into(),
    }
}

/// Memory that runs out is the sheet's fault, as far as anybody can tell; time may be the source's; the rest is the
/// plugin's.
pub(super) fn stopped(stopped: Stopped) -> Error {
    match stopped.cause {
        Cause::Memory => Error::Plugin {
            code: "sheet-too-large",
            message:
                "the sheet asks for more memory than a sheet may: copy the columns \"File ID\" and \"Sharepoint File \
                Path\" into a new workbook, and upload that; if it happens again, upload its rows in several sheets"
                    .into(),
        },
        Cause::Time => Error::Plugin {
            code: "timed-out",
            message: format!(
                "the sheet took too long ({}): try again later, since the source may be slow; if it happens again, upload \
                 its rows in several sheets",
                stopped.why
            ),
        },
        Cause::Other => stopped.into(),
    }
}

impl From<contract::Report> for Association {
    fn from(report: contract::Report) -> Self {
        let rows: Vec<AssociatedRow> = report.rows.into_iter().map(AssociatedRow::from).collect();
        Association {
            preview: true,
            run: None,
            sheet: report.sheet,
            header: report.header,
            counts: counts(&rows),
            notes: notes(&rows, report.header),
            rows,
            report_error: None,
        }
    }
}

fn counts(rows: &[AssociatedRow]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.outcome.to_string()).or_default() += 1;
    }
    counts
}

/// What concerns several rows, or none.
fn notes(rows: &[AssociatedRow], header: u32) -> Vec<String> {
    let of = |some: &dyn Fn(&AssociatedRow) -> bool| -> Vec<u32> {
        rows.iter().filter(|row| some(row)).map(|row| row.row).collect()
    };
    let mut notes = Vec::new();
    if rows.is_empty() {
        notes.push(format!(
            "the sheet has its headers in row {header}, and no row with a File ID or a path below them"
        ));
    }
    let hidden = of(&|row| row.hidden);
    if !hidden.is_empty() {
        notes.push(format!(
            "{} hidden in the sheet, by a filter or by hand, and counted like the others: {}",
            numbered(hidden.len(), "row is", "rows are"),
            listed(&hidden)
        ));
    }
    let without = of(&|row| row.outcome == "path-missing");
    if !without.is_empty() {
        notes.push(format!(
            "{} a File ID and no path, so nothing was asked for: {}",
            numbered(without.len(), "row has", "rows have"),
            listed(&without)
        ));
    }
    notes
}

fn numbered(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Numbers of rows, those that follow one another as one: `rows 3 to 17, 20`.
fn listed(rows: &[u32]) -> String {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match spans.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*row) => *last = *row,
            _ => spans.push((*row, *row)),
        }
    }
    let told: Vec<String> = spans
        .iter()
        .take(SPANS)
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first} to {last}"),
        })
        .collect();
    let more: u32 = spans.iter().skip(SPANS).map(|(first, last)| last - first + 1).sum();
    let title = if rows.len() == 1 { "row" } else { "rows" };
    match more {
        0 => format!("{title} {}", told.join(", ")),
        more => format!("{title} {} and {more} more", told.join(", ")),
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
            warnings: row.warnings,
            resolved: row.resolved,
            suggestions,
            hidden: row.hidden,
        }
    }
}

impl From<SheetError> for Error {
    fn from(error: SheetError) -> Self {
        Error::Plugin {
            code: match error.problem {
                SheetProblem::NotASheet => "not-a-sheet",
                SheetProblem::OtherFormat => "other-format",
                SheetProblem::Encrypted => "encrypted",
                SheetProblem::Damaged => "damaged",
                SheetProblem::TooLarge => "sheet-too-large",
                SheetProblem::NotUtf8 => "not-utf8",
                SheetProblem::MissingColumn => "missing-column",
                SheetProblem::DoubledColumn => "doubled-column",
            },
            message: error.message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(row: u32, outcome: &'static str, hidden: bool) -> AssociatedRow {
        AssociatedRow {
            row,
            file: "100001".into(),
            path: String::new(),
            outcome,
            message: String::new(),
            warnings: Vec::new(),
            resolved: None,
            suggestions: Vec::new(),
            hidden,
        }
    }

    #[test]
    fn hidden_rows_and_rows_without_a_path_are_told_by_their_numbers() {
        let mut rows = vec![row(2, "linked", true)];
        rows.extend((4..9).map(|number| row(number, "path-missing", number < 6)));
        let told = notes(&rows, 1);
        assert_eq!(
            told,
            [
                "3 rows are hidden in the sheet, by a filter or by hand, and counted like the others: rows 2, 4, 5",
                "5 rows have a File ID and no path, so nothing was asked for: rows 4 to 8",
            ]
        );
        assert!(notes(&[row(2, "linked", false)], 1).is_empty());
        let many: Vec<u32> = (0..100).map(|number| number * 2).collect();
        assert!(listed(&many).ends_with("36, 38 and 80 more"), "{}", listed(&many));
        assert_eq!(listed(&[7]), "row 7");
    }

    #[test]
    fn headers_without_rows_are_told() {
        assert_eq!(
            notes(&[], 3),
            ["the sheet has its headers in row 3, and no row with a File ID or a path below them"]
        );
    }
}
