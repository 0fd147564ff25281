//! Who is logged in to the console, and from where. A login is known by the hash of its cookie.

use serde::Serialize;

use super::{
    Store,
    db::{self, Transaction},
};
use crate::Result;

/// The most logins of one person at a time; with another one, the oldest ends.
const AT_MOST: i64 = 20;

/// Somebody who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Login {
    /// The SHA-256 of the cookie, in hexadecimal.
    #[serde(skip)]
    pub hash: String,
    /// Who it is.
    pub user: String,
    /// Since when; RFC 3339.
    pub made_at: String,
    /// When something was asked for last, to a minute; RFC 3339.
    pub seen_at: String,
    /// When it ends whatever happens; RFC 3339.
    pub ends_at: String,
    /// The address of the other end.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// Begins one.
///
/// # Errors
///
/// The database's.
pub async fn begin(store: &Store, login: &Login) -> Result<()> {
    let mut transaction = store.write().await?;
    db::query(
        "INSERT INTO logins (hash, user, made_at, seen_at, ends_at, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&login.hash)
    .bind(&login.user)
    .bind(&login.made_at)
    .bind(&login.seen_at)
    .bind(&login.ends_at)
    .bind(&login.address)
    .bind(&login.agent)
    .execute(&mut *transaction)
    .await?;
    db::query(
        "DELETE FROM logins WHERE user = ? AND hash NOT IN \
         (SELECT hash FROM logins WHERE user = ? ORDER BY made_at DESC, hash LIMIT ?)",
    )
    .bind(&login.user)
    .bind(&login.user)
    .bind(AT_MOST)
    .execute(&mut *transaction)
    .await?;
    was_seen(&mut transaction, &login.user, &login.made_at).await?;
    Ok(transaction.commit().await?)
}

async fn was_seen(transaction: &mut Transaction, user: &str, at: &str) -> Result<()> {
    db::query("UPDATE users SET seen_at = ? WHERE name = ?")
        .bind(at)
        .bind(user)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// The login with that hash; none if it has ended, or was idle since before `idle_since`.
///
/// # Errors
///
/// The database's.
pub async fn get(store: &Store, hash: &str, now: &str, idle_since: &str) -> Result<Option<Login>> {
    let login = db::query_as(
        "SELECT hash, user, made_at, seen_at, ends_at, address, agent FROM logins \
         WHERE hash = ? AND ends_at > ? AND seen_at > ?",
    )
    .bind(hash)
    .bind(now)
    .bind(idle_since)
    .fetch_optional(store.pool())
    .await?;
    Ok(login)
}

/// Notes that something was asked for.
///
/// # Errors
///
/// The database's.
pub async fn seen(store: &Store, login: &Login, now: &str) -> Result<()> {
    let mut transaction = store.write().await?;
    db::query("UPDATE logins SET seen_at = ? WHERE hash = ?")
        .bind(now)
        .bind(&login.hash)
        .execute(&mut *transaction)
        .await?;
    was_seen(&mut transaction, &login.user, now).await?;
    Ok(transaction.commit().await?)
}

/// Those of one person that are good: twenty at most, the one first that was used last.
///
/// # Errors
///
/// The database's.
pub async fn of(store: &Store, user: &str, now: &str, idle_since: &str) -> Result<Vec<Login>> {
    let logins = db::query_as(
        "SELECT hash, user, made_at, seen_at, ends_at, address, agent FROM logins \
         WHERE user = ? AND ends_at > ? AND seen_at > ? ORDER BY seen_at DESC, hash LIMIT ?",
    )
    .bind(user)
    .bind(now)
    .bind(idle_since)
    .bind(AT_MOST)
    .fetch_all(store.pool())
    .await?;
    Ok(logins)
}

/// Ends all logins of a person but the one with that hash; all of them, if none has it. How many those were.
///
/// # Errors
///
/// The database's.
pub async fn end_others(store: &Store, user: &str, but: &str) -> Result<u64> {
    let done = db::query("DELETE FROM logins WHERE user = ? AND hash <> ?")
        .bind(user)
        .bind(but)
        .execute(store.pool())
        .await?;
    Ok(done.rows_affected())
}

/// Ends one, and those whose time is over.
///
/// # Errors
///
/// The database's.
pub async fn end(store: &Store, hash: &str, now: &str) -> Result<()> {
    db::query("DELETE FROM logins WHERE hash = ? OR ends_at <= ?")
        .bind(hash)
        .bind(now)
        .execute(store.pool())
        .await?;
    Ok(())
}
