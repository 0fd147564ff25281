//! Which objects are the bytes of a revision.

use std::collections::BTreeSet;

use super::Store;
use crate::Result;

/// Those of the names that a revision points at.
pub(super) async fn referenced(store: &Store, names: &[String]) -> Result<BTreeSet<String>> {
    let names = serde_json::to_string(names).unwrap_or_default();
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT sha256 FROM revisions WHERE sha256 IN (SELECT value FROM json_each(?))")
            .bind(names)
            .fetch_all(store.pool())
            .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}
