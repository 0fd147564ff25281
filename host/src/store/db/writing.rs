//! Beginning to write. Within fences, a transaction asks first whether all of them hold still, and keeps whoever would take
//! one over waiting until it has come to its end.

use super::{Connection, Pool, Transaction};
use crate::{
    Result,
    fences::{self, Fence, RightLost},
};

/// How a statement begins that writes.
const WRITING: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

/// SQLite has one writer: whoever would take the right over waits for the transaction as it is.
const LITE: &str = "SELECT 1 FROM leases WHERE name = ? AND epoch = ?";

/// The epoch is in a key, so who takes a right over waits for those who have looked at it like this; who renews it does not.
const POST: &str = "SELECT 1::bigint FROM clientpoint.leases WHERE name = $1 AND epoch = $2 FOR KEY SHARE";

impl Pool {
    /// Begins to write. Nobody else of this account does until it is committed or dropped; what it reads stays true till then,
    /// and so do the fences that are in force.
    ///
    /// # Errors
    ///
    /// `Error::Busy` if somebody else is at it for too long; `Error::Sync` (`right-lost`) where a fence does not hold.
    pub(in crate::store) async fn write(&self) -> Result<Transaction> {
        let connection = match self {
            Self::Lite(pool) => Connection::Lite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Self::Post(post) => Connection::Post(post.writing().await?),
        };
        let mut transaction = Transaction { connection };
        require(&mut transaction, &fences::present()).await?;
        Ok(transaction)
    }
}

/// A transaction for a statement that writes by itself within fences; none for one that needs none.
///
/// # Errors
///
/// As [`require`], and the database's.
pub(super) async fn alone(pool: &Pool, text: &str) -> sqlx::Result<Option<Transaction>> {
    let fences = fences::present();
    if fences.is_empty() || !WRITING.iter().any(|word| text.trim_start().starts_with(word)) {
        return Ok(None);
    }
    let connection = match pool {
        Pool::Lite(pool) => Connection::Lite(pool.begin_with("BEGIN IMMEDIATE").await?),
        Pool::Post(post) => Connection::Post(post.single().await?),
    };
    let mut transaction = Transaction { connection };
    require(&mut transaction, &fences).await?;
    Ok(Some(transaction))
}

/// Refuses to go on in a transaction unless all of these fences hold still; they do until its end then.
///
/// # Errors
///
/// [`RightLost`], within an error of the configuration; the database's.
pub(super) async fn require(connection: &mut Connection, fences: &[Fence]) -> sqlx::Result<()> {
    match hold(connection, fences).await? {
        true => Ok(()),
        false => Err(sqlx::Error::Configuration(Box::new(RightLost))),
    }
}

/// Whether all of these fences hold still. If so, they do until the end of the transaction.
///
/// # Errors
///
/// The database's.
pub(in crate::store) async fn hold(connection: &mut Connection, fences: &[Fence]) -> sqlx::Result<bool> {
    for Fence { name, epoch } in fences {
        let there: Option<(i64,)> = match connection {
            Connection::Lite(held) => {
                let asked = sqlx::query_as(LITE).bind(name).bind(epoch);
                asked.fetch_optional(&mut **held).await?
            }
            Connection::Post(held) => {
                let asked = sqlx::query_as(POST).bind(name).bind(epoch);
                held.way.within(asked.fetch_optional(&mut *held.held)).await?
            }
        };
        if there.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}
