//! What the disk has lost: objects that are not what was stored, and the files that they are the bytes of. A row goes once
//! its object is whole again, whoever has brought that about.

mod database;
mod remedy;

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, FromRow};

use super::{
    Store, copied,
    db::{self, Transaction},
    library_file::{fetch, number, signed},
    links,
    look::Trouble,
    objects::Object,
    words::Flag,
};
use crate::Result;

pub use super::library_file::Damage;
pub use database::of_database;
pub use remedy::{DamagedRevision, Remedy, error};

/// How many files are made due in one statement.
const AT_ONCE: i64 = 1_000;

/// The damaged objects that some sync can fetch anew: those of present revisions of files that follow an item. Who shares
/// such an object is healed with it.
const FETCHABLE: &str = "FROM damaged d CROSS JOIN revisions r ON r.sha256 = d.sha256 \
     CROSS JOIN files f ON f.id = r.file AND f.revision = r.number CROSS JOIN links l ON l.file = f.id \
     WHERE l.held = 0 AND l.state NOT IN ('detached', 'source-gone')";

/// What the queries of this module begin with: each damaged revision with its file. Few are damaged, so all begin there.
const SELECT: &str = "SELECT f.id, f.name, r.number, r.sha256, d.what, d.message, d.since, l.state, coalesce(l.held, 0) AS held, \
         CAST(CASE WHEN r.number = f.revision THEN 1 ELSE 0 END AS INTEGER) AS is_present, \
         CAST(CASE WHEN d.sha256 IN (SELECT d.sha256 {FETCHABLE}) THEN 1 ELSE 0 END AS INTEGER) AS is_fetchable \
     FROM damaged d CROSS JOIN revisions r ON r.sha256 = d.sha256 JOIN files f ON f.id = r.file LEFT JOIN links l ON l.file = f.id";

/// Notes what is wrong with an object. What was known of it before is told anew, under the time when it was first found.
///
/// # Errors
///
/// The database's.
pub async fn note(store: &Store, object: &Object, trouble: &Trouble, now: &str) -> Result<()> {
    db::query(
        "INSERT INTO damaged (sha256, what, message, since) VALUES (?, ?, ?, ?) \
         ON CONFLICT (sha256) DO UPDATE SET what = excluded.what, message = excluded.message",
    )
    .bind(&object.sha256)
    .bind(trouble.word())
    .bind(trouble.told(object.size))
    .bind(now)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Notes that an object is whole. Nothing is written where nothing else was known.
///
/// # Errors
///
/// The database's.
pub async fn is_whole(store: &Store, object: &Object) -> Result<()> {
    let known: Option<(i64,)> = db::query_as("SELECT 1 FROM damaged WHERE sha256 = ?")
        .bind(&object.sha256)
        .fetch_optional(store.pool())
        .await?;
    if known.is_some() {
        db::query("DELETE FROM damaged WHERE sha256 = ?")
            .bind(&object.sha256)
            .execute(store.pool())
            .await?;
    }
    Ok(())
}

/// Notes that an object was just published, and gives what was wrong with it before.
pub(super) async fn healed(transaction: &mut Transaction, object: &Object) -> Result<Option<Damage>> {
    let damage = db::query_as("DELETE FROM damaged WHERE sha256 = ? RETURNING what, message, since")
        .bind(&object.sha256)
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(damage)
}

/// What is wrong with the present revision of a file.
pub(super) async fn present(transaction: &mut Transaction, file: i64) -> Result<Option<Damage>> {
    let damage = db::query_as(
        "SELECT d.what, d.message, d.since FROM files f JOIN revisions r ON r.file = f.id AND r.number = f.revision \
         JOIN damaged d ON d.sha256 = r.sha256 WHERE f.id = ?",
    )
    .bind(file)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(damage)
}

/// Whether anything is damaged.
///
/// # Errors
///
/// The database's.
pub async fn any(store: &Store) -> Result<bool> {
    let (any,): (bool,) = db::query_as("SELECT EXISTS (SELECT 1 FROM damaged)")
        .fetch_one(store.pool())
        .await?;
    Ok(any)
}

/// How many revisions are damaged in all.
///
/// # Errors
///
/// The database's.
pub async fn count(store: &Store) -> Result<u64> {
    let (count,): (i64,) = db::query_as(
        "SELECT coalesce(sum((SELECT count(*) FROM revisions r WHERE r.sha256 = d.sha256)), 0) FROM damaged d",
    )
    .fetch_one(store.pool())
    .await?;
    Ok(count.unsigned_abs())
}

/// Of the damaged revisions, how many the next sync fetches anew.
///
/// # Errors
///
/// The database's.
pub async fn count_fetchable(store: &Store) -> Result<u64> {
    let query = format!(
        "SELECT coalesce(sum((SELECT count(*) FROM revisions r WHERE r.sha256 = d.sha256)), 0) FROM damaged d \
         WHERE d.sha256 IN (SELECT d.sha256 {FETCHABLE})"
    );
    let (count,): (i64,) = db::query_as(AssertSqlSafe(query)).fetch_one(store.pool()).await?;
    Ok(count.unsigned_abs())
}

/// The damaged revisions after that one, by File ID and revision.
///
/// # Errors
///
/// The database's.
pub async fn list(store: &Store, after: Option<(i64, u64)>, limit: u32) -> Result<Vec<DamagedRevision>> {
    let (file, revision) = after.unwrap_or_default();
    let query = db::query_as(select(
        "WHERE (f.id, r.number) > (?, ?) ORDER BY f.id, r.number LIMIT ?",
    ))
    .bind(file)
    .bind(signed(revision))
    .bind(limit);
    let rows: Vec<Row> = query.fetch_all(store.pool()).await?;
    Ok(rows.into_iter().map(DamagedRevision::from).collect())
}

/// The damaged revisions of one file.
///
/// # Errors
///
/// `Error::NotFound` for what can't be a File ID; the database's.
pub async fn of_file(store: &Store, file: &str) -> Result<Vec<DamagedRevision>> {
    let query = db::query_as(select("WHERE f.id = ? ORDER BY r.number")).bind(number(file)?);
    let rows: Vec<Row> = query.fetch_all(store.pool()).await?;
    Ok(rows.into_iter().map(DamagedRevision::from).collect())
}

/// The names of the objects from the one to the other that are known to be damaged.
///
/// # Errors
///
/// The database's.
pub async fn known(store: &Store, first: &str, last: &str) -> Result<BTreeSet<String>> {
    let rows: Vec<(String,)> = db::query_as("SELECT sha256 FROM damaged WHERE sha256 BETWEEN ? AND ?")
        .bind(first)
        .bind(last)
        .fetch_all(store.pool())
        .await?;
    Ok(rows.into_iter().map(|(sha256,)| sha256).collect())
}

/// The damaged objects that a sync of this connection can fetch anew, after that one.
///
/// # Errors
///
/// The database's.
pub async fn fetchable(store: &Store, connection: &str, after: &str, limit: u32) -> Result<Vec<Object>> {
    let query = format!(
        "SELECT d.sha256, max(r.size) {FETCHABLE} AND l.connection = ? AND d.sha256 > ? \
         GROUP BY d.sha256 ORDER BY d.sha256 LIMIT ?"
    );
    let query = db::query_as(AssertSqlSafe(query))
        .bind(connection)
        .bind(after)
        .bind(limit);
    let rows: Vec<(String, i64)> = query.fetch_all(store.pool()).await?;
    Ok(rows.into_iter().map(object).collect())
}

/// Makes the files due whose present bytes are damaged, so that the sync of this connection fetches them anew. How they
/// are shown to the plugin is in `managed`: as files whose link no longer describes their bytes.
///
/// # Errors
///
/// The database's.
pub async fn make_due(store: &Store, connection: &str) -> Result<u64> {
    let mut transaction = store.write().await?;
    let mut due = 0;
    loop {
        let query = format!("SELECT f.id {FETCHABLE} AND l.connection = ? AND l.waiting IS NULL LIMIT ?");
        let rows: Vec<(i64,)> = db::query_as(AssertSqlSafe(query))
            .bind(connection)
            .bind(AT_ONCE)
            .fetch_all(&mut *transaction)
            .await?;
        if rows.is_empty() {
            break;
        }
        let files: serde_json::Value = rows.into_iter().map(|(file,)| file).collect();
        due += links::make_due(&mut transaction, connection, &files.to_string()).await?;
    }
    transaction.commit().await?;
    Ok(due)
}

/// All objects after that one, in the order of their names.
///
/// # Errors
///
/// The database's.
pub async fn objects(store: &Store, after: &str, limit: u32) -> Result<Vec<Object>> {
    let rows: Vec<(String, i64)> = db::query_as(copied::OBJECTS)
        .bind(after)
        .bind(limit)
        .fetch_all(store.pool())
        .await?;
    Ok(rows.into_iter().map(object).collect())
}

/// The objects of all revisions of a file.
///
/// # Errors
///
/// `Error::NotFound` if there is no such file; the database's.
pub async fn objects_of(store: &Store, file: &str) -> Result<Vec<Object>> {
    let mut transaction = store.snapshot().await?;
    fetch(&mut transaction, number(file)?).await?;
    drop(transaction);
    let rows: Vec<(String, i64)> =
        db::query_as("SELECT sha256, max(size) FROM revisions WHERE file = ? GROUP BY sha256 ORDER BY sha256")
            .bind(number(file)?)
            .fetch_all(store.pool())
            .await?;
    Ok(rows.into_iter().map(object).collect())
}

/// How many objects there are after that one, and how many bytes they have.
///
/// # Errors
///
/// The database's.
pub async fn measure(store: &Store, after: &str) -> Result<(u64, u64)> {
    let (count, size): (i64, i64) = db::query_as(
        "SELECT count(*), coalesce(sum(size), 0) FROM \
         (SELECT max(size) AS size FROM revisions WHERE sha256 > ? GROUP BY sha256) objects",
    )
    .bind(after)
    .fetch_one(store.pool())
    .await?;
    Ok((count.unsigned_abs(), size.unsigned_abs()))
}

fn select(rest: &str) -> AssertSqlSafe<String> {
    let select = SELECT.replace("{FETCHABLE}", FETCHABLE);
    AssertSqlSafe(format!("{select} {rest}"))
}

/// A revision whose object is damaged, as [`SELECT`] reads it.
#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    #[sqlx(try_from = "i64")]
    number: u64,
    #[sqlx(try_from = "i64")]
    is_present: Flag,
    sha256: String,
    #[sqlx(flatten)]
    damage: Damage,
    state: Option<String>,
    #[sqlx(try_from = "i64")]
    held: Flag,
    #[sqlx(try_from = "i64")]
    is_fetchable: Flag,
}

impl Row {
    fn remedy(&self) -> Remedy {
        match self.state.as_deref() {
            _ if self.is_fetchable.0 => Remedy::Sync,
            _ if !self.is_present => Remedy::Backup,
            None => Remedy::Replace,
            Some(_) if self.held.0 => Remedy::Release,
            Some("detached") => Remedy::Follow,
            Some("source-gone") => Remedy::Source,
            Some(_) => Remedy::Sync,
        }
    }
}

impl From<Row> for DamagedRevision {
    fn from(row: Row) -> Self {
        Self {
            remedy: row.remedy(),
            file: row.id.to_string(),
            name: row.name,
            revision: row.number,
            is_present: row.is_present.0,
            sha256: row.sha256,
            damage: row.damage,
        }
    }
}

fn object((sha256, size): (String, i64)) -> Object {
    Object {
        sha256,
        size: size.unsigned_abs(),
    }
}
