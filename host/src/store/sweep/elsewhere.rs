//! The sweep of an object store. It has no trash: what was let go is deleted there once it has been for as long as the trash
//! would have kept it. Nothing goes for being in a listing, and nothing that the database has not let go itself.
//!
//! An object that goes is marked first, after a look for revisions, while nobody else can write to the database; then it is
//! deleted while everybody can. Whoever publishes the same bytes has announced them before the mark, and nothing is marked
//! that was announced in that time; or comes to announce them, and waits until the mark is gone: see `sending`. Where nobody
//! knows whether a store has deleted an object or is about to, the mark stays, and with it those who would put it again.

use std::time::{Duration, Instant};

use chrono::{DateTime, Days, TimeDelta, Utc};
use clientpoint_engine::clock::stamp;

use crate::{
    Error, Result,
    store::{
        Store, db,
        going::{self, Going},
        objects::Remote,
        revisions, sending,
        trash::{Emptied, KEPT_DAYS},
    },
};

/// How many names are asked for in one statement.
const ASKED: i64 = 500;

/// What was announced so long ago and is needed by nothing never came to its transaction: its host has died, say.
const COME_WITHIN: TimeDelta = TimeDelta::days(2);

/// How long deleting one object may take. Nobody waits for it but who would publish the same bytes.
const DELETED_WITHIN: Duration = Duration::from_secs(20);

/// After how many failures, one after the other, the rest waits for another day. One object that a store keeps, for a rule of
/// the bucket say, is no reason to keep all others; a store that deletes nothing at all need not be asked for each.
const GIVEN_UP_AFTER: usize = 10;

/// What a sweep has done.
pub(super) struct Swept {
    /// How many objects there were.
    pub(super) objects: u64,
    /// What was deleted.
    pub(super) deleted: Emptied,
    /// What has failed first, if anything has. What was deleted before it and after it is deleted.
    pub(super) failed: Option<Error>,
}

/// Sweeps, as far as that goes.
///
/// # Errors
///
/// The database's, before anything was done.
pub(super) async fn sweep(store: &Store, remote: &Remote, now: DateTime<Utc>) -> Result<Swept> {
    let mut swept = Swept {
        objects: sending::count(store).await?,
        deleted: Emptied::default(),
        failed: None,
    };
    let gone = delete_all(store, remote, now, &mut swept).await;
    let lost = let_go_of_the_lost(store, now).await;
    swept.failed = swept.failed.take().or(gone.err()).or(lost.err());
    Ok(swept)
}

/// Deletes what may go by now. What a store does not delete stays, and keeps nothing else.
async fn delete_all(store: &Store, remote: &Remote, now: DateTime<Utc>, swept: &mut Swept) -> Result<()> {
    let begun = Instant::now();
    let until = stamp(now.checked_sub_days(Days::new(KEPT_DAYS)).unwrap_or_default());
    let (mut after, mut failures) = (String::new(), 0);
    loop {
        let names = let_go(store, &after).await?;
        let Some((last, _)) = names.last() else { return Ok(()) };
        after.clone_from(last);
        let all: Vec<String> = names.iter().map(|(name, _)| name.clone()).collect();
        let needed = revisions::referenced(store, &all).await?;
        for (name, at) in names {
            if needed.contains(&name) {
                forget(store, &name).await?;
                continue;
            }
            // A sweep of many objects takes its time, and marks have to be true.
            let now = now + TimeDelta::from_std(begun.elapsed()).unwrap_or_default();
            if !going::may_go(&at, &until, now) {
                continue;
            }
            match delete(store, remote, (&name, &at), (&until, now)).await {
                Ok(size) => {
                    failures = 0;
                    swept.deleted.objects += u64::from(size.is_some());
                    swept.deleted.bytes += size.unwrap_or_default();
                }
                Err(error) => {
                    failures += 1;
                    swept.failed.get_or_insert(error);
                    if failures == GIVEN_UP_AFTER {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// A page of what was let go, with the time of it.
async fn let_go(store: &Store, after: &str) -> Result<Vec<(String, String)>> {
    let page = db::query_as("SELECT sha256, at FROM let_go WHERE sha256 > ? ORDER BY sha256 LIMIT ?")
        .bind(after)
        .bind(ASKED)
        .fetch_all(store.pool())
        .await?;
    Ok(page)
}

/// What is needed again has not been let go.
async fn forget(store: &Store, name: &str) -> Result<()> {
    db::query("DELETE FROM let_go WHERE sha256 = ?1 AND EXISTS (SELECT 1 FROM revisions WHERE sha256 = ?1)")
        .bind(name)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Deletes an object that was let go `until` then, and gives its size; none if it is needed after all, or was announced again.
/// Where the store does not say that it is gone, its row and its mark stay, and another sweep deletes it.
async fn delete(
    store: &Store,
    remote: &Remote,
    (name, at): (&str, &str),
    (until, now): (&str, DateTime<Utc>),
) -> Result<Option<u64>> {
    let Some(going) = Going::begin(store, (name, at), until, now).await? else {
        return Ok(None);
    };
    let deleted = tokio::time::timeout(DELETED_WITHIN, remote.delete(name)).await;
    deleted.unwrap_or_else(|_| Err(remote.too_slow()))?;
    going.end(store).await
}

/// Lets go from now on what was announced and never came to its transaction.
async fn let_go_of_the_lost(store: &Store, now: DateTime<Utc>) -> Result<()> {
    let (before, mut after) = (stamp(now - COME_WITHIN), String::new());
    loop {
        let page: Vec<(String,)> =
            db::query_as("SELECT sha256 FROM objects WHERE sha256 > ? AND touched_at <= ? ORDER BY sha256 LIMIT ?")
                .bind(&after)
                .bind(&before)
                .bind(ASKED)
                .fetch_all(store.pool())
                .await?;
        let Some((last,)) = page.last() else { return Ok(()) };
        after.clone_from(last);
        let names: Vec<String> = page.into_iter().map(|(name,)| name).collect();
        let needed = revisions::referenced(store, &names).await?;
        for name in names.iter().filter(|name| !needed.contains(*name)) {
            db::query(
                "INSERT INTO let_go (sha256, at) SELECT ?1, ?2 \
                 WHERE NOT EXISTS (SELECT 1 FROM revisions WHERE sha256 = ?1) ON CONFLICT DO NOTHING",
            )
            .bind(name)
            .bind(stamp(now))
            .execute(store.pool())
            .await?;
        }
    }
}
