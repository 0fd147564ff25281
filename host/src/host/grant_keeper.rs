//! Where the grants of people are kept: sealed, in the database, renewed by one process at a time.

use std::{
    any::Any,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use clientpoint_engine::{
    oauth::{Grant, Keeper, Keeping},
    secrets::SecretKey,
};

use crate::{
    Error, Result,
    host::{Host, keys::Keys, rights, waiting::Waiting},
    rights::{Held, Rights},
    store::{Store, grants},
};

/// For how long it is tried to keep a grant that the sign-in service has given, and the pauses in between: the first, and the
/// longest. Nobody else renews it meanwhile.
const WRITTEN_WITHIN: Duration = Duration::from_secs(120);
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// Keeps the grant of one connection.
pub(super) struct DatabaseKeeper {
    store: Store,
    keys: Arc<Keys>,
    connection: String,
    rights: Arc<dyn Rights>,
    data: PathBuf,
    waiting: Waiting,
    /// The right to renew it, while somebody has it.
    alone: Mutex<Weak<Held>>,
}

impl Host {
    pub(super) fn keeper(&self, connection: &str) -> DatabaseKeeper {
        DatabaseKeeper {
            store: self.store.clone(),
            keys: self.keys.clone(),
            connection: connection.into(),
            rights: self.rights.clone(),
            data: self.data.clone(),
            waiting: self.queue(),
            alone: Mutex::default(),
        }
    }
}

impl DatabaseKeeper {
    async fn put(&self, grant: &Grant) -> Result<()> {
        let put = |key: Arc<SecretKey>| async move { grants::put(&self.store, &key, &self.connection, grant).await };
        let put = Box::pin(self.keys.with(&self.store, put));
        let held = self.alone_now().upgrade();
        // Who has stood still for too long puts nothing over what somebody else has brought, or signed in with, since.
        match &held {
            Some(held) => held.guarding(put).await,
            None => put.await,
        }
    }

    fn alone_now(&self) -> MutexGuard<'_, Weak<Held>> {
        self.alone.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeper for DatabaseKeeper {
    fn alone(&self) -> Keeping<'_, Box<dyn Any + Send>> {
        Box::pin(async move {
            let held = rights::renewal(&self.rights, &self.connection, &self.waiting).await;
            let held = Arc::new(held.map_err(|error| told(&self.data, error))?);
            *self.alone_now() = Arc::downgrade(&held);
            Ok(Box::new(held) as Box<dyn Any + Send>)
        })
    }

    fn read(&self) -> Keeping<'_, Option<Grant>> {
        Box::pin(async move {
            let read = |key: Arc<SecretKey>| async move { grants::get(&self.store, &key, &self.connection).await };
            self.keys
                .with(&self.store, read)
                .await
                .map_err(|error| told(&self.data, error))
        })
    }

    fn write<'a>(&'a self, grant: &'a Grant) -> Keeping<'a, ()> {
        Box::pin(async move {
            let begun = Instant::now();
            let mut pause = PAUSES.0;
            loop {
                match self.put(grant).await {
                    // The sign-in service may have ended the one that is kept when it gave this one out.
                    Err(error) if passes(&error) && begun.elapsed() < WRITTEN_WITHIN => {
                        tokio::time::sleep(pause).await;
                        pause = PAUSES.1.min(pause * 2);
                    }
                    done => return done.map_err(|error| told(&self.data, error)),
                }
            }
        })
    }
}

/// Whether the database may take in a moment what it does not take now: somebody else writes, or its server is away.
fn passes(error: &Error) -> bool {
    matches!(error.code(), "folder-in-use" | "database-busy" | "database-away")
}

/// In words that name the folder, and the way out: they are told as they are.
fn told(data: &Path, error: Error) -> String {
    error.about(data).to_string()
}

#[cfg(test)]
mod tests;
