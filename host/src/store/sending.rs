//! Sending settled bytes to where objects lie, if that is elsewhere. A store has no lock that keeps a sweep of another host
//! away, so each object has a row in the database: it is announced there before it is put, and who sweeps marks what is to go
//! before it is deleted. Whoever announces the same bytes meanwhile waits, and puts them again afterwards: see `going`.

use std::time::Duration;

use super::{
    Store, db, going, identity,
    objects::{Object, Objects, Remote, Settled},
};
use crate::Result;

/// How long the bytes of an object wait that is being deleted: a little longer than that may take, where the store answers.
const PATIENCE: Duration = Duration::from_secs(25);

/// How often that is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Sends the bytes, where objects lie elsewhere, so that a transaction may point at them. Nothing is done where they lie in
/// the data folder: publishing makes them durable there.
///
/// # Errors
///
/// `Error::ObjectStore`; the database's or the file system's. The draft is gone then.
pub async fn send(store: &Store, objects: &Objects, settled: Settled, now: &str) -> Result<Settled> {
    let Some(remote) = objects.remote() else {
        return Ok(settled);
    };
    announce(store, remote, &settled.object(), now).await?;
    objects.send(settled).await
}

/// Writes down that an object is about to be put, once no store is about to delete it.
async fn announce(store: &Store, remote: &Remote, object: &Object, now: &str) -> Result<()> {
    let Object { sha256, size } = object;
    let announced = async {
        loop {
            let mut transaction = store.write().await?;
            if going::announce(&mut transaction, (sha256, *size), now).await? {
                transaction.commit().await?;
                return Ok(());
            }
            drop(transaction);
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, announced).await;
    waited.unwrap_or_else(|_| Err(remote.is_deleting()))
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
