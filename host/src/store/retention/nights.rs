//! Which day has had its letting go.

use chrono::{DateTime, Utc};
use clientpoint_engine::clock::stamp;

use super::LetGo;
use crate::{
    Result,
    store::{Store, db, files::signed},
};

/// How many days are remembered.
const REMEMBERED: i64 = 100;

/// Takes the letting go of this day. False if somebody has it already.
///
/// # Errors
///
/// The database's.
pub(crate) async fn claim(store: &Store, now: DateTime<Utc>) -> Result<bool> {
    let claimed = db::query("INSERT INTO prunes (day, at) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(now.date_naive().to_string())
        .bind(stamp(now))
        .execute(store.pool())
        .await?;
    Ok(claimed.rows_affected() != 0)
}

/// Writes down what came of it.
///
/// # Errors
///
/// The database's.
pub(crate) async fn remember(store: &Store, now: DateTime<Utc>, done: &LetGo) -> Result<()> {
    let mut transaction = store.write().await?;
    db::query("UPDATE prunes SET revisions = ?, bytes = ?, runs = ?, lines = ? WHERE day = ?")
        .bind(signed(done.revisions))
        .bind(signed(done.bytes))
        .bind(signed(done.runs))
        .bind(signed(done.lines))
        .bind(now.date_naive().to_string())
        .execute(&mut *transaction)
        .await?;
    db::query("DELETE FROM prunes WHERE day NOT IN (SELECT day FROM prunes ORDER BY day DESC LIMIT ?)")
        .bind(REMEMBERED)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}
