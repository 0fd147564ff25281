//! What ties files to items, as far as it is written: the one place that changes the table `links`. When it may be
//! changed, and what is to be written beside it in the same transaction, is for those to know who call.
//!
//! `waiting` is the turn of a link among those of its connection that are due; NULL where all is settled. Whoever comes to
//! wait gets the turn behind everybody, and keeps it until they are settled, or wait for another connection.

use clientpoint_engine::contract::clientpoint::content_source::managed_files::Known;

use super::{
    db::{self, Transaction},
    library_file::{Link, signed},
};
use crate::Result;

/// How a link waits from now on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waits<'a> {
    /// Whether it waits. One that does already keeps its turn.
    pub(super) waiting: bool,
    /// Whether its item may be gone.
    pub(super) suspected: bool,
    /// The plugin's own words.
    pub(super) note: Option<&'a str>,
}

/// The turn behind everybody who waits for this connection: one look at the end of its queue, however long that is.
pub(super) async fn next_turn(transaction: &mut Transaction, connection: &str) -> Result<i64> {
    let last: Option<(i64,)> = db::query_as(
        "SELECT coalesce(waiting, 0) FROM links INDEXED BY links_due \
         WHERE connection = ? AND (waiting IS NOT NULL OR suspected = 1) \
         ORDER BY connection DESC, coalesce(waiting, 0) DESC LIMIT 1",
    )
    .bind(connection)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(last.map_or(1, |(last,)| last.saturating_add(1)))
}

/// The same, of the connection that a file came through.
async fn next_turn_of(transaction: &mut Transaction, file: i64) -> Result<i64> {
    let connection: Option<(String,)> = db::query_as("SELECT connection FROM links WHERE file = ?")
        .bind(file)
        .fetch_optional(&mut **transaction)
        .await?;
    match connection {
        Some((connection,)) => next_turn(transaction, &connection).await,
        None => Ok(1),
    }
}

/// A new file follows its item.
pub(super) async fn add(transaction: &mut Transaction, file: i64, link: &Link, now: &str) -> Result<()> {
    db::query(
        "INSERT INTO links (file, connection, plugin, drive, item, version, hash, size, verification, name, web_url, \
             linked_at) \
         VALUES (?1, ?2, (SELECT plugin FROM connections WHERE id = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )
    .bind(file)
    .bind(&link.connection)
    .bind(&link.drive)
    .bind(&link.item)
    .bind(&link.version)
    .bind(&link.hash)
    .bind(signed(link.size))
    .bind(&link.verification)
    .bind(&link.name)
    .bind(&link.web_url)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// How a file of this connection waits. False, and nothing is changed, if it does not follow anything through it.
pub(super) async fn wait(
    transaction: &mut Transaction,
    (file, connection): (i64, &str),
    how: Waits<'_>,
    turn: i64,
) -> Result<bool> {
    let turn = how.waiting.then_some(turn);
    let done = db::query(
        "UPDATE links SET waiting = CASE WHEN ? IS NULL THEN NULL ELSE coalesce(waiting, ?) END, \
             suspected = ?, note = ? WHERE file = ? AND connection = ?",
    )
    .bind(turn)
    .bind(turn)
    .bind(i64::from(how.suspected))
    .bind(how.note)
    .bind(file)
    .bind(connection)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// All files of a drive may have lost their items, but those whose item is known to be gone.
pub(super) async fn suspect_all(transaction: &mut Transaction, connection: &str, drive: &str) -> Result<()> {
    db::query("UPDATE links SET suspected = 1 WHERE connection = ? AND drive = ? AND state <> 'source-gone'")
        .bind(connection)
        .bind(drive)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// How a file stands to its item, in the contract's word; and what the source tells of that, if it tells anything anew.
pub(super) async fn stand(transaction: &mut Transaction, file: i64, state: &str, known: Option<&Known>) -> Result<()> {
    db::query("UPDATE links SET state = ? WHERE file = ?")
        .bind(state)
        .bind(file)
        .execute(&mut **transaction)
        .await?;
    if let Some(Known { version, name, web_url }) = known {
        db::query("UPDATE links SET version = ?, name = ?, web_url = ? WHERE file = ?")
            .bind(version)
            .bind(name)
            .bind(web_url)
            .bind(file)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// The file has what its item has, in that version. False, and nothing is changed, if it does not follow that item through
/// that connection any more, or is held.
pub(super) async fn follow(transaction: &mut Transaction, file: i64, link: &Link) -> Result<bool> {
    let done = db::query(
        "UPDATE links SET version = ?, hash = ?, size = ?, verification = ?, name = ?, web_url = ?, \
             state = 'following', waiting = NULL, suspected = 0, note = NULL \
         WHERE file = ? AND connection = ? AND drive = ? AND item = ? AND held = 0",
    )
    .bind(&link.version)
    .bind(&link.hash)
    .bind(signed(link.size))
    .bind(&link.verification)
    .bind(&link.name)
    .bind(&link.web_url)
    .bind(file)
    .bind(&link.connection)
    .bind(&link.drive)
    .bind(&link.item)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Files follow items from the next run on, whatever they followed before. Those that people hold stay held. `rows`:
/// `file`, `item`, `name`, `web_url` and `place` of each, as JSON.
pub(super) async fn tie(
    transaction: &mut Transaction,
    (connection, drive): (&str, &str),
    rows: &str,
    turn: i64,
    now: &str,
) -> Result<()> {
    db::query(
        "INSERT INTO links (file, connection, plugin, drive, item, version, hash, size, verification, name, web_url, \
             linked_at, state, waiting, place) \
         SELECT CAST(value ->> 'file' AS INTEGER), ?1, (SELECT plugin FROM connections WHERE id = ?1), ?2, value ->> 'item', NULL, '', 0, 'no-hash', value ->> 'name', \
             value ->> 'web_url', ?3, 'pending', ?4, value ->> 'place' FROM json_each(?5) WHERE true \
         ON CONFLICT (file) DO UPDATE SET connection = excluded.connection, plugin = excluded.plugin, drive = excluded.drive, \
             item = excluded.item, version = NULL, hash = '', size = 0, verification = 'no-hash', name = excluded.name, \
             web_url = excluded.web_url, linked_at = excluded.linked_at, state = 'pending', suspected = 0, note = NULL, \
             waiting = CASE WHEN links.connection = excluded.connection THEN coalesce(links.waiting, excluded.waiting) \
                 ELSE excluded.waiting END, \
             place = excluded.place",
    )
    .bind(connection)
    .bind(drive)
    .bind(now)
    .bind(turn)
    .bind(rows)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// A file follows what it followed before an upload. Whatever has happened at the source since is looked at in the next
/// run of the connection that has its drive (`through`); where none has any more, the file is detached, as it would be if
/// nobody had linked it in between. A file that people hold stays held.
pub(super) async fn tie_back(
    transaction: &mut Transaction,
    (run, file): (i64, i64),
    through: Option<&str>,
) -> Result<()> {
    let turn = match through {
        Some(connection) => Some(next_turn(transaction, connection).await?),
        None => None,
    };
    db::query(
        "UPDATE links SET connection = b.was_connection, plugin = b.was_plugin, drive = b.was_drive, item = b.was_item, \
             version = b.was_version, hash = b.was_hash, size = b.was_size, verification = b.was_verification, \
             name = b.was_name, web_url = b.was_web_url, linked_at = b.was_linked_at, place = b.was_place, \
             state = CASE WHEN ?3 IS NULL THEN 'detached' WHEN b.was_state = 'detached' THEN 'pending' ELSE b.was_state END, \
             waiting = ?3, suspected = 0, note = NULL \
         FROM bindings b WHERE b.run = ?1 AND b.file = ?2 AND links.file = ?2",
    )
    .bind(run)
    .bind(file)
    .bind(turn)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// A person holds the file: no run gives it new content. The link no longer describes its bytes, so that the release
/// fetches the item whatever its version.
pub(super) async fn hold(transaction: &mut Transaction, file: i64, size: u64) -> Result<()> {
    let turn = next_turn_of(transaction, file).await?;
    db::query(
        "UPDATE links SET held = 1, version = NULL, hash = '', size = ?, waiting = coalesce(waiting, ?), note = NULL \
         WHERE file = ?",
    )
    .bind(signed(size))
    .bind(turn)
    .bind(file)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Nobody holds the file any more, and it is looked at in the next run. False if it follows nothing.
pub(super) async fn release(transaction: &mut Transaction, file: i64) -> Result<bool> {
    let turn = next_turn_of(transaction, file).await?;
    let done = db::query("UPDATE links SET held = 0, note = NULL, waiting = coalesce(waiting, ?) WHERE file = ?")
        .bind(turn)
        .bind(file)
        .execute(&mut **transaction)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Detaches the files of a connection, but those of one drive. How many that were.
pub(super) async fn detach(transaction: &mut Transaction, connection: &str, but: Option<&str>) -> Result<u64> {
    let done = db::query(
        "UPDATE links SET state = 'detached', waiting = NULL, suspected = 0, note = NULL \
         WHERE connection = ? AND (? IS NULL OR drive <> ?) AND state <> 'detached'",
    )
    .bind(connection)
    .bind(but)
    .bind(but)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected())
}

/// Detached files of a drive follow it again through this connection, whichever of the same plugin they came through. How
/// many that were.
pub(super) async fn attach(transaction: &mut Transaction, connection: &str, drive: &str) -> Result<u64> {
    let turn = next_turn(transaction, connection).await?;
    let done = db::query(
        "UPDATE links SET connection = ?, state = 'pending', note = NULL, waiting = ? \
         WHERE plugin = (SELECT plugin FROM connections WHERE id = ?) AND drive = ? AND state = 'detached'",
    )
    .bind(connection)
    .bind(turn)
    .bind(connection)
    .bind(drive)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected())
}

/// A file becomes the library's own, if nothing is to be heard of its item any more, or it waits for a person. False, and
/// nothing is changed, if it follows its item or is about to be looked at.
pub(super) async fn unlock(transaction: &mut Transaction, file: i64) -> Result<bool> {
    let done = db::query(
        "DELETE FROM links WHERE file = ? AND (state IN ('detached', 'source-gone', 'too-large', 'out-of-scope') \
             OR (state NOT IN ('following', 'pending') AND waiting IS NULL AND suspected = 0))",
    )
    .bind(file)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The file follows nothing.
pub(super) async fn remove(transaction: &mut Transaction, file: i64) -> Result<()> {
    db::query("DELETE FROM links WHERE file = ?")
        .bind(file)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// A file out of the bin follows what it followed, through whichever connection has its drive now; where none has, it is
/// detached.
pub(super) async fn out_of_bin(transaction: &mut Transaction, file: i64) -> Result<()> {
    let through: Option<(String,)> = db::query_as(
        "SELECT c.id FROM bin b JOIN connections c ON c.disconnected_at IS NULL AND c.id = coalesce(\
             (SELECT o.id FROM connections o WHERE o.id = b.connection AND o.drive_id = b.drive), \
             (SELECT min(o.id) FROM connections o \
                 WHERE o.plugin = b.plugin AND o.drive_id = b.drive AND o.disconnected_at IS NULL)) \
         WHERE b.file = ?",
    )
    .bind(file)
    .fetch_optional(&mut **transaction)
    .await?;
    let turn = match &through {
        Some((connection,)) => Some(next_turn(transaction, connection).await?),
        None => None,
    };
    db::query(
        "INSERT INTO links (file, connection, plugin, drive, item, version, hash, size, verification, name, web_url, \
             linked_at, held, place, state, waiting) \
         SELECT file, coalesce(?2, connection), plugin, drive, item, version, hash, size, verification, name, web_url, \
             linked_at, held, place, CASE WHEN ?2 IS NULL THEN 'detached' ELSE 'pending' END, ?3 \
         FROM bin WHERE file = ?1 AND drive IS NOT NULL",
    )
    .bind(file)
    .bind(through.map(|(connection,)| connection))
    .bind(turn)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// These files of a connection, as JSON, are fetched anew in its next run. How many that were.
pub(super) async fn make_due(transaction: &mut Transaction, connection: &str, files: &str) -> Result<u64> {
    let turn = next_turn(transaction, connection).await?;
    let done = db::query(
        "UPDATE links SET waiting = ? WHERE connection = ? AND waiting IS NULL \
         AND file IN (SELECT CAST(value AS INTEGER) FROM json_each(?))",
    )
    .bind(turn)
    .bind(connection)
    .bind(files)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected())
}
