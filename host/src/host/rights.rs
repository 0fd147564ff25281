//! The rights that a host takes: to run a sync, to look at the disk, to renew tokens, to move files.

use std::{
    path::Path,
    sync::{Arc, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use clientpoint_engine::capability::progress::Progress;

use super::{
    Host,
    waiting::{Waiting, Words},
};
use crate::{
    Error, Result,
    rights::{
        Answering, Held, Holder, Right, Rights, Taken,
        leases::{self, Leases},
        lock_files::LockFiles,
    },
    store::Store,
};

/// How long a renewal of somebody else may take. It is bounded itself; this is for a process that stands still.
const RENEWED_WITHIN: Duration = Duration::from_secs(90);

impl Host {
    /// Takes the right to run this connection's sync, or says who has it. `what` it is for, and `by` whom, is told to others
    /// then: `a sync`.
    pub(crate) async fn sync_right(&self, connection: &str, what: &str, by: &str) -> Result<Taken> {
        let right = Right::Sync(connection.into());
        let holder = Holder::new(what, by, self.clock.utc());
        self.rights.take(&right, &holder, Duration::ZERO).await
    }

    /// Who runs this connection's sync now, or keeps it from running.
    pub(crate) async fn at_work(&self, connection: &str) -> Result<Option<Holder>> {
        self.rights.holder(&Right::Sync(connection.into())).await
    }

    /// Whether somebody runs this connection's sync now, or keeps it from running. Whoever looks is in nobody's way.
    pub(crate) async fn is_at_work(&self, connection: &str) -> Result<bool> {
        self.rights.is_taken(&Right::Sync(connection.into())).await
    }

    /// Takes the right to do the nightly look; none if somebody has it.
    pub(crate) async fn look_right(&self) -> Result<Option<Held>> {
        let holder = Holder::new("a look at the disk", "timer", self.clock.utc());
        Ok(self.rights.take(&Right::Look, &holder, Duration::ZERO).await?.yours())
    }

    /// The right to make a backup; none is needed where the disk of the library takes no writes, for nobody else is there.
    ///
    /// # Errors
    ///
    /// `Error::Backup` that says who has it.
    pub(crate) async fn backup_right(&self, by: &str) -> Result<Option<Held>> {
        let holder = Holder::new("a backup", by, self.clock.utc());
        let running = |holder: Option<Holder>| {
            let who = holder.map_or_else(String::new, |holder| format!(" ({holder})"));
            Error::Backup {
                code: "backup-running",
                message: format!(
                    "another backup of this library is under way{who}: try again when it has come to its end"
                ),
            }
        };
        match self.rights.take(&Right::Backup, &holder, Duration::ZERO).await {
            Ok(Taken::Yours(held)) => Ok(Some(held)),
            Ok(Taken::Others(holder)) => Err(running(holder)),
            Err(Error::ReadOnly(_) | Error::NoSpace(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Waits until nobody renews the tokens of this connection.
    pub(crate) async fn renewal_right(&self, connection: &str) -> Result<Held> {
        renewal(&self.rights, connection, &self.queue()).await
    }

    /// Waits until no other call moves files through this connection: five files are in flight at a time, not five a call
    /// (rule 23). `what` is told to those who wait then: `an import`. `watcher` is told what is waited for.
    pub(crate) async fn turn(
        &self,
        connection: &str,
        what: &str,
        by: &str,
        watcher: Arc<dyn Progress>,
    ) -> Result<Held> {
        let right = Right::Turn(connection.into());
        let queue = Waiting {
            watcher,
            ..self.queue()
        };
        let words = || in_the_way(self.rights.holder(&right), queue.now());
        let holder = Holder::new(what, by, queue.now());
        let stuck = "another import does not come to an end: end that program, and try again";
        let within = self.limits.transfer;
        waited(&self.rights, &right, &holder, within, &queue, words, stuck).await
    }

    /// Whether the program with that entry among those that are there still is, on this machine or another. One that can't be
    /// asked for is taken for alive.
    pub(crate) async fn program_lives(&self, entry: &str) -> bool {
        match self.rights.is_taken(&Right::Program(entry.into())).await {
            Ok(lives) => lives,
            Err(error) => {
                tracing::warn!("whether another program is still there can't be told: {error}");
                true
            }
        }
    }

    /// Lets other hosts see again that this one is there, if it was away for so long that they don't. `key` is the next
    /// key, by name, if it has that.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn show_again(&self, key: Option<String>) -> Result<()> {
        let Some(entry) = self.operations.entry().filter(|_| self.store.is_on_a_server()) else {
            return Ok(());
        };
        let holder = here(self.clock.utc());
        let right = Right::Program(entry.clone());
        // What is held still is nobody's to take, this host's neither.
        if let Some(held) = self.rights.take(&right, &holder, Duration::ZERO).await?.yours() {
            *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
        }
        if let Some(key) = key {
            let right = Right::Key { key, entry };
            if let Some(held) = self.rights.take(&right, &holder, Duration::ZERO).await?.yours() {
                self.keys.tell(held);
            }
        }
        Ok(())
    }

    pub(super) fn queue(&self) -> Waiting {
        Waiting {
            clock: self.clock.clone(),
            watcher: self.watcher.clone(),
        }
    }
}

/// Who keeps the rights of a library: the database where many hosts share that, and the lock files of its folder otherwise.
pub(super) fn over(data: &Path, store: Option<&Store>) -> Arc<dyn Rights> {
    match store.and_then(|store| Leases::over(store, leases::LASTS)) {
        Some(leases) => Arc::new(leases),
        None => Arc::new(LockFiles::new(data, store.cloned())),
    }
}

/// Lets other hosts know that this program is there, if they don't see it anyway: for as long as it is held.
pub(super) async fn shown(rights: &Arc<dyn Rights>, entry: Option<String>, now: DateTime<Utc>) -> Result<Option<Held>> {
    match entry {
        Some(entry) => rights.show(&entry, &here(now)).await,
        None => Ok(None),
    }
}

/// This host, as others are told of it.
fn here(now: DateTime<Utc>) -> Holder {
    Holder::new("a host", "host", now)
}

/// Waits until nobody else renews the tokens of this connection.
pub(super) async fn renewal(rights: &Arc<dyn Rights>, connection: &str, queue: &Waiting) -> Result<Held> {
    let right = Right::Renewal(connection.into());
    let holder = Holder::new("a renewal", "host", queue.now());
    let words = || -> Words<'_> { Box::pin(async { "waiting for another program that renews this sign-in".into() }) };
    let stuck = "another program that renews the tokens does not come to an end: end it, and try again";
    waited(rights, &right, &holder, RENEWED_WITHIN, queue, words, stuck).await
}

/// Waits for a right, and tells whoever watches what is waited for; `stuck` is what to say when it has not come in time.
async fn waited<'t>(
    rights: &Arc<dyn Rights>,
    right: &Right,
    holder: &Holder,
    within: Duration,
    queue: &Waiting,
    words: impl Fn() -> Words<'t>,
    stuck: &str,
) -> Result<Held> {
    let taking = rights.take(right, holder, within);
    match queue.telling(words, taking).await? {
        // The others are to know since when it is held, not since when it was wanted.
        Taken::Yours(held) => Ok(held.since(queue.now())),
        Taken::Others(_) => Err(Error::Storage(stuck.into())),
    }
}

/// Who has the turn of a connection, in words for those who wait for it.
fn in_the_way(holder: Answering<'_, Option<Holder>>, now: DateTime<Utc>) -> Words<'_> {
    Box::pin(async move {
        match holder.await {
            Ok(Some(holder)) => has_it(&holder, now),
            _ => "waiting for the connection's turn: another program has it".into(),
        }
    })
}

fn has_it(holder: &Holder, now: DateTime<Utc>) -> String {
    let since = holder.since.parse::<DateTime<Utc>>().ok();
    let seconds = since.map(|since| (now - since).num_seconds()).filter(|for_| 0 <= *for_);
    format!(
        "waiting for the connection's turn: {holder} has it since {}{}",
        holder.since,
        seconds
            .map(|seconds| format!(", for {}", span(seconds)))
            .unwrap_or_default()
    )
}

fn span(seconds: i64) -> String {
    match seconds {
        1 => "1 second".into(),
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        _ => format!("{} hours", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_wait_are_told_who_has_the_turn_and_since_when() {
        let now = "2026-03-02T05:32:30Z".parse().unwrap();
        let holder = Holder {
            what: "an import".into(),
            by: "ada".into(),
            process: 4711,
            machine: None,
            since: "2026-03-02T05:30:00Z".into(),
            waits: None,
        };
        assert_eq!(
            has_it(&holder, now),
            "waiting for the connection's turn: an import by `ada` (process 4711) has it since 2026-03-02T05:30:00Z, for 2 minutes"
        );
    }
}
