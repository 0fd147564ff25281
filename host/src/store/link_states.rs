//! How all managed files stand, at a glance.

use std::collections::BTreeMap;

use super::Store;
use crate::Result;

/// How a managed file stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The contract's word for its link, or `held`.
    pub state: String,
    /// When it was last found to follow its item, or told why not; RFC 3339. None before its first sync.
    pub last_sync: Option<String>,
}

/// File, state, whether it is held, the end of the last run, the time of the last line.
type Row = (i64, String, i64, Option<String>, Option<String>);

/// All managed files, by File ID. A file without a line of its own was looked at when its run came to its end.
///
/// # Errors
///
/// The database's.
pub async fn all(store: &Store) -> Result<BTreeMap<String, Standing>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT l.file, l.state, l.held, \
             (SELECT max(r.ended_at) FROM runs r WHERE r.connection = l.connection AND r.subject = 'sync' \
                 AND r.kind <> 'plan' AND r.state = 'complete' AND r.started_at >= l.linked_at), \
             o.at \
         FROM links l LEFT JOIN (SELECT file, max(at) AS at FROM outcomes GROUP BY file) o \
             ON o.file = l.file AND o.at >= l.linked_at",
    )
    .fetch_all(store.pool())
    .await?;
    let standing = |(file, state, held, run, line): Row| {
        let last_sync = if state == "pending" { line } else { run.max(line) };
        let state = if held != 0 { "held".to_string() } else { state };
        (file.to_string(), Standing { state, last_sync })
    };
    Ok(rows.into_iter().map(standing).collect())
}
