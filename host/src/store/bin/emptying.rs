//! Files that leave the bin for good: their rows stay, so that ledgers can be read, and their bytes go.

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::clock::stamp;

use crate::{
    Error, Result,
    store::{
        Store, db,
        library_file::{LibraryFile, fetch, number},
    },
    way_out::WayOut,
};

/// How long a file stays in the bin, in days, where nobody has set it.
pub const DAYS: i64 = 30;

/// Files that are removed for good in one transaction.
const AT_ONCE: i64 = 1_000;

/// Removes a file for good that is in the bin, whatever is left of its time, and lets its bytes go.
///
/// # Errors
///
/// `Error::NotFound`; `Error::Bin` if it was removed for good before; `Error::Settings` if it is in the library; the
/// database's.
pub async fn remove_now(store: &Store, id: &str, now: &str) -> Result<()> {
    let row = number(id)?;
    if empty(store, &serde_json::json!([row]).to_string(), now, now).await? == 0 {
        // It says why if it was removed for good.
        let mut transaction = store.snapshot().await?;
        let file = fetch(&mut transaction, row).await?;
        return Err(not_in_it(id, &file));
    }
    Ok(())
}

/// How many files are in the bin whose time is over, and how many bytes their revisions have.
///
/// # Errors
///
/// The database's.
pub async fn over(store: &Store, now: DateTime<Utc>, days: u32) -> Result<(u64, u64)> {
    let (files, bytes): (i64, i64) = db::query_as(
        "SELECT count(DISTINCT b.file), coalesce(sum(r.size), 0) FROM bin b INDEXED BY bin_waiting \
         CROSS JOIN files f ON f.id = b.file CROSS JOIN revisions r ON r.file = b.file WHERE b.emptied_at IS NULL AND f.removed_at <= ?",
    )
    .bind(stamp(now - TimeDelta::days(days.into())))
    .fetch_one(store.pool())
    .await?;
    Ok((files.unsigned_abs(), bytes.unsigned_abs()))
}

/// Removes those for good whose time of so many days is over, and lets their bytes go. Gives how many.
///
/// # Errors
///
/// The database's.
pub async fn expire(store: &Store, now: DateTime<Utc>, days: u32) -> Result<u64> {
    let (until, at) = (stamp(now - TimeDelta::days(days.into())), stamp(now));
    let mut gone = 0;
    loop {
        let some: Vec<(i64,)> = db::query_as(
            "SELECT b.file FROM bin b INDEXED BY bin_waiting JOIN files f ON f.id = b.file \
             WHERE b.emptied_at IS NULL AND f.removed_at <= ? ORDER BY b.file LIMIT ?",
        )
        .bind(&until)
        .bind(AT_ONCE)
        .fetch_all(store.pool())
        .await?;
        if some.is_empty() {
            return Ok(gone);
        }
        let some: Vec<i64> = some.into_iter().map(|(file,)| file).collect();
        gone += empty(store, &serde_json::json!(some).to_string(), &until, &at).await?;
    }
}

/// `files`: File IDs, as JSON. Those that somebody has brought back since are left alone.
async fn empty(store: &Store, files: &str, until: &str, now: &str) -> Result<u64> {
    let mut transaction = store.write().await?;
    let done = db::query(
        "UPDATE bin SET emptied_at = ?2, connection = NULL, plugin = NULL, drive = NULL, item = NULL, version = NULL, hash = NULL, \
             web_url = NULL, place = NULL \
         WHERE file IN (SELECT CAST(value AS INTEGER) FROM json_each(?1)) AND emptied_at IS NULL \
             AND (SELECT removed_at FROM files WHERE id = bin.file) <= ?3",
    )
    .bind(files)
    .bind(now)
    .bind(until)
    .execute(&mut *transaction)
    .await?;
    let emptied = "SELECT file FROM bin WHERE file IN (SELECT CAST(value AS INTEGER) FROM json_each(?1)) AND emptied_at IS NOT NULL";
    let let_go = format!(
        "INSERT INTO let_go (sha256, at) SELECT DISTINCT sha256, ?2 FROM revisions r WHERE r.file IN ({emptied}) \
         AND NOT EXISTS (SELECT 1 FROM revisions o WHERE o.sha256 = r.sha256 AND o.file NOT IN ({emptied})) ON CONFLICT DO NOTHING"
    );
    db::query(sqlx::AssertSqlSafe(let_go))
        .bind(files)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
    db::query(sqlx::AssertSqlSafe(format!(
        "DELETE FROM revisions WHERE file IN ({emptied})"
    )))
    .bind(files)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(done.rows_affected())
}

/// That a file is not in the bin.
pub(super) fn not_in_it(id: &str, file: &LibraryFile) -> Error {
    Error::Settings(format!("file {id} (`{}`) is in the library, not in the bin", file.name)).with([WayOut::ShowBin])
}
