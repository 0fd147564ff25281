//! A ledger as a file for a spreadsheet. Names come from elsewhere, and none of them becomes a formula.

use std::{
    io::{Read, Result as IoResult, Seek, SeekFrom, Write},
    str::FromStr,
};

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use tempfile::{SpooledTempFile, spooled_tempfile};

use crate::{
    Error, Result,
    rows::{self, IN_MEMORY, Lists, Rows},
    service::{LineFilter, Session, api::Line, runs::ledger::Ledger},
};

const HEADING: [&str; 9] = [
    "File ID", "Name", "Outcome", "Reason", "Message", "Revision", "Size", "Shown in", "At",
];

/// The forms in which a ledger leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerFormat {
    /// An Excel workbook.
    Xlsx,
    /// Comma separated values.
    Csv,
    /// One JSON document.
    Json,
}

impl LedgerFormat {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Xlsx, Self::Csv, Self::Json];

    /// How the name of a file of that form ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

impl FromStr for LedgerFormat {
    type Err = Error;

    fn from_str(ending: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|format| format.ending() == ending);
        known.ok_or_else(|| {
            let ending = ending.escape_debug();
            Error::Settings(format!("`{ending}` is none of the forms of a ledger: xlsx, csv, json"))
        })
    }
}

/// A ledger as a file, which is whole before anybody reads of it.
pub struct Report {
    file: SpooledTempFile,
    size: u64,
}

impl Report {
    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Read for Report {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        self.file.read(buffer)
    }
}

impl Session<'_> {
    /// A ledger as a file of that form, with all of its lines.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Storage` for more lines than a workbook has rows; the disk's.
    pub async fn ledger_file(&self, ledger: &Ledger, format: LedgerFormat) -> Result<Report> {
        let mut lines = self.all_lines(ledger).await?;
        let mut lists = Lists::new();
        if let (LedgerFormat::Json, Some(before)) = (format, ledger.before.as_deref()) {
            lists.insert("/before/lines".into(), self.all_lines(before).await?);
        }
        let ledger = ledger.clone();
        let writing = tokio::task::spawn_blocking(move || {
            let mut file = spooled_tempfile(IN_MEMORY);
            match format {
                LedgerFormat::Xlsx => workbook(&ledger, &mut lines, &mut file)?,
                LedgerFormat::Csv => csv(&ledger, &mut lines, &mut file)?,
                LedgerFormat::Json => {
                    lists.insert("/lines".into(), lines);
                    let document = serde_json::to_value(&ledger).map_err(|error| Error::Storage(error.to_string()))?;
                    rows::write(&document, &mut lists, &mut |piece| file.write_all(piece.as_bytes()))?;
                }
            }
            let size = file.seek(SeekFrom::End(0))?;
            file.rewind()?;
            Ok(Report { file, size })
        });
        writing
            .await
            .map_err(|_| Error::Storage("the report was broken off".into()))?
    }
}

impl From<XlsxError> for Error {
    fn from(error: XlsxError) -> Self {
        Self::Storage(format!("the report can't be made: {error}"))
    }
}

/// An Excel workbook: the lines, and the counts with their sum. A line is written as soon as it is there.
fn workbook(ledger: &Ledger, lines: &mut Rows, file: &mut SpooledTempFile) -> Result<()> {
    let bold = Format::new().set_bold();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?.set_name("Files")?;
    for (column, title) in (0..).zip(HEADING) {
        sheet.write_string_with_format(0, column, title, &bold)?;
    }
    for (row, line) in (1..).zip(lines.read::<Line>()?) {
        let line = line?;
        let texts = [&line.file, &line.name, &line.outcome, &line.reason, &line.message];
        for (column, text) in (0..).zip(texts) {
            sheet.write_string(row, column, text.chars().take(32_000).collect::<String>())?;
        }
        for (column, number) in (5..).zip([line.revision, line.size, line.reached]) {
            sheet.write_number(row, column, number as f64)?;
        }
        sheet.write_string(row, 8, &line.at)?;
    }
    let sheet = workbook.add_worksheet_with_constant_memory()?.set_name("Sum")?;
    let mut row = 0;
    for (outcome, count) in &ledger.counts {
        sheet.write_string(row, 0, outcome)?;
        sheet.write_number(row, 1, *count as f64)?;
        row += 1;
    }
    sheet.write_string_with_format(row, 0, "all files", &bold)?;
    sheet.write_number_with_format(row, 1, ledger.run.inputs as f64, &bold)?;
    Ok(workbook.save_to_writer(file)?)
}

/// Comma separated values: the lines, and one line for all files that have none.
fn csv(ledger: &Ledger, lines: &mut Rows, file: &mut SpooledTempFile) -> Result<()> {
    file.write_all(row(HEADING.map(str::to_string)).as_bytes())?;
    for line in lines.read::<Line>()? {
        let line = line?;
        let cells = [
            line.file,
            line.name,
            line.outcome,
            line.reason,
            line.message,
            line.revision.to_string(),
            line.size.to_string(),
            line.reached.to_string(),
            line.at,
        ];
        file.write_all(row(cells).as_bytes())?;
    }
    let rest = ledger.run.rest_outcome.clone().filter(|_| 0 < ledger.run.rest);
    if let Some(outcome) = rest.filter(|outcome| asks_for_rest(&ledger.filter, outcome)) {
        let mut rest: [String; 9] = Default::default();
        let [_, name, told, ..] = &mut rest;
        *name = format!("{} other files", ledger.run.rest);
        *told = outcome;
        file.write_all(row(rest).as_bytes())?;
    }
    Ok(())
}

/// Whether files without a line of their own, which have this outcome and whose names are not known, are among what was
/// asked for.
fn asks_for_rest(filter: &LineFilter, outcome: &str) -> bool {
    filter.search.is_none()
        && filter.reason.is_none()
        && filter.outcome.as_deref().is_none_or(|wanted| wanted == outcome)
        && filter.outcomes.iter().all(|wanted| wanted.as_str() == outcome)
}

fn row(cells: [String; 9]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\r\n"
}

/// In quotes; what a spreadsheet would take for a formula gets an apostrophe before it.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use crate::service::runs::export::*;

    #[test]
    fn files_that_are_only_counted_are_told_where_they_were_asked_for() {
        let of = |outcome: &str| LineFilter {
            outcome: Some(outcome.into()),
            ..LineFilter::default()
        };
        assert!(asks_for_rest(&LineFilter::default(), "unchanged"));
        assert!(asks_for_rest(&of("unchanged"), "unchanged"));
        assert!(!asks_for_rest(&of("source-gone"), "unchanged"));
        let searched = LineFilter {
            search: Some("plan".parse().unwrap()),
            ..LineFilter::default()
        };
        assert!(!asks_for_rest(&searched, "unchanged"));
    }

    #[test]
    fn a_name_can_not_become_a_formula_or_break_out_of_its_cell() {
        assert_eq!(quoted("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(quoted("a\",\"b"), "\"a\"\",\"\"b\"");
    }
}
