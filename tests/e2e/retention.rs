//! Letting go of what is over its time: what is needed stays, whatever dies in between, and whoever comes next goes on.

use std::{path::Path, time::Duration};

use clientpoint_engine::clock::{Clock, stamp};
use clientpoint_host::{
    Host,
    service::{Stop, api::Pruned},
    store::files::ShowingKind,
};
use end_to_end::{World, pdf, sync, whole::Whole};
use tempfile::TempDir;

use crate::{
    backups::{back_up, every_byte, key, restore, wanted},
    crashes::{command, copied, cut, host},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder with two files that have changed each day and one that never has, on a day that has had its letting go.
async fn twelve_days() -> World {
    let world = World::connected().await;
    let put = |name: &str, text: &str| world.sim.put(&format!("/{name}.pdf"), pdf(text).into());
    let items = ["A", "B", "C"].map(|name| put(name, "first"));
    let admin = world.admin().await;
    let outcomes = admin.import(&items).await.unwrap();
    let id = &outcomes[0].file.as_ref().unwrap().id;
    admin
        .place_file(id, ShowingKind::ClientPoint, "Fabrikam")
        .await
        .unwrap();
    for day in 0..12 {
        world.clock.advance(DAY);
        put("A", &format!("A of day {day}"));
        put("B", &format!("B of day {day}"));
        let ledger = sync(&world).await;
        assert_eq!(ledger.counts["updated"], 2);
    }
    // From here on, whoever opens the folder on this day lets nothing go by themselves.
    host(&world, world.data.path()).await.close().await;
    for (key, value) in [
        ("keep.revision-days", "3"),
        ("keep.revisions-at-least", "2"),
        ("keep.run-days", "3"),
    ] {
        admin.set(key, value).await.unwrap();
    }
    drop(admin);
    world
}

async fn prune(host: &Host) -> Pruned {
    let admin = host.session("admin").await.unwrap();
    admin.prune(&Stop::default()).await.unwrap()
}

/// All that is left: each file with each content that it has, and the runs with their lines.
type Left = (Vec<(String, Vec<(u64, Vec<u8>)>)>, Vec<(i64, usize)>);

async fn left(host: &Host, data: &Path) -> Left {
    let admin = host.session("admin").await.unwrap();
    let mut runs = Vec::new();
    for row in admin.runs().await.unwrap() {
        let ledger = admin.run(row.run.id).await.unwrap();
        assert_eq!(ledger.counts.values().sum::<u64>(), ledger.run.inputs, "{ledger:?}");
        runs.push((row.run.id, ledger.lines.len()));
    }
    (every_byte(host, data).await, runs)
}

#[tokio::test]
async fn what_is_told_first_is_what_goes_and_all_that_is_needed_stays() {
    let world = twelve_days().await;
    let admin = world.admin().await;
    let (sizes, told) = (admin.sizes().await.unwrap(), admin.would_prune().await.unwrap());
    let before = left(&world.host, world.data.path()).await;
    assert_eq!(
        admin.would_prune().await.unwrap(),
        told,
        "nothing was changed by telling"
    );
    assert_eq!(sizes.earlier_revisions, 24);

    let gone = prune(&world.host).await;
    assert_eq!(
        (gone.revisions, gone.revision_bytes),
        (told.revisions, told.revision_bytes)
    );
    assert!(0 < gone.revisions && 0 < gone.runs, "{gone:?}");
    let after = left(&world.host, world.data.path()).await;
    for ((name, then), (same, now)) in before.0.iter().zip(&after.0) {
        assert_eq!(name, same);
        assert_eq!(then.first(), now.first(), "the present content");
        assert!(now.iter().all(|revision| then.contains(revision)));
        assert!(now.len() == then.len() || now.len() == 5, "{}", now.len());
    }
    assert_eq!(after.1.first(), before.1.first(), "the latest run");
    let then = admin.sizes().await.unwrap();
    assert_eq!(then.earlier_revisions, 24 - gone.revisions);
    // What C has still was the first content of the two others as well: it stays.
    let shared = 2 * pdf("first").len() as u64;
    assert_eq!(sizes.object_bytes - then.object_bytes + shared, gone.revision_bytes);
    assert!(admin.would_prune().await.unwrap().is_nothing());
    assert!(prune(&world.host).await.is_nothing());

    // The bytes go by way of the trash.
    world.clock.advance(DAY);
    world.host.tick(&Stop::default()).await.unwrap();
    let there = host(&world, world.data.path()).await;
    let sizes = there.session("admin").await.unwrap().sizes().await.unwrap();
    assert!(gone.revisions - 2 <= sizes.trashed, "{sizes:?}");
    // And the work goes on.
    world.sim.put("/A.pdf", pdf("A, later").into());
    assert_eq!(sync(&world).await.counts["updated"], 1);
}

#[tokio::test]
async fn a_letting_go_that_is_cut_off_at_any_await_is_finished_by_the_next() {
    let world = twelve_days().await;
    let undisturbed = {
        let data = copied(&world);
        let there = host(&world, data.path()).await;
        prune(&there).await;
        left(&there, data.path()).await
    };
    let (mut polls, mut halves) = (1, 0);
    loop {
        let data: TempDir = copied(&world);
        let ended = {
            let there = host(&world, data.path()).await;
            let admin = there.session("admin").await.unwrap();
            let stop = Stop::default();
            cut(admin.prune(&stop), polls).await
        };
        let there = host(&world, data.path()).await;
        let seen = left(&there, data.path()).await;
        halves += usize::from(!ended && seen != undisturbed);
        prune(&there).await;
        assert_eq!(left(&there, data.path()).await, undisturbed, "cut off at {polls}");
        if ended {
            break;
        }
        polls += 4;
    }
    assert!(3 < halves, "{halves} of {polls}");
}

#[tokio::test]
async fn a_program_that_is_killed_while_it_lets_go_leaves_a_folder_that_goes_on() {
    let world = twelve_days().await;
    let undisturbed = {
        let data = copied(&world);
        let there = host(&world, data.path()).await;
        prune(&there).await;
        left(&there, data.path()).await
    };
    // Once, so that the copies have the component compiled; at the world's time, at which nothing goes by itself any more.
    let now = stamp(world.clock.utc());
    let mut first = command(&world, world.data.path(), "status");
    assert!(first.args(["--at", &now]).status().unwrap().success());
    let mut after = Duration::from_millis(5);
    loop {
        let data = copied(&world);
        let mut program = command(&world, data.path(), "prune")
            .args(["--yes", "--at", &now])
            .spawn()
            .unwrap();
        let begun = std::time::Instant::now();
        while begun.elapsed() < after && program.try_wait().unwrap().is_none() {
            tokio::task::yield_now().await;
        }
        let ended = program.try_wait().unwrap().is_some();
        program.kill().unwrap();
        program.wait().unwrap();
        let there = host(&world, data.path()).await;
        if ended {
            assert_eq!(left(&there, data.path()).await, undisturbed);
        }
        prune(&there).await;
        assert_eq!(left(&there, data.path()).await, undisturbed, "killed after {after:?}");
        if ended {
            break;
        }
        after = after * 5 / 4;
    }
}

#[tokio::test]
async fn what_a_backup_has_is_restored_whatever_was_let_go_since() {
    let world = twelve_days().await;
    let backup = tempfile::tempdir().unwrap();
    back_up(&world, backup.path()).await.unwrap();
    let before = left(&world.host, world.data.path()).await;
    assert!(0 < prune(&world.host).await.revisions);
    world.admin().await.empty_trash().await.unwrap();
    let house = tempfile::tempdir().unwrap();
    let wanted = wanted(backup.path(), key(&world));
    restore(&world, house.path(), &wanted).await.unwrap();
    let there = host(&world, house.path()).await;
    assert_eq!(left(&there, house.path()).await, before);
}
