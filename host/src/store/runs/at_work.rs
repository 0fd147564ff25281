//! A run in somebody's hands: taken up, carried on step by step, put down.

use sqlx::AssertSqlSafe;

use super::Run;
use crate::{
    Result,
    store::{Store, db, link_counts, words::Flag},
};

/// Takes a run up: notes which program carries it out, and counts anew how many files it is about, those that follow an item
/// of the drive now, and those that have a line already though they do not follow it any more. To be called while nothing
/// else can change them. How many programs were lost with it so far.
///
/// # Errors
///
/// The database's.
pub async fn take_up(store: &Store, run: &mut Run, worker: &str) -> Result<u32> {
    let managed = link_counts::OF;
    // Whoever is at work with it offers it to nobody.
    let begun = if store.is_on_a_server() { ", run_at = NULL" } else { "" };
    let (inputs, lost): (i64, i64) = db::query_as(AssertSqlSafe(format!(
        "UPDATE runs SET inputs = {managed} + (SELECT count(*) FROM outcomes o WHERE o.run = ?3 AND NOT EXISTS \
             (SELECT 1 FROM links l WHERE l.file = o.file AND l.connection = ?1 AND l.drive = ?2)), \
             lost = lost + CASE WHEN worker IS NULL THEN 0 ELSE 1 END, worker = ?4{begun} \
         WHERE id = ?3 RETURNING inputs, lost"
    )))
    .bind(&run.connection)
    .bind(&run.drive)
    .bind(run.id)
    .bind(worker)
    .fetch_one(store.pool())
    .await?;
    run.inputs = inputs.unsigned_abs();
    Ok(u32::try_from(lost).unwrap_or(u32::MAX))
}

/// Puts a run down that goes on another time: nobody was lost with it.
///
/// # Errors
///
/// The database's.
pub async fn put_down(store: &Store, run: i64) -> Result<()> {
    db::query("UPDATE runs SET worker = NULL WHERE id = ?")
        .bind(run)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Notes where a run stands: after its effects, never before.
///
/// # Errors
///
/// The database's.
pub async fn keep_cursor(store: &Store, run: &mut Run, cursor: String, listed: bool) -> Result<()> {
    db::query("UPDATE runs SET cursor = ?, listed = ? WHERE id = ?")
        .bind(&cursor)
        .bind(i64::from(listed))
        .bind(run.id)
        .execute(store.pool())
        .await?;
    run.cursor = Some(cursor);
    run.listed = Flag(listed);
    Ok(())
}
