//! A host that was stopped for so long that another has taken its right over works on, and does not know it: what its plugin
//! brings is not written any more.

use std::{path::Path, time::Duration};

use clientpoint_host::service::{Stop, SyncOptions};
use end_to_end::{World, pdf, sync, whole::Whole};
use graph_sim::Fault;
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// As another host would that takes the right of every connection.
async fn taken_over(data: &Path) {
    let options = SqliteConnectOptions::new().filename(data.join("clientpoint.db"));
    let mut database = options.connect().await.unwrap();
    let done = sqlx::query("UPDATE leases SET epoch = epoch + 1 WHERE name LIKE 'sync/%'")
        .execute(&mut database)
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 1);
}

async fn revisions(world: &World) -> Vec<(String, u64)> {
    let library = world.library().await;
    library.into_iter().map(|file| (file.name, file.revision)).collect()
}

/// Whether the one sync that is under way waits for its source.
async fn waits(world: &World) -> bool {
    let all = world.admin().await.health().await.unwrap();
    all.into_iter()
        .any(|health| health.at_work.is_some_and(|at_work| at_work.waits.is_some()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_whose_right_another_has_taken_in_the_middle_writes_nothing_more_and_the_next_one_goes_on() {
    // How a server's rights are lost is told where they are kept.
    if std::env::var_os("CLIENTPOINT_TEST_DATABASE").is_some() {
        return;
    }
    let world = World::connected().await;
    for name in ["/A.pdf", "/B.pdf"] {
        let item = world.sim.put(name, pdf("first").into());
        world.import(&item).await;
        world.sim.put(name, pdf("second").into());
        world.sim.fault(Fault::throttle(PATIENCE.as_secs()).on(name));
    }
    let admin = world.admin().await;
    let (options, stop) = (SyncOptions::default(), Stop::default());
    let losing = async {
        while !waits(&world).await {
            tokio::task::yield_now().await;
        }
        taken_over(world.data.path()).await;
        loop {
            world.clock.pass(|asked| asked == PATIENCE).await;
        }
    };
    let before = revisions(&world).await;

    let error = tokio::select! {
        done = admin.sync(&options, &stop) => done.unwrap_err(),
        never = losing => never,
    };

    assert_eq!(error.code(), "right-lost", "{error}");
    assert_eq!(revisions(&world).await, before);
    let run = &admin.runs().await.unwrap()[0].run;
    assert_eq!(run.state.to_string(), "running");

    world.sim.clear_faults();
    let ledger = sync(&world).await;
    let gone_on = ledger.before.as_ref().unwrap();
    assert_eq!(gone_on.run.state.to_string(), "complete");
    assert!(revisions(&world).await.iter().all(|(_, revision)| *revision == 2));
}
