//! The sheet that talks back: the rows that were uploaded, in their places, with three columns added.

mod copy;
mod looks;
mod rows;
mod summary;

pub(in crate::service) use copy::Copy;
use looks::Formats;
use rows::Rows;
use rust_xlsxwriter::{Workbook, XlsxError};

use crate::{Error, Result};

/// The report.
///
/// # Errors
///
/// `Error::Storage` for more rows than a workbook holds.
pub(in crate::service) fn report(copy: Copy<'_>) -> Result<Vec<u8>> {
    workbook(copy).map_err(|error| Error::Storage(format!("the report can't be made: {error}")))
}

fn workbook(copy: Copy<'_>) -> std::result::Result<Vec<u8>, XlsxError> {
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Rows")?;
    Rows::new(&copy, &formats).write(sheet)?;
    let sheet = workbook.add_worksheet().set_name("Summary")?;
    summary::write(sheet, &copy, &formats)?;
    workbook.save_to_buffer()
}
