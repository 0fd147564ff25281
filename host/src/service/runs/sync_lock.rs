//! The right to run a connection's sync. Its ledger accounts for the files that it began with: whoever changes what they
//! follow takes the right first, so that no sync runs meanwhile.

use std::collections::BTreeMap;

use crate::{
    Error, Result,
    rights::{Held, Holder, Taken},
    service::Session,
    store::{
        connections,
        reach::{self, Reaching},
    },
    way_out::WayOut,
};

impl Session<'_> {
    /// Waits for the turn of a connection. `what` this person wants it for is told to those who wait for it then.
    pub(in crate::service) async fn turn(&self, connection: &str, what: &str) -> Result<Held> {
        let watcher = self.watcher.clone();
        self.host.turn(connection, what, &self.user.name, watcher).await
    }

    /// Keeps the sync of a connection from running, in this process and others, for as long as the right is held. `what`
    /// this person wants it for is told to those who want it then: `an upload`.
    ///
    /// # Errors
    ///
    /// `Error::Sync` (`sync-running`) if somebody has the right; it is not waited for.
    pub(in crate::service) async fn no_sync(&self, connection: &str, what: &str) -> Result<Held> {
        match self.host.sync_right(connection, what, &self.user.name).await? {
            Taken::Yours(held) => Ok(held),
            Taken::Others(holder) => Err(self.is_running(connection, holder.as_ref()).await?),
        }
    }

    /// As [`Session::no_sync`], for all connections that something reaches. Once their rights are there, nobody else changes
    /// what that is.
    ///
    /// # Errors
    ///
    /// As [`Session::no_sync`] and [`reach::of`].
    pub(in crate::service) async fn no_sync_of(&self, reaching: Reaching<'_>, what: &str) -> Result<Vec<Held>> {
        let mut rights = BTreeMap::new();
        loop {
            let mut missing = reach::of(&self.host.store, reaching).await?;
            missing.retain(|connection| !rights.contains_key(connection));
            if missing.is_empty() {
                return Ok(rights.into_values().collect());
            }
            for connection in missing {
                let right = self.no_sync(&connection, what).await?;
                rights.insert(connection, right);
            }
        }
    }

    /// That somebody has the right to the sync of a connection.
    pub(in crate::service) async fn is_running(&self, connection: &str, holder: Option<&Holder>) -> Result<Error> {
        let whose = match connections::find(&self.host.store, connection).await? {
            Some(found) => found.owner.map(|owner| format!("the connection of {owner}")),
            None => Some("another connection".into()),
        };
        // Who holds the right may carry out something that is no sync, or something that is written down nowhere.
        let operation = self.sync_under_way(connection).await?;
        let number = operation
            .as_ref()
            .map(|operation| format!(" as operation {}", operation.id));
        let running = Error::Sync {
            code: "sync-running",
            message: format!(
                "{} of {} is running{}: wait for its end, and try again",
                holder.map_or("a sync", |holder| &holder.what),
                whose.as_deref().unwrap_or("the company's connection"),
                number.unwrap_or_default()
            ),
        };
        let to_it = operation.map(|_| WayOut::ShowOperations);
        Ok(running.with(to_it.into_iter().chain([WayOut::ShowRuns])))
    }
}
