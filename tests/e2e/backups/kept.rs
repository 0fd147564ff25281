//! What a backup keeps, and what nobody lets go meanwhile.

use std::{fs, path::Path};

use clientpoint_host::service::{BackupOptions, Stop};
use end_to_end::{World, builder};
use tempfile::TempDir;

use super::{back_up, filled, restore, verified, wanted};

#[tokio::test]
async fn so_many_copies_are_kept_and_the_objects_that_none_of_them_needs_go() {
    let (world, backup) = (filled().await, tempfile::tempdir().unwrap());
    let admin = world.admin().await;
    let options = BackupOptions {
        keep: 2,
        ..BackupOptions::default()
    };
    let first = admin.backup(backup.path(), options, &Stop::default()).await.unwrap();
    assert_eq!((first.objects, first.let_go), (6, 0));
    let own = world
        .library()
        .await
        .into_iter()
        .find(|file| file.name == "Own.pdf")
        .unwrap();
    admin.remove_file(&own.id).await.unwrap();
    // The bin lets it go after its time.
    world.clock.advance(std::time::Duration::from_secs(31 * 24 * 60 * 60));
    let later = builder(&world.sim, &world.clock, world.data.path())
        .build()
        .await
        .unwrap();
    let admin = later.session("admin").await.unwrap();
    for (number, let_go) in [(2, 0), (3, 1), (4, 0)] {
        let done = admin.backup(backup.path(), options, &Stop::default()).await.unwrap();
        assert_eq!((done.copy, done.objects, done.let_go), (number, 5, let_go), "{done:?}");
        assert_eq!(done.copies, 2);
        assert!(verified(backup.path()).await.unwrap().is_clean());
    }
}

#[tokio::test]
async fn while_a_backup_is_made_nothing_leaves_the_objects_or_the_trash() {
    let world = filled().await;
    let data = world.data.path();
    let orphan = data.join("objects/ab").join("ab".repeat(32));
    fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    fs::write(&orphan, b"nobody's").unwrap();
    // As a backup holds it, in whichever process.
    let still = fs::File::options()
        .append(true)
        .create(true)
        .open(data.join("still.lock"))
        .unwrap();
    still.lock_shared().unwrap();
    world.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    let tomorrow = async || builder(&world.sim, &world.clock, data).build().await.unwrap();
    tomorrow().await.close().await;
    assert!(orphan.exists(), "no sweep yet");
    let refused = world.admin().await.empty_trash().await.unwrap_err();
    assert_eq!(refused.code(), "backup-running");
    drop(still);
    tomorrow().await.close().await;
    assert!(!orphan.exists(), "that day's sweep is made up for");
    world.admin().await.empty_trash().await.unwrap();
}

#[tokio::test]
async fn the_key_lies_beside_a_backup_only_where_somebody_wants_it() {
    let (world, backup, house): (World, TempDir, TempDir) = (
        filled().await,
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    back_up(&world, backup.path()).await.unwrap();
    let key = fs::read_to_string(world.data.path().join("secret.key")).unwrap();
    let holds_key = |folder: &Path| {
        end_to_end::files::below(folder)
            .iter()
            .any(|file| end_to_end::files::contains(&fs::read(file).unwrap(), key.trim().as_bytes()))
    };
    assert!(!holds_key(backup.path()));
    let options = BackupOptions {
        with_key: true,
        ..BackupOptions::default()
    };
    let done = world
        .admin()
        .await
        .backup(backup.path(), options, &Stop::default())
        .await
        .unwrap();
    assert!(done.with_key && holds_key(backup.path()));
    let beside = backup.path().join("copies/000002.key");
    restore(&world, house.path(), &wanted(backup.path(), Some(beside)))
        .await
        .unwrap();
    let there = builder(&world.sim, &world.clock, house.path()).build().await.unwrap();
    there
        .session("admin")
        .await
        .unwrap()
        .sync(&Default::default(), &Stop::default())
        .await
        .unwrap();
}
