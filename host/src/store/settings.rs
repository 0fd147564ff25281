//! Settings that are kept: words and values, by whom, and since when.

use super::Store;
use crate::Result;

/// A setting as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Kept {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Who has set it.
    pub set_by: String,
    /// When, RFC 3339.
    pub set_at: String,
}

/// Stands in a folder that an older program has made, which did not remember whether it was for tests.
pub const UNKNOWN: &str = "test.unknown";

/// The most that are read: there are no more names than these.
const AT_MOST: i64 = 1_000;

/// All of them.
///
/// # Errors
///
/// The database's.
pub async fn all(store: &Store) -> Result<Vec<Kept>> {
    let rows = sqlx::query_as("SELECT key, value, set_by, set_at FROM settings ORDER BY key LIMIT ?")
        .bind(AT_MOST)
        .fetch_all(store.pool())
        .await?;
    Ok(rows)
}

/// Keeps some, in the place of what was kept before: all of them or none.
///
/// # Errors
///
/// The database's.
pub async fn put(store: &Store, some: &[Kept]) -> Result<()> {
    let mut transaction = store.write().await?;
    for kept in some {
        sqlx::query(
            "INSERT INTO settings (key, value, set_by, set_at) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE \
             SET value = excluded.value, set_by = excluded.set_by, set_at = excluded.set_at",
        )
        .bind(&kept.key)
        .bind(&kept.value)
        .bind(&kept.set_by)
        .bind(&kept.set_at)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(transaction.commit().await?)
}

/// Forgets one. Whether it was there.
///
/// # Errors
///
/// The database's.
pub async fn remove(store: &Store, key: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM settings WHERE key = ?")
        .bind(key)
        .execute(store.pool())
        .await?;
    Ok(0 < done.rows_affected())
}

/// Whether a folder that does not remember what it is for may be one for tests: nothing is in it, or an older program has
/// made it and nobody knows.
///
/// # Errors
///
/// The database's.
pub async fn may_be_for_tests(store: &Store) -> Result<bool> {
    let (may,): (bool,) = sqlx::query_as(
        "SELECT EXISTS (SELECT 1 FROM settings WHERE key = 'test.unknown') \
         OR NOT EXISTS (SELECT 1 FROM connections) AND NOT EXISTS (SELECT 1 FROM files)",
    )
    .fetch_one(store.pool())
    .await?;
    Ok(may)
}

/// Notes that a folder works with a real source, so that it is never one for tests.
///
/// # Errors
///
/// The database's.
pub async fn is_real(store: &Store) -> Result<()> {
    remove(store, UNKNOWN).await?;
    Ok(())
}
