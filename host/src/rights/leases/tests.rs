use std::time::Duration;

use futures::future::join_all;

use super::*;
use crate::store::leases::tests::store_for_tests;

/// How long the leases of these tests last, and a time in which they end three times.
const SHORT: Duration = Duration::from_millis(900);
const LONG: Duration = Duration::from_millis(2_700);

/// As long as somebody waits who is sure to get it.
const PATIENCE: Duration = Duration::from_secs(20);

fn holder(by: &str) -> Holder {
    Holder::new("a sync", by, "2026-03-02T05:30:00Z".parse().unwrap())
}

fn sync() -> Right {
    Right::Sync("c".into())
}

async fn taken(of: &Leases, within: Duration) -> Option<Held> {
    of.take(&sync(), &holder("ada"), within).await.unwrap().yours()
}

#[tokio::test]
async fn of_two_who_take_a_right_at_once_one_has_it_and_the_other_is_told_who() {
    let Some((store, _data)) = store_for_tests().await else {
        return;
    };
    let hosts: Vec<Leases> = (0..2).map(|_| Leases::over(&store, LASTS).unwrap()).collect();
    let (right, holder) = (sync(), holder("ada"));

    let takers = hosts.iter().map(|host| host.take(&right, &holder, Duration::ZERO));
    let mut held = Vec::new();
    for taken in join_all(takers).await {
        match taken.unwrap() {
            Taken::Yours(yours) => held.push(yours),
            Taken::Others(told) => {
                let told = told.unwrap();
                let machine = told.machine.clone();
                assert!(machine.as_ref().is_some_and(|machine| !machine.is_empty()), "{told}");
                let holder = Holder {
                    machine,
                    ..holder.clone()
                };
                assert_eq!(told, holder);
            }
        }
    }

    assert_eq!(held.len(), 1);
}

#[tokio::test]
async fn a_right_is_renewed_for_as_long_as_it_is_held_and_others_hear_what_it_waits_for() {
    let Some((store, _data)) = store_for_tests().await else {
        return;
    };
    let (one, two) = (
        Leases::over(&store, SHORT).unwrap(),
        Leases::over(&store, SHORT).unwrap(),
    );
    let held = taken(&one, Duration::ZERO).await.unwrap();
    held.waits(Some("the source asks for patience".into()));

    assert!(taken(&two, LONG).await.is_none());

    held.require().await.unwrap();
    let told = two.holder(&sync()).await.unwrap().unwrap();
    assert_eq!(told.waits.as_deref(), Some("the source asks for patience"));
}

#[tokio::test]
async fn who_has_dropped_a_right_has_it_again_at_once_and_others_soon_after() {
    let Some((store, _data)) = store_for_tests().await else {
        return;
    };
    let (one, two) = (
        Leases::over(&store, LASTS).unwrap(),
        Leases::over(&store, LASTS).unwrap(),
    );
    for _ in 0..5 {
        drop(taken(&one, Duration::ZERO).await.unwrap());
    }
    drop(taken(&one, Duration::ZERO).await.unwrap());
    assert_eq!(one.holder(&sync()).await.unwrap(), None);
    drop(taken(&one, Duration::ZERO).await.unwrap());
    assert!(taken(&two, PATIENCE).await.is_some());
}

#[tokio::test]
async fn a_host_that_stands_still_hears_that_it_has_lost_its_right_before_another_has_taken_it() {
    let Some((store, _data)) = store_for_tests().await else {
        return;
    };
    let (one, two) = (
        Leases::over(&store, SHORT).unwrap(),
        Leases::over(&store, LASTS).unwrap(),
    );
    let held = taken(&one, Duration::ZERO).await.unwrap();
    one.stand_still();
    held.require().await.unwrap();

    let other = taken(&two, PATIENCE).await.unwrap();

    assert_eq!(held.require().await.unwrap_err().code(), "right-lost");
    other.require().await.unwrap();
    drop(held);
    tokio::time::sleep(SHORT).await;
    other.require().await.unwrap();
    assert!(
        taken(&one, Duration::ZERO).await.is_none(),
        "it gave back what was another's"
    );
}

#[tokio::test]
async fn who_goes_away_while_a_right_is_being_taken_keeps_nobody_out() {
    let Some((store, _data)) = store_for_tests().await else {
        return;
    };
    let (one, two) = (
        Leases::over(&store, LASTS).unwrap(),
        Leases::over(&store, LASTS).unwrap(),
    );
    for millis in 0..5 {
        let _ = tokio::time::timeout(Duration::from_millis(millis), taken(&one, Duration::ZERO)).await;
    }
    assert!(taken(&two, PATIENCE).await.is_some());
}

#[tokio::test]
async fn a_host_that_ends_gives_everything_back() {
    let Some((store, _data)) = store_for_tests().await else {
        return;
    };
    let (one, two) = (
        Leases::over(&store, LASTS).unwrap(),
        Leases::over(&store, LASTS).unwrap(),
    );
    let held = taken(&one, Duration::ZERO).await.unwrap();

    one.close().await.unwrap();

    assert_eq!(held.require().await.unwrap_err().code(), "right-lost");
    assert!(taken(&two, Duration::ZERO).await.is_some());
}

#[tokio::test]
async fn a_program_is_seen_by_other_hosts_until_it_ends() {
    let Some((store, _data)) = store_for_tests().await else {
        return;
    };
    let (one, two) = (
        Leases::over(&store, SHORT).unwrap(),
        Leases::over(&store, SHORT).unwrap(),
    );
    let right = Right::Program("1-abc".into());
    assert!(!two.is_taken(&right).await.unwrap());

    let shown = one.show("1-abc", &holder("host")).await.unwrap();

    tokio::time::sleep(LONG).await;
    assert!(two.is_taken(&right).await.unwrap());
    one.close().await.unwrap();
    assert!(!two.is_taken(&right).await.unwrap());
    drop(shown);
}
