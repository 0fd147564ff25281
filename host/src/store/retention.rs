//! Letting go of what is over its time: content that files had before, and runs.
//!
//! What is shown anywhere stays, whatever its age, and so does what somebody may still take an upload back to, and what the
//! last line of a file is about. Only rows go here: the sweep takes an object when no row names it any more, by way of the
//! trash. Each transaction takes some, and looks at all conditions itself: whoever dies in between, or comes at the same
//! time, harms nothing.

mod nights;

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::clock::stamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::{
    Store,
    db::{self, Transaction},
};
use crate::{Result, settings::Retention};

pub(crate) use nights::{claim, remember};

/// How many files are looked at in one transaction.
const FILES: i64 = 200;

/// How many revisions are deleted in one transaction.
const AT_ONCE: i64 = 500;

/// How many runs are asked for at a time.
const RUNS: i64 = 100;

/// What was let go, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LetGo {
    /// Revisions.
    pub revisions: u64,
    /// Their bytes, as they were stored: equal bytes of another file stay where they are.
    pub bytes: u64,
    /// Runs.
    pub runs: u64,
    /// Their lines, and rows of sheets.
    pub lines: u64,
}

/// How much at most is let go at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtMost {
    /// Revisions.
    pub revisions: u64,
    /// Runs.
    pub runs: u64,
}

impl AtMost {
    /// All there is.
    pub const ALL: Self = Self {
        revisions: u64::MAX,
        runs: u64::MAX,
    };
}

/// The moments before which things are over.
struct Until {
    revisions: String,
    least: i64,
    undo: String,
    runs: String,
    uploads: String,
}

impl Until {
    fn of(retention: Retention, now: DateTime<Utc>) -> Self {
        let before = |days: u32| {
            let ago = now.checked_sub_signed(TimeDelta::days(days.into()));
            ago.map_or_else(String::new, stamp)
        };
        Self {
            revisions: before(retention.revision_days),
            least: retention.revisions_at_least.max(1).into(),
            undo: before(retention.upload_days),
            runs: before(retention.run_days),
            uploads: before(retention.run_days.max(retention.upload_days)),
        }
    }
}

#[derive(FromRow)]
struct Over {
    file: i64,
    number: i64,
    sha256: String,
    size: i64,
}

/// The revisions of some files (`?1`, as JSON) that are over: replaced before `?2`, with at least `?3` later ones, shown
/// nowhere, with no upload behind them that can be taken back (begun since `?4`), and not what the file's last line is about.
/// A file in the bin keeps all of them until it goes as a whole.
const OVER: &str = "SELECT r.file, r.number, r.sha256, r.size FROM json_each(?1) j CROSS JOIN revisions r ON r.file = CAST(j.value AS INTEGER) \
         JOIN files f ON f.id = r.file \
     WHERE r.number < f.revision AND f.removed_at IS NULL \
         AND (SELECT n.made_at FROM revisions n WHERE n.file = r.file AND n.number > r.number ORDER BY n.number LIMIT 1) < ?2 \
         AND (SELECT count(*) FROM (SELECT 1 FROM revisions n WHERE n.file = r.file AND n.number > r.number LIMIT ?3) later) >= ?3 \
         AND NOT EXISTS (SELECT 1 FROM showings s WHERE s.file = r.file AND s.revision = r.number) \
         AND NOT EXISTS (SELECT 1 FROM bindings b INDEXED BY bindings_by_file JOIN runs u ON u.id = b.run \
             WHERE b.file = r.file AND b.revision = r.number AND u.undone_at IS NULL AND u.started_at >= ?4) \
         AND r.number IS DISTINCT FROM (SELECT o.revision FROM outcomes o INDEXED BY outcomes_by_file WHERE o.file = r.file \
             ORDER BY o.run DESC LIMIT 1)";

/// Runs that are over, behind `?1`: begun before `?2` (uploads: before `?3`), ended, with a later one like it, without the
/// last line of a file that there still is, and without a line that tells where content comes from that is kept still.
const RUNS_OVER: &str = "SELECT r.id FROM runs r WHERE r.id > ?1 \
         AND r.started_at < CASE r.subject WHEN 'association' THEN ?3 ELSE ?2 END AND r.state <> 'running' \
         AND EXISTS (SELECT 1 FROM runs n WHERE n.connection = r.connection AND n.id > r.id AND n.subject = r.subject \
             AND n.kind = r.kind) \
         AND NOT EXISTS (SELECT 1 FROM outcomes o JOIN files f ON f.id = o.file WHERE o.run = r.id \
             AND NOT EXISTS (SELECT 1 FROM outcomes l INDEXED BY outcomes_by_file WHERE l.file = o.file AND l.run > o.run) \
             AND (f.removed_at IS NULL OR EXISTS (SELECT 1 FROM bin b WHERE b.file = f.id AND b.emptied_at IS NULL))) \
         AND NOT EXISTS (SELECT 1 FROM outcomes o JOIN revisions v ON v.file = o.file AND v.number = o.revision \
             WHERE o.run = r.id AND o.outcome IN ('updated', 'unverified'))";

/// What would be let go now. Nothing is changed.
///
/// # Errors
///
/// The database's.
pub async fn plan(store: &Store, retention: Retention, now: DateTime<Utc>) -> Result<LetGo> {
    let until = Until::of(retention, now);
    let mut plan = LetGo::default();
    let mut after = 0;
    loop {
        let files = files_with_more(store, after, until.least).await?;
        let Some(last) = files.last() else { break };
        after = *last;
        let over: Vec<Over> = db::query_as(OVER)
            .bind(serde_json::json!(files).to_string())
            .bind(&until.revisions)
            .bind(until.least)
            .bind(&until.undo)
            .fetch_all(store.pool())
            .await?;
        plan.revisions += over.len() as u64;
        plan.bytes += over.iter().map(|over| over.size.unsigned_abs()).sum::<u64>();
    }
    let mut after = 0;
    loop {
        let runs = runs_over(store, after, &until).await?;
        let Some(last) = runs.last() else { return Ok(plan) };
        after = *last;
        plan.runs += runs.len() as u64;
        for run in runs {
            let (lines, rows): (i64, i64) = db::query_as(
                "SELECT (SELECT count(*) FROM outcomes WHERE run = ?1), (SELECT count(*) FROM sheet_rows WHERE run = ?1)",
            )
            .bind(run)
            .fetch_one(store.pool())
            .await?;
            plan.lines += lines.unsigned_abs() + rows.unsigned_abs();
        }
    }
}

/// Lets go of what is over, until all is done, or so much of it, or somebody wants it to stop.
///
/// # Errors
///
/// The database's. What was let go by then stays gone, and the rest goes the next time.
pub async fn let_go(
    store: &Store,
    retention: Retention,
    now: DateTime<Utc>,
    at_most: AtMost,
    mut told: impl FnMut(&LetGo) -> bool,
) -> Result<LetGo> {
    let until = Until::of(retention, now);
    let mut done = LetGo::default();
    let mut after = 0;
    while done.revisions < at_most.revisions {
        let files = files_with_more(store, after, until.least).await?;
        let Some(last) = files.last() else { break };
        let some = let_go_some(store, &files, &until, now).await?;
        // Else there may be more of the same files.
        if some.revisions < AT_ONCE.unsigned_abs() {
            after = *last;
        }
        done.revisions += some.revisions;
        done.bytes += some.bytes;
        if !told(&done) {
            return Ok(done);
        }
    }
    // Which revisions are kept decides which runs are.
    let mut after = 0;
    while done.runs < at_most.runs {
        let runs = runs_over(store, after, &until).await?;
        let Some(last) = runs.last() else { break };
        after = *last;
        for run in runs {
            if let Some(lines) = let_go_run(store, run, &until).await? {
                done.runs += 1;
                done.lines += lines;
            }
            if !told(&done) || at_most.runs <= done.runs {
                return Ok(done);
            }
        }
    }
    Ok(done)
}

/// Some files that have more revisions than they are to keep in any case.
async fn files_with_more(store: &Store, after: i64, least: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = db::query_as(
        "SELECT file FROM revisions WHERE file > ? GROUP BY file HAVING count(*) > ? ORDER BY file LIMIT ?",
    )
    .bind(after)
    .bind(least)
    .bind(FILES)
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(file,)| file).collect())
}

async fn let_go_some(store: &Store, files: &[i64], until: &Until, now: DateTime<Utc>) -> Result<LetGo> {
    let mut transaction = store.write().await?;
    let over: Vec<Over> = db::query_as(AssertSqlSafe(format!("{OVER} LIMIT ?5")))
        .bind(serde_json::json!(files).to_string())
        .bind(&until.revisions)
        .bind(until.least)
        .bind(&until.undo)
        .bind(AT_ONCE)
        .fetch_all(&mut *transaction)
        .await?;
    let mut some = LetGo::default();
    for Over {
        file,
        number,
        sha256,
        size,
    } in over
    {
        delete_revision(&mut transaction, (file, number), &sha256, &stamp(now)).await?;
        some.revisions += 1;
        some.bytes += size.unsigned_abs();
    }
    transaction.commit().await?;
    Ok(some)
}

/// The object is written down as let go, unless another revision names it: the sweep looks once more.
async fn delete_revision(
    transaction: &mut Transaction,
    (file, number): (i64, i64),
    sha256: &str,
    now: &str,
) -> Result<()> {
    for query in [
        "DELETE FROM put_back WHERE file = ? AND revision = ?",
        "DELETE FROM revisions WHERE file = ? AND number = ?",
    ] {
        db::query(query)
            .bind(file)
            .bind(number)
            .execute(&mut **transaction)
            .await?;
    }
    db::query(
        "INSERT INTO let_go (sha256, at) SELECT ?1, ?2 \
         WHERE NOT EXISTS (SELECT 1 FROM revisions WHERE sha256 = ?1) ON CONFLICT DO NOTHING",
    )
    .bind(sha256)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn runs_over(store: &Store, after: i64, until: &Until) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = db::query_as(AssertSqlSafe(format!("{RUNS_OVER} ORDER BY r.id LIMIT ?4")))
        .bind(after)
        .bind(&until.runs)
        .bind(&until.uploads)
        .bind(RUNS)
        .fetch_all(store.pool())
        .await?;
    Ok(rows.into_iter().map(|(run,)| run).collect())
}

/// Deletes a run as a whole, so that no ledger lacks a part: how many lines it had. None if it is not over (any more).
async fn let_go_run(store: &Store, run: i64, until: &Until) -> Result<Option<u64>> {
    let mut transaction = store.write().await?;
    let still: Option<(i64,)> = db::query_as(AssertSqlSafe(format!("{RUNS_OVER} AND r.id = ?4")))
        .bind(run - 1)
        .bind(&until.runs)
        .bind(&until.uploads)
        .bind(run)
        .fetch_optional(&mut *transaction)
        .await?;
    if still.is_none() {
        return Ok(None);
    }
    let mut lines = 0;
    for query in [
        "DELETE FROM outcomes WHERE run = ?",
        "DELETE FROM sheet_rows WHERE run = ?",
    ] {
        let deleted = db::query(query).bind(run).execute(&mut *transaction).await?;
        lines += deleted.rows_affected();
    }
    for query in [
        "DELETE FROM bindings WHERE run = ?",
        "DELETE FROM planned WHERE run = ?",
        "DELETE FROM runs WHERE id = ?",
    ] {
        db::query(query).bind(run).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(Some(lines))
}

#[cfg(test)]
mod tests;
