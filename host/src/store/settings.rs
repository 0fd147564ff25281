//! Settings that are kept: words and values, by whom, and since when.

use super::{
    Store,
    db::{self, Transaction},
};
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
    let rows = db::query_as("SELECT key, value, set_by, set_at FROM settings ORDER BY key LIMIT ?")
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
        keep(&mut transaction, kept).await?;
    }
    Ok(transaction.commit().await?)
}

/// Keeps one, if that is kept of it which was `seen`: empty for nothing, none for whatever it is. Else what is kept, which
/// stays. Who asks for what is kept already has it.
///
/// # Errors
///
/// The database's.
pub async fn put_from(store: &Store, kept: &Kept, seen: Option<&str>) -> Result<Option<Kept>> {
    let mut transaction = store.write().await?;
    let present = one(&mut transaction, &kept.key).await?;
    let value = present.as_ref().map_or("", |present| present.value.as_str());
    if value == kept.value {
        return Ok(None);
    }
    if seen.is_some_and(|seen| seen != value) {
        return Ok(Some(present.unwrap_or_else(|| nothing(&kept.key))));
    }
    keep(&mut transaction, kept).await?;
    transaction.commit().await?;
    Ok(None)
}

/// Forgets one, if that is kept of it which was `seen`, or nothing. Else what is kept, which stays.
///
/// # Errors
///
/// The database's.
pub async fn remove_from(store: &Store, key: &str, seen: &str) -> Result<Option<Kept>> {
    let mut transaction = store.write().await?;
    match one(&mut transaction, key).await? {
        Some(present) if present.value != seen => return Ok(Some(present)),
        None => return Ok(None),
        Some(_) => {}
    }
    db::query("DELETE FROM settings WHERE key = ?")
        .bind(key)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(None)
}

async fn keep(transaction: &mut Transaction, kept: &Kept) -> Result<()> {
    db::query(
        "INSERT INTO settings (key, value, set_by, set_at) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE \
         SET value = excluded.value, set_by = excluded.set_by, set_at = excluded.set_at",
    )
    .bind(&kept.key)
    .bind(&kept.value)
    .bind(&kept.set_by)
    .bind(&kept.set_at)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn one(transaction: &mut Transaction, key: &str) -> Result<Option<Kept>> {
    let query = db::query_as("SELECT key, value, set_by, set_at FROM settings WHERE key = ?").bind(key);
    Ok(query.fetch_optional(&mut **transaction).await?)
}

/// That nothing is kept of it.
fn nothing(key: &str) -> Kept {
    Kept {
        key: key.to_owned(),
        value: String::new(),
        set_by: String::new(),
        set_at: String::new(),
    }
}

/// Forgets one. Whether it was there.
///
/// # Errors
///
/// The database's.
pub async fn remove(store: &Store, key: &str) -> Result<bool> {
    let done = db::query("DELETE FROM settings WHERE key = ?")
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
    let (may,): (bool,) = db::query_as(
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
