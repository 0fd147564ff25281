//! The library as an Excel sheet (Content Library > Files > More > Excel).

use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{FileRow, Session};
use crate::{Error, Result};

/// The columns, with widths in characters. "File ID" is the name that the association sheet goes by.
const COLUMNS: [(&str, f64); 9] = [
    ("File ID", 10.0),
    ("Name", 40.0),
    ("Place", 24.0),
    ("Type", 8.0),
    ("Size in bytes", 14.0),
    ("Revision", 9.0),
    ("Source", 12.0),
    ("Name in the source", 40.0),
    ("Verified", 12.0),
];

impl Session<'_> {
    /// Writes all files of the library into a new Excel workbook (rule 39). Returns how many.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for a file that exists or can't be written.
    pub async fn export(&self, to: &Path) -> Result<usize> {
        self.user.require_administrator("export the library")?;
        let files = self.library().await?;
        let bytes = workbook(&files).map_err(|error| Error::Storage(format!("the workbook can't be made: {error}")))?;
        let mut file = std::fs::File::create_new(to).map_err(|error| unwritable(to, &error))?;
        file.write_all(&bytes).map_err(|error| unwritable(to, &error))?;
        Ok(files.len())
    }
}

fn workbook(files: &[FileRow]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Content Library")?;
    let heading = Format::new().set_bold();
    for (column, (title, width)) in (0..).zip(COLUMNS) {
        sheet.write_with_format(0, column, title, &heading)?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, file) in (1..).zip(files) {
        // Always as text: an ID keeps its zeros, and a name that begins with `=` is no formula.
        for (column, text) in (0..).zip(cells(file)) {
            sheet.write_string(row, column, text)?;
        }
        // A number as Excel knows them is exact up to 2⁵³, which no file reaches.
        sheet.write_number(row, 4, file.size as f64)?;
        sheet.write_number(row, 5, file.revision as f64)?;
    }
    workbook.save_to_buffer()
}

fn cells(file: &FileRow) -> [String; 9] {
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    [
        file.id.clone(),
        file.name.clone(),
        file.place.clone(),
        ending.unwrap_or_default(),
        String::new(),
        String::new(),
        if file.managed { "OneDrive" } else { "by hand" }.into(),
        file.source_name.clone().unwrap_or_default(),
        file.verification.clone().unwrap_or_default(),
    ]
}

fn unwritable(to: &Path, error: &std::io::Error) -> Error {
    Error::Settings(format!(
        "`{}` can't be written ({error}): name a file that does not exist yet",
        to.display()
    ))
}
