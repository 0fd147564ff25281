//! The bin: files that people have removed. Each keeps its row and its File ID, follows nothing and is shown nowhere. For
//! some days it can be brought back, by itself or by an import of its item; after that its bytes are let go, and only
//! its row stays, so that ledgers can be read.

mod emptying;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::clock::stamp;
use serde::Serialize;
use sqlx::FromRow;

use super::{
    Store,
    db::{self, Transaction},
    library_file::{self, LibraryFile, Link, NewFile, Showing, fetch, number, removed_error},
    links,
    page::{Page, Part},
};
use crate::{Error, Result, way_out::WayOut};

pub use emptying::{DAYS, expire, over, remove_now};

/// What cursors of the list are known by.
const LIST: &str = "bin by file";

/// How many places a refusal names.
const NAMED: usize = 5;

/// A file in the bin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Binned {
    /// The File ID, which it keeps.
    pub id: String,
    /// Its name in the library.
    pub name: String,
    /// Where it stood.
    pub place: String,
    /// Counts from 1.
    pub revision: u64,
    /// In bytes.
    pub size: u64,
    /// Its name in the source that it followed.
    pub source_name: Option<String>,
    /// When it was removed; RFC 3339.
    pub removed_at: String,
    /// By whom.
    pub removed_by: String,
    /// Until when it can be brought back; RFC 3339.
    pub until: String,
}

/// A file in the bin, as [`SELECT`] reads it.
#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    place: String,
    #[sqlx(try_from = "i64")]
    revision: u64,
    #[sqlx(try_from = "i64")]
    size: u64,
    source_name: Option<String>,
    removed_at: String,
    removed_by: String,
}

/// What is in the bin.
const SELECT: &str = "SELECT f.id, f.name, f.place, f.revision, r.size, b.name AS source_name, f.removed_at, b.removed_by \
     FROM bin b INDEXED BY bin_waiting JOIN files f ON f.id = b.file JOIN revisions r ON r.file = f.id AND r.number = f.revision \
     WHERE b.emptied_at IS NULL";

/// Puts a file into the bin.
///
/// # Errors
///
/// `Error::NotFound`; `Error::Bin` if it is there already, or still shown somewhere; the database's.
pub async fn remove(store: &Store, id: &str, by: &str, now: &str) -> Result<Binned> {
    let row = number(id)?;
    let mut transaction = store.write().await?;
    let file = fetch(&mut transaction, row).await?;
    let shown = library_file::shown(&mut *transaction, row).await?;
    if !shown.is_empty() {
        return Err(still_shown(&file, &shown));
    }
    db::query(
        "INSERT INTO bin (file, removed_by, connection, plugin, drive, item, version, hash, size, verification, name, web_url, \
             linked_at, held, place) \
         SELECT f.id, ?, l.connection, l.plugin, l.drive, l.item, l.version, l.hash, l.size, l.verification, l.name, l.web_url, \
             l.linked_at, l.held, l.place FROM files f LEFT JOIN links l ON l.file = f.id WHERE f.id = ?",
    )
    .bind(by)
    .bind(row)
    .execute(&mut *transaction)
    .await?;
    links::remove(&mut transaction, row).await?;
    db::query("UPDATE files SET removed_at = ? WHERE id = ?")
        .bind(now)
        .bind(row)
        .execute(&mut *transaction)
        .await?;
    let binned: Row = db::query_as(sqlx::AssertSqlSafe(format!("{SELECT} AND b.file = ?")))
        .bind(row)
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(binned.into())
}

/// Brings a file back as it was. It follows its item again from the next run on, through whichever connection has its
/// drive now; where none has, it is detached.
///
/// # Errors
///
/// `Error::NotFound`; `Error::Bin` if it was removed for good; `Error::Settings` if it is in the library; the database's.
pub async fn restore(store: &Store, id: &str) -> Result<LibraryFile> {
    let row = number(id)?;
    let mut transaction = store.write().await?;
    let in_bin: Option<(i64,)> = db::query_as("SELECT file FROM bin WHERE file = ? AND emptied_at IS NULL")
        .bind(row)
        .fetch_optional(&mut *transaction)
        .await?;
    if in_bin.is_none() {
        // It says so if it was removed for good.
        let file = fetch(&mut transaction, row).await?;
        return Err(emptying::not_in_it(id, &file));
    }
    links::out_of_bin(&mut transaction, row).await?;
    leave(&mut transaction, row).await?;
    let file = fetch(&mut transaction, row).await?;
    transaction.commit().await?;
    Ok(file)
}

/// The file in the bin of that File ID.
///
/// # Errors
///
/// `Error::NotFound` for what is no File ID; the database's.
pub async fn get(store: &Store, id: &str) -> Result<Option<Binned>> {
    let found: Option<Row> = db::query_as(sqlx::AssertSqlSafe(format!("{SELECT} AND b.file = ?")))
        .bind(number(id)?)
        .fetch_optional(store.pool())
        .await?;
    Ok(found.map(Binned::from))
}

/// A page of what is in the bin, by File ID.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn page(store: &Store, part: &Part) -> Result<Page<Binned>> {
    let after: Option<i64> = part.key(LIST)?;
    let query = format!("{SELECT} AND b.file > ? ORDER BY b.file LIMIT ?");
    let query = db::query_as(sqlx::AssertSqlSafe(query));
    let query = query.bind(after.unwrap_or_default()).bind(part.reads());
    let rows: Vec<Row> = query.fetch_all(store.pool()).await?;
    let page = Page::cut(rows, part, LIST, |row| row.id)?;
    page.try_map(|row| Ok(row.into()))
}

/// Why these files can't be worked with: those of them that are in the bin, or were removed for good.
///
/// # Errors
///
/// The database's.
pub async fn reasons(store: &Store, ids: &[&str]) -> Result<BTreeMap<String, Error>> {
    let asked: Vec<i64> = ids.iter().filter_map(|id| library_file::exact(id)).collect();
    let asked = serde_json::json!(asked).to_string();
    let rows: Vec<(i64, String, String, Option<String>)> = db::query_as(
        "SELECT f.id, f.name, f.removed_at, b.emptied_at FROM files f JOIN bin b ON b.file = f.id \
         WHERE f.removed_at IS NOT NULL AND f.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))",
    )
    .bind(asked)
    .fetch_all(store.pool())
    .await?;
    let reason = |(id, name, removed, emptied): (i64, String, String, Option<String>)| {
        let id = id.to_string();
        let reason = removed_error(&id, &name, &removed, emptied.as_deref());
        (id, reason)
    };
    Ok(rows.into_iter().map(reason).collect())
}

/// The file in the bin that followed the same item.
pub(super) async fn of_item(connection: &mut db::Connection, link: &Link) -> Result<Option<i64>> {
    let found: Option<(i64,)> = db::query_as(
        "SELECT file FROM bin WHERE plugin = (SELECT plugin FROM connections WHERE id = ?) AND drive = ? AND item = ? \
             AND emptied_at IS NULL ORDER BY file LIMIT 1",
    )
    .bind(&link.connection)
    .bind(&link.drive)
    .bind(&link.item)
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(file,)| file))
}

/// Brings a file back that is imported anew: under its File ID and in its place, with the name and the bytes that its item
/// has now.
pub(super) async fn bring_back(transaction: &mut Transaction, file: i64, new: &NewFile<'_>, now: &str) -> Result<()> {
    leave(transaction, file).await?;
    let before = fetch(transaction, file).await?;
    let mut revision = library_file::signed(before.revision);
    if before.sha256 != new.object.sha256 {
        revision = revision.saturating_add(1);
        library_file::add_revision(transaction, file, revision, new.object, now).await?;
    }
    db::query("UPDATE files SET name = ?, revision = ? WHERE id = ?")
        .bind(new.name)
        .bind(revision)
        .bind(file)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn leave(transaction: &mut Transaction, file: i64) -> Result<()> {
    db::query("DELETE FROM bin WHERE file = ?")
        .bind(file)
        .execute(&mut **transaction)
        .await?;
    db::query("UPDATE files SET removed_at = NULL WHERE id = ?")
        .bind(file)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn still_shown(file: &LibraryFile, shown: &[Showing]) -> Error {
    let places: Vec<String> = shown
        .iter()
        .take(NAMED)
        .map(|showing| format!("{} `{}`", showing.kind.word(), showing.name))
        .collect();
    let more = match shown.len() - places.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let id = &file.id;
    let still_shown = Error::Bin {
        code: "still-shown",
        message: format!(
            "file {id} (`{}`) is shown in {}{more}, so it was not removed",
            file.name,
            places.join(", ")
        ),
    };
    still_shown.with([WayOut::TakeOut { file: Some(id.clone()) }])
}

impl Binned {
    /// The same, where a file stays for so many days.
    #[must_use]
    pub fn kept_for(mut self, days: u32) -> Self {
        if let Ok(at) = self.removed_at.parse::<DateTime<Utc>>() {
            self.until = stamp(at + TimeDelta::days(days.into()));
        }
        self
    }
}

impl From<Row> for Binned {
    fn from(row: Row) -> Self {
        let until = row.removed_at.parse::<DateTime<Utc>>();
        Self {
            id: row.id.to_string(),
            name: row.name,
            place: row.place,
            revision: row.revision,
            size: row.size,
            source_name: row.source_name,
            until: until.map_or_else(|_| row.removed_at.clone(), |at| stamp(at + TimeDelta::days(DAYS))),
            removed_at: row.removed_at,
            removed_by: row.removed_by,
        }
    }
}

#[cfg(test)]
mod tests;
