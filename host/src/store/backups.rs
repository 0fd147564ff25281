//! Backups as the library knows them: the copy of its database that each begins with, and which were made.

use std::{fs::File, path::Path};

use sqlx::FromRow;

use super::{Store, db, library_file::signed, words::Flag};
use crate::{Error, Result};

/// How many are remembered.
const REMEMBERED: i64 = 100;

/// A backup that has come to its end.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Backup {
    /// The moment that it is of; RFC 3339.
    pub made_at: String,
    /// Who has made it.
    pub made_by: String,
    /// The folder that it is in.
    pub folder: String,
    /// Which copy of that folder it is.
    #[sqlx(try_from = "i64")]
    pub number: u64,
    /// The size of the copy of the database, in bytes.
    #[sqlx(try_from = "i64")]
    pub database_size: u64,
    /// How many objects belong to it.
    #[sqlx(try_from = "i64")]
    pub objects: u64,
    /// Their bytes.
    #[sqlx(try_from = "i64")]
    pub bytes: u64,
    /// How many of them were not there from an earlier one.
    #[sqlx(try_from = "i64")]
    pub copied: u64,
    /// Their bytes.
    #[sqlx(try_from = "i64")]
    pub copied_bytes: u64,
    /// How many it lacks, because the library had lost them.
    #[sqlx(try_from = "i64")]
    pub lacking: u64,
    /// Whether the key lies beside it.
    #[sqlx(try_from = "i64")]
    pub with_key: Flag,
}

/// Copies the database into an empty file, as it is at one moment: whoever writes meanwhile goes on, and what they write is
/// not in it. The copy is durable when this returns.
///
/// It is done by `VACUUM INTO`, which any connection can carry out within one reading transaction, and which leaves free
/// pages and the log out. The interface for backups of SQLite itself would need a raw handle of the connection, copies free
/// pages as well, and begins anew with each write by another process.
///
/// # Errors
///
/// The database's or the file system's.
pub async fn copy_into(store: &Store, file: &Path) -> Result<()> {
    let to = file.to_str().ok_or_else(|| {
        Error::Settings(format!(
            "`{}` is no path that can be written down: give another folder",
            file.display()
        ))
    })?;
    db::query("VACUUM INTO ?").bind(to).execute(store.pool()).await?;
    File::options().write(true).open(file)?.sync_all()?;
    Ok(())
}

/// Writes down that a backup was made.
///
/// # Errors
///
/// The database's.
pub async fn remember(store: &Store, backup: &Backup) -> Result<()> {
    let mut transaction = store.write().await?;
    db::query(
        "INSERT INTO backups (made_at, made_by, folder, number, database_size, objects, bytes, copied, copied_bytes, lacking, with_key) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&backup.made_at)
    .bind(&backup.made_by)
    .bind(&backup.folder)
    .bind(signed(backup.number))
    .bind(signed(backup.database_size))
    .bind(signed(backup.objects))
    .bind(signed(backup.bytes))
    .bind(signed(backup.copied))
    .bind(signed(backup.copied_bytes))
    .bind(signed(backup.lacking))
    .bind(i64::from(backup.with_key.0))
    .execute(&mut *transaction)
    .await?;
    db::query("DELETE FROM backups WHERE id <= (SELECT max(id) FROM backups) - ?")
        .bind(REMEMBERED)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// The latest backups, the newest first: so many at most.
///
/// # Errors
///
/// The database's.
pub async fn latest(store: &Store, limit: u32) -> Result<Vec<Backup>> {
    let rows = db::query_as(
        "SELECT made_at, made_by, folder, number, database_size, objects, bytes, copied, copied_bytes, lacking, with_key \
         FROM backups ORDER BY id DESC LIMIT ?",
    )
    .bind(limit)
    .fetch_all(store.pool())
    .await?;
    Ok(rows)
}
