use super::*;
use crate::store;

const NOW: &str = "2026-03-02T05:00:00Z";

async fn opened() -> (tempfile::TempDir, Store) {
    let data = tempfile::tempdir().unwrap();
    let store = store::open(data.path(), std::time::Duration::from_secs(1))
        .await
        .unwrap();
    (data, store)
}

async fn begun(store: &Store) -> i64 {
    begin(store, OperationKind::Import, "admin", "1-x", NOW).await.unwrap()
}

fn done() -> End {
    End {
        state: OperationState::Done,
        noted: Noted::default(),
        failure: None,
    }
}

#[tokio::test]
async fn the_oldest_are_let_go_of_and_no_number_is_given_twice() {
    let (_data, store) = opened().await;
    let first = begun(&store).await;
    let open = begun(&store).await;
    end(&store, first, &done(), NOW).await.unwrap();
    let many = format!("UPDATE sqlite_sequence SET seq = seq + {KEPT} WHERE name = 'operations'");
    db::trial::raw(sqlx::AssertSqlSafe(many), store.pool()).await.unwrap();
    let later = begun(&store).await;
    end(&store, later, &done(), NOW).await.unwrap();
    assert_eq!(get(&store, first).await.unwrap_err().code(), "not-found");
    assert_eq!(get(&store, open).await.unwrap().state, OperationState::Running);
    let last = begun(&store).await;
    end(&store, last, &done(), NOW).await.unwrap();
    expire(&store, "2026-03-02T05:00:01Z").await.unwrap();
    let left = page(&store, &OperationFilter::default(), &Part::whole(None))
        .await
        .unwrap();
    assert_eq!(left.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [open]);
    assert!(last < begun(&store).await);
}

#[tokio::test]
async fn who_carries_it_out_knows_its_end_best() {
    let (_data, store) = opened().await;
    let id = begun(&store).await;
    let interrupted = End {
        state: OperationState::Interrupted,
        ..done()
    };
    interrupt(&store, id, &interrupted, NOW).await.unwrap();
    end(&store, id, &done(), NOW).await.unwrap();
    interrupt(&store, id, &interrupted, NOW).await.unwrap();
    assert_eq!(get(&store, id).await.unwrap().state, OperationState::Done);
    ask_to_stop(&store, id).await.unwrap();
    assert!(!is_to_stop(&store, id).await.unwrap(), "it has ended");
}
