//! What hosts do at the same moment: closing a gate, and taking up what is offered again.

use super::*;

/// When each run that waits may be taken, in milliseconds after the first of these connections may.
async fn times(store: &Store, first: &str) -> Vec<(String, i64)> {
    sqlx::query_as(
        "SELECT r.connection, CAST(extract(epoch FROM r.run_at - f.run_at) * 1000 AS bigint) \
         FROM clientpoint.runs r, clientpoint.runs f WHERE f.connection = $1 AND r.run_at IS NOT NULL \
         ORDER BY r.run_at, r.id",
    )
    .bind(first)
    .fetch_all(&server(store).unwrap().pool)
    .await
    .unwrap()
}

/// The time from which on a run may be taken, in words.
async fn time_of(store: &Store, run: &Run) -> String {
    let (time,): (String,) = sqlx::query_as("SELECT CAST(run_at AS text) FROM clientpoint.runs WHERE id = $1")
        .bind(run.id)
        .fetch_one(&server(store).unwrap().pool)
        .await
        .unwrap();
    time
}

#[tokio::test]
async fn who_closes_a_gate_waits_for_as_long_as_it_was_put_down_and_the_others_come_behind_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 1, 4).await else {
        return;
    };
    offered(&store, "2026-03-02").await;
    pass(&store, 1).await;
    assert_eq!(claimed(&store, 1).await, ["c0-0"]);
    let mut run = run_of(&store, "c0-0").await;
    store::runs::take_up(&store, &mut run, "host").await.unwrap();
    let patience = Duration::from_secs(60);
    later(&store, &run, patience).await.unwrap();
    let before = time_of(&store, &run).await;

    close_gate(&store, &run, patience).await.unwrap();

    assert_eq!(time_of(&store, &run).await, before);
    let queued = times(&store, "c0-1").await;
    let others: Vec<(&str, i64)> = queued.iter().skip(1).map(|(id, time)| (id.as_str(), *time)).collect();
    assert_eq!(others, [("c0-1", 0), ("c0-2", 100), ("c0-3", 200)], "{queued:?}");
    // Who asks for less time than somebody before changes nothing.
    close_gate(&store, &run, patience / 2).await.unwrap();
    assert_eq!(times(&store, "c0-1").await, queued);
}

#[tokio::test]
async fn of_many_that_close_one_gate_at_the_same_time_none_fails() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 1, 300).await else {
        return;
    };
    offered(&store, "2026-03-02").await;
    pass(&store, 60).await;
    let mut closing = tokio::task::JoinSet::new();
    for connection in claimed(&store, 24).await {
        let mut run = run_of(&store, &connection).await;
        store::runs::take_up(&store, &mut run, "host").await.unwrap();
        let store = store.clone();
        closing.spawn(async move {
            for more in 0..10 {
                let time = Duration::from_secs(60 + more);
                later(&store, &run, time).await?;
                close_gate(&store, &run, time).await?;
            }
            Ok::<_, Error>(())
        });
    }
    assert_eq!(closing.len(), 24);

    while let Some(closed) = closing.join_next().await {
        closed.unwrap().unwrap();
    }

    assert!(claimed(&store, 300).await.is_empty());
    pass(&store, 110).await;
    assert_eq!(claimed(&store, 300).await.len(), 300, "and none is left behind");
}

#[tokio::test]
async fn a_run_that_somebody_takes_up_just_now_is_not_offered_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 1, 1).await else {
        return;
    };
    offered(&store, "2026-03-02").await;
    let pool = &server(&store).unwrap().pool;
    let left = "UPDATE clientpoint.runs SET run_at = NULL, worker = 'gone'";
    sqlx::query(left).execute(pool).await.unwrap();

    // Whoever changes it now need not wait for those who offer, nor they for it.
    let mut taking_up = pool.begin().await.unwrap();
    let taken = "UPDATE clientpoint.runs SET run_at = NULL, worker = 'host'";
    sqlx::query(taken).execute(&mut *taking_up).await.unwrap();
    let offering = tokio::time::timeout(Duration::from_secs(10), offered(&store, "2026-03-02"));
    assert_eq!(offering.await.unwrap(), (0, 0));
    taking_up.rollback().await.unwrap();

    // Whoever has taken the right before the row was locked is seen by the second look.
    let mut offering = pool.begin().await.unwrap();
    let left: Vec<(i64,)> = sqlx::query_as(LEFT).fetch_all(&mut *offering).await.unwrap();
    let left: Vec<i64> = left.into_iter().map(|(id,)| id).collect();
    assert_eq!(left.len(), 1);
    let minute = Duration::from_secs(60);
    store::leases::take(&store, "default/sync/c0-0", "{}", minute)
        .await
        .unwrap();
    let returned = sqlx::query(RETURN)
        .bind("[]")
        .bind(left)
        .execute(&mut *offering)
        .await
        .unwrap();
    assert_eq!(returned.rows_affected(), 0);
}
