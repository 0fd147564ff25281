//! What the library takes up, by kind.

use std::path::Path;

use super::{
    Store, damage,
    db::{self, Pool},
    objects::Objects,
    opening::DATABASE,
    server, trash,
};
use crate::Result;

/// What the library takes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The database with its log, in bytes; none of one on a server, which has more in it than this library.
    pub database: Option<u64>,
    /// Objects that some revision names.
    pub objects: u64,
    /// Their bytes.
    pub object_bytes: u64,
    /// Revisions that are not their file's present one.
    pub earlier: u64,
    /// Their bytes; those of an object that the present one has as well count here, too.
    pub earlier_bytes: u64,
    /// Files in the bin.
    pub binned: u64,
    /// The bytes of all their revisions.
    pub binned_bytes: u64,
    /// Objects in the trash.
    pub trashed: u64,
    /// Their bytes.
    pub trashed_bytes: u64,
}

/// Measures. The names of the trash are read, and no byte of any object.
///
/// # Errors
///
/// The database's or the file system's.
pub async fn measure(store: &Store, objects: &Objects, data: &Path) -> Result<Sizes> {
    let (count, bytes) = damage::measure(store, "").await?;
    let (earlier, earlier_bytes): (i64, i64) = db::query_as(
        "SELECT count(*), coalesce(sum(r.size), 0) FROM files f CROSS JOIN revisions r ON r.file = f.id AND r.number < f.revision",
    )
    .fetch_one(store.pool())
    .await?;
    let (binned, binned_bytes): (i64, i64) = db::query_as(
        "SELECT count(DISTINCT b.file), coalesce(sum(r.size), 0) FROM bin b INDEXED BY bin_waiting \
         CROSS JOIN revisions r ON r.file = b.file WHERE b.emptied_at IS NULL",
    )
    .fetch_one(store.pool())
    .await?;
    let days = trash::list(objects).await?;
    Ok(Sizes {
        database: (!store.is_on_a_server()).then(|| of_folder(data)),
        objects: count,
        object_bytes: bytes,
        earlier: earlier.unsigned_abs(),
        earlier_bytes: earlier_bytes.unsigned_abs(),
        binned: binned.unsigned_abs(),
        binned_bytes: binned_bytes.unsigned_abs(),
        trashed: days.iter().map(|day| day.objects).sum(),
        trashed_bytes: days.iter().map(|day| day.bytes).sum(),
    })
}

/// How large the database is, in bytes: that of a folder with its log, that of a server with all accounts in it.
///
/// # Errors
///
/// The server's.
pub async fn of_database(store: &Store, data: &Path) -> Result<u64> {
    let Pool::Post(post) = store.pool() else {
        return Ok(of_folder(data));
    };
    server::size(post).await
}

fn of_folder(data: &Path) -> u64 {
    let of_file = |name: &str| std::fs::metadata(data.join(name)).map_or(0, |found| found.len());
    of_file(DATABASE) + of_file(&format!("{DATABASE}-wal"))
}
