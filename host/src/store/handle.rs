//! The one handle at the database. Whoever holds it asks the other files of this folder, which alone speak SQL.

use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::Result;

/// A data folder's database, open. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
}

impl Store {
    pub(super) const fn over(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// For a statement that needs no other beside it.
    pub(super) const fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Begins to write. Nobody else does until it is committed or dropped; what it reads stays true till then.
    ///
    /// # Errors
    ///
    /// `Error::Busy` if somebody else is at it for too long.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Begins to read: what it sees is of one moment.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn snapshot(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.pool.begin().await?)
    }

    /// Closes it, once its questions are answered.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
