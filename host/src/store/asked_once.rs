//! What programs have asked for once, however often they send it: by a key of their own, with the operation that came of
//! it. Kept for a day, and for as long as the operation itself goes on.

use super::{Store, db};
use crate::Result;

/// Of so many operations at the end of the list of them something is kept: those before are not told of any more.
const KEPT: i64 = 1_000;

/// What was asked for by a key.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Asked {
    /// The SHA-256 of the request, in hexadecimal.
    pub request: String,
    /// The operation that came of it.
    pub operation: i64,
}

/// What that person has asked for by that key, if it is known.
///
/// # Errors
///
/// The database's.
pub async fn get(store: &Store, user: &str, key: &str) -> Result<Option<Asked>> {
    let found = db::query_as("SELECT request, operation FROM asked_once WHERE user = ? AND key = ?")
        .bind(user)
        .bind(key)
        .fetch_optional(store.pool())
        .await?;
    Ok(found)
}

/// Keeps what came of it, and forgets what was asked for before that moment (RFC 3339) and has come to its end.
///
/// # Errors
///
/// The database's.
pub async fn put(store: &Store, (user, key): (&str, &str), asked: &Asked, now: &str, before: &str) -> Result<()> {
    let mut transaction = store.write().await?;
    db::query(
        "DELETE FROM asked_once WHERE at < ? AND operation NOT IN \
         (SELECT id FROM operations INDEXED BY operations_open WHERE state = 'running')",
    )
    .bind(before)
    .execute(&mut *transaction)
    .await?;
    db::query(
        "DELETE FROM asked_once WHERE operation <= (SELECT id FROM operations ORDER BY id DESC LIMIT 1 OFFSET ?)",
    )
    .bind(KEPT)
    .execute(&mut *transaction)
    .await?;
    db::query("INSERT INTO asked_once (user, key, request, operation, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (user, key) DO UPDATE SET request = excluded.request, operation = excluded.operation, at = excluded.at")
        .bind(user)
        .bind(key)
        .bind(&asked.request)
        .bind(asked.operation)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}
