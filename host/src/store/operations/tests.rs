use super::*;
use crate::store::{
    self, accounts,
    asked_once::{self, Asked},
};

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

/// Begins and ends more than are kept.
async fn many(store: &Store) {
    for _ in 0..10 {
        let doubled = "INSERT INTO operations (kind, begun_by, begun_at, program, state, ended_at) \
             SELECT kind, begun_by, begun_at, program, 'done', ? FROM operations";
        db::query(doubled).bind(NOW).execute(store.pool()).await.unwrap();
    }
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
    many(&store).await;
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
async fn however_much_others_begin_the_operations_of_an_account_and_its_keys_stay() {
    let (_data, store) = opened().await;
    if !store.is_on_a_server() {
        return;
    }
    accounts::add(&store, "acme", NOW).await.unwrap();
    let acme = store.of("acme");
    let ours = begun(&store).await;
    end(&store, ours, &done(), NOW).await.unwrap();
    let asked = |operation| Asked {
        request: "x".into(),
        operation,
    };
    asked_once::put(&store, ("admin", "first"), &asked(ours), NOW, NOW)
        .await
        .unwrap();

    begun(&acme).await;
    many(&acme).await;
    let next = begun(&store).await;
    asked_once::put(&store, ("admin", "next"), &asked(next), NOW, NOW)
        .await
        .unwrap();

    assert_eq!(get(&store, ours).await.unwrap().state, OperationState::Done);
    let first = asked_once::get(&store, "admin", "first").await.unwrap();
    assert_eq!(first, Some(asked(ours)));
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
