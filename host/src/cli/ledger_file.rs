//! A file to write a ledger to: its form is what the ending of its name says.

use std::path::Path;

use clientpoint_host::{
    Error, Result, Session,
    service::{Ledger, LedgerFormat},
};

use super::new_file::NewFile;

/// Where a ledger will be written to.
pub struct LedgerFile {
    format: LedgerFormat,
    file: NewFile,
}

impl LedgerFile {
    /// Said before anything else is done.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for a name with another ending, for a file that is there already, and for one
    /// that can't be written.
    pub fn at(session: &Session<'_>, path: &Path) -> Result<Self> {
        session.require_administrator("see the runs")?;
        Ok(Self {
            format: format_of(path)?,
            file: NewFile::at(path)?,
        })
    }

    /// Writes a ledger, with all of its lines.
    ///
    /// # Errors
    ///
    /// As [`NewFile::copy`].
    pub async fn write(self, session: &Session<'_>, ledger: &Ledger) -> Result<()> {
        let mut bytes = session.ledger_file(ledger, self.format).await?;
        self.file.copy(&mut bytes)
    }
}

fn format_of(path: &Path) -> Result<LedgerFormat> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let format = ending.and_then(|ending| ending.parse().ok());
    format.ok_or_else(|| {
        Error::Settings(format!(
            "`{}` can't be a report: end its name with .xlsx, .csv or .json",
            path.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_its_name_says_which_form_a_report_has() {
        assert_eq!(format_of(Path::new("a/b.c.csv")).unwrap(), LedgerFormat::Csv);
        for name in ["report", "report.pdf", ".csv"] {
            assert!(matches!(format_of(Path::new(name)), Err(Error::Settings(_))), "{name}");
        }
    }
}
