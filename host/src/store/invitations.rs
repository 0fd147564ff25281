//! One-time links, by which people come in who have no password yet, or have lost it.

use super::{
    Store,
    db::{self, Transaction},
    identities::{self, Identity},
};
use crate::Result;

/// The most that are open at a time for one person; with another one, the oldest end.
const OPEN_AT_MOST: i64 = 5;

/// Notes a link by the hash of what is in it.
///
/// # Errors
///
/// The database's.
pub async fn put(store: &Store, hash: &str, user: &str, now: &str, ends: &str) -> Result<()> {
    let mut transaction = store.write().await?;
    db::query("INSERT INTO invitations (hash, user, made_at, ends_at) VALUES (?, ?, ?, ?)")
        .bind(hash)
        .bind(user)
        .bind(now)
        .bind(ends)
        .execute(&mut *transaction)
        .await?;
    db::query(
        "DELETE FROM invitations WHERE user = ? AND hash NOT IN \
         (SELECT hash FROM invitations WHERE user = ? ORDER BY made_at DESC, hash LIMIT ?)",
    )
    .bind(user)
    .bind(user)
    .bind(OPEN_AT_MOST)
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

/// How a link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is good for this person.
    Good(String),
    /// It was used.
    Used,
    /// Its time is over.
    Over,
    /// There is no such link.
    Unknown,
}

/// How a link stands at a time.
///
/// # Errors
///
/// The database's.
pub async fn standing(store: &Store, hash: &str, now: &str) -> Result<Standing> {
    let row: Option<(String, String, Option<String>)> =
        db::query_as("SELECT user, ends_at, used_at FROM invitations WHERE hash = ?")
            .bind(hash)
            .fetch_optional(store.pool())
            .await?;
    Ok(match row {
        None => Standing::Unknown,
        Some((_, _, Some(_))) => Standing::Used,
        Some((_, ends, None)) if ends.as_str() <= now => Standing::Over,
        Some((user, _, None)) => Standing::Good(user),
    })
}

/// What came of using a link up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// It is used.
    Done,
    /// Somebody else was faster, or it has ended. Nothing was changed.
    Used,
    /// The account is somebody else's. Nothing was changed.
    OfAnother,
}

/// Uses a link up, and gives its person this password: both or neither. False if somebody else was faster.
///
/// # Errors
///
/// The database's.
pub async fn redeem(store: &Store, hash: &str, user: &str, password: &str, now: &str) -> Result<bool> {
    let mut transaction = store.write().await?;
    if !use_up(&mut transaction, hash, user, now).await? {
        return Ok(false);
    }
    db::query(
        "INSERT INTO passwords (user, hash, set_at) VALUES (?, ?, ?) \
         ON CONFLICT (user) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at",
    )
    .bind(user)
    .bind(password)
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Uses a link up, and ties this account to its person: both or neither.
///
/// # Errors
///
/// The database's.
pub async fn redeem_by_account(
    store: &Store,
    hash: &str,
    user: &str,
    account: &Identity,
    now: &str,
) -> Result<Redeemed> {
    let mut transaction = store.write().await?;
    if !use_up(&mut transaction, hash, user, now).await? {
        return Ok(Redeemed::Used);
    }
    if !identities::tie(&mut transaction, account, user, now).await? {
        return Ok(Redeemed::OfAnother);
    }
    transaction.commit().await?;
    Ok(Redeemed::Done)
}

/// Uses a link up, and has everybody out who had come in by the old password or account, or by somebody else's hand.
async fn use_up(transaction: &mut Transaction, hash: &str, user: &str, now: &str) -> Result<bool> {
    let used = db::query("UPDATE invitations SET used_at = ? WHERE hash = ? AND used_at IS NULL AND ends_at > ?")
        .bind(now)
        .bind(hash)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    if used.rows_affected() != 1 {
        return Ok(false);
    }
    db::query("DELETE FROM logins WHERE user = ?")
        .bind(user)
        .execute(&mut **transaction)
        .await?;
    Ok(true)
}
