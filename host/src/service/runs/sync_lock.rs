//! The right to run a connection's sync. Its ledger accounts for the files that it began with: whoever changes what they
//! follow takes the right first, so that no sync runs meanwhile.

use std::fs::File;

use crate::{Error, Result, host::Turn, service::Session, store::connections, way_out::WayOut};

impl Session<'_> {
    /// Waits for the turn of a connection. `what` this person wants it for is told to those who wait for it then.
    pub(in crate::service) async fn turn(&self, connection: &str, what: &str) -> Result<Turn> {
        let watcher = self.watcher.clone();
        self.host.turn(connection, what, &self.user.name, watcher).await
    }

    /// Keeps the sync of a connection from running, in this process and others, for as long as the lock is there.
    ///
    /// # Errors
    ///
    /// `Error::Sync` (`sync-running`) if somebody has the right; it is not waited for.
    pub(in crate::service) async fn no_sync(&self, connection: &str) -> Result<File> {
        if let Some(right) = self.host.sync_right(connection).await? {
            return Ok(right);
        }
        let whose = match connections::find(&self.host.store, connection).await? {
            Some(found) => found.owner.map(|owner| format!("the connection of {owner}")),
            None => Some("another connection".into()),
        };
        let running = Error::Sync {
            code: "sync-running",
            message: format!(
                "a sync of {} is running: wait for its end, and try again",
                whose.as_deref().unwrap_or("the company's connection")
            ),
        };
        Err(running.with([WayOut::ShowRuns]))
    }

    /// As [`Session::no_sync`], for all connections: an upload reaches files of each of them, and so does taking it back.
    ///
    /// # Errors
    ///
    /// As [`Session::no_sync`].
    pub(in crate::service) async fn no_sync_at_all(&self) -> Result<Vec<File>> {
        let mut rights = Vec::new();
        for connection in connections::ids(&self.host.store).await? {
            rights.push(self.no_sync(&connection).await?);
        }
        Ok(rights)
    }
}
