//! Files that follow items because people say so: uploads of a sheet, what they linked, and taking one back.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Sqlite, SqlitePool, Transaction};

use super::files::{self, LibraryFile, add_revision, fetch, number};
use super::objects::Object;
use super::runs::{self, Run};
use crate::{Error, Result};

/// Rows that are written in one statement.
const AT_ONCE: usize = 5_000;

/// A file that shall follow an item.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The File ID.
    pub file: String,
    /// The item.
    pub item: String,
    /// Its name.
    pub name: String,
    /// Where a person can look at it.
    pub web_url: Option<String>,
    /// The plugin's mark of where it is.
    pub place: Option<String>,
}

/// What became of a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// It follows the item.
    Bound,
    /// It did so before.
    Unchanged,
    /// There is no such file.
    Missing,
}

/// A row of a sheet, and what became of it.
#[derive(Clone, Debug)]
pub struct SheetRow {
    /// As people see it beside the row.
    pub number: u32,
    /// The File ID, as it was read.
    pub file: String,
    /// The path, as it was written.
    pub path: String,
    /// The contract's word.
    pub outcome: &'static str,
    /// In a sentence.
    pub message: String,
    /// Where the path leads.
    pub resolved: Option<String>,
}

/// What taking an upload back came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Undone {
    /// Files that follow nothing, or what they followed before.
    pub files: u64,
    /// Those of them whose content had been updated, and is again what it was.
    pub contents: u64,
    /// File IDs that were linked anew, or released, since: they were left alone.
    pub left_alone: Vec<String>,
}

/// The files of these File IDs, each to the letter.
///
/// # Errors
///
/// The database's.
pub async fn stat(pool: &SqlitePool, ids: &[String]) -> Result<Vec<Option<LibraryFile>>> {
    // `007` is not the ID of file 7.
    let exact = |id: &String| number(id).ok().filter(|row| row.to_string() == *id);
    let asked = serde_json::to_string(&ids.iter().filter_map(exact).collect::<Vec<i64>>()).unwrap_or_default();
    let query = format!("{} WHERE f.id IN (SELECT value FROM json_each(?))", files::SELECT);
    let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(asked);
    let mut found = BTreeMap::new();
    for row in query.fetch_all(pool).await? {
        let file = files::read(&row)?;
        found.insert(file.id.clone(), file);
    }
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

/// Records an upload. `connection` and `drive` are those that the rows shall be linked through.
///
/// # Errors
///
/// The database's.
pub async fn begin(pool: &SqlitePool, connection: &str, drive: &str, by: &str, now: &str) -> Result<Run> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    // Whoever calls holds the connection's turn: an upload that is still open has died.
    sqlx::query(
        "UPDATE runs SET state = 'failed', ended_at = ?, message = 'it was interrupted: what it had linked can be taken back' \
         WHERE connection = ? AND subject = 'association' AND state = 'running'",
    )
    .bind(now)
    .bind(connection)
    .execute(&mut *transaction)
    .await?;
    let run = sqlx::query(
        "INSERT INTO runs (connection, drive, kind, started_by, started_at, options, inputs, subject) \
         VALUES (?, ?, 'manual', ?, ?, '', 0, 'association')",
    )
    .bind(connection)
    .bind(drive)
    .bind(by)
    .bind(now)
    .execute(&mut *transaction)
    .await?
    .last_insert_rowid();
    transaction.commit().await?;
    runs::get(pool, run).await
}

/// Lets files follow items, and remembers what they followed before: all or nothing.
///
/// # Errors
///
/// The database's.
pub async fn bind(
    pool: &SqlitePool,
    run: i64,
    connection: &str,
    drive: &str,
    bindings: &[Binding],
    now: &str,
) -> Result<Vec<Bound>> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let (turn,): (i64,) = sqlx::query_as(
        "SELECT coalesce(max(coalesce(waiting, 0)), 0) + 1 FROM links WHERE waiting IS NOT NULL OR suspected = 1",
    )
    .fetch_one(&mut *transaction)
    .await?;
    let mut all = Vec::with_capacity(bindings.len());
    for binding in bindings {
        let bound = match number(&binding.file) {
            Ok(file) => bind_one(&mut transaction, (run, file, turn), connection, drive, binding, now).await?,
            Err(_) => Bound::Missing,
        };
        all.push(bound);
    }
    transaction.commit().await?;
    Ok(all)
}

/// A file's revision, and the connection, drive and item that it follows.
type Present = (i64, Option<String>, Option<String>, Option<String>);

async fn bind_one(
    transaction: &mut Transaction<'_, Sqlite>,
    (run, file, turn): (i64, i64, i64),
    connection: &str,
    drive: &str,
    binding: &Binding,
    now: &str,
) -> Result<Bound> {
    let known: Option<Present> = sqlx::query_as(
        "SELECT f.revision, l.connection, l.drive, l.item FROM files f LEFT JOIN links l ON l.file = f.id WHERE f.id = ?",
    )
    .bind(file)
    .fetch_optional(&mut **transaction)
    .await?;
    let Some((revision, was_connection, was_drive, was_item)) = known else {
        return Ok(Bound::Missing);
    };
    let same = |was: &Option<String>, is: &str| was.as_deref() == Some(is);
    if same(&was_connection, connection) && same(&was_drive, drive) && same(&was_item, &binding.item) {
        return Ok(Bound::Unchanged);
    }
    sqlx::query(
        "INSERT INTO bindings SELECT ?1, f.id, ?2, ?3, ?4, l.file IS NOT NULL, l.connection, l.drive, l.item, l.version, \
             l.hash, l.size, l.verification, l.name, l.web_url, l.linked_at, l.state, l.place \
         FROM files f LEFT JOIN links l ON l.file = f.id WHERE f.id = ?5 \
         ON CONFLICT (run, file) DO UPDATE SET drive = ?2, item = ?3",
    )
    .bind(run)
    .bind(drive)
    .bind(&binding.item)
    .bind(revision)
    .bind(file)
    .execute(&mut **transaction)
    .await?;
    // A file that people hold stays held.
    sqlx::query(
        "INSERT INTO links (file, connection, drive, item, version, hash, size, verification, name, web_url, linked_at, \
             state, waiting, place) VALUES (?, ?, ?, ?, NULL, '', 0, 'no-hash', ?, ?, ?, 'pending', ?, ?) \
         ON CONFLICT (file) DO UPDATE SET connection = excluded.connection, drive = excluded.drive, item = excluded.item, \
             version = NULL, hash = '', size = 0, verification = 'no-hash', name = excluded.name, \
             web_url = excluded.web_url, linked_at = excluded.linked_at, state = 'pending', suspected = 0, note = NULL, \
             waiting = coalesce(waiting, excluded.waiting), place = excluded.place",
    )
    .bind(file)
    .bind(connection)
    .bind(drive)
    .bind(&binding.item)
    .bind(&binding.name)
    .bind(&binding.web_url)
    .bind(now)
    .bind(turn)
    .bind(&binding.place)
    .execute(&mut **transaction)
    .await?;
    Ok(Bound::Bound)
}

/// The files that an upload has linked.
///
/// # Errors
///
/// The database's.
pub async fn bound(pool: &SqlitePool, run: i64) -> Result<BTreeSet<String>> {
    let rows: Vec<(i64,)> = sqlx::query_as("SELECT file FROM bindings WHERE run = ?")
        .bind(run)
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|(file,)| file.to_string()).collect())
}

/// Ends an upload with one line a row.
///
/// # Errors
///
/// The database's.
pub async fn end(pool: &SqlitePool, run: &Run, rows: &[SheetRow], state: &str, now: &str) -> Result<Run> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    for (part, some) in (0..).zip(rows.chunks(AT_ONCE)) {
        let line = |(place, row): (usize, &SheetRow)| {
            let place = part * AT_ONCE + place;
            serde_json::json!([
                row.number,
                place,
                row.file,
                row.path,
                row.outcome,
                row.message,
                row.resolved
            ])
        };
        let lines: serde_json::Value = some.iter().enumerate().map(line).collect();
        sqlx::query(
            "INSERT INTO sheet_rows (run, row, place, file, path, outcome, message, resolved, at) \
             SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, ? \
             FROM json_each(?)",
        )
        .bind(run.id)
        .bind(now)
        .bind(lines.to_string())
        .execute(&mut *transaction)
        .await?;
    }
    sqlx::query("UPDATE runs SET state = ?, ended_at = ?, inputs = ? WHERE id = ?")
        .bind(state)
        .bind(now)
        .bind(i64::try_from(rows.len()).unwrap_or(i64::MAX))
        .bind(run.id)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    runs::get(pool, run.id).await
}

/// Ends an upload that came to nothing, or nobody knows how far.
///
/// # Errors
///
/// The database's.
pub async fn fail(pool: &SqlitePool, run: &Run, message: &str, now: &str) -> Result<usize> {
    sqlx::query("UPDATE runs SET state = 'failed', ended_at = ?, message = ? WHERE id = ?")
        .bind(now)
        .bind(message)
        .bind(run.id)
        .execute(pool)
        .await?;
    Ok(bound(pool, run.id).await?.len())
}

/// Takes an upload back, all at once: its files follow what they followed before, and have the content that they had.
/// Files that were linked anew since, or released, are left alone.
///
/// # Errors
///
/// `Error::NotFound`, `Error::Settings` for a run that is no upload, or was taken back before; the database's.
pub async fn undo(pool: &SqlitePool, id: i64, by: &str, now: &str) -> Result<(Run, Undone)> {
    let run = runs::get(pool, id).await?;
    if run.subject != "association" {
        return Err(Error::Settings(format!(
            "run {id} is no upload of a sheet: `clientpoint-host runs list` shows which are; `library rollback FILE-ID` takes the update of a file back"
        )));
    }
    if let Some(at) = &run.undone_at {
        return Err(Error::Settings(format!("run {id} was taken back before, at {at}")));
    }
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let bindings: Vec<(i64, String, String, i64, bool)> =
        sqlx::query_as("SELECT file, drive, item, revision, was_linked FROM bindings WHERE run = ? ORDER BY file")
            .bind(id)
            .fetch_all(&mut *transaction)
            .await?;
    let (place,): (i64,) = sqlx::query_as("SELECT coalesce(max(coalesce(waiting, 0)), 0) + 1 FROM links")
        .fetch_one(&mut *transaction)
        .await?;
    let mut undone = Undone::default();
    for (file, drive, item, revision, was_linked) in bindings {
        let present: Option<(String, String)> = sqlx::query_as("SELECT drive, item FROM links WHERE file = ?")
            .bind(file)
            .fetch_optional(&mut *transaction)
            .await?;
        if present != Some((drive, item)) {
            undone.left_alone.push(file.to_string());
            continue;
        }
        undone.files += 1;
        undone.contents += u64::from(restore_content(&mut transaction, file, revision, now).await?);
        let query = if was_linked {
            // Whatever has happened at the source since is looked at in the next run.
            "UPDATE links SET connection = b.was_connection, drive = b.was_drive, item = b.was_item, \
                 version = b.was_version, hash = b.was_hash, size = b.was_size, verification = b.was_verification, \
                 name = b.was_name, web_url = b.was_web_url, linked_at = b.was_linked_at, state = b.was_state, \
                 place = b.was_place, suspected = 0, note = NULL, waiting = ?3 \
             FROM bindings b WHERE b.run = ?1 AND b.file = ?2 AND links.file = ?2"
        } else {
            "DELETE FROM links WHERE file = ?2 AND ?1 IS NOT NULL AND ?3 IS NOT NULL"
        };
        sqlx::query(query)
            .bind(id)
            .bind(file)
            .bind(place)
            .execute(&mut *transaction)
            .await?;
    }
    let message = format!("taken back by {by}: {} files", undone.files);
    sqlx::query("UPDATE runs SET undone_at = ?, message = ? WHERE id = ?")
        .bind(now)
        .bind(message)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok((runs::get(pool, id).await?, undone))
}

/// Puts the content of a revision back, as a new one, wherever the present one is shown. False if nothing has changed.
async fn restore_content(
    transaction: &mut Transaction<'_, Sqlite>,
    file: i64,
    revision: i64,
    now: &str,
) -> Result<bool> {
    let (sha256, size): (String, i64) =
        sqlx::query_as("SELECT sha256, size FROM revisions WHERE file = ? AND number = ?")
            .bind(file)
            .bind(revision)
            .fetch_one(&mut **transaction)
            .await?;
    let present = fetch(transaction, file).await?;
    if present.sha256 == sha256 {
        return Ok(false);
    }
    let number = i64::try_from(present.revision).unwrap_or(i64::MAX);
    let next = number.saturating_add(1);
    let object = Object {
        sha256,
        size: size.unsigned_abs(),
    };
    add_revision(transaction, file, next, &object, now).await?;
    for query in [
        "UPDATE files SET revision = ? WHERE id = ? AND revision = ?",
        "UPDATE showings SET revision = ? WHERE file = ? AND revision = ?",
    ] {
        sqlx::query(query)
            .bind(next)
            .bind(file)
            .bind(number)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(true)
}
