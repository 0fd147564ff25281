use std::time::Duration;

use super::*;

#[tokio::test]
async fn pages_of_the_bin_of_any_length_have_each_file_once_by_its_id() {
    let data = tempfile::tempdir().unwrap();
    let store = crate::store::open(data.path(), Duration::from_secs(1)).await.unwrap();
    for id in 1..=20 {
        let script = format!(
            "INSERT INTO files (id, name, place, revision, removed_at) VALUES ({id}, 'x', '', 1, '2026-03-02T05:00:00Z'); \
             INSERT INTO revisions VALUES ({id}, 1, 'abc', 3, '2026-03-02T05:00:00Z'); \
             INSERT INTO bin (file, removed_by) VALUES ({id}, 'admin');"
        );
        db::trial::raw(sqlx::AssertSqlSafe(script), store.pool()).await.unwrap();
    }
    for limit in [1, 7, 1_000] {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = page(&store, &Part::new(limit, after).unwrap()).await.unwrap();
            ids.extend(page.rows.into_iter().map(|binned| binned.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(
            ids,
            (1..=20).map(|id| id.to_string()).collect::<Vec<_>>(),
            "{limit} a page"
        );
    }
}
