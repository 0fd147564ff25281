//! Half past five with many connections: side by side, so many at a time, and whoever has to wait keeps nobody else from
//! working.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, Utc};
use clientpoint_engine::clock::{Clock, ManualClock};
use clientpoint_host::{
    host::Limits,
    service::{Health, Ledger, Stop, api::Run},
};
use end_to_end::{World, many::connections, pdf, whole::Whole};
use graph_sim::{Fault, FaultKind};
use tokio::sync::watch;

/// How many there are, and how many of them are at work at a time.
const CONNECTIONS: usize = 200;
const AT_ONCE: usize = 8;

/// How long the source wants to be left alone each time.
const PATIENCE: Duration = Duration::from_secs(25 * 60);

/// How often the host looks at the clock.
const LOOK: Duration = Duration::from_secs(60);

fn until(clock: &ManualClock, time: &str) {
    let time: DateTime<Utc> = time.parse().unwrap();
    clock.advance((time - clock.utc()).to_std().unwrap());
}

/// The runs that have ended, as whoever serves is told of them.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Ledger>>>, watch::Sender<usize>);

impl Told {
    fn hear(&self, ledger: &clientpoint_host::Result<Ledger>) {
        let ledger = ledger.as_ref().unwrap_or_else(|error| panic!("{error}")).clone();
        let mut ledgers = self.0.lock().unwrap();
        ledgers.push(ledger);
        self.1.send_replace(ledgers.len());
    }

    async fn count(&self, wanted: usize) {
        let mut count = self.1.subscribe();
        count.wait_for(|count| wanted <= *count).await.unwrap();
    }

    /// By connection, how many files have which outcome.
    fn ends(&self) -> BTreeMap<String, BTreeMap<String, u64>> {
        let ledgers = self.0.lock().unwrap();
        let end = |ledger: &Ledger| (ledger.run.connection.clone(), ledger.counts.clone());
        ledgers.iter().map(end).collect()
    }
}

async fn health(world: &World) -> BTreeMap<String, Health> {
    let all = world.admin().await.health().await.unwrap();
    all.into_iter()
        .map(|health| (health.connection.clone(), health))
        .collect()
}

/// Lets the time pass that somebody waits for, without end.
async fn moving(world: &World, wanted: impl Fn(Duration) -> bool) {
    loop {
        world.clock.pass(&wanted).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_stalled_and_one_that_is_throttled_keep_nobody_else_from_running() {
    let limits = Limits {
        at_once: AT_ONCE,
        ..Limits::default()
    };
    let world = World::connected_with(|builder| builder.limits(limits)).await;
    let ids = connections(&world, CONNECTIONS, &["Stalled.pdf", "Throttled.pdf"]).await;
    let [stalled, throttled] = [&ids[0], &ids[1]];
    world
        .sim
        .fault(Fault::new(FaultKind::Stall(None)).on("/Stalled.pdf").always());
    world
        .sim
        .fault(Fault::throttle(PATIENCE.as_secs()).on("/Throttled.pdf"));
    until(&world.clock, "2026-03-02T05:30:00Z");

    let (told, stop) = (Told::default(), Stop::default());
    let serving = world.host.serve(&stop, |ledger| told.hear(ledger));
    let watching = async {
        // The company's own connection is one more. The clock stands still meanwhile.
        told.count(CONNECTIONS - 1).await;
        let done = told.ends();
        assert!(!done.contains_key(stalled) && !done.contains_key(throttled), "{done:?}");
        let updated = done
            .values()
            .filter(|counts| **counts == [("updated".to_owned(), 1)].into());
        assert_eq!(updated.count(), CONNECTIONS - 2, "{done:?}");
        while health(&world).await[throttled]
            .at_work
            .as_ref()
            .unwrap()
            .waits
            .is_none()
        {
            tokio::task::yield_now().await;
        }
        let standing = health(&world).await;
        let waits = standing[throttled].at_work.clone().unwrap().waits.unwrap();
        assert_eq!(waits, "until 2026-03-02T05:55:00Z: the source asks for patience");
        let at_work = standing[stalled].at_work.clone().unwrap();
        assert_eq!(
            (at_work.what.as_str(), at_work.by.as_str(), at_work.waits),
            ("a sync", "timer", None)
        );
        assert!(standing[&ids[2]].at_work.is_none() && standing[&ids[2]].last_night == Some(true));
        assert!(world.host.counts().most_at_once() <= AT_ONCE);

        tokio::select! {
            () = told.count(CONNECTIONS) => assert!(told.ends().contains_key(throttled)),
            () = moving(&world, |asked| asked == PATIENCE) => {}
        }
        tokio::select! {
            () = told.count(CONNECTIONS + 1) => stop.cancel(),
            () = moving(&world, |asked| asked != LOOK) => {}
        }
    };
    let (served, ()) = tokio::join!(serving, watching);
    served.unwrap();

    let ends = told.ends();
    assert_eq!(ends[throttled], [("deferred".to_owned(), 1)].into());
    assert_eq!(ends[stalled], [("failed".to_owned(), 1)].into());
    let runs: Vec<Run> = world
        .admin()
        .await
        .runs()
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.run)
        .collect();
    assert_eq!(runs.len(), CONNECTIONS + 1, "one run each");
    assert!(runs.iter().all(|run| run.due.as_deref() == Some("2026-03-02")));
    let mut files = BTreeMap::<bool, usize>::new();
    for file in world.library().await {
        *files.entry(world.bytes(&file.id).await == pdf("new")).or_default() += 1;
    }
    assert_eq!(files, [(false, 2), (true, CONNECTIONS - 2)].into());
}

#[tokio::test]
async fn all_are_done_also_where_one_is_at_work_at_a_time() {
    let limits = Limits {
        at_once: 1,
        ..Limits::default()
    };
    let world = World::connected_with(|builder| builder.limits(limits)).await;
    let ids = connections(&world, 5, &["Throttled.pdf"]).await;
    world
        .sim
        .fault(Fault::throttle(PATIENCE.as_secs()).on("/Throttled.pdf").times(1));
    until(&world.clock, "2026-03-02T05:30:00Z");

    let stop = Stop::default();
    let mut ticking = Box::pin(world.host.tick(&stop));
    let moved = async { world.clock.pass(|asked| asked == PATIENCE).await };
    let ledgers = tokio::select! {
        _ = &mut ticking => panic!("nobody has waited"),
        _ = moved => ticking.await.unwrap(),
    };

    let ran: Vec<String> = ledgers
        .into_iter()
        .map(|ledger| ledger.unwrap().run.connection)
        .collect();
    assert_eq!(ran[..5], ids[..], "in the order of their ids, whichever came first");
    assert_eq!(world.host.counts().most_at_once(), 1);
    for file in world.library().await {
        assert_eq!(world.bytes(&file.id).await, pdf("new"));
    }
}
