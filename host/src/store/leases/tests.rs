use std::time::Instant;

use tempfile::TempDir;

use super::*;
use crate::{
    fences,
    store::{self, db},
};

/// A lease that is over soon, and so long a time that it is over then.
const SHORT: Duration = Duration::from_millis(300);
const OVER: Duration = Duration::from_millis(500);
const LONG: Duration = Duration::from_secs(60);

/// A library on the server that `CLIENTPOINT_TEST_DATABASE` names; none where the tests run without one.
pub(crate) async fn store_for_tests() -> Option<(Store, TempDir)> {
    std::env::var_os("CLIENTPOINT_TEST_DATABASE")?;
    let data = tempfile::tempdir().unwrap();
    let store = store::open(data.path(), Duration::from_secs(20)).await.unwrap();
    Some((store, data))
}

fn fence(epoch: i64) -> [Fence; 1] {
    let name = "default/sync/c".into();
    [Fence { name, epoch }]
}

/// Writes something by one statement on the pool.
async fn write(store: &Store) -> sqlx::Result<u64> {
    let switch = "INSERT INTO switches (name) VALUES ('x') ON CONFLICT (name) DO NOTHING";
    Ok(db::query(switch).execute(store.pool()).await?.rows_affected())
}

#[tokio::test]
async fn nobody_takes_over_in_the_middle_of_a_transaction() {
    let Some((store, _data)) = store_for_tests().await else {
        return;
    };
    let name = "default/sync/c";
    let first = take(&store, name, "{}", SHORT).await.unwrap();
    assert_eq!(first, Some(1));
    assert_eq!(take(&store, name, "{}", SHORT).await.unwrap(), None);
    let transaction = fences::within(fence(1), store.write()).await.unwrap();
    tokio::time::sleep(OVER).await;

    let (other, start) = (store.clone(), Instant::now());
    let taking = tokio::spawn(async move { take(&other, name, "{}", LONG).await });
    tokio::time::sleep(OVER).await;
    assert!(!taking.is_finished(), "it was taken over in the middle");
    transaction.commit().await.unwrap();

    assert_eq!(taking.await.unwrap().unwrap(), Some(2));
    assert!(OVER <= start.elapsed());
    let late = fences::within(fence(1), store.write()).await.unwrap_err();
    assert_eq!(late.code(), "right-lost");
    let late: Error = fences::within(fence(1), write(&store)).await.unwrap_err().into();
    assert_eq!(late.code(), "right-lost");
    assert_eq!(fences::within(fence(2), write(&store)).await.unwrap(), 1);
}

#[tokio::test]
async fn who_renews_a_right_does_not_wait_for_what_is_written_under_it() {
    let Some((store, _data)) = store_for_tests().await else {
        return;
    };
    let lease = Lease {
        name: "default/sync/c".into(),
        epoch: 1,
        holder: "{}".into(),
    };
    take(&store, &lease.name, "{}", SHORT).await.unwrap();
    let transaction = fences::within(fence(1), store.write()).await.unwrap();

    let renewed = tokio::time::timeout(LONG / 12, renew(&store, std::slice::from_ref(&lease), LONG)).await;

    assert_eq!(renewed.unwrap().unwrap(), BTreeSet::from([lease.name.clone()]));
    transaction.commit().await.unwrap();
    let other = Lease { epoch: 2, ..lease };
    assert!(renew(&store, &[other], LONG).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_nobody_asks_for_any_more_is_forgotten_a_day_later_and_the_epochs_of_all_else_stay() {
    let Some((store, _data)) = store_for_tests().await else {
        return;
    };
    for name in ["default/host/a", "default/host/b", "default/sync/c"] {
        take(&store, name, "{}", LONG).await.unwrap();
    }
    let all: Vec<Lease> = ["default/host/a", "default/sync/c"]
        .map(|name| Lease {
            name: name.into(),
            epoch: 1,
            holder: "{}".into(),
        })
        .into();
    give_back(&store, &all).await.unwrap();
    let late = renew(&store, &all, LONG).await.unwrap();
    assert!(late.is_empty(), "a renewal that was on its way revives nothing");

    forget(&store, "default/host/").await.unwrap();

    assert_eq!(take(&store, "default/host/a", "{}", LONG).await.unwrap(), Some(1));
    assert_eq!(take(&store, "default/host/b", "{}", LONG).await.unwrap(), None);
    assert_eq!(take(&store, "default/sync/c", "{}", LONG).await.unwrap(), Some(2));
}
