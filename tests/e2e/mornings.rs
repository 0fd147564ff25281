//! Half past five, UTC: once a day, caught up once, and never twice at a time.

use std::{path::Path, time::Duration};

use chrono::{DateTime, Utc};
use clientpoint_engine::clock::{Clock, ManualClock};
use clientpoint_host::{
    Host, Result,
    service::{Ledger, Stop},
};
use end_to_end::{World, builder, pdf, whole::Whole};

fn until(clock: &ManualClock, time: &str) {
    let time: DateTime<Utc> = time.parse().unwrap();
    clock.advance((time - clock.utc()).to_std().unwrap());
}

async fn tick(host: &Host) -> Vec<Ledger> {
    let ledgers = host.tick(&Stop::default()).await.unwrap();
    ledgers.into_iter().collect::<Result<_>>().unwrap()
}

async fn other_host(world: &World, clock: &ManualClock, data: &Path) -> Host {
    builder(&world.sim, clock, data).build().await.unwrap()
}

#[tokio::test]
async fn r25_r26_it_runs_at_half_past_five_once_a_day() {
    let world = World::connected().await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    until(&world.clock, "2026-03-02T05:29:00Z");
    let file = world.import(&item).await.file.unwrap();
    world.sim.put("/A.pdf", pdf("second").into());
    until(&world.clock, "2026-03-02T05:29:59Z");
    assert!(tick(&world.host).await.is_empty());

    until(&world.clock, "2026-03-02T05:30:00Z");
    let ledgers = tick(&world.host).await;
    assert_eq!(ledgers.len(), 1);
    assert_eq!(ledgers[0].run.due.as_deref(), Some("2026-03-02"));
    assert!(!ledgers[0].run.late);
    assert_eq!(world.bytes(&file.id).await, pdf("second"));
    assert!(tick(&world.host).await.is_empty());

    until(&world.clock, "2026-03-03T05:29:59Z");
    assert!(tick(&world.host).await.is_empty());
    until(&world.clock, "2026-03-03T05:30:01Z");
    assert_eq!(tick(&world.host).await.len(), 1);
}

#[tokio::test]
async fn r25_two_hosts_on_one_folder_make_one_run() {
    let world = World::connected().await;
    world.sim.put("/A.pdf", pdf("first").into());
    let other = other_host(&world, &world.clock, world.data.path()).await;
    until(&world.clock, "2026-03-02T05:30:00Z");
    let (one, two) = tokio::join!(tick(&world.host), tick(&other));
    assert_eq!(one.len() + two.len(), 1);
    assert!(tick(&other).await.is_empty() && tick(&world.host).await.is_empty());
}

#[tokio::test]
async fn r25_what_was_missed_is_caught_up_once_and_marked_late() {
    let world = World::connected().await;
    until(&world.clock, "2026-03-05T12:00:00Z");
    let ledgers = tick(&world.host).await;
    assert_eq!(ledgers.len(), 1, "the latest day alone");
    assert_eq!(ledgers[0].run.due.as_deref(), Some("2026-03-05"));
    assert!(ledgers[0].run.late);
    until(&world.clock, "2026-03-06T05:30:00Z");
    assert!(!tick(&world.host).await[0].run.late);
}

#[tokio::test]
async fn r25_a_clock_that_is_set_back_makes_no_second_run() {
    let world = World::connected().await;
    until(&world.clock, "2026-03-04T05:31:00Z");
    assert_eq!(tick(&world.host).await.len(), 1);
    let earlier = ManualClock::new("2026-03-03T06:00:00Z".parse().unwrap());
    let host = other_host(&world, &earlier, world.data.path()).await;
    assert!(tick(&host).await.is_empty());
    until(&earlier, "2026-03-04T05:31:00Z");
    assert!(tick(&host).await.is_empty());
    until(&earlier, "2026-03-05T05:30:00Z");
    assert_eq!(tick(&host).await.len(), 1);
}

#[tokio::test]
async fn r25_a_sync_by_hand_does_not_count_as_the_days_run() {
    let world = World::connected().await;
    let admin = world.admin().await;
    admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    until(&world.clock, "2026-03-02T05:30:00Z");
    assert_eq!(tick(&world.host).await.len(), 1);
    admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    let kinds: Vec<_> = admin
        .runs()
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.run.kind)
        .collect();
    assert_eq!(kinds, ["manual", "scheduled", "manual"]);
}

#[tokio::test]
async fn s12_a_run_that_was_asked_to_stop_goes_on_where_it_stood() {
    let world = World::connected().await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let file = world.import(&item).await.file.unwrap();
    world.sim.put("/A.pdf", pdf("second").into());
    let stop = Stop::default();
    stop.cancel();
    let admin = world.admin().await;
    let stopped = admin.sync(&Default::default(), &stop).await.unwrap_err();
    assert_eq!(stopped.code(), "interrupted");
    let health = admin.health().await.unwrap();
    assert!(health[0].unfinished.is_some());

    let ledgers = tick(&world.host).await;

    assert_eq!(ledgers.len(), 1, "the interrupted run; today's is not due yet");
    assert_eq!(ledgers[0].counts["updated"], 1);
    assert_eq!(world.bytes(&file.id).await, pdf("second"));
}

#[tokio::test]
async fn s12_a_file_that_came_in_while_a_run_lay_interrupted_is_counted_in_its_ledger() {
    let world = World::connected().await;
    let first = world.sim.put("/A.pdf", pdf("first").into());
    world.import(&first).await;
    let stop = Stop::default();
    stop.cancel();
    let admin = world.admin().await;
    let stopped = admin.sync(&Default::default(), &stop).await.unwrap_err();
    assert_eq!(stopped.code(), "interrupted");
    let second = world.sim.put("/B.pdf", pdf("second").into());
    world.import(&second).await;

    let ledgers = tick(&world.host).await;

    assert_eq!((ledgers[0].run.state.as_str(), ledgers[0].run.inputs), ("complete", 2));
    assert_eq!(ledgers[0].counts.values().sum::<u64>(), 2);
}

#[tokio::test]
async fn serving_runs_the_morning_and_ends_when_it_is_told() {
    let world = World::connected().await;
    let stop = Stop::default();
    let told = std::sync::Mutex::new(Vec::new());
    let serving = world.host.serve(&stop, |result| {
        told.lock().unwrap().push(result.as_ref().unwrap().run.due.clone());
        stop.cancel();
    });
    let moving = async {
        loop {
            world.clock.pass(|asked| asked == Duration::from_secs(60)).await;
        }
    };
    tokio::select! {
        served = serving => served.unwrap(),
        () = moving => unreachable!("the time has no end"),
    }
    assert_eq!(*told.lock().unwrap(), [Some("2026-03-02".to_string())]);
}

#[tokio::test]
async fn status_answers_at_a_glance() {
    let world = World::connected().await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    world.import(&item).await;
    let admin = world.admin().await;
    until(&world.clock, "2026-03-02T05:45:00Z");
    assert_eq!(
        admin.health().await.unwrap()[0].last_night,
        Some(false),
        "nobody serves"
    );
    world.sim.delete("/A.pdf");
    tick(&world.host).await;
    let health = admin.health().await.unwrap().remove(0);
    assert_eq!(health.last_night, Some(true));
    assert_eq!(health.needs_a_person["source-gone"], 1);
    assert_eq!(health.next.as_deref(), Some("2026-03-03T05:30:00Z"));
}
