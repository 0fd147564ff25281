//! Whose files something reaches: the connections that files follow, or followed, something through. Whoever changes what
//! files follow has the right to the sync of each of these first.

use std::collections::BTreeSet;

use super::{Store, db, files::number, library_file::exact};
use crate::Result;

/// Files that are looked up in one statement.
const AT_ONCE: usize = 20_000;

/// What reaches the files of connections.
#[derive(Clone, Copy, Debug)]
pub enum Reaching<'a> {
    /// A change of what this file follows.
    File(&'a str),
    /// The taking back of this upload.
    Upload(i64),
    /// The way back of this file out of the bin.
    Binned(&'a str),
}

/// The connections that it reaches.
///
/// # Errors
///
/// `Error::NotFound` for what is no File ID; the database's.
pub async fn of(store: &Store, reaching: Reaching<'_>) -> Result<BTreeSet<String>> {
    match reaching {
        Reaching::File(file) => of_files(store, [file].into_iter()).await,
        Reaching::Upload(run) => of_upload(store, run).await,
        Reaching::Binned(file) => of_binned(store, file).await,
    }
}

/// The connections that these files follow something through.
///
/// # Errors
///
/// The database's.
pub async fn of_files(store: &Store, ids: impl Iterator<Item = &str>) -> Result<BTreeSet<String>> {
    let files: Vec<i64> = ids.filter_map(exact).collect();
    let mut connections = BTreeSet::new();
    for some in files.chunks(AT_ONCE) {
        let rows: Vec<(String,)> = db::query_as(
            "SELECT DISTINCT connection FROM links WHERE file IN (SELECT CAST(value AS INTEGER) FROM json_each(?))",
        )
        .bind(serde_json::json!(some).to_string())
        .fetch_all(store.pool())
        .await?;
        connections.extend(rows.into_iter().map(|(connection,)| connection));
    }
    Ok(connections)
}

/// The connections that the files of an upload follow something through, and those that they would again if it was taken
/// back.
async fn of_upload(store: &Store, run: i64) -> Result<BTreeSet<String>> {
    let rows: Vec<(String,)> = db::query_as(
        "SELECT l.connection FROM bindings b JOIN links l ON l.file = b.file WHERE b.run = ?1 \
             UNION SELECT was_connection FROM bindings WHERE run = ?1 AND was_connection IS NOT NULL \
             UNION SELECT connection FROM runs WHERE id = ?1",
    )
    .bind(run)
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(connection,)| connection).collect())
}

/// The connections that a file in the bin may follow its item through once it is back.
async fn of_binned(store: &Store, id: &str) -> Result<BTreeSet<String>> {
    let rows: Vec<(String,)> = db::query_as(
        "SELECT connection FROM bin WHERE file = ?1 AND connection IS NOT NULL \
             UNION SELECT connections.id FROM bin b JOIN connections ON connections.plugin = b.plugin AND drive_id = b.drive \
             WHERE b.file = ?1",
    )
    .bind(number(id)?)
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(connection,)| connection).collect())
}
