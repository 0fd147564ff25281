//! The one handle at the database. Whoever holds it asks the other files of this folder, which alone speak SQL.

use super::db::{Pool, Transaction};
use crate::Result;

/// A library's database, open. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
}

impl Store {
    pub(super) const fn over(pool: Pool) -> Self {
        Self { pool }
    }

    /// For a statement that needs no other beside it.
    pub(super) const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Begins to write. Nobody else does until it is committed or dropped; what it reads stays true till then.
    ///
    /// # Errors
    ///
    /// `Error::Busy` if somebody else is at it for too long; `Error::Sync` (`right-lost`) where a fence that is in force does
    /// not hold.
    pub(super) async fn write(&self) -> Result<Transaction> {
        self.pool.write().await
    }

    /// Begins to read: what it sees is of one moment.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn snapshot(&self) -> Result<Transaction> {
        self.pool.snapshot().await
    }

    /// Whether it is a server's, which other hosts may be at work with.
    pub(crate) const fn is_on_a_server(&self) -> bool {
        matches!(self.pool, Pool::Post(_))
    }

    /// Closes it, once its questions are answered.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
