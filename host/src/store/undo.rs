//! Taking an upload of a sheet back.

use sqlx::FromRow;

use super::{
    Store, connections,
    db::{self, Transaction},
    library_file, links,
    objects::Object,
    rollback::{Restored, restore_content},
    runs::{self, Run},
    seen::Seen,
    words::{Flag, Subject},
};
use crate::{Error, Result, way_out::WayOut};

/// How many files are read at a time.
const AT_ONCE: i64 = 1_000;

/// What taking an upload back came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Undone {
    /// Files that follow nothing, or what they followed before.
    pub files: u64,
    /// Those of them whose content had been updated, and is again what it was.
    pub contents: u64,
    /// File IDs that were linked anew, or released, since: they were left alone.
    pub left_alone: Vec<String>,
    /// File IDs that are in the bin, or were removed for good: they were left alone as well.
    pub removed: Vec<String>,
    /// File IDs whose earlier bytes are damaged on the disk: they were left alone, too, and have their present content.
    pub damaged: Vec<String>,
}

/// A file that the upload has linked.
#[derive(FromRow)]
struct Binding {
    file: i64,
    drive: String,
    item: String,
    revision: i64,
    #[sqlx(try_from = "i64")]
    was_linked: Flag,
    was_connection: Option<String>,
    was_drive: Option<String>,
    was_plugin: Option<String>,
    /// The next upload that has linked the file, and was not taken back.
    later: Option<i64>,
}

/// Some of the objects of the contents that taking this upload back would put back, in the order of their names, behind
/// the one of that name. They are to be looked at first, all of them.
///
/// # Errors
///
/// The database's.
pub async fn wanted(store: &Store, id: i64, after: &str) -> Result<Vec<Object>> {
    let rows: Vec<(String, i64)> = db::query_as(
        "SELECT DISTINCT r.sha256, r.size FROM bindings b JOIN revisions r ON r.file = b.file AND r.number = b.revision \
         JOIN files f ON f.id = b.file JOIN revisions p ON p.file = f.id AND p.number = f.revision \
         WHERE b.run = ? AND r.sha256 <> p.sha256 AND r.sha256 > ? ORDER BY r.sha256 LIMIT ?",
    )
    .bind(id)
    .bind(after)
    .bind(AT_ONCE)
    .fetch_all(store.pool())
    .await?;
    let object = |(sha256, size): (String, i64)| Object {
        sha256,
        size: size.unsigned_abs(),
    };
    Ok(rows.into_iter().map(object).collect())
}

/// What taking an upload back would come to, as far as the database knows: whether the earlier bytes are whole is seen by
/// looking at them.
///
/// # Errors
///
/// The database's.
pub async fn would_undo(store: &Store, id: i64) -> Result<Undone> {
    let mut undone = Undone::default();
    let mut after = 0;
    loop {
        let some: Vec<(i64, bool, bool, bool)> = db::query_as(
            "SELECT b.file, f.removed_at IS NOT NULL, r.sha256 <> p.sha256, \
                 EXISTS (SELECT 1 FROM bindings l INDEXED BY bindings_by_file JOIN runs o ON o.id = l.run \
                     WHERE l.file = b.file AND l.run > ?1 AND o.undone_at IS NULL) \
                 OR NOT EXISTS (SELECT 1 FROM links k WHERE k.file = b.file AND k.drive = b.drive AND k.item = b.item \
                     AND k.plugin = (SELECT plugin FROM runs WHERE id = ?1)) \
             FROM bindings b JOIN files f ON f.id = b.file JOIN revisions r ON r.file = b.file AND r.number = b.revision \
                 JOIN revisions p ON p.file = f.id AND p.number = f.revision \
             WHERE b.run = ?1 AND b.file > ?2 ORDER BY b.file LIMIT ?3",
        )
        .bind(id)
        .bind(after)
        .bind(AT_ONCE)
        .fetch_all(store.pool())
        .await?;
        let Some((last, ..)) = some.last() else {
            return Ok(undone);
        };
        after = *last;
        for (file, is_removed, is_other_content, is_left_alone) in some {
            match (is_left_alone, is_removed) {
                (true, true) => undone.removed.push(file.to_string()),
                (true, false) => undone.left_alone.push(file.to_string()),
                (false, _) => {
                    undone.files += 1;
                    undone.contents += u64::from(is_other_content);
                }
            }
        }
    }
}

/// Takes an upload back, all at once: its files follow what they followed before, and have the content that they had.
/// Files that a later upload has linked, or that were released, are left alone; taking that later upload back as well
/// leads to before this one. `whole` are those of the [`wanted`] objects that were just seen to be: where another one would
/// become current, the file is left alone. To be called while no sync runs.
///
/// # Errors
///
/// `Error::NotFound`, `Error::Settings` for a run that is no upload, or was taken back before; the database's.
pub async fn undo(store: &Store, id: i64, by: &str, whole: &mut Seen, now: &str) -> Result<(Run, Undone)> {
    let run = runs::get(store, id).await?;
    if run.subject != Subject::Association {
        let other = Error::Settings(format!("run {id} is no upload of a sheet"));
        return Err(other.with([WayOut::ShowRuns, WayOut::RollBack]));
    }
    let mut transaction = store.write().await?;
    // Only now does nobody else take it back.
    let (undone_at,): (Option<String>,) = db::query_as("SELECT undone_at FROM runs WHERE id = ?")
        .bind(id)
        .fetch_one(&mut *transaction)
        .await?;
    if let Some(at) = undone_at {
        return Err(Error::Settings(format!("run {id} was taken back before, at {at}")));
    }
    let mut undone = Undone::default();
    let mut after = 0;
    loop {
        let bindings = some(&mut transaction, id, after).await?;
        let Some(last) = bindings.last() else { break };
        after = last.file;
        for binding in &bindings {
            take_back(&mut transaction, id, binding, (&mut *whole, now), &mut undone).await?;
        }
    }
    let message = format!("taken back by {by}: {} files", undone.files);
    // One that has died before its end is over, too.
    db::query(
        "UPDATE runs SET undone_at = ?1, message = ?2, ended_at = coalesce(ended_at, ?1), \
             state = CASE state WHEN 'running' THEN 'failed' ELSE state END WHERE id = ?3",
    )
    .bind(now)
    .bind(message)
    .bind(id)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok((runs::get(store, id).await?, undone))
}

/// Some of what an upload has linked, behind that file.
async fn some(transaction: &mut Transaction, run: i64, after: i64) -> Result<Vec<Binding>> {
    let bindings = db::query_as(
        "SELECT b.file, b.drive, b.item, b.revision, b.was_linked, b.was_connection, b.was_drive, b.was_plugin, \
             (SELECT min(l.run) FROM bindings l INDEXED BY bindings_by_file JOIN runs r ON r.id = l.run \
                 WHERE l.file = b.file AND l.run > ?1 AND r.undone_at IS NULL) AS later \
         FROM bindings b WHERE b.run = ?1 AND b.file > ?2 ORDER BY b.file LIMIT ?3",
    )
    .bind(run)
    .bind(after)
    .bind(AT_ONCE)
    .fetch_all(&mut **transaction)
    .await?;
    Ok(bindings)
}

/// Takes back what the upload has done to one file.
async fn take_back(
    transaction: &mut Transaction,
    run: i64,
    binding: &Binding,
    (whole, now): (&mut Seen, &str),
    undone: &mut Undone,
) -> Result<()> {
    if let Some(later) = binding.later {
        hand_on(transaction, run, binding.file, later).await?;
    }
    if binding.later.is_some() || !follows(transaction, run, binding).await? {
        let removed = library_file::removed(transaction, binding.file).await?.is_some();
        let alone = if removed {
            &mut undone.removed
        } else {
            &mut undone.left_alone
        };
        alone.push(binding.file.to_string());
        return Ok(());
    }
    let restored = restore_content(transaction, binding.file, binding.revision, whole, now).await?;
    if restored == Restored::Unsound {
        undone.damaged.push(binding.file.to_string());
        return Ok(());
    }
    undone.files += 1;
    undone.contents += u64::from(restored == Restored::Done);
    restore_link(transaction, run, binding).await
}

/// If a later upload began where this one had led a file, it has begun from before this one from now on: so both can be
/// taken back in any order. If the file was released in between, what people have done to it then is not to be lost, and
/// the later one stays as it is.
async fn hand_on(transaction: &mut Transaction, run: i64, file: i64, later: i64) -> Result<()> {
    db::query(
        "UPDATE bindings SET revision = b.revision, was_linked = b.was_linked, was_connection = b.was_connection, \
             was_drive = b.was_drive, was_item = b.was_item, was_version = b.was_version, was_hash = b.was_hash, \
             was_size = b.was_size, was_verification = b.was_verification, was_name = b.was_name, \
             was_web_url = b.was_web_url, was_linked_at = b.was_linked_at, was_state = b.was_state, \
             was_place = b.was_place, was_plugin = b.was_plugin \
         FROM bindings b WHERE b.run = ?1 AND b.file = ?2 AND bindings.run = ?3 AND bindings.file = ?2 \
             AND bindings.was_linked = 1 AND bindings.was_plugin = (SELECT plugin FROM runs WHERE id = ?1) \
             AND bindings.was_drive = b.drive AND bindings.was_item = b.item",
    )
    .bind(run)
    .bind(file)
    .bind(later)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Whether the file follows what the upload has tied it to. Through which connection does not matter: another one may
/// have taken it over.
async fn follows(transaction: &mut Transaction, run: i64, binding: &Binding) -> Result<bool> {
    let tied = "SELECT file FROM links WHERE plugin = (SELECT plugin FROM runs WHERE id = ?) AND file = ? AND drive = ? \
         AND item = ?";
    let found: Option<(i64,)> = db::query_as(tied)
        .bind(run)
        .bind(binding.file)
        .bind(&binding.drive)
        .bind(&binding.item)
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(found.is_some())
}

async fn restore_link(transaction: &mut Transaction, run: i64, binding: &Binding) -> Result<()> {
    if !binding.was_linked {
        return links::remove(transaction, binding.file).await;
    }
    let before = (&binding.was_connection, &binding.was_plugin, &binding.was_drive);
    let (Some(connection), Some(plugin), Some(drive)) = before else {
        return links::tie_back(transaction, (run, binding.file), None).await;
    };
    // Another plugin may have a connection of that name by now, and a drive that is called alike.
    let is_there = connections::has_drive_of(transaction, connection, (plugin, drive)).await?;
    let through = is_there.then_some(connection.as_str());
    links::tie_back(transaction, (run, binding.file), through).await
}
