//! What an upload of a sheet came to, or would come to.

use std::collections::BTreeMap;

use clientpoint_engine::{
    Error as EngineError,
    contract::exports::clientpoint::content_source::association::{self as contract, Outcome, SheetError},
    instance::{Cause, Stopped},
    words::Word,
};
use serde::Serialize;

use crate::{Error, service::api::Run, way_out::WayOut};

/// Outcomes that leave nothing to be done: what was asked for holds, or nothing was asked for.
pub(super) const FINE: [&str; 4] = ["linked", "re-linked", "already-linked", "path-missing"];

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
    /// The name of the drive that the paths lead into.
    #[serde(skip)]
    pub drive: String,
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
    /// What can be done about it, as far as the host knows that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways_out: Vec<WayOut>,
    /// Whether the sheet does not show the row, be it by a filter or by hand.
    pub hidden: bool,
}

impl Association {
    /// Whether every row that asked for something got it, or would.
    pub fn is_clean(&self) -> bool {
        self.counts.keys().all(|outcome| FINE.contains(&outcome.as_str()))
    }
}

/// Memory that runs out is the sheet's fault, as far as anybody can tell; time may be the source's; the rest is the
/// plugin's.
pub(crate) fn stopped(stopped: Stopped) -> Error {
    match stopped.cause {
        Cause::Memory => Error::Plugin {
            code: "sheet-too-large",
            message:
                "the sheet asks for more memory than a sheet may: copy the columns with the File IDs and the paths \
                into a new workbook, and upload that; if it happens again, upload its rows in several sheets"
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
        Self {
            preview: true,
            run: None,
            sheet: report.sheet,
            header: report.header,
            counts: counts(&rows),
            notes: notes(&rows, report.header),
            rows,
            drive: String::new(),
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

impl From<contract::Row> for AssociatedRow {
    fn from(row: contract::Row) -> Self {
        let outcome = row.outcome.word();
        let suggestions = match row.outcome {
            Outcome::PathNotFound(near) => near,
            Outcome::Ambiguous(paths) => paths,
            _ => Vec::new(),
        };
        Self {
            row: row.number,
            file: row.file,
            path: row.path,
            outcome,
            message: row.message,
            warnings: row.warnings,
            resolved: row.resolved,
            suggestions,
            ways_out: Vec::new(),
            hidden: row.hidden,
        }
    }
}

impl From<SheetError> for Error {
    fn from(error: SheetError) -> Self {
        EngineError::from(error).into()
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
            ways_out: Vec::new(),
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
