//! Passwords of the host's own people, as argon2id has them.

use super::{Store, db};
use crate::Result;

/// What is kept of a person's password, in the PHC form; none for who has none yet.
///
/// # Errors
///
/// The database's.
pub async fn get(store: &Store, user: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = db::query_as("SELECT hash FROM passwords WHERE user = ?")
        .bind(user)
        .fetch_optional(store.pool())
        .await?;
    Ok(row.map(|(hash,)| hash))
}

/// Gives a person another one, and ends all of their logins, if `before` is kept still. Whether it was.
///
/// # Errors
///
/// The database's.
pub async fn change(store: &Store, user: &str, before: &str, hash: &str, now: &str) -> Result<bool> {
    let mut transaction = store.write().await?;
    let changed = db::query("UPDATE passwords SET hash = ?, set_at = ? WHERE user = ? AND hash = ?")
        .bind(hash)
        .bind(now)
        .bind(user)
        .bind(before)
        .execute(&mut *transaction)
        .await?;
    if changed.rows_affected() != 1 {
        return Ok(false);
    }
    db::query("DELETE FROM logins WHERE user = ?")
        .bind(user)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Whether any Administrator has one, or an account of this issuer: until then nobody can come in without a link.
///
/// # Errors
///
/// The database's.
pub async fn has_administrator(store: &Store, issuer: Option<&str>) -> Result<bool> {
    let (has,): (bool,) = db::query_as(
        "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'administrator' AND removed_at IS NULL AND \
         (name IN (SELECT user FROM passwords) OR name IN (SELECT user FROM identities WHERE issuer = ?)))",
    )
    .bind(issuer)
    .fetch_one(store.pool())
    .await?;
    Ok(has)
}
