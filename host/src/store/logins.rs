//! Who is logged in to the console, and from where. A login is known by the hash of its cookie.

use serde::Serialize;

use super::Store;
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
    sqlx::query(
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
    sqlx::query(
        "DELETE FROM logins WHERE user = ? AND hash NOT IN \
         (SELECT hash FROM logins WHERE user = ? ORDER BY made_at DESC, hash LIMIT ?)",
    )
    .bind(&login.user)
    .bind(&login.user)
    .bind(AT_MOST)
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

/// The login with that hash; none if it has ended, or was idle since before `idle_since`.
///
/// # Errors
///
/// The database's.
pub async fn get(store: &Store, hash: &str, now: &str, idle_since: &str) -> Result<Option<Login>> {
    let login = sqlx::query_as(
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
pub async fn seen(store: &Store, hash: &str, now: &str) -> Result<()> {
    sqlx::query("UPDATE logins SET seen_at = ? WHERE hash = ?")
        .bind(now)
        .bind(hash)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Ends one, and those whose time is over.
///
/// # Errors
///
/// The database's.
pub async fn end(store: &Store, hash: &str, now: &str) -> Result<()> {
    sqlx::query("DELETE FROM logins WHERE hash = ? OR ends_at <= ?")
        .bind(hash)
        .bind(now)
        .execute(store.pool())
        .await?;
    Ok(())
}
