//! The rights that a host takes at its data folder, each a locked file: to run a sync, to look at the disk, to renew
//! tokens, to move files.

use std::{fs::File, path::PathBuf, sync::Arc, time::Duration};

use clientpoint_engine::capability::progress::Progress;

use super::{Host, Turn, locks, programs, waiting::Waiting};
use crate::Result;

/// How long a renewal of somebody else may take. It is bounded itself; this is for a process that stands still.
const RENEWED_WITHIN: Duration = Duration::from_secs(90);

impl Host {
    /// Takes the right to run this connection's sync; none if somebody has it.
    pub(crate) async fn sync_right(&self, connection: &str) -> Result<Option<File>> {
        locks::free(&self.data.join(format!("{connection}.sync.lock")))
    }

    /// Takes the right to do the nightly look; none if somebody has it.
    pub(crate) fn look_right(&self) -> Result<Option<File>> {
        locks::free(&self.data.join("look.lock"))
    }

    /// Waits until nobody renews the tokens of this connection.
    pub(crate) async fn renewal_right(&self, connection: &str) -> Result<File> {
        renewal(self.renewal_lock(connection), &self.queue()).await
    }

    /// Waits until no other call moves files through this connection: five files are in flight at a time, not five a call
    /// (rule 23). `what` is told to those who wait then: `an import`. `watcher` is told what is waited for.
    pub(crate) async fn turn(
        &self,
        connection: &str,
        what: &str,
        by: &str,
        watcher: Arc<dyn Progress>,
    ) -> Result<Turn> {
        let path = self.data.join(format!("{connection}.lock"));
        let queue = Waiting {
            watcher,
            ..self.queue()
        };
        Turn::take(&path, self.limits.transfer, what, by, &queue).await
    }

    /// Whether the program with that entry in the folder of those that are there still is.
    pub(crate) fn program_lives(&self, entry: &str) -> bool {
        programs::is_there(&self.data, entry)
    }

    /// The file whose lock is the right to renew the tokens of this connection.
    pub(super) fn renewal_lock(&self, connection: &str) -> PathBuf {
        self.data.join(format!("{connection}.renew.lock"))
    }

    pub(super) fn queue(&self) -> Waiting {
        Waiting {
            clock: self.clock.clone(),
            watcher: self.watcher.clone(),
        }
    }
}

/// Waits until nobody else renews the tokens that this file stands for.
pub(super) async fn renewal(path: PathBuf, waiting: &Waiting) -> Result<File> {
    let stuck = "another program that renews the tokens does not come to an end: end it, and try again";
    if let Some(file) = locks::free(&path)? {
        return Ok(file);
    }
    let words = || "waiting for another program that renews this sign-in".into();
    let locking = locks::locked(&path, RENEWED_WITHIN, stuck);
    waiting.telling(words, locking).await
}
