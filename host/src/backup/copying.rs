//! Copying an object from one folder to another: hashed on its way, durable before it has its name.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use tokio_util::sync::CancellationToken;

use crate::{
    Error, private,
    store::look::{Reading, Trouble, Unsound},
};

/// Why an object was not copied.
#[derive(Debug)]
pub(crate) enum NotCopied {
    /// What was to be copied is not that object.
    Lost(Trouble),
    /// The machine could not read.
    From(io::Error),
    /// Where it lies was not reached.
    Unreachable(Error),
    /// It could not be written.
    To(io::Error),
    /// Somebody wants it to stop.
    Stopped,
}

/// Copies what is being read to that place, by way of a file in `half`. The name is durable once its folder is synced, which
/// is left to whoever calls. Blocks while the disks work.
///
/// # Errors
///
/// See [`NotCopied`]. Nothing is left behind.
pub(crate) fn copy(mut reading: Reading, to: &Path, half: &Path, stop: &CancellationToken) -> Result<(), NotCopied> {
    let mut draft = tempfile::Builder::new().tempfile_in(half).map_err(NotCopied::To)?;
    loop {
        if stop.is_cancelled() {
            return Err(NotCopied::Stopped);
        }
        let piece = reading.piece()?;
        if piece.is_empty() {
            break;
        }
        draft.write_all(piece).map_err(NotCopied::To)?;
    }
    reading.end()?;
    draft.as_file().sync_all().map_err(NotCopied::To)?;
    if let Some(shard) = to.parent() {
        private::folder(shard).map_err(NotCopied::To)?;
    }
    draft.persist(to).map_err(|error| NotCopied::To(error.error))?;
    Ok(())
}

/// Makes the names of what was copied durable.
///
/// # Errors
///
/// The file system's.
pub(crate) fn settle(objects: &Path, shards: impl IntoIterator<Item = PathBuf>) -> io::Result<()> {
    for shard in shards {
        crate::disk::sync_folder(&shard)?;
    }
    crate::disk::sync_folder(objects)
}

impl From<Unsound> for NotCopied {
    fn from(unsound: Unsound) -> Self {
        match unsound {
            Unsound::Damaged(trouble) => Self::Lost(trouble),
            Unsound::Unseen(error) => Self::From(error),
            Unsound::Unreachable(error) => Self::Unreachable(error),
        }
    }
}
