//! A file that a person has named, to be handed over.

use std::path::Path;

use clientpoint_host::{Error, Result, Session, service::SheetFile};
use tokio::fs::File;

/// Opens a file. `way_out` is what to do if it can't be read; it may be empty.
///
/// # Errors
///
/// `Error::Settings`.
pub async fn open(path: &Path, way_out: &str) -> Result<File> {
    File::open(path)
        .await
        .map_err(|error| Error::Settings(format!("`{}` can't be read: {error}{way_out}", path.display())))
}

/// What a file is called, without its folders.
///
/// # Errors
///
/// `Error::Settings` for a path that ends in none.
pub fn name(path: &Path) -> Result<String> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    name.ok_or_else(|| Error::Settings(format!("`{}` names no file", path.display())))
}

/// A sheet.
///
/// # Errors
///
/// `Error::Settings` for what can't be read or is no file; as `Session::take_sheet`.
pub async fn sheet(session: &Session<'_>, path: &Path) -> Result<SheetFile> {
    session.require_administrator("associate files")?;
    let found = tokio::fs::metadata(path).await;
    if found.is_ok_and(|found| !found.is_file()) {
        return Err(Error::Settings(format!(
            "`{}` is no file: give the path of a workbook (.xlsx)",
            path.display()
        )));
    }
    let file = open(path, "; give the path of a workbook (.xlsx)").await?;
    session.take_sheet(&path.display().to_string(), file).await
}
