//! Rows of a sheet as people read them, some at a time: of a check, and of an upload.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{AssociatedRow, Association, answer::FINE};
use crate::{
    Error, Result,
    service::{Part, RunFilter, RunRow, RunState, RunType, Session},
    store::{association, sheet_rows, words::Subject},
    way_out::WayOut,
};

/// Rows that are shown at a time.
pub(super) const ROWS: usize = 50;

/// Which rows of a sheet are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RowFilter {
    /// All.
    #[default]
    All,
    /// Those that need a person: something was asked for, and does not hold.
    Open,
    /// Those with that outcome.
    Outcome(String),
}

/// A row of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetLine {
    /// As a spreadsheet program shows it beside the row.
    pub row: u32,
    /// The File ID, as it was read; may be empty.
    pub file: String,
    /// The file's name in the library; none where it has no such file.
    pub name: Option<String>,
    /// The path, as it was written; may be empty.
    pub path: String,
    /// Where that leads, in the drive's own spelling.
    pub resolved: Option<String>,
    /// The contract's word.
    pub outcome: String,
    /// In a sentence.
    pub message: String,
    /// Other paths that could have been meant: of a check alone.
    pub suggestions: Vec<String>,
    /// Whether a person must do something about it.
    pub is_open: bool,
    /// Whether there is something to know although it is carried out.
    pub is_noted: bool,
}

/// Some rows of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetLines {
    /// In the order of the sheet.
    pub rows: Vec<SheetLine>,
    /// How many rows there are up to the last of these; none if these are the last ones.
    pub next: Option<u32>,
}

/// How many rows need a person.
pub fn open_rows(counts: &BTreeMap<String, u64>) -> u64 {
    let rest = counts.iter().filter(|(outcome, _)| is_open(outcome));
    rest.map(|(_, count)| *count).sum()
}

/// Whether a row with that outcome needs a person.
pub fn is_open(outcome: &str) -> bool {
    !FINE.contains(&outcome)
}

impl RowFilter {
    /// Refuses an outcome that no row has.
    pub(super) fn refuse_unknown(&self, counts: &BTreeMap<String, u64>) -> Result<()> {
        let Self::Outcome(outcome) = self else { return Ok(()) };
        if counts.contains_key(outcome) {
            return Ok(());
        }
        let shown: String = outcome.chars().take(40).collect();
        let there: Vec<&str> = counts.keys().map(String::as_str).collect();
        Err(Error::Settings(format!(
            "no row of this sheet is `{}`: there are {}",
            shown.escape_debug(),
            if there.is_empty() {
                "none".into()
            } else {
                there.join(", ")
            }
        ))
        .at("outcome"))
    }

    fn lets(&self, outcome: &str) -> bool {
        match self {
            Self::All => true,
            Self::Open => is_open(outcome),
            Self::Outcome(wanted) => wanted == outcome,
        }
    }
}

impl SheetLines {
    /// Of a check, behind so many rows.
    pub(super) fn of(found: &Association, filter: &RowFilter, after: u32) -> Self {
        let behind = usize::try_from(after).unwrap_or(usize::MAX);
        let rest = found.rows.iter().enumerate().skip(behind);
        let mut fit = rest.filter(|(_, row)| filter.lets(row.outcome));
        let some: Vec<(usize, &AssociatedRow)> = fit.by_ref().take(ROWS).collect();
        let last = some.last().map(|(place, _)| place + 1);
        let next = fit.next().and(last).and_then(|last| u32::try_from(last).ok());
        let rows = some.into_iter().map(|(_, row)| SheetLine::from(row)).collect();
        Self { rows, next }
    }
}

impl From<&AssociatedRow> for SheetLine {
    fn from(row: &AssociatedRow) -> Self {
        Self {
            row: row.row,
            file: row.file.clone(),
            name: None,
            path: row.path.clone(),
            resolved: row.resolved.clone(),
            outcome: row.outcome.into(),
            message: row.message.clone(),
            suggestions: row.suggestions.clone(),
            is_open: is_open(row.outcome),
            is_noted: !row.warnings.is_empty(),
        }
    }
}

impl From<sheet_rows::StoredRow> for SheetLine {
    fn from(row: sheet_rows::StoredRow) -> Self {
        Self {
            row: row.row,
            name: None,
            is_open: is_open(&row.outcome),
            file: row.file,
            path: row.path,
            resolved: row.resolved,
            outcome: row.outcome,
            message: row.message,
            suggestions: Vec::new(),
            is_noted: false,
        }
    }
}

impl Session<'_> {
    /// Some rows of an upload, behind so many of them.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`; `Error::Settings` for a run that is no upload; the database's.
    pub async fn upload_lines(&self, run: i64, filter: &RowFilter, after: u32) -> Result<SheetLines> {
        self.user.require_administrator("see the runs")?;
        filter.refuse_unknown(&self.upload(run).await?.counts)?;
        let outcome = match filter {
            RowFilter::Outcome(outcome) => Some(outcome.as_str()),
            _ => None,
        };
        let but: &[&str] = if *filter == RowFilter::Open { &FINE } else { &[] };
        let mut rows = sheet_rows::some(&self.host.store, run, outcome, but, after, ROWS + 1).await?;
        let is_longer = ROWS < rows.len();
        rows.truncate(ROWS);
        let next = rows.last().filter(|_| is_longer).map(|row| row.place + 1);
        let rows = rows.into_iter().map(SheetLine::from).collect();
        self.named(SheetLines { rows, next }).await
    }

    /// The row of an upload in the list of runs.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`; `Error::Settings` for a run that is no upload; the database's.
    pub async fn upload(&self, run: i64) -> Result<RunRow> {
        let row = self.run_row(run).await?;
        if row.run.subject != Subject::Association {
            let other = Error::Settings(format!("run {run} is no upload of a sheet"));
            return Err(other.with([WayOut::ShowRuns]));
        }
        Ok(row)
    }

    /// How many rows of the latest upload need a person, with that upload; none if nothing of it does.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn open_upload(&self) -> Result<Option<(RunRow, u64)>> {
        let filter = RunFilter {
            kind: Some(RunType::Upload),
            ..RunFilter::default()
        };
        let page = self.runs_page(&filter, &Part::new(1, None)?).await?;
        let latest = page.rows.into_iter().next().filter(|row| row.run.undone_at.is_none());
        Ok(latest.and_then(|row| {
            let open = open_rows(&row.counts);
            let is_broken_off = row.run.state == RunState::Interrupted || !row.ways_out.is_empty();
            (0 < open || is_broken_off).then_some((row, open))
        }))
    }

    /// The same rows with the names that their files have in the library.
    pub(super) async fn named(&self, mut lines: SheetLines) -> Result<SheetLines> {
        let ids: Vec<String> = lines.rows.iter().map(|row| row.file.clone()).collect();
        let files = association::stat(&self.host.store, &ids).await?;
        for (line, file) in lines.rows.iter_mut().zip(files) {
            line.name = file.map(|file| file.name);
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(row: u32, outcome: &'static str) -> AssociatedRow {
        AssociatedRow {
            row,
            file: "100001".into(),
            path: "a.pdf".into(),
            outcome,
            message: String::new(),
            warnings: Vec::new(),
            resolved: None,
            suggestions: Vec::new(),
            ways_out: Vec::new(),
            hidden: false,
        }
    }

    #[test]
    fn rows_come_fifty_at_a_time_and_none_is_left_out_or_doubled() {
        let rows: Vec<AssociatedRow> = (0..230)
            .map(|number| row(number, if number % 2 == 0 { "linked" } else { "path-not-found" }))
            .collect();
        let found = Association {
            preview: true,
            run: None,
            sheet: String::new(),
            counts: BTreeMap::new(),
            rows,
            header: 1,
            notes: Vec::new(),
            drive: String::new(),
            report_error: None,
        };
        for (filter, count) in [
            (RowFilter::All, 230),
            (RowFilter::Open, 115),
            (RowFilter::Outcome("linked".into()), 115),
            (RowFilter::Outcome("made-up".into()), 0),
        ] {
            let (mut after, mut seen) = (Some(0), Vec::new());
            while let Some(behind) = after {
                let some = SheetLines::of(&found, &filter, behind);
                assert!(some.rows.len() <= ROWS);
                seen.extend(some.rows.iter().map(|row| row.row));
                after = some.next;
            }
            let mut once = seen.clone();
            once.dedup();
            assert_eq!((seen.len(), once.len()), (count, count), "{filter:?}");
        }
    }
}
