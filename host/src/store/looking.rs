//! How far the nightly look at all objects is: a round goes through them in the order of their names, a share a night, and
//! goes on where it stood whenever its process dies.

use serde::Serialize;
use sqlx::FromRow;

use super::{Store, db, files::signed};
use crate::Result;

/// Where the look stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, FromRow)]
pub struct Looking {
    /// The UTC date of the latest night.
    pub day: String,
    /// What is left of that night's share, in bytes; 0 once it is done.
    #[sqlx(try_from = "i64")]
    pub remaining: u64,
    /// The last object that was looked at in this round; empty at its beginning.
    #[serde(skip)]
    pub after: String,
    /// When this round began; RFC 3339.
    pub round_began: String,
    /// When the round before it began: every object older than that was looked at since then. None in the first round.
    pub round_before: Option<String>,
    /// When the latest night's share was done; RFC 3339.
    pub looked_at: Option<String>,
    /// What is wrong with the database itself, one problem a line.
    pub database: Option<String>,
}

/// Where it stands; none before the first night.
///
/// # Errors
///
/// The database's.
pub async fn get(store: &Store) -> Result<Option<Looking>> {
    let looking = db::query_as(
        "SELECT day, remaining, after, round_began, round_before, looked_at, database FROM looking WHERE one = 1",
    )
    .fetch_optional(store.pool())
    .await?;
    Ok(looking)
}

/// Writes down where it stands.
///
/// # Errors
///
/// The database's.
pub async fn put(store: &Store, looking: &Looking) -> Result<()> {
    db::query(
        "INSERT INTO looking (one, day, remaining, after, round_began, round_before, looked_at, database) \
         VALUES (1, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET day = excluded.day, remaining = excluded.remaining, \
             after = excluded.after, round_began = excluded.round_began, round_before = excluded.round_before, \
             looked_at = excluded.looked_at, database = excluded.database",
    )
    .bind(&looking.day)
    .bind(signed(looking.remaining))
    .bind(&looking.after)
    .bind(&looking.round_began)
    .bind(&looking.round_before)
    .bind(&looking.looked_at)
    .bind(&looking.database)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Writes down what is wrong with the database itself, if there is a place to write it to already.
///
/// # Errors
///
/// The database's.
pub async fn note_database(store: &Store, problems: &[String]) -> Result<()> {
    let text = (!problems.is_empty()).then(|| problems.join("\n"));
    db::query("UPDATE looking SET database = ?1 WHERE database IS DISTINCT FROM ?1")
        .bind(text)
        .execute(store.pool())
        .await?;
    Ok(())
}
