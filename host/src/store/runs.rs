//! Runs of the sync, and their ledger.
//!
//! A run is recorded before it starts, with the number of files that it is about. When it ends, every one of them must
//! be accounted for: by a line of its own, or among the rest, which all have the same outcome. A ledger that does not
//! add up is an error of the run, not a number in it.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::{FromRow, Sqlite, Transaction};

use super::{
    Store,
    files::signed,
    words::{Flag, GivenUp, Reason, RunKind, RunState, Subject},
};
use crate::{Error, Result, way_out::WayOut};

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

/// How a run ends.
#[derive(Clone, Debug)]
pub enum Ending<'a> {
    /// Every file that was due has its line.
    Complete,
    /// It was given up: what has no line yet gets this outcome.
    GivenUp {
        /// The outcome.
        outcome: GivenUp,
        /// Why.
        reason: Reason,
        /// In a sentence.
        message: &'a str,
    },
}

pub(super) const SELECT: &str = "SELECT id, connection, drive, subject, undone_at, kind, schedule, due, late, started_by, started_at, ended_at, state, options, \
     cursor, listed, inputs, rest, rest_outcome, message FROM runs";

/// Records a run. None if there is one for that schedule and day already.
///
/// # Errors
///
/// The database's.
pub async fn begin(store: &Store, new: Begin<'_>, now: &str) -> Result<Option<Run>> {
    let done = sqlx::query(
        "INSERT INTO runs (connection, plugin, drive, kind, due, late, started_by, started_at, options, schedule, inputs) \
         VALUES (?1, (SELECT plugin FROM connections WHERE id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
             (SELECT count(*) FROM links WHERE connection = ?1 AND drive = ?2)) ON CONFLICT DO NOTHING",
    )
    .bind(new.connection)
    .bind(new.drive)
    .bind(new.kind.as_str())
    .bind(new.due.map(|(_, day)| day))
    .bind(i64::from(new.late))
    .bind(new.by)
    .bind(now)
    .bind(new.options)
    .bind(new.due.map(|(schedule, _)| schedule))
    .execute(store.pool())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    get(store, done.last_insert_rowid()).await.map(Some)
}

/// The run of that number.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn get(store: &Store, id: i64) -> Result<Run> {
    let run = sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = ?")))
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
    let run = sqlx::query_as(sqlx::AssertSqlSafe(format!(
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
    let run = sqlx::query_as(sqlx::AssertSqlSafe(format!(
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
    let (count,): (i64,) = sqlx::query_as(
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
    let rows: Vec<(String, i64)> = sqlx::query_as(
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
        sqlx::query_as("SELECT due FROM runs WHERE connection = ? AND schedule = ? AND due >= ? ORDER BY due")
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
    let rows: Vec<(String,)> = sqlx::query_as("SELECT id FROM connections WHERE disconnected_at IS NULL ORDER BY id")
        .fetch_all(store.pool())
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Counts anew how many files a run is about: those that follow an item of the drive now, and those that have a line
/// already though they do not follow it any more. To be called while nothing else can change them.
///
/// # Errors
///
/// The database's.
pub async fn count_inputs(store: &Store, run: &mut Run) -> Result<()> {
    let (inputs,): (i64,) = sqlx::query_as(
        "UPDATE runs SET inputs = (SELECT count(*) FROM links WHERE connection = ?1 AND drive = ?2) \
             + (SELECT count(*) FROM outcomes o WHERE o.run = ?3 AND NOT EXISTS \
                 (SELECT 1 FROM links l WHERE l.file = o.file AND l.connection = ?1 AND l.drive = ?2)) \
         WHERE id = ?3 RETURNING inputs",
    )
    .bind(&run.connection)
    .bind(&run.drive)
    .bind(run.id)
    .fetch_one(store.pool())
    .await?;
    run.inputs = inputs.unsigned_abs();
    Ok(())
}

/// Notes where a run stands: after its effects, never before.
///
/// # Errors
///
/// The database's.
pub async fn keep_cursor(store: &Store, run: &mut Run, cursor: String, listed: bool) -> Result<()> {
    sqlx::query("UPDATE runs SET cursor = ?, listed = ? WHERE id = ?")
        .bind(&cursor)
        .bind(i64::from(listed))
        .bind(run.id)
        .execute(store.pool())
        .await?;
    run.cursor = Some(cursor);
    run.listed = Flag(listed);
    Ok(())
}

/// Ends a run: completes its ledger, and holds it against the number of files that the run is about.
///
/// # Errors
///
/// `Error::Ledger` if it does not add up: the run is kept as `failed`. The database's.
pub async fn end(store: &Store, run: &Run, ending: Ending<'_>, now: &str) -> Result<Run> {
    let mut transaction = store.write().await?;
    if let Ending::GivenUp {
        outcome,
        reason,
        message,
    } = &ending
    {
        fill(&mut transaction, run, *outcome, (*reason, message), now).await?;
    }
    if run.listed.0 {
        tell_again(&mut transaction, run, now).await?;
    }
    let rest = rest(&mut transaction, run).await?;
    let (lines,): (i64,) = sqlx::query_as("SELECT count(*) FROM outcomes WHERE run = ?")
        .bind(run.id)
        .fetch_one(&mut *transaction)
        .await?;
    let (state, rest_outcome, message) = match &ending {
        Ending::Complete => (RunState::Complete, UNCHANGED, None),
        Ending::GivenUp { message, .. } if run.listed.0 => {
            (RunState::Incomplete, UNCHANGED, Some((*message).to_string()))
        }
        Ending::GivenUp { outcome, message, .. } => {
            (RunState::Incomplete, outcome.as_str(), Some((*message).to_string()))
        }
    };
    let adds_up = lines.unsigned_abs().checked_add(rest) == Some(run.inputs);
    let wrong = format!(
        "the ledger does not add up: {lines} lines and {rest} others are not {} files",
        run.inputs
    );
    let (state, message) = if adds_up {
        (state, message)
    } else {
        (RunState::Failed, Some(wrong.clone()))
    };
    sqlx::query("UPDATE runs SET state = ?, ended_at = ?, rest = ?, rest_outcome = ?, message = ? WHERE id = ?")
        .bind(state.as_str())
        .bind(now)
        .bind(signed(rest))
        .bind(rest_outcome)
        .bind(message)
        .bind(run.id)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    if !adds_up {
        return Err(Error::Ledger {
            run: run.id,
            message: wrong,
        });
    }
    get(store, run.id).await
}

/// Writes the same line for all files of the run that are due and have none yet.
async fn fill(
    transaction: &mut Transaction<'_, Sqlite>,
    run: &Run,
    outcome: GivenUp,
    (reason, message): (Reason, &str),
    now: &str,
) -> Result<()> {
    sqlx::query(
        "INSERT OR IGNORE INTO outcomes (run, file, outcome, reason, name, message, revision, size, reached, at) \
         SELECT ?, l.file, ?, ?, l.name, ?, f.revision, r.size, 0, ? \
         FROM links l INDEXED BY links_due JOIN files f ON f.id = l.file \
             JOIN revisions r ON r.file = f.id AND r.number = f.revision \
         WHERE l.connection = ? AND l.drive = ? AND (l.waiting IS NOT NULL OR l.suspected = 1)",
    )
    .bind(run.id)
    .bind(outcome.as_str())
    .bind(reason.as_str())
    .bind(message)
    .bind(now)
    .bind(&run.connection)
    .bind(&run.drive)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The outcome of files that have no line of their own, as long as the run knows how they stand.
const UNCHANGED: &str = "unchanged";

/// What ledgers said before each run told the reason again.
const TOLD_BEFORE: &str = "nothing has changed since an earlier run told why this file does not follow";

/// Writes a line for each file that does not follow and about which nothing is new: what was told of it last, so that each
/// ledger can be read by itself.
async fn tell_again(transaction: &mut Transaction<'_, Sqlite>, run: &Run, now: &str) -> Result<()> {
    sqlx::query(
        "INSERT OR IGNORE INTO outcomes (run, file, outcome, reason, name, message, revision, size, reached, at) \
         SELECT ?1, l.file, l.state, coalesce(nullif(o.reason, ''), 'as-before'), l.name, coalesce(o.message, \
             'the file does not follow its item (' || l.state || '): release it to have it looked at again, or unlock it to ' || \
             'keep it as the library''s own'), \
             f.revision, r.size, 0, ?2 \
         FROM links l INDEXED BY links_unsettled JOIN files f ON f.id = l.file \
             JOIN revisions r ON r.file = f.id AND r.number = f.revision \
             LEFT JOIN outcomes o ON o.file = l.file AND o.run = (SELECT max(p.run) FROM outcomes p WHERE p.file = l.file \
                 AND p.run < ?1 AND p.outcome = l.state AND p.at >= l.linked_at AND p.message <> ?5) \
         WHERE l.connection = ?3 AND l.drive = ?4 AND l.state <> 'following' AND l.waiting IS NULL AND l.suspected = 0",
    )
    .bind(run.id)
    .bind(now)
    .bind(&run.connection)
    .bind(&run.drive)
    .bind(TOLD_BEFORE)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// How many files have no line. After a listing that came to its end, only those count that follow their item and have
/// nothing open: of the others it can't be said that they have not changed.
async fn rest(transaction: &mut Transaction<'_, Sqlite>, run: &Run) -> Result<u64> {
    let count = async |transaction: &mut Transaction<'_, Sqlite>, query: &'static str| {
        sqlx::query_as::<_, (i64,)>(query)
            .bind(&run.connection)
            .bind(&run.drive)
            .bind(run.id)
            .fetch_one(&mut **transaction)
            .await
            .map(|(count,)| count)
    };
    let managed = count(
        transaction,
        "SELECT count(*) FROM links WHERE connection = ? AND drive = ? AND ? IS NOT NULL",
    )
    .await?;
    let with_line = count(
        transaction,
        "SELECT count(*) FROM outcomes o CROSS JOIN links l ON l.file = o.file \
         WHERE l.connection = ? AND l.drive = ? AND o.run = ?",
    )
    .await?;
    let mut rest = managed - with_line;
    if run.listed.0 {
        let open = "SELECT count(*) FROM links l INDEXED BY links_due WHERE l.connection = ? AND l.drive = ? \
             AND (l.waiting IS NOT NULL OR l.suspected = 1) \
             AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.run = ? AND o.file = l.file)";
        rest -= count(transaction, open).await?;
    }
    Ok(u64::try_from(rest).unwrap_or(0))
}

/// Whether a run has lines yet.
///
/// # Errors
///
/// The database's.
pub async fn has_lines(store: &Store, run: i64) -> Result<bool> {
    let (any,): (i64,) = sqlx::query_as("SELECT EXISTS (SELECT 1 FROM outcomes WHERE run = ?)")
        .bind(run)
        .fetch_one(store.pool())
        .await?;
    Ok(any != 0)
}

/// How many files had which outcome, those without a line included.
///
/// # Errors
///
/// The database's.
pub async fn counts(store: &Store, run: &Run) -> Result<BTreeMap<String, u64>> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
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
