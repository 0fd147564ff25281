//! Killed at any moment: a backup under load is gone on with, and a restore leaves a folder that no host opens.

use std::{fs, path::Path, process::Stdio, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use clientpoint_engine::{capability::progress::Unwatched, clock::Clock};
use clientpoint_host::{
    backup::{self, Restore},
    service::{Stop, SyncOptions},
};
use end_to_end::{World, builder, pdf, whole::Whole};

use super::{back_up, every_byte, filled, key, restore, verified, wanted};
use crate::crashes::{command, cut};

/// Bytes that take a moment to copy: of a kind of their own each.
fn large(seed: usize) -> Vec<u8> {
    let mut bytes = pdf(&format!("large {seed}"));
    bytes.resize(3 << 20, u8::try_from(seed % 251).unwrap());
    bytes
}

/// Imports and syncs, without an end.
async fn at_work(world: &World) {
    let admin = world.admin().await;
    for round in 0.. {
        let item = world
            .sim
            .put(&format!("/Load {round}.pdf"), pdf(&format!("load {round}")).into());
        admin.import(&[item]).await.unwrap();
        world.sim.put("/A.pdf", pdf(&format!("A, round {round}")).into());
        admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    }
}

/// Starts the real program on the same folder, and kills it after that time. Whether it had ended before.
async fn killed_after(world: &World, backup: &Path, after: Duration) -> bool {
    let mut child = command(world, world.data.path(), "backup")
        .arg(backup)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    while begun.elapsed() < after {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return true;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

#[tokio::test]
async fn a_backup_under_load_that_is_killed_again_and_again_comes_to_its_end_and_lacks_no_byte() {
    let world = filled().await;
    let admin = world.admin().await;
    for some in (0..15).collect::<Vec<usize>>().chunks(5) {
        let items: Vec<String> = some
            .iter()
            .map(|seed| world.sim.put(&format!("/Large {seed}.pdf"), large(*seed).into()))
            .collect();
        admin.import(&items).await.unwrap();
    }
    let backup = tempfile::tempdir().unwrap();
    let killing = async {
        let (mut after, mut halves) = (Duration::from_millis(40), 0);
        while !killed_after(&world, backup.path(), after).await {
            // Whatever it has left, nothing of it counts, or all of it does.
            let has_begun = backup.path().join("backup.json").exists() && backup.path().join("copies").exists();
            if has_begun {
                let copies = fs::read_dir(backup.path().join("copies")).unwrap();
                let manifests = copies.filter(|entry| entry.as_ref().unwrap().path().extension().unwrap() == "json");
                match manifests.count() {
                    0 => halves += 1,
                    // Killed between its last byte and its end: it is whole, which is looked at below.
                    count => {
                        assert_eq!(count, 1, "after {after:?}");
                        break;
                    }
                }
            }
            after = after * 5 / 4;
        }
        halves
    };
    let halves = tokio::select! {
        halves = killing => halves,
        () = at_work(&world) => unreachable!("work has no end"),
    };
    assert!(0 < halves, "it was never killed in the middle");
    assert!(verified(backup.path()).await.unwrap().is_clean());

    // What the copy names is in the library still, under the same names: each revision is never changed.
    let house = tempfile::tempdir().unwrap();
    restore(&world, house.path(), &wanted(backup.path(), key(&world)))
        .await
        .unwrap();
    let there = builder(&world.sim, &world.clock, house.path()).build().await.unwrap();
    let restored = every_byte(&there, house.path()).await;
    assert!(20 <= restored.len(), "{}", restored.len());
    let mine = every_byte(&world.host, world.data.path()).await;
    for (number, (_, revisions)) in restored.iter().enumerate() {
        for revision in revisions {
            assert!(mine[number].1.contains(revision), "{number}");
        }
    }
    // At rest, nothing differs at all.
    let (later, end) = (
        tempfile::tempdir().unwrap(),
        back_up(&world, backup.path()).await.unwrap(),
    );
    assert!(end.copied < 200 && end.is_complete(), "{end:?}");
    restore(&world, later.path(), &wanted(backup.path(), key(&world)))
        .await
        .unwrap();
    let there = builder(&world.sim, &world.clock, later.path()).build().await.unwrap();
    assert_eq!(every_byte(&there, later.path()).await, mine);
    assert_eq!(
        there.session("admin").await.unwrap().library().await.unwrap(),
        world.library().await
    );
}

/// Restores, and gives up after so many polls. What threads were at by then, they have ended. Whether it came to its end.
fn cut_off(house: &Path, wanted: &Restore, now: DateTime<Utc>, polls: usize) -> bool {
    let alone = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let stop = Stop::default();
        runtime.block_on(cut(
            backup::restore(house, wanted, Arc::new(Unwatched), &stop, now),
            polls,
        ))
    };
    std::thread::scope(|scope| scope.spawn(alone).join().unwrap())
}

#[tokio::test]
async fn a_restore_that_ends_at_any_await_leaves_no_library_and_is_begun_anew() {
    let (world, backup) = (filled().await, tempfile::tempdir().unwrap());
    back_up(&world, backup.path()).await.unwrap();
    let wanted = wanted(backup.path(), key(&world));
    let expected = every_byte(&world.host, world.data.path()).await;
    let (mut polls, mut refusals) = (1, 0);
    loop {
        let house = tempfile::tempdir().unwrap();
        let ended = cut_off(house.path(), &wanted, world.clock.utc(), polls);
        if !ended {
            let opened = builder(&world.sim, &world.clock, house.path()).build().await;
            match opened {
                // Nothing was begun: an empty folder is one to begin in.
                Ok(host) => {
                    assert!(house.path().join("clientpoint.db").exists());
                    host.close().await;
                    polls += 3;
                    continue;
                }
                Err(refused) => {
                    assert_eq!(refused.problems[0].code(), "restore-unfinished", "{refused}");
                    refusals += 1;
                }
            }
            restore(&world, house.path(), &wanted).await.unwrap();
        }
        let there = builder(&world.sim, &world.clock, house.path()).build().await.unwrap();
        assert_eq!(every_byte(&there, house.path()).await, expected, "cut off at {polls}");
        if ended {
            break;
        }
        polls += 3;
    }
    assert!(3 < refusals, "{refusals}");
}
