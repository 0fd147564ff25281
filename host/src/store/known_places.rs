//! The Workspaces and Divisions that files stand in.

use super::{Store, db};
use crate::Result;

/// The places that have files, in order, as paths with their subfolders: from behind `after`, at most so many. Each is one
/// step in the index, however many files it has.
///
/// # Errors
///
/// The database's.
pub async fn after(store: &Store, after: &str, at_most: u32) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = db::query_as(
        "WITH RECURSIVE known (place) AS ( \
             SELECT (SELECT place FROM files WHERE removed_at IS NULL AND place > ?1 ORDER BY place LIMIT 1) \
             UNION ALL \
             SELECT (SELECT place FROM files WHERE removed_at IS NULL AND place > known.place ORDER BY place LIMIT 1) \
             FROM known WHERE known.place IS NOT NULL) \
         SELECT place FROM known WHERE place IS NOT NULL LIMIT ?2",
    )
    .bind(after)
    .bind(at_most)
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(place,)| place).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::open;

    #[tokio::test]
    async fn each_place_is_told_once_and_step_by_step() {
        let data = tempfile::tempdir().unwrap();
        let store = open(data.path(), Duration::from_secs(20)).await.unwrap();
        for (name, place, removed) in [
            ("a.pdf", "Workspace/Sales", None),
            ("b.pdf", "Workspace/Sales", None),
            ("c.pdf", "Division/EMEA/2026", None),
            ("d.pdf", "Company Wide", None),
            ("e.pdf", "Workspace/Old", Some("2026-03-02T05:30:00Z")),
        ] {
            db::query("INSERT INTO files (name, place, revision, removed_at) VALUES (?, ?, 1, ?)")
                .bind(name)
                .bind(place)
                .bind(removed)
                .execute(store.pool())
                .await
                .unwrap();
        }
        let all = ["Company Wide", "Division/EMEA/2026", "Workspace/Sales"];
        assert_eq!(after(&store, "", 10).await.unwrap(), all);
        assert_eq!(after(&store, "", 2).await.unwrap(), all[..2]);
        assert_eq!(after(&store, "Company Wide", 10).await.unwrap(), all[1..]);
        assert!(after(&store, "Workspace/Sales", 10).await.unwrap().is_empty());
    }
}
