//! Files that follow items because people say so: uploads of a sheet, and what they linked.

use std::collections::{BTreeMap, BTreeSet};

use clientpoint_engine::{
    contract::clientpoint::content_source::content_library::{Binding, Bound},
    library::Scope,
};
use futures::TryStreamExt;

use super::{
    Store, connections,
    db::{self, Transaction},
    files::{self, LibraryFile},
    library_file::{self, exact},
    links,
    runs::{self, Run},
    words::RunState,
};
use crate::Result;

/// Rows that are written in one statement.
const AT_ONCE: usize = 5_000;

/// A row of a sheet, and what became of it.
#[derive(Clone, Debug)]
pub struct SheetRow {
    /// As people see it beside the row.
    pub number: u32,
    /// The File ID, as it was read.
    pub file: String,
    /// The path, as it was written.
    pub path: String,
    /// The contract's word.
    pub outcome: &'static str,
    /// In a sentence.
    pub message: String,
    /// Where the path leads.
    pub resolved: Option<String>,
}

/// The files of these File IDs, each to the letter. A link that is detached is left out: such a file follows nothing.
///
/// # Errors
///
/// The database's.
pub async fn stat(store: &Store, ids: &[String]) -> Result<Vec<Option<LibraryFile>>> {
    let asked: Vec<i64> = ids.iter().filter_map(|id| exact(id)).collect();
    let asked = serde_json::json!(asked).to_string();
    let query =
        files::select("AND l.state <> 'detached' WHERE f.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))");
    let rows = db::query_as(query).bind(asked).fetch_all(store.pool()).await?;
    let found = library_file::files(rows)?
        .into_iter()
        .map(|file| (file.id.clone(), file));
    let found: BTreeMap<String, LibraryFile> = found.collect();
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

/// What is to be said of an upload that has died.
pub fn interrupted(run: i64) -> String {
    format!("it was interrupted; what it had linked stays so until upload {run} is taken back")
}

/// Records an upload. `connection` and `drive` are those that the rows shall be linked through.
///
/// # Errors
///
/// The database's.
pub async fn begin(store: &Store, connection: &str, drive: &str, by: &str, now: &str) -> Result<Run> {
    let mut transaction = store.write().await?;
    // Whoever calls keeps all others from it: an upload through this connection that is still open has died.
    let open = "SELECT id FROM runs WHERE connection = ? AND subject = 'association' AND state = 'running'";
    let dead: Vec<(i64,)> = db::query_as(open).bind(connection).fetch_all(&mut *transaction).await?;
    for (id,) in dead {
        db::query("UPDATE runs SET state = 'failed', ended_at = ?, message = coalesce(message, ?) WHERE id = ?")
            .bind(now)
            .bind(interrupted(id))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
    }
    let (run,): (i64,) = db::query_as(
        "INSERT INTO runs (connection, plugin, drive, kind, started_by, started_at, options, inputs, subject) \
         VALUES (?1, (SELECT plugin FROM connections WHERE id = ?1), ?2, 'manual', ?3, ?4, '', 0, 'association') \
         RETURNING id",
    )
    .bind(connection)
    .bind(drive)
    .bind(by)
    .bind(now)
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    runs::get(store, run).await
}

/// Lets files follow items, and remembers what they followed before: all or nothing. None, and nothing was changed, if the
/// connection was given up or has another drive.
///
/// # Errors
///
/// The database's.
pub async fn bind(
    store: &Store,
    run: i64,
    of: Scope<'_>,
    bindings: &[Binding],
    now: &str,
) -> Result<Option<Vec<Bound>>> {
    let Scope { connection, drive } = of;
    let mut transaction = store.write().await?;
    if !connections::has_drive(&mut transaction, connection, drive).await? {
        return Ok(None);
    }
    let turn = links::next_turn(&mut transaction, connection).await?;
    // Of a file that is named twice, the last one counts.
    let named: BTreeMap<i64, &Binding> = bindings
        .iter()
        .filter_map(|binding| Some((exact(&binding.file)?, binding)))
        .collect();
    let named: Vec<(i64, &Binding)> = named.into_iter().collect();
    let upload = Upload {
        run,
        connection,
        drive,
        turn,
        now,
    };
    let mut outcomes = BTreeMap::new();
    for some in named.chunks(AT_ONCE) {
        upload.bind(&mut transaction, some, &mut outcomes).await?;
    }
    transaction.commit().await?;
    let outcome = |binding: &Binding| exact(&binding.file).and_then(|file| outcomes.get(&file).copied());
    let all = bindings
        .iter()
        .map(|binding| outcome(binding).unwrap_or(Bound::Missing));
    Ok(Some(all.collect()))
}

/// What all bindings of an upload have in common.
struct Upload<'a> {
    run: i64,
    connection: &'a str,
    drive: &'a str,
    /// The place among the files that are due.
    turn: i64,
    now: &'a str,
}

/// A file, and the connection, drive and item that it follows, unless it is detached.
type Present = (i64, Option<String>, Option<String>, Option<String>);

impl Upload<'_> {
    /// Binds some files, none of them twice.
    async fn bind(
        &self,
        transaction: &mut Transaction,
        some: &[(i64, &Binding)],
        outcomes: &mut BTreeMap<i64, Bound>,
    ) -> Result<()> {
        let files: Vec<i64> = some.iter().map(|(file, _)| *file).collect();
        let present: Vec<Present> = db::query_as(
            "SELECT f.id, l.connection, l.drive, l.item FROM files f \
                 LEFT JOIN links l ON l.file = f.id AND l.state <> 'detached' \
             WHERE f.removed_at IS NULL AND f.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))",
        )
        .bind(serde_json::json!(files).to_string())
        .fetch_all(&mut **transaction)
        .await?;
        let present: BTreeMap<i64, _> = present
            .into_iter()
            .map(|(file, connection, drive, item)| (file, (connection, drive, item)))
            .collect();
        let here = |item: &str| {
            let [connection, drive] = [self.connection, self.drive].map(|word| Some(word.to_owned()));
            (connection, drive, Some(item.to_owned()))
        };
        let mut rows = Vec::new();
        for (file, binding) in some {
            let bound = match present.get(file) {
                None => Bound::Missing,
                Some(followed) if *followed == here(&binding.item) => Bound::Unchanged,
                Some(_) => {
                    let Binding {
                        item,
                        name,
                        web_url,
                        place,
                        ..
                    } = binding;
                    rows.push(serde_json::json!({
                        "file": file, "item": item, "name": name, "web_url": web_url, "place": place
                    }));
                    Bound::Bound
                }
            };
            outcomes.insert(*file, bound);
        }
        self.write(transaction, serde_json::Value::from(rows).to_string()).await
    }

    /// `rows`: `file`, `item`, `name`, `web_url` and `place` of each, as JSON.
    async fn write(&self, transaction: &mut Transaction, rows: String) -> Result<()> {
        db::query(
            "INSERT INTO bindings SELECT ?1, f.id, ?2, w.value ->> 'item', f.revision, CASE WHEN l.file IS NULL THEN 0 ELSE 1 END, l.connection, \
                 l.drive, l.item, l.version, l.hash, l.size, l.verification, l.name, l.web_url, l.linked_at, l.state, l.place, \
                 l.plugin \
             FROM json_each(?3) w JOIN files f ON f.id = CAST(w.value ->> 'file' AS INTEGER) LEFT JOIN links l ON l.file = f.id WHERE true \
             ON CONFLICT (run, file) DO UPDATE SET drive = excluded.drive, item = excluded.item",
        )
        .bind(self.run)
        .bind(self.drive)
        .bind(&rows)
        .execute(&mut **transaction)
        .await?;
        links::tie(transaction, (self.connection, self.drive), &rows, self.turn, self.now).await
    }
}

/// How many files an upload has linked.
///
/// # Errors
///
/// The database's.
pub async fn count_bound(store: &Store, run: i64) -> Result<u64> {
    let (bound,): (i64,) = db::query_as("SELECT count(*) FROM bindings WHERE run = ?")
        .bind(run)
        .fetch_one(store.pool())
        .await?;
    Ok(bound.unsigned_abs())
}

/// Whether an upload has linked these files and no others.
///
/// # Errors
///
/// The database's.
pub async fn has_bound(store: &Store, run: i64, files: &BTreeSet<String>) -> Result<bool> {
    let mut transaction = store.snapshot().await?;
    let mut bound = db::query_as("SELECT file FROM bindings WHERE run = ?")
        .bind(run)
        .fetch(&mut transaction)?;
    let mut count = 0;
    while let Some((file,)) = bound.try_next().await? {
        let file: i64 = file;
        if !files.contains(&file.to_string()) {
            return Ok(false);
        }
        count += 1;
    }
    Ok(count == files.len())
}

/// Ends an upload with one line a row.
///
/// # Errors
///
/// The database's.
pub async fn end(store: &Store, run: &Run, rows: &[SheetRow], state: RunState, now: &str) -> Result<Run> {
    let mut transaction = store.write().await?;
    for (part, some) in (0..).zip(rows.chunks(AT_ONCE)) {
        let line = |(place, row): (usize, &SheetRow)| {
            let place = part * AT_ONCE + place;
            serde_json::json!({
                "row": row.number,
                "place": place,
                "file": row.file,
                "path": row.path,
                "outcome": row.outcome,
                "message": row.message,
                "resolved": row.resolved
            })
        };
        let lines: serde_json::Value = some.iter().enumerate().map(line).collect();
        db::query(
            "INSERT INTO sheet_rows (run, row, place, file, path, outcome, message, resolved, at) \
             SELECT ?, CAST(value ->> 'row' AS INTEGER), CAST(value ->> 'place' AS INTEGER), value ->> 'file', value ->> 'path', value ->> 'outcome', \
                 value ->> 'message', value ->> 'resolved', ? FROM json_each(?)",
        )
        .bind(run.id)
        .bind(now)
        .bind(lines.to_string())
        .execute(&mut *transaction)
        .await?;
    }
    db::query("UPDATE runs SET state = ?, ended_at = ?, inputs = ? WHERE id = ?")
        .bind(state.as_str())
        .bind(now)
        .bind(i64::try_from(rows.len()).unwrap_or(i64::MAX))
        .bind(run.id)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    runs::get(store, run.id).await
}

/// Ends an upload that came to nothing, or nobody knows how far.
///
/// # Errors
///
/// The database's.
pub async fn fail(store: &Store, run: i64, message: &str, now: &str) -> Result<()> {
    db::query("UPDATE runs SET state = 'failed', ended_at = ?, message = ? WHERE id = ?")
        .bind(now)
        .bind(message)
        .bind(run)
        .execute(store.pool())
        .await?;
    Ok(())
}
