//! Runs of the sync that go nowhere, or somewhere else.

use std::{sync::Arc, time::Duration};

use clientpoint_engine::clock::Clock;
use clientpoint_host::{
    host::Limits,
    service::{Ledger, Stop, SyncOptions},
};

use super::{Attack, Stage, log::Log, said, stopped};

/// A stage on which the breath between two tries takes no time.
async fn attacked(stage: &Stage, behaviour: &str) -> Attack {
    stage
        .attacked_with(behaviour, |builder| builder.clock(Arc::new(stage.world.clock.clone())))
        .await
}

async fn run(stage: &Stage, attack: &Attack) -> clientpoint_host::Result<Ledger> {
    run_with_waits(stage, attack, Duration::from_secs(60)).await
}

/// A run during which waits of that length take no time.
async fn run_with_waits(stage: &Stage, attack: &Attack, wait: Duration) -> clientpoint_host::Result<Ledger> {
    let admin = attack.admin().await;
    let (options, stop) = (SyncOptions::default(), Stop::default());
    let breathing = async {
        loop {
            stage.world.clock.pass(|asked| asked == wait).await;
        }
    };
    tokio::select! {
        ledger = admin.sync(&options, &stop) => ledger,
        () = breathing => unreachable!("breathing has no end"),
    }
}

/// The file follows its item as before, and a run of the real plugin settles everything.
async fn is_settled(stage: &Stage) {
    let admin = stage.world.admin().await;
    let ledger = admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    assert_eq!(ledger.run.state, "complete");
    assert_eq!(ledger.counts.get("unchanged"), Some(&1), "{:?}", ledger.counts);
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_run_that_has_no_end_or_traps_ends_with_a_line_for_every_file() {
    for (behaviour, says) in [
        ("lists-forever", "steps without end"),
        ("long-cursor", "its cursor is too long"),
        ("steps-and-traps", "the plugin was stopped"),
        ("replaces-and-traps", "the plugin was stopped"),
        ("pauses-forever", "more patience than a run has"),
    ] {
        let stage = Stage::new().await;
        let ledger = run(&stage, &attacked(&stage, behaviour).await).await.unwrap();
        assert_eq!(ledger.run.state, "incomplete", "{behaviour}");
        assert!(
            ledger.run.message.as_ref().unwrap().contains(says),
            "{behaviour}: {ledger:?}"
        );
        assert_eq!(ledger.counts.values().sum::<u64>(), 1, "{behaviour}: {ledger:?}");
        is_settled(&stage).await;
    }
}

#[tokio::test]
async fn a_run_whose_steps_take_hours_each_is_over_when_the_next_is_due() {
    let stage = Stage::new().await;
    let attack = attacked(&stage, "waits-and-steps").await;
    let begun = stage.world.clock.utc();
    let ledger = run_with_waits(&stage, &attack, Duration::from_secs(5 * 60 * 60))
        .await
        .unwrap();
    assert_eq!(ledger.run.state, "incomplete");
    let message = ledger.run.message.as_ref().unwrap();
    assert!(message.contains("took longer than a run may"), "{message}");
    assert_eq!(ledger.counts.get("deferred"), Some(&1), "{:?}", ledger.counts);
    assert_eq!(stage.world.clock.utc() - begun, chrono::TimeDelta::hours(20));
    is_settled(&stage).await;
}

#[tokio::test]
async fn a_run_writes_no_more_into_the_log_the_more_steps_it_takes() {
    let stage = Stage::new().await;
    let attack = stage
        .attacked_with("floods-and-steps", |builder| {
            builder.limits(Limits {
                steps: 3,
                ..Limits::default()
            })
        })
        .await;
    let (log, guard) = Log::kept();
    let ledger = run(&stage, &attack).await.unwrap();
    drop(guard);
    assert!(ledger.run.message.unwrap().contains("steps without end"));
    assert_eq!(log.lines(), 10_001, "with the one that says that the rest is dropped");
    is_settled(&stage).await;
}

#[tokio::test]
async fn a_run_that_says_done_and_leaves_files_out_fails() {
    let stage = Stage::new().await;
    let error = run(&stage, &attacked(&stage, "says-done").await).await.unwrap_err();
    assert_eq!(error.code(), "ledger", "{error}");
    is_settled(&stage).await;
}

#[tokio::test]
async fn a_run_touches_no_file_but_those_that_follow_its_items_and_writes_no_endless_lines() {
    for (behaviour, says) in [
        ("settles-others", "there is no managed file `999999`"),
        ("long-lines", "`message` is longer than 4096 bytes"),
        ("publishes-shorter", "Error::SizeMismatch"),
        ("publishes-elsewhere", "Error::Conflict"),
        ("commits-a-replacement", "is published, not committed"),
    ] {
        let stage = Stage::new().await;
        let ledger = run(&stage, &attacked(&stage, behaviour).await).await.unwrap();
        assert_eq!(ledger.run.state, "incomplete", "{behaviour}");
        let message = ledger.run.message.unwrap();
        assert!(message.contains(says), "{behaviour}: {message}");
        assert_eq!(stage.world.library().await, stage.before, "{behaviour}");
        let admin = stage.world.admin().await;
        let ledger = admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
        assert_eq!(ledger.run.state, "complete", "{behaviour}");
        assert_eq!(stage.world.library().await, stage.before, "{behaviour}");
        stage.is_healthy().await;
    }
}

#[tokio::test]
async fn a_beginning_that_was_poisoned_is_not_followed_and_the_next_run_finds_its_own() {
    for poison in ["https://evil.example/delta", "\u{0}nonsense", ""] {
        let stage = Stage::new().await;
        let attack = stage.attacked("poisons-state").await;
        assert_eq!(said(&attack.browse(poison).await), "true");
        is_settled(&stage).await;
    }
}

#[tokio::test]
async fn outside_of_a_run_managed_files_are_out_of_reach() {
    let stage = Stage::new().await;
    let error = stage.attacked("reaches-managed-files").await.browse("").await;
    assert_eq!(said(&error), "Some(Error::Forbidden), Some(Error::Forbidden)");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_plan_without_end_or_for_files_that_are_not_its_own_is_refused() {
    for (behaviour, says) in [
        ("plans-forever", "it plans a file twice"),
        ("plans-twice", "it plans a file twice"),
        ("plans-others", "a file that is none of its own"),
    ] {
        let stage = Stage::new().await;
        let attack = attacked(&stage, behaviour).await;
        let error = attack.admin().await.plan_sync(&Stop::default()).await.unwrap_err();
        assert!(stopped(&error).contains(says), "{behaviour}: {error}");
        is_settled(&stage).await;
    }
}
