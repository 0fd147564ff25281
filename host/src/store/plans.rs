//! Plans of a sync: runs that only look. They are named by what they would do.

use super::{
    Store,
    runs::{self, Run},
};
use crate::{Error, Result, way_out::WayOut};

/// Ends a plan: it has no ledger.
///
/// # Errors
///
/// The database's.
pub async fn end(store: &Store, run: &Run, message: &str, now: &str) -> Result<Run> {
    sqlx::query("UPDATE runs SET state = 'planned', ended_at = ?, message = ? WHERE id = ?")
        .bind(now)
        .bind(message)
        .bind(run.id)
        .execute(store.pool())
        .await?;
    runs::get(store, run.id).await
}

/// What is written down of a plan that was made.
pub fn message(plan: &str) -> String {
    format!("plan {plan}")
}

/// Asks for a plan that was made.
///
/// # Errors
///
/// `Error::NotFound` if there is no such plan, or the database's.
pub async fn require(store: &Store, connection: &str, plan: &str) -> Result<()> {
    let made: Option<(i64,)> =
        sqlx::query_as("SELECT id FROM runs WHERE connection = ? AND kind = 'plan' AND message = ? LIMIT 1")
            .bind(connection)
            .bind(message(plan))
            .fetch_optional(store.pool())
            .await?;
    made.map(drop).ok_or_else(|| Error::NotFound {
        what: "plan",
        name: plan.to_owned(),
        way_out: WayOut::MakePlan,
    })
}
