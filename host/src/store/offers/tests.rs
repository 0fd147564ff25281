mod at_once;

use super::*;
use crate::store;

/// Connections of that many tenants, so many of each; nothing where the tests run on SQLite.
async fn with_connections(folder: &tempfile::TempDir, tenants: usize, each: usize) -> Option<Store> {
    let store = store::open(folder.path(), Duration::from_secs(20)).await.unwrap();
    if !store.is_on_a_server() {
        return None;
    }
    for tenant in 0..tenants {
        for number in 0..each {
            let settings = serde_json::json!({ "tenant": format!("t{tenant}"), "other": number }).to_string();
            db::query(
                "INSERT INTO connections (id, plugin, mode, settings, secret, drive_id, connected_at, connected_by) \
                 VALUES (?, 'p', 'organization', ?, x'00', 'drive', '2026-03-01T05:30:00Z', 'admin')",
            )
            .bind(format!("c{tenant}-{number}"))
            .bind(settings)
            .execute(store.pool())
            .await
            .unwrap();
        }
    }
    Some(store)
}

async fn offered(store: &Store, day: &str) -> (u64, u64) {
    let moment = Moment {
        schedule: "morning".into(),
        latest: format!("{day}T05:30:00Z"),
        day: day.into(),
        horizon: "2026-03-09".into(),
    };
    let what = Offer {
        plugin: "p",
        moments: &[(moment, false)],
        tenant: &["tenant".to_owned()],
        now: "2026-03-02T05:30:00Z",
        options: "{}",
    };
    offer(store, what).await.unwrap()
}

/// Moves the time of all that is offered, in the place of waiting for it.
async fn pass(store: &Store, seconds: i64) {
    sqlx::query("UPDATE clientpoint.runs SET run_at = run_at - $1 * interval '1 second'")
        .bind(seconds)
        .execute(&server(store).unwrap().pool)
        .await
        .unwrap();
    sqlx::query("UPDATE clientpoint.gates SET closed_until = closed_until - $1 * interval '1 second'")
        .bind(seconds)
        .execute(&server(store).unwrap().pool)
        .await
        .unwrap();
}

async fn claimed(store: &Store, at_most: usize) -> Vec<String> {
    let mut taken: Vec<String> = claim(store, "p", at_most)
        .await
        .unwrap()
        .into_iter()
        .map(|taken| taken.connection)
        .collect();
    taken.sort();
    taken
}

async fn run_of(store: &Store, connection: &str) -> Run {
    store::runs::unfinished(store, connection).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_is_due_is_planned_once_however_many_plan_it() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 3, 4).await else {
        return;
    };

    let (one, two, three) = tokio::join!(
        offered(&store, "2026-03-02"),
        offered(&store, "2026-03-02"),
        offered(&store, "2026-03-02")
    );

    assert_eq!(one.0 + two.0 + three.0, 12);
    assert_eq!(offered(&store, "2026-03-02").await.0, 0);
    assert_eq!(offered(&store, "2026-03-03").await.0, 12, "another day");
}

#[tokio::test]
async fn the_runs_of_one_tenant_begin_one_after_the_other_beside_those_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 2, 30).await else {
        return;
    };
    offered(&store, "2026-03-02").await;

    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT tenant, CAST(extract(epoch FROM max(run_at) - min(run_at)) * 1000 AS bigint) FROM clientpoint.runs \
         GROUP BY tenant ORDER BY tenant",
    )
    .fetch_all(&server(&store).unwrap().pool)
    .await
    .unwrap();

    assert_eq!(rows, [("t0".to_owned(), 2_900), ("t1".to_owned(), 2_900)]);
    pass(&store, 1).await;
    let first = claim(&store, "p", 4).await.unwrap();
    let of_one = first.iter().filter(|taken| taken.connection.starts_with("c0-")).count();
    assert_eq!((first.len(), of_one), (4, 2), "{first:?}");
}

#[tokio::test]
async fn of_two_hosts_each_takes_others_and_what_was_not_begun_is_there_again_after_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 4, 1).await else {
        return;
    };
    offered(&store, "2026-03-02").await;

    let (one, two) = tokio::join!(claimed(&store, 2), claimed(&store, 2));

    let mut all = [one, two].concat();
    all.sort();
    assert_eq!(all, ["c0-0", "c1-0", "c2-0", "c3-0"]);
    assert!(claimed(&store, 4).await.is_empty());
    assert!(claim(&store, "another", 4).await.unwrap().is_empty());
    store::runs::take_up(&store, &mut run_of(&store, "c0-0").await, "host")
        .await
        .unwrap();
    pass(&store, 61).await;
    assert_eq!(claimed(&store, 9).await, ["c1-0", "c2-0", "c3-0"]);
}

#[tokio::test]
async fn a_run_whose_host_is_gone_is_offered_again_and_counts_who_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 1, 1).await else {
        return;
    };
    offered(&store, "2026-03-02").await;
    assert_eq!(claimed(&store, 1).await.len(), 1);
    let mut run = run_of(&store, "c0-0").await;
    let lease = "default/sync/c0-0";
    let time = Duration::from_secs(60);
    store::leases::take(&store, lease, "{}", time).await.unwrap();
    assert_eq!(store::runs::take_up(&store, &mut run, "one").await.unwrap(), 0);

    assert_eq!(offered(&store, "2026-03-02").await, (0, 0), "its host is there");
    sqlx::query("UPDATE clientpoint.leases SET expires = '-infinity'")
        .execute(&server(&store).unwrap().pool)
        .await
        .unwrap();

    assert_eq!(offered(&store, "2026-03-02").await, (0, 1));
    assert_eq!(claimed(&store, 1).await, ["c0-0"]);
    assert_eq!(store::runs::take_up(&store, &mut run, "two").await.unwrap(), 1);
    store::runs::put_down(&store, run.id).await.unwrap();
    assert_eq!(
        store::runs::take_up(&store, &mut run, "three").await.unwrap(),
        1,
        "two has put it down"
    );
}

#[tokio::test]
async fn a_tenant_that_asks_for_patience_is_left_alone_by_all_hosts_and_comes_back_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 2, 3).await else {
        return;
    };
    offered(&store, "2026-03-02").await;
    pass(&store, 1).await;
    assert_eq!(claimed(&store, 1).await, ["c0-0"]);
    let mut run = run_of(&store, "c0-0").await;
    store::runs::take_up(&store, &mut run, "host").await.unwrap();
    let patience = Duration::from_secs(120);

    assert_eq!(later(&store, &run, patience).await.unwrap(), patience);
    close_gate(&store, &run, patience).await.unwrap();

    assert_eq!(
        claimed(&store, 9).await,
        ["c1-0", "c1-1", "c1-2"],
        "those of another tenant"
    );
    pass(&store, 119).await;
    assert!(claimed(&store, 9).await.iter().all(|one| one.starts_with("c1")));
    let next = next(&store, "p").await.unwrap().unwrap();
    assert!(next <= Duration::from_secs(2), "{next:?}");
    pass(&store, 2).await;
    let back = claimed(&store, 9).await;
    assert_eq!(back.iter().filter(|one| one.starts_with("c0")).count(), 3, "{back:?}");
    assert_eq!(
        later(&store, &run, Duration::from_secs(60)).await.unwrap(),
        Duration::from_secs(180)
    );
}

#[tokio::test]
async fn who_finds_somebody_else_at_work_leaves_the_run_for_later() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 1, 1).await else {
        return;
    };
    offered(&store, "2026-03-02").await;
    assert_eq!(claimed(&store, 1).await.len(), 1);

    put_off(&store, "c0-0", Duration::from_secs(30)).await.unwrap();

    assert!(claimed(&store, 1).await.is_empty());
    pass(&store, 31).await;
    assert_eq!(claimed(&store, 1).await, ["c0-0"]);
}

#[tokio::test]
async fn a_setting_with_a_nul_in_it_keeps_nobody_from_their_night() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 2, 1).await else {
        return;
    };
    db::query("UPDATE connections SET settings = ? WHERE id = 'c0-0'")
        .bind(serde_json::json!({ "tenant": "t0", "other": "\0" }).to_string())
        .execute(store.pool())
        .await
        .unwrap();

    assert_eq!(offered(&store, "2026-03-02").await, (2, 0));

    let begun = "UPDATE clientpoint.runs SET run_at = NULL, tenant = NULL";
    let pool = &server(&store).unwrap().pool;
    sqlx::query(begun).execute(pool).await.unwrap();
    assert_eq!(offered(&store, "2026-03-02").await, (0, 2), "what was left");
    let tenants: Vec<(String,)> = sqlx::query_as("SELECT tenant FROM clientpoint.runs ORDER BY tenant")
        .fetch_all(pool)
        .await
        .unwrap();
    assert_eq!(tenants, [(String::new(),), ("t1".into(),)]);
}

#[tokio::test]
async fn people_who_name_no_tenant_share_a_gate_with_those_of_their_account_alone() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = with_connections(&folder, 1, 1).await else {
        return;
    };
    store::accounts::add(&store, "acme", "2026-03-01T05:30:00Z")
        .await
        .unwrap();
    let acme = store.of("acme");
    for (store, id) in [(&store, "user-ada"), (&store, "user-bea"), (&acme, "acme:user-eve")] {
        db::query(
            "INSERT INTO connections (id, plugin, mode, settings, secret, drive_id, connected_at, connected_by) \
             VALUES (?, 'p', 'user', '{\"tenant\": \"organizations\"}', x'00', 'drive', '2026-03-01T05:30:00Z', 'admin')",
        )
        .bind(id)
        .execute(store.pool())
        .await
        .unwrap();
    }
    offered(&store, "2026-03-02").await;
    pass(&store, 10).await;

    let ada = run_of(&store, "user-ada").await;
    close_gate(&store, &ada, Duration::from_secs(3_600)).await.unwrap();

    assert_eq!(claimed(&store, 10).await, ["acme:user-eve", "c0-0"]);
}
