//! Objects that are being deleted from an object store. A store has no lock, and deleting takes as long as it takes: so the row
//! of what was let go has a mark in the place of its time, set in a transaction of its own. Whoever would put the same bytes
//! waits until the mark is gone, or is so old that the store has long done what it was asked.

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::clock::stamp;

use super::{
    Store,
    db::{self, Transaction},
    files::signed,
};
use crate::Result;

/// What a mark begins with; the time when it was set follows. No time begins with a letter: who knows nothing of marks takes it for
/// one that is not over.
const MARK: &str = "going ";

/// How long a store may take at most until it has done what it was asked, whether it answers or not. Clocks of hosts may be wrong by
/// some of that.
const OVER_AFTER: TimeDelta = TimeDelta::hours(1);

/// An object that is being deleted.
#[derive(Debug)]
pub(super) struct Going<'a> {
    name: &'a str,
    mark: String,
}

impl<'a> Going<'a> {
    /// Marks an object as going, if it is let go since `at` still, was not announced after `until`, and nothing needs it.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn begin(
        store: &Store,
        (name, at): (&'a str, &str),
        until: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>> {
        let mark = format!("{MARK}{}", stamp(now));
        let mut transaction = store.write().await?;
        let marked = db::query(
            "UPDATE let_go SET at = ?1 WHERE sha256 = ?2 AND at = ?3 \
                 AND EXISTS (SELECT 1 FROM objects WHERE sha256 = ?2 AND touched_at <= ?4) \
                 AND NOT EXISTS (SELECT 1 FROM revisions WHERE sha256 = ?2)",
        )
        .bind(&mark)
        .bind(name)
        .bind(at)
        .bind(until)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok((marked.rows_affected() == 1).then_some(Self { name, mark }))
    }

    /// The store has deleted it. Gives its size; none if somebody else has taken over in the meantime.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn end(self, store: &Store) -> Result<Option<u64>> {
        let mut transaction = store.write().await?;
        let gone: Option<(i64,)> = db::query_as(
            "DELETE FROM objects WHERE sha256 = ?1 AND EXISTS (SELECT 1 FROM let_go WHERE sha256 = ?1 AND at = ?2) \
             RETURNING size",
        )
        .bind(self.name)
        .bind(&self.mark)
        .fetch_optional(&mut *transaction)
        .await?;
        db::query("DELETE FROM let_go WHERE sha256 = ? AND at = ?")
            .bind(self.name)
            .bind(&self.mark)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(gone.map(|(size,)| size.unsigned_abs()))
    }
}

/// Whether what was let go `at` that time may be deleted: it was by `until`, or is marked by a sweep that has come to nothing.
pub(super) fn may_go(at: &str, until: &str, now: DateTime<Utc>) -> bool {
    match at.strip_prefix(MARK) {
        Some(_) => !is_under_way(at, now),
        None => at <= until,
    }
}

/// Whether the store may be about to delete it.
fn is_under_way(at: &str, now: DateTime<Utc>) -> bool {
    let since = at.strip_prefix(MARK).map(DateTime::parse_from_rfc3339);
    match since {
        Some(Ok(since)) => now - since.to_utc() < OVER_AFTER,
        Some(Err(_)) | None => false,
    }
}

/// Writes down that an object is about to be put. What was let go before is needed again. False, and nothing is written, while a
/// store may be about to delete it.
///
/// # Errors
///
/// The database's.
pub(super) async fn announce(transaction: &mut Transaction, (sha256, size): (&str, u64), now: &str) -> Result<bool> {
    let let_go: Option<(String,)> = db::query_as("SELECT at FROM let_go WHERE sha256 = ?")
        .bind(sha256)
        .fetch_optional(&mut **transaction)
        .await?;
    let moment = DateTime::parse_from_rfc3339(now).map(|now| now.to_utc());
    let is_going = |(at,): &(String,)| moment.is_ok_and(|now| is_under_way(at, now));
    if let_go.as_ref().is_some_and(is_going) {
        return Ok(false);
    }
    db::query(
        "INSERT INTO objects (sha256, size, touched_at) VALUES (?, ?, ?) \
         ON CONFLICT (sha256) DO UPDATE SET size = excluded.size, touched_at = excluded.touched_at",
    )
    .bind(sha256)
    .bind(signed(size))
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    db::query("DELETE FROM let_go WHERE sha256 = ?")
        .bind(sha256)
        .execute(&mut **transaction)
        .await?;
    Ok(true)
}
