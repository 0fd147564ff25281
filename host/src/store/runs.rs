//! Runs of the sync, and their ledger.
//!
//! A run is recorded before it starts, with the number of files that it is about. When it ends, every one of them must
//! be accounted for: by a line of its own, or among the rest, which all have the same outcome. A ledger that does not
//! add up is an error of the run, not a number in it.

mod at_work;
mod ending;

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};

use super::{
    Store, db, link_counts,
    words::{Flag, RunKind, RunState, Subject},
};
use crate::{Error, Result, way_out::WayOut};

pub use at_work::{keep_cursor, put_down, take_up};
pub use ending::{Ending, end};

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct Run {
    /// Counts from 1.
    pub id: i64,
    /// The connection's id.
    pub connection: String,
    /// The drive.
    pub drive: String,
    /// What it is about.
    #[sqlx(try_from = "String")]
    pub subject: Subject,
    /// What has set it off.
    #[sqlx(try_from = "String")]
    pub kind: RunKind,
    /// Which of the plugin's schedules has set it off; none for one that a person has started.
    pub schedule: Option<String>,
    /// The UTC date of a scheduled run.
    pub due: Option<String>,
    /// Whether a scheduled run was caught up after its time.
    #[sqlx(try_from = "i64")]
    pub late: Flag,
    /// Who or what started it.
    pub started_by: String,
    /// RFC 3339.
    pub started_at: String,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: RunState,
    /// How many files it is about.
    #[sqlx(try_from = "i64")]
    pub inputs: u64,
    /// How many of them have no line of their own.
    #[sqlx(try_from = "i64")]
    pub rest: u64,
    /// The outcome of those.
    pub rest_outcome: Option<String>,
    /// When an upload was taken back; RFC 3339.
    pub undone_at: Option<String>,
    /// What else is to be said.
    pub message: Option<String>,
    /// What it may do, as the host wrote it down.
    #[serde(skip)]
    pub options: String,
    /// Where it stands.
    #[serde(skip)]
    pub cursor: Option<String>,
    /// Whether the source has been listed to the end.
    #[serde(skip)]
    #[sqlx(try_from = "i64")]
    pub listed: Flag,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct Line {
    /// The File ID.
    pub file: String,
    /// The item's name.
    pub name: String,
    /// The contract's word, or the host's `owner-lost`.
    pub outcome: String,
    /// Why, in a word; may be empty.
    pub reason: String,
    /// In a sentence.
    pub message: String,
    /// The file's revision after it.
    #[sqlx(try_from = "i64")]
    pub revision: u64,
    /// Its size, in bytes.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// In how many ClientPoints and Templates new content was shown.
    #[sqlx(try_from = "i64")]
    pub reached: u64,
    /// RFC 3339.
    pub at: String,
}

/// What begins.
#[derive(Clone, Copy, Debug)]
pub struct Begin<'a> {
    /// The connection's id.
    pub connection: &'a str,
    /// The drive.
    pub drive: &'a str,
    /// What sets it off.
    pub kind: RunKind,
    /// Which of the plugin's schedules it is for, and the UTC date of that.
    pub due: Option<(&'a str, &'a str)>,
    /// Whether it is caught up.
    pub late: bool,
    /// Who or what starts it.
    pub by: &'a str,
    /// What it may do.
    pub options: &'a str,
}

pub(super) const SELECT: &str = "SELECT id, connection, drive, subject, undone_at, kind, schedule, due, late, started_by, started_at, ended_at, state, options, \
     cursor, listed, inputs, rest, rest_outcome, message FROM runs";

/// Records a run. None if there is one for that schedule and day already.
///
/// # Errors
///
/// The database's.
pub async fn begin(store: &Store, new: Begin<'_>, now: &str) -> Result<Option<Run>> {
    let managed = link_counts::OF;
    let begun: Option<(i64,)> = db::query_as(AssertSqlSafe(format!(
        "INSERT INTO runs (connection, plugin, drive, kind, due, late, started_by, started_at, options, schedule, inputs) \
         VALUES (?1, (SELECT plugin FROM connections WHERE id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, {managed}) \
         ON CONFLICT DO NOTHING RETURNING id"
    )))
    .bind(new.connection)
    .bind(new.drive)
    .bind(new.kind.as_str())
    .bind(new.due.map(|(_, day)| day))
    .bind(i64::from(new.late))
    .bind(new.by)
    .bind(now)
    .bind(new.options)
    .bind(new.due.map(|(schedule, _)| schedule))
    .fetch_optional(store.pool())
    .await?;
    match begun {
        Some((id,)) => get(store, id).await.map(Some),
        None => Ok(None),
    }
}

/// The run of that number.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn get(store: &Store, id: i64) -> Result<Run> {
    let run = db::query_as(AssertSqlSafe(format!("{SELECT} WHERE id = ?")))
        .bind(id)
        .fetch_optional(store.pool())
        .await?;
    run.ok_or_else(|| Error::NotFound {
        what: "run",
        name: id.to_string(),
        way_out: WayOut::ShowRuns,
    })
}

/// A run of the connection that has not come to its end.
///
/// # Errors
///
/// The database's.
pub async fn unfinished(store: &Store, connection: &str) -> Result<Option<Run>> {
    let run = db::query_as(AssertSqlSafe(format!(
        "{SELECT} WHERE connection = ? AND subject = 'sync' AND state = 'running' ORDER BY id LIMIT 1"
    )))
    .bind(connection)
    .fetch_optional(store.pool())
    .await?;
    Ok(run)
}

/// The last run of the connection that has ended, plans left out.
///
/// # Errors
///
/// The database's.
pub async fn last(store: &Store, connection: &str) -> Result<Option<Run>> {
    let run = db::query_as(AssertSqlSafe(format!(
        "{SELECT} WHERE connection = ? AND subject = 'sync' AND kind <> 'plan' AND state <> 'running' ORDER BY id DESC LIMIT 1"
    )))
    .bind(connection)
    .fetch_optional(store.pool())
    .await?;
    Ok(run)
}

/// How many files of a connection are not tried any more, though nothing but failures speaks against them.
///
/// # Errors
///
/// The database's.
pub async fn given_up(store: &Store, connection: &str) -> Result<u64> {
    let (count,): (i64,) = db::query_as(
        "SELECT count(*) FROM links INDEXED BY links_unsettled WHERE connection = ? AND state <> 'following' \
         AND state IN ('failed', 'locked') AND waiting IS NULL AND suspected = 0 AND held = 0",
    )
    .bind(connection)
    .fetch_one(store.pool())
    .await?;
    Ok(count.unsigned_abs())
}

/// How many files of a run's drive do not follow, and are not due: a ledger tells of them again.
///
/// # Errors
///
/// The database's.
pub async fn settled(store: &Store, run: &Run) -> Result<BTreeMap<String, u64>> {
    let rows: Vec<(String, i64)> = db::query_as(
        "SELECT state, count(*) FROM links INDEXED BY links_unsettled WHERE connection = ? AND drive = ? \
         AND state <> 'following' AND waiting IS NULL AND suspected = 0 GROUP BY state",
    )
    .bind(&run.connection)
    .bind(&run.drive)
    .fetch_all(store.pool())
    .await?;
    let count = |(state, count): (String, i64)| (state, count.unsigned_abs());
    Ok(rows.into_iter().map(count).collect())
}

/// The days for which the connection has runs of that schedule, from that day on.
///
/// # Errors
///
/// The database's.
pub async fn days_from(store: &Store, connection: &str, schedule: &str, day: &str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> =
        db::query_as("SELECT due FROM runs WHERE connection = ? AND schedule = ? AND due >= ? ORDER BY due")
            .bind(connection)
            .bind(schedule)
            .bind(day)
            .fetch_all(store.pool())
            .await?;
    Ok(rows.into_iter().map(|(day,)| day).collect())
}

/// The ids of all connections that were not given up.
///
/// # Errors
///
/// The database's.
pub async fn connections(store: &Store) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = db::query_as("SELECT id FROM connections WHERE disconnected_at IS NULL ORDER BY id")
        .fetch_all(store.pool())
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Whether a run has lines yet.
///
/// # Errors
///
/// The database's.
pub async fn has_lines(store: &Store, run: i64) -> Result<bool> {
    let (any,): (bool,) = db::query_as("SELECT EXISTS (SELECT 1 FROM outcomes WHERE run = ?)")
        .bind(run)
        .fetch_one(store.pool())
        .await?;
    Ok(any)
}

/// How many files had which outcome, those without a line included.
///
/// # Errors
///
/// The database's.
pub async fn counts(store: &Store, run: &Run) -> Result<BTreeMap<String, u64>> {
    let rows: Vec<(String, i64)> = db::query_as(
        "SELECT outcome, count(*) FROM outcomes WHERE run = ?1 GROUP BY outcome \
             UNION ALL SELECT outcome, count(*) FROM sheet_rows WHERE run = ?1 GROUP BY outcome",
    )
    .bind(run.id)
    .fetch_all(store.pool())
    .await?;
    let mut counts: BTreeMap<String, u64> = rows
        .into_iter()
        .map(|(outcome, count)| (outcome, count.unsigned_abs()))
        .collect();
    if let Some(outcome) = run.rest_outcome.as_ref().filter(|_| 0 < run.rest) {
        *counts.entry(outcome.clone()).or_default() += run.rest;
    }
    Ok(counts)
}
