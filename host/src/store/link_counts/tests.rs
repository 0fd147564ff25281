mod cost;
mod history;

use std::time::Duration;

use clientpoint_engine::library::{Library, Managed};

use super::*;
use crate::store::{
    files, links,
    runs::{self, Begin, Ending},
    words::{RunKind, RunState},
};

const NOW: &str = "2026-03-02T05:00:00Z";

/// What is kept, and what there is: of each connection and drive the number of its files, and of those that are detached.
async fn numbers(store: &Store) -> [Vec<(String, String, i64, i64)>; 2] {
    let mut both = [Vec::new(), Vec::new()];
    let queries = [
        "SELECT connection, drive, links, detached FROM link_counts WHERE links <> 0 OR detached <> 0 ORDER BY 1, 2",
        "SELECT connection, drive, count(*), sum(CASE state WHEN 'detached' THEN 1 ELSE 0 END) FROM links GROUP BY connection, drive ORDER BY 1, 2",
    ];
    for (numbers, query) in both.iter_mut().zip(queries) {
        *numbers = db::query_as(query).fetch_all(store.pool()).await.unwrap();
    }
    both
}

/// A connection with so many files in one drive.
async fn with_files(count: i64) -> (Store, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let store = crate::store::open(data.path(), Duration::from_secs(5)).await.unwrap();
    db::trial::raw(
        AssertSqlSafe(format!(
            "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
             VALUES ('c', 'p', 'organization', '{{}}', x'00', '', 'admin'); \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             INSERT INTO files (id, name, place, revision) SELECT i, 'a.pdf', 'Company Wide', 1 FROM n; \
         INSERT INTO revisions SELECT id, 1, 'object', 3, '{NOW}' FROM files; \
         INSERT INTO links (file, connection, plugin, drive, item, hash, size, verification, name, linked_at) \
             SELECT id, 'c', 'p', 'd', 'item ' || id, '', 3, 'no-hash', 'a.pdf', '{NOW}' FROM files;"
        )),
        store.pool(),
    )
    .await
    .unwrap();
    (store, data)
}

/// How often a number was written anew in this transaction.
async fn written(transaction: &mut Transaction) -> i64 {
    let asked = "SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'link_counts'";
    let (written,) = db::query_as(asked).fetch_one(&mut **transaction).await.unwrap();
    written
}

#[tokio::test]
async fn a_server_writes_a_number_once_for_a_statement_however_many_links_it_changes() {
    let (store, _data) = with_files(1_000).await;
    if !store.is_on_a_server() {
        return;
    }
    let mut transaction = store.write().await.unwrap();
    assert_eq!(links::detach(&mut transaction, "c", None).await.unwrap(), 1_000);
    assert_eq!(written(&mut transaction).await, 1);
    db::query("UPDATE links SET note = 'of no weight'")
        .execute(&mut *transaction)
        .await
        .unwrap();
    assert_eq!(written(&mut transaction).await, 1, "their number is as before");
    assert_eq!(links::attach(&mut transaction, "c", "d").await.unwrap(), 1_000);
    assert_eq!(written(&mut transaction).await, 2);
    transaction.commit().await.unwrap();
    let [kept, there] = numbers(&store).await;
    assert_eq!(kept, there);
    assert_eq!(kept, [("c".into(), "d".into(), 1_000, 0)]);
}

async fn falsify(store: &Store, links: i64) {
    db::query("UPDATE link_counts SET links = ?")
        .bind(links)
        .execute(store.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_wrong_number_is_named_and_set_right() {
    let (store, _data) = with_files(10).await;
    assert!(mend(&store).await.unwrap().is_empty());
    falsify(&store, 11).await;

    let told = mend(&store).await.unwrap();

    let wanted = "the number of files of the connection `c` in the drive `d` was kept as 11 (0 detached) and is 10 (0 detached): \
                  it was set right";
    assert_eq!(told, [wanted]);
    assert_eq!(of(store.pool(), "c", "d").await.unwrap(), 10);
    assert!(mend(&store).await.unwrap().is_empty());

    db::query("DELETE FROM link_counts")
        .execute(store.pool())
        .await
        .unwrap();
    assert_eq!(mend(&store).await.unwrap().len(), 1, "also one that is missing");
    assert_eq!(following(&store, "c").await.unwrap(), 10);
}

#[tokio::test]
async fn a_run_that_meets_a_wrong_number_fails_and_says_so_and_the_next_one_is_right() {
    let begin = Begin {
        connection: "c",
        drive: "d",
        kind: RunKind::Manual,
        due: None,
        late: false,
        by: "admin",
        options: "",
    };
    // What the number was when the run began, and when it ended.
    for (first, last) in [(10, 9), (9, 10), (10, 0), (2, 2)] {
        let (store, _data) = with_files(10).await;
        falsify(&store, first).await;
        let run = runs::begin(&store, begin, NOW).await.unwrap().unwrap();
        let lines =
            "INSERT INTO outcomes SELECT ?, id, 'updated', '', 'a.pdf', '', 1, 3, 0, '' FROM files WHERE id <= 3";
        db::query(lines).bind(run.id).execute(store.pool()).await.unwrap();
        falsify(&store, last).await;

        let failed = runs::end(&store, &run, Ending::Complete, NOW).await.unwrap_err();

        let run = runs::get(&store, run.id).await.unwrap();
        assert_eq!((failed.code(), run.state), ("ledger", RunState::Failed), "{failed}");
        assert_eq!(
            failed
                .to_string()
                .contains(&format!("was kept as {last} (0 detached) and is 10")),
            last != 10,
            "{failed}"
        );
        assert_eq!(of(store.pool(), "c", "d").await.unwrap(), 10);
        let next = runs::begin(&store, begin, NOW).await.unwrap().unwrap();
        let ended = runs::end(&store, &next, Ending::Complete, NOW).await.unwrap();
        assert_eq!((ended.inputs, ended.rest, ended.state), (10, 10, RunState::Complete));
    }
}
