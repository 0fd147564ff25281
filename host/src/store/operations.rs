//! Long work, as it is written down: what it is about while it lasts, and its end. So that one that was asked for leaves a
//! trace whatever becomes of the program that carries it out.

use sqlx::FromRow;

use super::{
    Store,
    db::{self, QueryBuilder},
    page::{Page, Part},
    words::{OperationKind, OperationState},
};
use crate::{Error, Result, way_out::WayOut};

/// How many are kept: with each that begins, the oldest goes.
const KEPT: i64 = 1_000;

/// How many may be under way at a time and be told of.
const OPEN: i64 = 1_000;

/// Long work.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Operation {
    /// Counts from 1, and is never given twice.
    pub id: i64,
    /// What it is about.
    #[sqlx(try_from = "String")]
    pub kind: OperationKind,
    /// Who has begun it.
    pub begun_by: String,
    /// RFC 3339.
    pub begun_at: String,
    /// The program that carries it out: its entry in the folder `programs`.
    pub program: String,
    /// The connection that it works through, once that is known.
    pub connection: Option<String>,
    /// The run that it carries out, once there is one.
    pub run: Option<i64>,
    /// How far it is, and what it came to; JSON.
    pub told: String,
    /// How far it is, in a word.
    #[sqlx(try_from = "String")]
    pub state: OperationState,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// Why it failed; JSON.
    pub failure: Option<String>,
}

/// What is known of one under way.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    /// The connection's id.
    pub connection: Option<String>,
    /// The run's number.
    pub run: Option<i64>,
    /// JSON.
    pub told: String,
}

/// How one ends.
#[derive(Clone, Debug)]
pub struct End {
    /// In a word.
    pub state: OperationState,
    /// What is known of it then.
    pub noted: Noted,
    /// Why it failed; JSON.
    pub failure: Option<String>,
}

/// Which of them are listed: all that every given part fits.
#[derive(Clone, Debug, Default)]
pub struct OperationFilter {
    /// Those of this kind.
    pub kind: Option<OperationKind>,
    /// Those that are this far.
    pub state: Option<OperationState>,
    /// Those that this person has begun.
    pub by: Option<String>,
}

/// A file that an interrupted import was asked for, and that is in the library.
#[derive(Clone, Debug, FromRow)]
pub struct There {
    /// The File ID.
    pub file: String,
    /// Its name in the source.
    pub name: String,
    /// Whether it came since the moment that was asked about.
    #[sqlx(try_from = "i64")]
    pub is_new: super::words::Flag,
}

const SELECT: &str =
    "SELECT id, kind, begun_by, begun_at, program, connection, run, told, state, ended_at, failure FROM operations";

/// Writes down that one begins, and lets go of the oldest.
///
/// # Errors
///
/// The database's.
pub async fn begin(store: &Store, kind: OperationKind, by: &str, program: &str, now: &str) -> Result<i64> {
    let mut transaction = store.write().await?;
    let (id,): (i64,) =
        db::query_as("INSERT INTO operations (kind, begun_by, begun_at, program) VALUES (?, ?, ?, ?) RETURNING id")
            .bind(kind.as_str())
            .bind(by)
            .bind(now)
            .bind(program)
            .fetch_one(&mut *transaction)
            .await?;
    // Their numbers are those of all accounts of a database, so they are counted.
    db::query(
        "DELETE FROM operations WHERE state <> 'running' \
             AND id <= (SELECT id FROM operations ORDER BY id DESC LIMIT 1 OFFSET ?)",
    )
    .bind(KEPT)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(id)
}

/// Writes down how far one is. Whether somebody wants it to stop.
///
/// # Errors
///
/// The database's.
pub async fn note(store: &Store, id: i64, noted: &Noted) -> Result<bool> {
    let asked: Option<(i64,)> =
        db::query_as("UPDATE operations SET connection = ?, run = ?, told = ? WHERE id = ? RETURNING stop_asked")
            .bind(&noted.connection)
            .bind(noted.run)
            .bind(&noted.told)
            .bind(id)
            .fetch_optional(store.pool())
            .await?;
    Ok(asked.is_some_and(|(asked,)| asked != 0))
}

/// Whether somebody wants one to stop.
///
/// # Errors
///
/// The database's.
pub async fn is_to_stop(store: &Store, id: i64) -> Result<bool> {
    let asked: Option<(i64,)> = db::query_as("SELECT stop_asked FROM operations WHERE id = ?")
        .bind(id)
        .fetch_optional(store.pool())
        .await?;
    Ok(asked.is_some_and(|(asked,)| asked != 0))
}

/// Asks one to stop that another program carries out.
///
/// # Errors
///
/// The database's.
pub async fn ask_to_stop(store: &Store, id: i64) -> Result<()> {
    db::query("UPDATE operations SET stop_asked = 1 WHERE id = ? AND state = 'running'")
        .bind(id)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Writes down the end of one. Who carries it out knows best: whatever somebody else took it for is put right.
///
/// # Errors
///
/// The database's.
pub async fn end(store: &Store, id: i64, end: &End, now: &str) -> Result<()> {
    let query =
        "UPDATE operations SET state = ?, ended_at = ?, connection = ?, run = ?, told = ?, failure = ? WHERE id = ?";
    ended(store, id, (query, end), now).await
}

/// Writes down that one was interrupted, unless it has come to an end by now.
///
/// # Errors
///
/// The database's.
pub async fn interrupt(store: &Store, id: i64, end: &End, now: &str) -> Result<()> {
    let query = "UPDATE operations SET state = ?, ended_at = ?, connection = ?, run = ?, told = ?, failure = ? WHERE id = ? \
         AND state = 'running'";
    ended(store, id, (query, end), now).await
}

async fn ended(store: &Store, id: i64, (query, end): (&'static str, &End), now: &str) -> Result<()> {
    db::query(query)
        .bind(end.state.as_str())
        .bind(now)
        .bind(&end.noted.connection)
        .bind(end.noted.run)
        .bind(&end.noted.told)
        .bind(&end.failure)
        .bind(id)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// The one of that number.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn get(store: &Store, id: i64) -> Result<Operation> {
    let found = db::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = ?")))
        .bind(id)
        .fetch_optional(store.pool())
        .await?;
    found.ok_or_else(|| unknown(id))
}

/// That there is none of that number, as far as whoever asks may know.
pub fn unknown(id: i64) -> Error {
    Error::NotFound {
        what: "operation",
        name: id.to_string(),
        way_out: WayOut::ShowOperations,
    }
}

/// Those that have no end yet, the newest first.
///
/// # Errors
///
/// The database's.
pub async fn open(store: &Store) -> Result<Vec<Operation>> {
    let query = format!("{SELECT} INDEXED BY operations_open WHERE state = 'running' ORDER BY id DESC LIMIT ?");
    let rows = db::query_as(sqlx::AssertSqlSafe(query))
        .bind(OPEN)
        .fetch_all(store.pool())
        .await?;
    Ok(rows)
}

/// A page of those that fit, the newest first.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn page(store: &Store, filter: &OperationFilter, part: &Part) -> Result<Page<Operation>> {
    let list = format!(
        "operations {:?} {:?} {:?}",
        filter.kind.map(OperationKind::as_str),
        filter.state.map(OperationState::as_str),
        filter.by
    );
    let before: Option<i64> = part.key(&list)?;
    let mut query = QueryBuilder::new(SELECT);
    query.push(" WHERE id < ").push_bind(before.unwrap_or(i64::MAX));
    if let Some(kind) = filter.kind {
        query.push(" AND kind = ").push_bind(kind.as_str());
    }
    if let Some(state) = filter.state {
        query.push(" AND state = ").push_bind(state.as_str());
    }
    if let Some(by) = &filter.by {
        query.push(" AND begun_by = ").push_bind(by.clone());
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(part.reads());
    let rows: Vec<Operation> = query.build_query_as().fetch_all(store.pool()).await?;
    Page::cut(rows, part, &list, |operation| operation.id)
}

/// Lets go of those that ended before that moment; RFC 3339.
///
/// # Errors
///
/// The database's.
pub async fn expire(store: &Store, before: &str) -> Result<()> {
    db::query("DELETE FROM operations WHERE state <> 'running' AND ended_at < ?")
        .bind(before)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// How many files of a run have a line already, and how many it is about.
///
/// # Errors
///
/// The database's.
pub async fn of_run(store: &Store, run: i64) -> Result<Option<(u64, u64)>> {
    let found: Option<(i64, i64)> = db::query_as(
        "SELECT CASE state WHEN 'running' THEN (SELECT count(*) FROM outcomes WHERE run = runs.id) ELSE inputs END, inputs \
         FROM runs WHERE id = ? AND subject = 'sync'",
    )
    .bind(run)
    .fetch_optional(store.pool())
    .await?;
    Ok(found.map(|(done, of)| (done.unsigned_abs(), of.unsigned_abs())))
}

/// The library's file that follows the item, and whether it has since that moment; none if there is none.
///
/// # Errors
///
/// The database's.
pub async fn there(store: &Store, connection: &str, (drive, item): (&str, &str), since: &str) -> Result<Option<There>> {
    let found = db::query_as(
        "SELECT CAST(file AS TEXT) AS file, name, CAST(CASE WHEN linked_at >= ? THEN 1 ELSE 0 END AS INTEGER) AS is_new FROM links \
         WHERE plugin = (SELECT plugin FROM connections WHERE id = ?) AND drive = ? AND item = ? ORDER BY file LIMIT 1",
    )
    .bind(since)
    .bind(connection)
    .bind(drive)
    .bind(item)
    .fetch_optional(store.pool())
    .await?;
    Ok(found)
}

#[cfg(test)]
mod tests;
