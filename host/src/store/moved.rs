//! The mark of a folder whose library was moved to a server: what lies in it is a copy from before.
//!
//! The mark is written just before the server is told to keep the rows, and says from then on that nobody may go on with the
//! folder as with a library. An older program does not know it: for those, the identity of the folder rises in the same
//! moment, so that they take the database for what it is, an earlier state (`older-catalogue`).

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::{Error, Result, disk};

const MARK: &str = "moved.json";

/// More than a mark has, in bytes.
const AT_MOST: u64 = 64 << 10;

/// Where a library was moved to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The id of the library.
    pub library: String,
    /// The database, as people call it: without who comes in.
    pub database: String,
    /// The store of its bytes, as people call it; none where they stay in the folder.
    pub objects: Option<String>,
    /// When; RFC 3339.
    pub at: String,
    /// Whether the server is known to have kept the rows. Else that was broken off in the moment in which it was told to.
    pub is_done: bool,
}

/// The mark of a folder, if it has one.
///
/// # Errors
///
/// `Error::Catalogue` for one that can't be understood; the file system's.
pub(crate) fn read(data: &Path) -> Result<Option<Moved>> {
    let path = data.join(MARK);
    let mut text = Vec::new();
    match File::open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?.take(AT_MOST).read_to_end(&mut text)?,
    };
    serde_json::from_slice(&text).map(Some).map_err(|_| Error::Catalogue {
        code: "move-unreadable",
        message: format!(
            "the file `{}` says where the library of this folder was moved to, and can't be read; nothing was changed. Put it \
             back from a copy",
            path.display()
        ),
    })
}

/// Marks a folder, durably.
///
/// # Errors
///
/// The file system's: what was there is there then.
pub(crate) fn write(data: &Path, mark: &Moved) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(mark).map_err(io::Error::from)?;
    text.push(b'\n');
    disk::write(&data.join(MARK), &text)?;
    for half in disk::half_written(&data.join(MARK)) {
        disk::remove(&half)?;
    }
    Ok(())
}

/// Notes that the server has kept the rows, where that was not known.
///
/// # Errors
///
/// As [`read`] and [`write`].
pub(crate) fn is_known_to_be_done(data: &Path) -> Result<()> {
    match read(data)? {
        Some(mark) if !mark.is_done => write(data, &Moved { is_done: true, ..mark }),
        _ => Ok(()),
    }
}

/// Takes the mark away, durably.
///
/// # Errors
///
/// The file system's.
pub(crate) fn forget(data: &Path) -> Result<()> {
    Ok(disk::remove(&data.join(MARK))?)
}
