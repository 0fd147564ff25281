//! Files that processes lock: such a lock ends when the file is dropped or its process dies.
//!
//! A lock is asked for again and again, and never waited for inside the system: such a wait can't be called off, and a
//! process with a thread in it does not end.

use std::{
    fs::{File, TryLockError},
    io::{Error as IoError, ErrorKind},
    path::Path,
    time::{Duration, Instant},
};

use crate::{Result, disk, private};

/// How long after the first look somebody looks again, and how long at most between two looks.
const LOOKS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(25));

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// With others who hold it like this.
    Together,
    /// With nobody.
    Alone,
}

/// Waits for a lock for so long. Whether it was had.
pub(crate) async fn wait(file: &File, hold: Hold, within: Duration) -> Result<bool> {
    let start = Instant::now();
    let (mut pause, longest) = LOOKS;
    loop {
        if attempt(file, hold)? {
            return Ok(true);
        }
        let Some(left) = within.checked_sub(start.elapsed()) else {
            return Ok(false);
        };
        tokio::time::sleep(pause.min(left)).await;
        pause = longest.min(pause * 2);
    }
}

/// Takes a lock if it is to be had now.
pub(crate) fn attempt(file: &File, hold: Hold) -> Result<bool> {
    let done = match hold {
        Hold::Together => file.try_lock_shared(),
        Hold::Alone => file.try_lock(),
    };
    match done {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The file of a lock. None where there is none and the disk takes no new one.
pub(crate) fn open(path: &Path) -> Result<Option<File>> {
    match private::lock_file(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if disk::takes_no_writes(&error) => match File::open(path) {
            Ok(file) => Ok(Some(file)),
            Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// The file of a lock without which nothing is done.
pub(crate) fn required(path: &Path) -> Result<File> {
    open(path)?.ok_or_else(|| IoError::from(ErrorKind::ReadOnlyFilesystem).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lock_that_is_waited_for_in_vain_leaves_no_thread_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        let (held, other) = (required(&path).unwrap(), required(&path).unwrap());
        assert!(wait(&held, Hold::Alone, Duration::ZERO).await.unwrap());

        let taken = wait(&other, Hold::Alone, Duration::from_millis(5)).await.unwrap();

        assert!(!taken);
        // The runtime of this test ends here: it would wait for a thread that stands in the system.
        drop(held);
        assert!(wait(&other, Hold::Alone, Duration::ZERO).await.unwrap());
    }
}
