//! What rclone makes of the library, after the plugin has filled it and kept it in step.

use std::path::Path;

use clientpoint_host::service::{Stop, SyncOptions};
use end_to_end::{World, peers};
use graph_sim::Content;

use super::Rclone;

/// Writes the library's files into a folder by their names, as if somebody had downloaded them all.
async fn export(world: &World, folder: &Path) {
    for row in world.library().await {
        std::fs::write(folder.join(&row.name), world.bytes(&row.id).await).unwrap();
    }
}

/// Lets rclone compare the drive with the library: sizes and hashes, and then all bytes.
async fn check(rclone: &Rclone, folder: &str) {
    peers::well(&rclone.run(&["check", "od:", folder]).await);
    peers::well(&rclone.run(&["check", "--download", "od:", folder]).await);
}

#[tokio::test]
async fn after_import_and_sync_the_library_is_what_rclone_sees_in_the_drive() {
    let Some(peer) = peers::ask("rclone") else { return };
    let world = World::connected().await;
    let rclone = Rclone::new(&peer, &world.sim).await;
    let mut items = vec![];
    for number in 0..12_u64 {
        let content = Content::Generated {
            size: number * 40_009,
            seed: number,
        };
        items.push(world.sim.put(&format!("/Film {number} #{number}%.mp4"), content));
    }

    for some in items.chunks(5) {
        let outcomes = world.admin().await.import(some).await.unwrap();
        assert!(
            outcomes.iter().all(|outcome| outcome.outcome == "imported"),
            "{outcomes:?}"
        );
    }
    export(&world, &rclone.folder("imported")).await;
    check(&rclone, "imported").await;

    for number in [1, 4, 9_u64] {
        let content = Content::Generated {
            size: 300_000 + number,
            seed: 100 + number,
        };
        world.sim.put(&format!("/Film {number} #{number}%.mp4"), content);
    }
    let different = rclone.run(&["check", "od:", "imported"]).await;
    assert!(!different.status.success(), "three files differ now: {different:?}");

    let admin = world.admin().await;
    let ledger = admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    assert_eq!((ledger.counts["updated"], ledger.counts["unchanged"]), (3, 9));
    export(&world, &rclone.folder("synced")).await;
    check(&rclone, "synced").await;
}
