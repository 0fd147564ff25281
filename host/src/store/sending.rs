//! Sending settled bytes to where objects lie, if that is elsewhere. A store has no lock that keeps a sweep of another host
//! away, so each object has a row in the database: it is announced there before it is put, and who sweeps takes the row,
//! looks for revisions and deletes the object in one transaction. Whoever announces the same bytes meanwhile waits, and puts
//! them again afterwards.

use super::{
    Store, db,
    files::signed,
    identity,
    objects::{Object, Objects, Settled},
};
use crate::Result;

/// Sends the bytes, where objects lie elsewhere, so that a transaction may point at them. Nothing is done where they lie in
/// the data folder: publishing makes them durable there.
///
/// # Errors
///
/// `Error::ObjectStore`; the database's or the file system's. The draft is gone then.
pub async fn send(store: &Store, objects: &Objects, settled: Settled, now: &str) -> Result<Settled> {
    if objects.remote().is_none() {
        return Ok(settled);
    }
    announce(store, &settled.object(), now).await?;
    objects.send(settled).await
}

/// Writes down that an object is about to be put. What was let go before is needed again.
async fn announce(store: &Store, object: &Object, now: &str) -> Result<()> {
    let mut transaction = store.write().await?;
    db::query(
        "INSERT INTO objects (sha256, size, touched_at) VALUES (?, ?, ?) \
         ON CONFLICT (sha256) DO UPDATE SET size = excluded.size, touched_at = excluded.touched_at",
    )
    .bind(&object.sha256)
    .bind(signed(object.size))
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    db::query("DELETE FROM let_go WHERE sha256 = ?")
        .bind(&object.sha256)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// How many objects were announced and have not been swept.
pub(super) async fn count(store: &Store) -> Result<u64> {
    let (count,): (i64,) = db::query_as("SELECT count(*) FROM objects")
        .fetch_one(store.pool())
        .await?;
    Ok(count.unsigned_abs())
}

/// Whether any object was announced, and whether any revision points at one.
///
/// # Errors
///
/// The database's.
pub(crate) async fn any(store: &Store) -> Result<(bool, bool)> {
    let any = db::query_as("SELECT EXISTS (SELECT 1 FROM objects), EXISTS (SELECT 1 FROM revisions)")
        .fetch_one(store.pool())
        .await?;
    Ok(any)
}

/// Sees to it that the place where objects lie is this library's, if that is elsewhere; `is_known` as [`any`] has it.
///
/// # Errors
///
/// `Error::Catalogue` where it is another's, or has lost what it had; `Error::ObjectStore`, or the database's.
pub(crate) async fn settle(store: &Store, objects: &Objects, is_known: bool, may_write: bool) -> Result<()> {
    let Some(remote) = objects.remote() else { return Ok(()) };
    let library = identity::of_database(store).await?;
    remote.settle(&library.id, is_known, may_write).await
}
