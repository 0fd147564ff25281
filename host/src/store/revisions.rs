//! The revisions of files: which objects are their bytes, and what has made them.

use std::collections::BTreeSet;

use sqlx::FromRow;

use super::{
    Store, db,
    files::{number, signed},
    objects::Object,
    page::{Page, Part},
    rollback::unknown_revision,
};
use crate::Result;

/// Content that a file has or has had.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Revision {
    /// Counts from 1.
    #[sqlx(try_from = "i64")]
    pub number: u64,
    /// In bytes.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// When it came; RFC 3339.
    pub made_at: String,
    /// The run of the sync that brought it; none for what came otherwise.
    pub run: Option<i64>,
    /// Who or what had started that.
    pub started_by: Option<String>,
    /// The revision whose content was put back; none for what came otherwise.
    #[sqlx(flatten)]
    pub put_back: PutBack,
}

/// Who has put content back.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct PutBack {
    /// The revision whose content it is.
    pub earlier: Option<i64>,
    /// Who has done it.
    pub put_back_by: Option<String>,
    /// Why, in their words.
    pub why: Option<String>,
}

/// A revision of a file: its content.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn object(store: &Store, file: &str, revision: u64) -> Result<Object> {
    let found: Option<(String, i64)> = db::query_as("SELECT sha256, size FROM revisions WHERE file = ? AND number = ?")
        .bind(number(file)?)
        .bind(signed(revision))
        .fetch_optional(store.pool())
        .await?;
    let (sha256, size) = found.ok_or_else(|| unknown_revision(file, revision))?;
    Ok(Object {
        sha256,
        size: size.unsigned_abs(),
    })
}

/// A page of the revisions of a file, the newest first.
///
/// # Errors
///
/// `Error::NotFound` for what is no File ID; `Error::Settings` for a cursor of another list; the database's.
pub async fn page(store: &Store, file: &str, part: &Part) -> Result<Page<Revision>> {
    let list = format!("revisions of {file}");
    let before: Option<i64> = part.key(&list)?;
    let rows: Vec<Revision> = db::query_as(
        "SELECT v.number, v.size, v.sha256, v.made_at, runs.id AS run, runs.started_by, p.earlier, p.put_back_by, p.why \
         FROM revisions v LEFT JOIN put_back p ON p.file = v.file AND p.revision = v.number \
         LEFT JOIN runs ON runs.id = (SELECT min(o.run) FROM outcomes o WHERE o.file = v.file AND o.revision = v.number \
             AND o.outcome IN ('updated', 'unverified')) \
         WHERE v.file = ? AND v.number < ? ORDER BY v.number DESC LIMIT ?",
    )
    .bind(number(file)?)
    .bind(before.unwrap_or(i64::MAX))
    .bind(part.reads())
    .fetch_all(store.pool())
    .await?;
    Page::cut(rows, part, &list, |row| row.number)
}

/// Those of the names that a revision points at.
pub(super) async fn referenced(store: &Store, names: &[String]) -> Result<BTreeSet<String>> {
    let names = serde_json::to_string(names).unwrap_or_default();
    let rows: Vec<(String,)> =
        db::query_as("SELECT DISTINCT sha256 FROM revisions WHERE sha256 IN (SELECT value FROM json_each(?))")
            .bind(names)
            .fetch_all(store.pool())
            .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}
