//! The database under the store: SQLite in the data folder, or PostgreSQL for many hosts.
//!
//! A statement is written once, for SQLite; [`text`] gives it to PostgreSQL. What it takes and gives are numbers, texts and
//! bytes, which both have alike, so nothing above this file knows which of them it is, but for what only one of them has.

pub(super) mod addresses;
mod builder;
mod handed;
mod query;
mod text;
#[cfg(test)]
pub(super) mod trial;
pub(super) mod turns;
mod values;
mod writing;

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, PgConnection, PgPool, Postgres, Sqlite, SqlitePool, Transaction as Held, pool::PoolConnection,
};

use crate::{Result, error::server::ServerTrouble};
use addresses::{Addresses, Way};
use turns::Turns;

pub(super) use builder::QueryBuilder;
pub(super) use handed::Executor;
pub(super) use query::{query, query_as};
pub(super) use writing::hold;

/// The account of a library that has one alone.
pub(crate) const DEFAULT_ACCOUNT: &str = "default";

/// An open database. Clones are the same one.
#[derive(Clone, Debug)]
pub(super) enum Pool {
    /// The file of a data folder.
    Lite(SqlitePool),
    /// A server's, for one account in it.
    Post(Post),
}

/// A server's database, as one account sees it.
#[derive(Clone, Debug)]
pub(super) struct Post {
    pub(super) pool: PgPool,
    /// Connections that are lent to one account after the other: for a host that works for many.
    pub(super) others: PgPool,
    /// Connections for renewing rights and giving them back, neither of which waits for anybody: so it is done in time, however
    /// many wait for the others. Who takes a right may wait for whoever writes under it.
    pub(super) rights: PgPool,
    /// How long somebody waits for a lock.
    pub(super) patience: Duration,
    /// Whose turn it is, in this process, to ask the server for the right to write to an account. Who waits has no connection.
    pub(super) turns: Arc<Turns>,
    /// The account whose rows are seen, and to which new ones belong.
    pub(super) account: Arc<str>,
    /// Whether the connections of the pool are that account's from the beginning.
    pub(super) is_own: bool,
    /// Where the server is.
    pub(super) addresses: Arc<Addresses>,
}

/// A connection in a transaction.
#[derive(Debug)]
pub(super) enum Connection {
    /// SQLite's.
    Lite(Held<'static, Sqlite>),
    /// PostgreSQL's.
    Post(Begun),
}

/// A transaction on a server.
#[derive(Debug)]
pub(super) struct Begun {
    held: Held<'static, Postgres>,
    /// By which of the server's addresses.
    way: Way,
}

/// A transaction: all of it, or nothing. It is given up where it is dropped.
#[derive(Debug)]
pub(super) struct Transaction {
    connection: Connection,
}

impl Pool {
    /// Begins to read: what it sees is of one moment.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn snapshot(&self) -> Result<Transaction> {
        let connection = match self {
            Self::Lite(pool) => Connection::Lite(pool.begin().await?),
            Self::Post(post) => Connection::Post(post.begun(post.reading(), None).await?),
        };
        Ok(Transaction { connection })
    }

    /// Whether a row may have this text. None of a server's has one with a NUL in it, which it may not be asked for.
    pub(super) fn may_have(&self, text: &str) -> bool {
        matches!(self, Self::Lite(_)) || !text.contains('\0')
    }

    /// Closes it, once its questions are answered.
    pub(super) async fn close(&self) {
        match self {
            Self::Lite(pool) => pool.close().await,
            Self::Post(post) => {
                post.pool.close().await;
                post.others.close().await;
                post.rights.close().await;
            }
        }
    }
}

impl Post {
    /// The same database, as another account sees it.
    pub(super) fn of(&self, account: &str) -> Self {
        Self {
            pool: self.others.clone(),
            others: self.others.clone(),
            rights: self.rights.clone(),
            patience: self.patience,
            turns: Arc::clone(&self.turns),
            account: Arc::from(account),
            is_own: false,
            addresses: Arc::clone(&self.addresses),
        }
    }

    /// A connection for a statement of this account, where those of the pool are lent to many. Whose it is is said anew each
    /// time that one is lent.
    async fn lent(&self) -> sqlx::Result<PoolConnection<Postgres>> {
        let mut lent = self.pool.acquire().await.map_err(|error| self.told(error))?;
        sqlx::query("SELECT set_config('clientpoint.account', $1, false)")
            .bind(&*self.account)
            .execute(&mut *lent)
            .await
            .map_err(|error| self.told(error))?;
        Ok(lent)
    }

    /// A transaction that writes: in the account's name, and alone in it. The lock ends with the transaction.
    ///
    /// It is asked for by itself, once the transaction has begun: an error of the statement that begins one leaves the
    /// connection in the middle of it, and whoever gets that next is refused everything.
    async fn writing(&self) -> sqlx::Result<Begun> {
        let lock = format!("write/{}", self.account);
        let turn = tokio::time::timeout(self.patience, self.turns.take(&self.account)).await;
        let _turn = turn.map_err(|_| self.told(ServerTrouble::busy(&self.addresses.place().into())))?;
        self.begun(self.named(), Some(lock)).await
    }

    /// How a transaction begins in the account's name.
    fn named(&self) -> String {
        format!("BEGIN; SET LOCAL clientpoint.account = '{}'", self.account)
    }

    /// How a transaction begins that only reads.
    fn reading(&self) -> String {
        let account = &self.account;
        format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL clientpoint.account = '{account}'")
    }

    /// A transaction of a single statement, on a connection that is another account's.
    async fn single(&self) -> sqlx::Result<Begun> {
        self.begun(self.named(), None).await
    }

    /// Begins a transaction so. It is begun to the end also where whoever asks gives up in the middle: else the connection
    /// would go back with a transaction, and its locks, that nobody knows of.
    async fn begun(&self, begin: String, lock: Option<String>) -> sqlx::Result<Begun> {
        let (pool, addresses) = (self.pool.clone(), Arc::clone(&self.addresses));
        let beginning = tokio::spawn(async move {
            // What is left of one that is given up here is of a server that nothing is lent of any more.
            let mut held = addresses.way().within(pool.begin_with(AssertSqlSafe(begin))).await?;
            let way = addresses.way_of_lent();
            if let Some(lock) = lock {
                let asked = sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").bind(lock);
                way.within(asked.execute(&mut *held)).await?;
            }
            Ok(Begun { held, way })
        });
        let begun = beginning.await.unwrap_or(Err(sqlx::Error::WorkerCrashed));
        begun.map_err(|error| self.told(error))
    }

    /// Waits for an answer of the server, for as long as that is in use; an error has its place.
    pub(super) async fn within<T>(&self, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        self.addresses.way().within(answer).await
    }

    /// An error of the server, with its place.
    pub(super) fn told(&self, error: sqlx::Error) -> sqlx::Error {
        self.addresses.way().told(error)
    }
}

impl Begun {
    async fn commit(self) -> sqlx::Result<()> {
        let Self { held, way } = self;
        way.within(held.commit()).await
    }
}

impl Deref for Begun {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.held
    }
}

impl DerefMut for Begun {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.held
    }
}

impl Transaction {
    /// Makes it last.
    ///
    /// # Errors
    ///
    /// The database's: nothing of it was done then, unless the connection broke while the answer was on its way.
    pub(super) async fn commit(self) -> sqlx::Result<()> {
        match self.connection {
            Connection::Lite(held) => held.commit().await,
            Connection::Post(held) => held.commit().await,
        }
    }

    /// Marks where a part begins that may be given up by itself. One part at a time.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn mark(&mut self) -> sqlx::Result<()> {
        query("SAVEPOINT part").execute(&mut **self).await.map(|_| ())
    }

    /// Ends the part, which stays or is given up.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn past(&mut self, stays: bool) -> sqlx::Result<()> {
        if !stays {
            query("ROLLBACK TO SAVEPOINT part").execute(&mut **self).await?;
        }
        query("RELEASE SAVEPOINT part").execute(&mut **self).await.map(|_| ())
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
