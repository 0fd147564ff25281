//! The rows of an upload, some at a time.

use sqlx::FromRow;

use super::{Store, db};
use crate::Result;

/// A row, as it was written down.
#[derive(Clone, Debug, FromRow)]
pub struct StoredRow {
    /// Where it stands among the rows of its sheet, from 0.
    #[sqlx(try_from = "i64")]
    pub place: u32,
    /// As people see it beside the row.
    #[sqlx(try_from = "i64")]
    pub row: u32,
    /// The File ID, as it was read.
    pub file: String,
    /// The path, as it was written.
    pub path: String,
    /// The contract's word.
    pub outcome: String,
    /// In a sentence.
    pub message: String,
    /// Where the path leads.
    pub resolved: Option<String>,
}

/// Some rows of an upload in the order of its sheet, behind so many of them: those with that outcome, if there is one, and
/// none of the other outcomes.
///
/// # Errors
///
/// The database's.
pub async fn some(
    store: &Store,
    run: i64,
    outcome: Option<&str>,
    but: &[&str],
    after: u32,
    limit: usize,
) -> Result<Vec<StoredRow>> {
    let rows = db::query_as(
        "SELECT place, row, file, path, outcome, message, resolved FROM sheet_rows WHERE run = ?1 AND place >= ?2 \
             AND (?3 IS NULL OR outcome = ?3) AND outcome NOT IN (SELECT value FROM json_each(?4)) \
         ORDER BY place LIMIT ?5",
    )
    .bind(run)
    .bind(after)
    .bind(outcome)
    .bind(serde_json::json!(but).to_string())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(store.pool())
    .await?;
    Ok(rows)
}
