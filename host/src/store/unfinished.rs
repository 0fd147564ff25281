//! The mark of a folder that is being restored: as long as it lies there, the folder is no library.

use std::path::Path;

use crate::{Error, Result, disk, way_out::WayOut};

const MARK: &str = "unfinished-restore";

/// Whether a restore was begun in this folder, and has not come to its end.
pub(crate) fn is(data: &Path) -> bool {
    data.join(MARK).exists()
}

/// Whether a file of that name is the mark, or one that was not written to its end.
pub(crate) fn is_mark(name: &str) -> bool {
    name.starts_with(MARK)
}

/// Marks a folder, durably. `of` is the moment that it is restored to.
///
/// # Errors
///
/// The file system's.
pub(crate) fn begin(data: &Path, of: &str) -> Result<()> {
    let text = format!(
        "This folder is being restored, to how the library was at {of}. It is no library until that has ended.\n"
    );
    disk::write(&data.join(MARK), text.as_bytes())?;
    for half in disk::half_written(&data.join(MARK)) {
        disk::remove(&half)?;
    }
    Ok(())
}

/// Takes the mark away, durably.
///
/// # Errors
///
/// The file system's.
pub(crate) fn end(data: &Path) -> Result<()> {
    Ok(disk::remove(&data.join(MARK))?)
}

/// Refuses a folder that is being restored.
///
/// # Errors
///
/// `Error::Catalogue`.
pub(crate) fn refuse(data: &Path) -> Result<()> {
    if !is(data) {
        return Ok(());
    }
    let unfinished = Error::Catalogue {
        code: "restore-unfinished",
        message: format!(
            "`{}` is no library yet: it is being restored from a backup, or that was broken off",
            data.display()
        ),
    };
    Err(unfinished.with([WayOut::RestoreAnew]))
}
