//! Taking more than there is.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use clientpoint_engine::capability::progress::Progress;

use super::{Stage, log::Log, said, stopped};

#[tokio::test]
async fn a_plugin_that_never_comes_back_is_stopped_at_its_deadline() {
    let stage = Stage::new().await;
    for behaviour in ["loops", "waits-forever"] {
        let error = stage.hurried(behaviour).await.browse("").await;
        assert!(
            stopped(&error).contains("not done within 1 seconds"),
            "{behaviour}: {error}"
        );
    }
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_plugin_that_runs_out_of_memory_or_stack_or_gives_up_ends_alone() {
    let stage = Stage::new().await;
    for (behaviour, says) in [
        ("allocates", "unreachable"),
        ("recurses", "call stack exhausted"),
        ("traps", "unreachable"),
    ] {
        let attack = stage.attacked(behaviour).await;
        let error = attack.browse("").await;
        assert!(stopped(&error).contains(says), "{behaviour}: {error}");
        assert!(attack.host.peak_guest_memory() <= 64 << 20);
    }
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn waits_and_streams_without_number_are_cut_off() {
    let stage = Stage::new().await;
    for behaviour in ["many-waits", "many-streams"] {
        let error = stage.attacked(behaviour).await.browse("").await;
        assert!(
            stopped(&error).contains("handle limit exceeded"),
            "{behaviour}: {error}"
        );
    }
    stage.is_as_before_and_healthy().await;
}

/// Counts the reports, and keeps the length of the longest name.
#[derive(Default)]
struct Watcher(AtomicUsize, AtomicUsize);

impl Progress for Watcher {
    fn report(&self, _item: &str, name: &str, _done: u64, _total: Option<u64>) {
        self.0.fetch_add(1, Ordering::Relaxed);
        self.1.fetch_max(name.chars().count(), Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_flood_of_progress_reports_becomes_a_trickle() {
    let stage = Stage::new().await;
    let watcher = Arc::new(Watcher::default());
    let attack = stage
        .attacked_with("floods-progress", |builder| builder.progress(watcher.clone()))
        .await;
    assert_eq!(said(&attack.browse("").await), "flooded");
    assert_eq!(watcher.0.load(Ordering::Relaxed), 1, "nothing new after the first");
    assert!(watcher.1.load(Ordering::Relaxed) <= 255);
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_flooded_log_takes_ten_thousand_lines_of_one_line_each_and_no_more() {
    let stage = Stage::new().await;
    let (log, guard) = Log::kept();
    let error = stage.attacked("floods-log").await.browse("").await;
    drop(guard);
    assert_eq!(said(&error), "flooded");
    assert_eq!(log.lines(), 10_001, "with the one that says that the rest is dropped");
    assert!(log.longest() < 5_000, "{}", log.longest());
    assert!(!log.broken(), "a line break or an escape came through");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn strings_of_a_gigabyte_do_not_leave_the_sandbox() {
    let stage = Stage::new().await;
    let errors = [
        stage.attacked("giant-questions").await.browse("").await,
        stage.attacked("giant-entries").await.browse("").await,
        {
            let attack = stage.attacked("giant-notes").await;
            attack.admin().await.drives().await.unwrap_err()
        },
    ];
    for error in errors {
        assert!(stopped(&error).contains("too much data is being copied"), "{error}");
    }
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_list_without_end_is_refused_and_not_cut_short() {
    let stage = Stage::new().await;
    let error = stage.attacked("endless-pages").await.browse("").await;
    assert!(stopped(&error).contains("its list has no end"), "{error}");
    let attack = stage.attacked("endless-drives").await;
    let error = attack.admin().await.drives().await.unwrap_err();
    assert!(stopped(&error).contains("its list has no end"), "{error}");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn the_state_store_is_not_a_disk() {
    let stage = Stage::new().await;
    let attack = stage.attacked("fills-state").await;
    let error = attack.browse("").await;
    assert!(said(&error).starts_with("refused after "), "{error}");
    assert!(error.to_string().contains("more than 1000 keys"), "{error}");
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn questions_to_the_state_store_have_short_keys_and_wait_a_few_at_a_time() {
    let stage = Stage::new().await;
    let error = stage.attacked("asks-state-at-once").await.browse("").await;
    let said = said(&error);
    let numbers = said.strip_prefix("Some(Error::TooLarge), answered ").unwrap();
    let (answered, refused) = numbers.split_once(", refused ").unwrap();
    let (answered, refused): (u32, u32) = (answered.parse().unwrap(), refused.parse().unwrap());
    assert_eq!(answered + refused, 1_000);
    // How many are answered while the others are still being asked is for the database to say.
    assert!((16..500).contains(&answered), "{said}");
    stage.is_as_before_and_healthy().await;
}
