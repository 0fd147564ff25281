//! The one handle at the database. Whoever holds it asks the other files of this folder, which alone speak SQL.

use super::db::{DEFAULT_ACCOUNT, Pool, Transaction};
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

    /// The same database as another account sees it; itself where it has one account alone.
    pub(crate) fn of(&self, account: &str) -> Self {
        match &self.pool {
            Pool::Lite(_) => self.clone(),
            Pool::Post(post) if *post.account == *account => self.clone(),
            Pool::Post(post) => Self::over(Pool::Post(post.of(account))),
        }
    }

    /// The account whose library this is.
    pub(crate) fn account(&self) -> &str {
        match &self.pool {
            Pool::Lite(_) => DEFAULT_ACCOUNT,
            Pool::Post(post) => &post.account,
        }
    }

    /// Where the server is that it lies on, for people; none in a data folder.
    pub(crate) fn place(&self) -> Option<String> {
        match &self.pool {
            Pool::Lite(_) => None,
            Pool::Post(post) => Some(post.addresses.place()),
        }
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
