//! Who is at work with a connection: in this process or another, one at a time. Each right is a locked file, and ends when
//! the file is dropped or its process dies.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use super::Host;
use crate::{Error, Result, private};

/// How long a renewal of somebody else may take. It is bounded itself; this is for a process that stands still.
const RENEWED_WITHIN: Duration = Duration::from_secs(90);

impl Host {
    /// Waits until no other call moves files through this connection: five files are in flight at a time, not five a call
    /// (rule 23).
    pub(crate) async fn turn(&self, connection: &str) -> Result<File> {
        let path = self.data.join(format!("{connection}.lock"));
        let stuck = "another import does not come to an end: end that program, and try again";
        locked(path, self.limits.transfer, stuck).await
    }

    /// Takes the right to run this connection's sync; none if somebody has it.
    pub(crate) async fn sync_right(&self, connection: &str) -> Result<Option<File>> {
        let file = open(self.data.join(format!("{connection}.sync.lock")))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Waits until nobody renews the tokens of this connection.
    pub(crate) async fn renewal_right(&self, connection: &str) -> Result<File> {
        renewal(self.renewal_lock(connection)).await
    }
}

/// Waits until nobody else renews the tokens that this file stands for.
pub(super) async fn renewal(path: PathBuf) -> Result<File> {
    let stuck = "another program that renews the tokens does not come to an end: end it, and try again";
    locked(path, RENEWED_WITHIN, stuck).await
}

/// Waits for a lock, in a thread of its own; `stuck` is what to say when it has not come in time.
async fn locked(path: PathBuf, within: Duration, stuck: &str) -> Result<File> {
    let locking = tokio::task::spawn_blocking(move || {
        let file = open(path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    match tokio::time::timeout(within, locking).await {
        Ok(Ok(locked)) => Ok(locked?),
        Ok(Err(_)) => Err(Error::Storage("the disk's thread has stopped".into())),
        Err(_) => Err(Error::Storage(stuck.into())),
    }
}

fn open(path: PathBuf) -> std::io::Result<File> {
    private::lock_file(&path)
}
