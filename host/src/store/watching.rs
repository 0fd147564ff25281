//! What whoever watches this host may know of its connections: numbers in the place of names, and moments.

use sqlx::FromRow;

use super::{Store, db, words::Flag};
use crate::Result;

/// The most connections that are told of.
const AT_MOST: u32 = 1_000;

/// A connection, without a name.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Watched {
    /// What it is called: a number that was drawn once.
    pub number: i64,
    /// When its client secret or certificate ends, where that is known; RFC 3339.
    pub expires_at: Option<String>,
    /// Whether it is not accepted any more.
    #[sqlx(try_from = "i64")]
    pub is_broken: Flag,
    /// When its last run ended that has a line for every file; RFC 3339. Plans are left out.
    pub last_good: Option<String>,
}

/// The connections that were not given up, a thousand at most. Those that have no number get one.
///
/// # Errors
///
/// The database's.
pub async fn connections(store: &Store) -> Result<Vec<Watched>> {
    let number = "INSERT INTO connection_numbers (connection) SELECT id FROM connections \
         WHERE NOT EXISTS (SELECT 1 FROM connection_numbers n WHERE n.connection = connections.id) ON CONFLICT DO NOTHING";
    // A disk that takes no writes keeps nobody from watching: one that is new has no number yet.
    if let Err(error) = db::query(number).execute(store.pool()).await {
        tracing::debug!("a new connection has no number yet: {error}");
    }
    let rows = db::query_as(
        "SELECT n.number, connections.expires_at, CAST(CASE WHEN connections.broken_since IS NULL THEN 0 ELSE 1 END AS INTEGER) AS is_broken, \
             (SELECT r.ended_at FROM runs r INDEXED BY runs_by_connection WHERE r.connection = connections.id \
                 AND r.subject = 'sync' AND r.kind <> 'plan' AND r.state = 'complete' ORDER BY r.id DESC LIMIT 1) AS last_good \
         FROM connections JOIN connection_numbers n ON n.connection = connections.id \
         WHERE connections.disconnected_at IS NULL ORDER BY connections.id LIMIT ?",
    )
    .bind(AT_MOST)
    .fetch_all(store.pool())
    .await?;
    Ok(rows)
}

/// Whether the database answers.
///
/// # Errors
///
/// Why not.
pub async fn answers(store: &Store) -> Result<()> {
    let _: (i64,) = db::query_as("SELECT count(*) FROM identity")
        .fetch_one(store.pool())
        .await?;
    Ok(())
}
