//! A database that is not the one of its folder: nothing is lost, whoever comes by meanwhile.

use std::{fs, path::Path, time::Duration};

use clientpoint_host::service::{Stop, SyncOptions};
use end_to_end::{World, builder, by_path::ByPath, pdf, sync, whole::Whole};

use crate::crashes::{command, copied, host};

/// A connected library with four imported files, and a drive in which one of them has changed since.
async fn imported() -> World {
    let world = World::connected().await;
    let items: Vec<String> = ["A", "B", "C", "D"]
        .iter()
        .map(|name| world.sim.put(&format!("/{name}.pdf"), pdf(name).into()))
        .collect();
    let outcomes = world.admin().await.import(&items).await.unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.outcome == "imported"));
    world
}

fn objects(data: &Path) -> usize {
    let shards = fs::read_dir(data.join("objects")).unwrap();
    shards
        .map(|shard| fs::read_dir(shard.unwrap().path()).unwrap().count())
        .sum()
}

#[tokio::test]
async fn with_the_database_away_for_a_while_nothing_is_deleted_and_the_sync_goes_on_with_it_back() {
    let world = imported().await;
    let (data, away) = (copied(&world), tempfile::tempdir().unwrap());
    let database = data.path().join("clientpoint.db");
    fs::rename(&database, away.path().join("db")).unwrap();

    for what in ["users", "status", "sync", "serve", "inspect"] {
        let mut command = command(&world, data.path(), what);
        match what {
            "users" => command.arg("list"),
            "serve" => command.arg("--once"),
            _ => &mut command,
        };
        assert_eq!(command.status().unwrap().code(), Some(1), "{what}");
    }

    assert!(!database.exists(), "no new one is left behind");
    assert_eq!(objects(data.path()), 4);
    fs::rename(away.path().join("db"), &database).unwrap();
    world.sim.put("/A.pdf", pdf("A anew").into());
    let host = host(&world, data.path()).await;
    let admin = host.session("admin").await.unwrap();
    let ledger = admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    assert_eq!((ledger.counts["updated"], ledger.counts["unchanged"]), (1, 3));
    for file in admin.library().await.unwrap() {
        // They have come in side by side, in any order.
        let letter = file.name.strip_suffix(".pdf").unwrap();
        let text = if letter == "A" { "A anew" } else { letter };
        assert_eq!(admin.bytes_of(&file.id).await.unwrap(), pdf(text));
    }
}

#[tokio::test]
async fn a_copy_from_before_is_refused_and_takes_nothing_from_what_has_come_in_since() {
    let world = imported().await;
    world.host.close().await;
    let data = world.data.path();
    let copy = fs::read(data.join("clientpoint.db")).unwrap();
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    let later = host(&world, data).await;
    let item = world.sim.put("/E.pdf", pdf("E").into());
    let admin = later.session("admin").await.unwrap();
    admin.import(&[item]).await.unwrap();
    later.close().await;
    let present = fs::read(data.join("clientpoint.db")).unwrap();
    fs::write(data.join("clientpoint.db"), copy).unwrap();

    let refused = builder(&world.sim, &world.clock, data).build().await.err().unwrap();

    assert_eq!(refused.problems[0].code(), "older-catalogue", "{refused}");
    assert_eq!(objects(data), 5);
    fs::write(data.join("clientpoint.db"), present).unwrap();
    let host = host(&world, data).await;
    assert_eq!(host.session("admin").await.unwrap().library().await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_host_that_serves_for_days_sweeps_as_well() {
    let world = imported().await;
    sync(&world).await;
    let name = "ab".repeat(32);
    let orphan = world.data.path().join("objects/ab").join(&name);
    fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    fs::write(&orphan, b"nobody's").unwrap();
    let stop = Stop::default();
    let told = std::sync::Mutex::new(Vec::new());
    let serving = world.host.serve(&stop, |result| {
        told.lock()
            .unwrap()
            .extend(result.as_ref().err().map(ToString::to_string));
    });
    let trashed = world.data.path().join("trash/2026-03-03").join(&name);
    let moving = async {
        while !trashed.exists() {
            world.clock.advance(Duration::from_secs(60 * 60));
            world.clock.pass(|asked| asked == Duration::from_secs(60)).await;
        }
        stop.cancel();
    };

    let (served, ()) = tokio::join!(serving, moving);

    served.unwrap();
    assert!(!orphan.exists());
    assert_eq!(objects(world.data.path()), 4, "what is needed stays");
    let told = told.lock().unwrap();
    assert!(told.len() == 1 && told[0].contains("never heard of"), "{told:?}");
}
