//! A ledger as a file for a spreadsheet. Names come from elsewhere, and none of them becomes a formula.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::{Error, Result, service::runs::ledger::Ledger};

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

impl Ledger {
    /// The ledger as a file of that form.
    ///
    /// # Errors
    ///
    /// `Error::Storage` for more lines than a workbook has rows.
    pub fn file(&self, format: LedgerFormat) -> Result<Vec<u8>> {
        match format {
            LedgerFormat::Xlsx => xlsx(self),
            LedgerFormat::Csv => Ok(csv(self).into_bytes()),
            LedgerFormat::Json => serde_json::to_vec_pretty(self).map_err(|error| Error::Storage(error.to_string())),
        }
    }
}

/// An Excel workbook: the lines, and the counts with their sum.
fn xlsx(ledger: &Ledger) -> Result<Vec<u8>> {
    workbook(ledger).map_err(|error| Error::Storage(format!("the report can't be made: {error}")))
}

fn workbook(ledger: &Ledger) -> std::result::Result<Vec<u8>, XlsxError> {
    let bold = Format::new().set_bold();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Files")?;
    for (column, title) in (0..).zip(HEADING) {
        sheet.write_string_with_format(0, column, title, &bold)?;
    }
    for (row, line) in (1..).zip(&ledger.lines) {
        let texts = [&line.file, &line.name, &line.outcome, &line.reason, &line.message];
        for (column, text) in (0..).zip(texts) {
            sheet.write_string(row, column, text.chars().take(32_000).collect::<String>())?;
        }
        for (column, number) in (5..).zip([line.revision, line.size, line.reached]) {
            sheet.write_number(row, column, number as f64)?;
        }
        sheet.write_string(row, 8, &line.at)?;
    }
    let sheet = workbook.add_worksheet().set_name("Sum")?;
    let mut row = 0;
    for (outcome, count) in &ledger.counts {
        sheet.write_string(row, 0, outcome)?;
        sheet.write_number(row, 1, *count as f64)?;
        row += 1;
    }
    sheet.write_string_with_format(row, 0, "all files", &bold)?;
    sheet.write_number_with_format(row, 1, ledger.run.inputs as f64, &bold)?;
    workbook.save_to_buffer()
}

/// Comma separated values: the lines, and one line for all files that have none.
fn csv(ledger: &Ledger) -> String {
    let mut text = row(HEADING.map(str::to_string));
    for line in &ledger.lines {
        text.push_str(&row([
            line.file.clone(),
            line.name.clone(),
            line.outcome.clone(),
            line.reason.clone(),
            line.message.clone(),
            line.revision.to_string(),
            line.size.to_string(),
            line.reached.to_string(),
            line.at.clone(),
        ]));
    }
    if let Some(outcome) = ledger.run.rest_outcome.clone().filter(|_| 0 < ledger.run.rest) {
        let mut rest: [String; 9] = Default::default();
        let [_, name, told, ..] = &mut rest;
        *name = format!("{} other files", ledger.run.rest);
        *told = outcome;
        text.push_str(&row(rest));
    }
    text
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
    fn a_name_can_not_become_a_formula_or_break_out_of_its_cell() {
        assert_eq!(quoted("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(quoted("a\",\"b"), "\"a\"\",\"\"b\"");
    }
}
