//! Where the grants of people are kept: sealed, in the database, renewed by one process at a time.

use std::any::Any;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;

use super::Host;
use crate::oauth::Grant;
use crate::oauth::tokens::{Keeper, Keeping};
use crate::secrets::SecretKey;
use crate::store::grants;
use crate::{Error, Result};

/// How long a renewal of somebody else may take. It is bounded itself; this is for a process that stands still.
const RENEWED_WITHIN: Duration = Duration::from_secs(90);

/// Keeps the grant of one connection.
pub(super) struct DatabaseKeeper {
    pool: SqlitePool,
    key: Arc<SecretKey>,
    connection: String,
    lock: PathBuf,
}

impl Host {
    pub(super) fn keeper(&self, connection: &str) -> DatabaseKeeper {
        DatabaseKeeper {
            pool: self.pool.clone(),
            key: self.key(),
            connection: connection.into(),
            lock: self.renewal_lock(connection),
        }
    }

    /// Waits until nobody renews the tokens of this connection, in this process or another. The right ends when the file
    /// is dropped.
    pub(crate) async fn renewal_right(&self, connection: &str) -> Result<File> {
        locked(self.renewal_lock(connection)).await
    }

    fn renewal_lock(&self, connection: &str) -> PathBuf {
        self.data.join(format!("{connection}.renew.lock"))
    }
}

async fn locked(path: PathBuf) -> Result<File> {
    let locking = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).append(true).open(path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    match tokio::time::timeout(RENEWED_WITHIN, locking).await {
        Ok(Ok(locked)) => Ok(locked?),
        Ok(Err(_)) => Err(Error::Storage("the disk's thread has stopped".into())),
        Err(_) => Err(Error::Storage(
            "another program that renews the tokens does not come to an end: end it, and try again".into(),
        )),
    }
}

impl Keeper for DatabaseKeeper {
    fn alone(&self) -> Keeping<'_, Box<dyn Any + Send>> {
        Box::pin(async {
            let file = locked(self.lock.clone()).await.map_err(|error| error.to_string())?;
            Ok(Box::new(file) as Box<dyn Any + Send>)
        })
    }

    fn read(&self) -> Keeping<'_, Option<Grant>> {
        Box::pin(async {
            let kept = grants::get(&self.pool, &self.key, &self.connection).await;
            kept.map_err(|error| error.to_string())
        })
    }

    fn write<'a>(&'a self, grant: &'a Grant) -> Keeping<'a, ()> {
        Box::pin(async {
            let put = grants::put(&self.pool, &self.key, &self.connection, grant).await;
            put.map_err(|error| error.to_string())
        })
    }
}
