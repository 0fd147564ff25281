//! Where the grants of people are kept: sealed, in the database, renewed by one process at a time.

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;

use sqlx::SqlitePool;

use super::waiting::Waiting;
use super::{Host, rights};
use crate::oauth::Grant;
use crate::oauth::tokens::{Keeper, Keeping};
use crate::secrets::SecretKey;
use crate::store::grants;

/// Keeps the grant of one connection.
pub(super) struct DatabaseKeeper {
    pool: SqlitePool,
    key: Arc<SecretKey>,
    connection: String,
    lock: PathBuf,
    waiting: Waiting,
}

impl Host {
    pub(super) fn keeper(&self, connection: &str) -> DatabaseKeeper {
        DatabaseKeeper {
            pool: self.pool.clone(),
            key: self.key(),
            connection: connection.into(),
            lock: self.renewal_lock(connection),
            waiting: self.queue(),
        }
    }
}

impl Keeper for DatabaseKeeper {
    fn alone(&self) -> Keeping<'_, Box<dyn Any + Send>> {
        Box::pin(async {
            let file = rights::renewal(self.lock.clone(), &self.waiting)
                .await
                .map_err(|error| error.to_string())?;
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
