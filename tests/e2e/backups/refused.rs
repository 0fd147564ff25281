//! What is refused, and says why; and that two are never at it at once.

use std::fs;

use clientpoint_host::{
    Error,
    backup::Restore,
    service::{BackupOptions, Stop},
    store::users::Role,
};
use end_to_end::{World, builder};

use super::{back_up, filled, key, restore, verified, wanted};

fn code(error: &Error) -> &str {
    error.code()
}

#[tokio::test]
async fn a_folder_that_is_no_place_for_a_backup_is_refused_and_nothing_is_written() {
    let (world, folder) = (filled().await, tempfile::tempdir().unwrap());
    let inside = world.data.path().join("backup");
    assert_eq!(code(&back_up(&world, &inside).await.unwrap_err()), "backup-inside");
    let around = world.data.path().parent().unwrap();
    assert_eq!(code(&back_up(&world, around).await.unwrap_err()), "backup-inside");
    fs::write(folder.path().join("thesis.docx"), b"mine").unwrap();
    assert_eq!(
        code(&back_up(&world, folder.path()).await.unwrap_err()),
        "no-backup-folder"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let file = folder.path().join("thesis.docx");
    assert_eq!(code(&back_up(&world, &file).await.unwrap_err()), "backup-folder");

    let (other, backup) = (World::new().await, tempfile::tempdir().unwrap());
    back_up(&other, backup.path()).await.unwrap();
    assert_eq!(
        code(&back_up(&world, backup.path()).await.unwrap_err()),
        "other-library"
    );
    world.admin().await.add_user("bob", Role::Member).await.unwrap();
    let bob = world.host.session("bob").await.unwrap();
    let refused = bob
        .backup(backup.path(), BackupOptions::default(), &Stop::default())
        .await;
    assert_eq!(code(&refused.unwrap_err()), "forbidden");
    assert_eq!(code(&bob.backups().await.unwrap_err()), "forbidden");
}

#[tokio::test]
async fn two_backups_at_once_are_one_and_a_refusal_that_says_who_is_at_it() {
    let (world, backup) = (filled().await, tempfile::tempdir().unwrap());
    let other = builder(&world.sim, &world.clock, world.data.path())
        .build()
        .await
        .unwrap();
    let other = other.session("admin").await.unwrap();
    let one = back_up(&world, backup.path());
    let stop = Stop::default();
    let two = other.backup(backup.path(), BackupOptions::default(), &stop);
    let (one, two) = tokio::join!(one, two);
    let refused: Vec<String> = [one, two]
        .into_iter()
        .filter_map(Result::err)
        .map(|error| error.to_string())
        .collect();
    // Whoever is quick enough comes after the other.
    assert!(refused.len() <= 1, "{refused:?}");
    assert!(
        refused
            .iter()
            .all(|why| why.contains("under way") && why.contains("`admin`")),
        "{refused:?}"
    );
    let held = fs::File::open(backup.path().join("backup.lock")).unwrap();
    held.lock().unwrap();
    assert_eq!(
        code(&back_up(&world, backup.path()).await.unwrap_err()),
        "backup-running"
    );
    assert_eq!(code(&verified(backup.path()).await.unwrap_err()), "backup-running");
}

#[tokio::test]
async fn a_backup_that_was_stopped_does_not_count_and_the_next_one_goes_on() {
    let (world, backup) = (filled().await, tempfile::tempdir().unwrap());
    let stop = Stop::default();
    stop.cancel();
    let admin = world.admin().await;
    let refused = admin
        .backup(backup.path(), BackupOptions::default(), &stop)
        .await
        .unwrap_err();
    assert_eq!(code(&refused), "stopped");
    assert!(verified(backup.path()).await.unwrap().copies.is_empty());
    let house = tempfile::tempdir().unwrap();
    let nothing = restore(&world, house.path(), &wanted(backup.path(), None))
        .await
        .unwrap_err();
    assert_eq!(code(&nothing), "no-backup");
    assert_eq!(fs::read_dir(house.path()).unwrap().count(), 0);
    assert_eq!(back_up(&world, backup.path()).await.unwrap().copy, 1);
}

#[tokio::test]
async fn a_restore_says_what_is_in_its_way_and_leaves_everything_as_it_was() {
    let (world, backup, house) = (
        filled().await,
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    back_up(&world, backup.path()).await.unwrap();
    let right = wanted(backup.path(), key(&world));
    fs::write(house.path().join("thesis.docx"), b"mine").unwrap();
    let refused = restore(&world, house.path(), &right).await.unwrap_err();
    assert_eq!(code(&refused), "folder-not-empty");
    assert!(refused.to_string().contains("thesis.docx"), "{refused}");
    fs::remove_file(house.path().join("thesis.docx")).unwrap();
    let refused = restore(&world, world.data.path(), &right).await.unwrap_err();
    assert_eq!(code(&refused), "folder-not-empty");
    assert_eq!(world.library().await.len(), 5);

    let no_key = Restore {
        key: None,
        ..right.clone()
    };
    assert_eq!(
        code(&restore(&world, house.path(), &no_key).await.unwrap_err()),
        "wrong-settings"
    );
    let other = World::new().await;
    let wrong = wanted(backup.path(), key(&other));
    let refused = restore(&world, house.path(), &wrong).await.unwrap_err();
    assert!(refused.to_string().contains("is not the one"), "{refused}");
    let none = Restore {
        copy: Some(7),
        ..right.clone()
    };
    let refused = restore(&world, house.path(), &none).await.unwrap_err();
    assert!(refused.to_string().contains("no copy 7; it has these: 1"), "{refused}");
    let bob = Restore {
        user: "bob".into(),
        ..right.clone()
    };
    assert_eq!(
        code(&restore(&world, house.path(), &bob).await.unwrap_err()),
        "forbidden"
    );
    let strange = wanted(world.data.path(), key(&world));
    assert_eq!(
        code(&restore(&world, house.path(), &strange).await.unwrap_err()),
        "no-backup-folder"
    );
    restore(&world, house.path(), &right).await.unwrap();
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_backup_in_words() {
    let (world, backup, house) = (
        filled().await,
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    back_up(&world, backup.path()).await.unwrap();
    for (file, from, to) in [
        ("copies/000001.json", "\"schema\": ", "\"schema\": 9"),
        ("backup.json", "\"format\": ", "\"format\": 9"),
    ] {
        let file = backup.path().join(file);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace(from, to)).unwrap();
        let refused = restore(&world, house.path(), &wanted(backup.path(), key(&world)))
            .await
            .unwrap_err();
        assert_eq!(code(&refused), "backup-newer", "{refused}");
        assert!(refused.to_string().contains("newer version"), "{refused}");
        fs::write(&file, text).unwrap();
    }
    let text = fs::read_to_string(backup.path().join("backup.json")).unwrap();
    fs::write(
        backup.path().join("backup.json"),
        text.replace("\"format\": ", "\"format\": 9"),
    )
    .unwrap();
    assert_eq!(code(&back_up(&world, backup.path()).await.unwrap_err()), "backup-newer");
    assert_eq!(code(&verified(backup.path()).await.unwrap_err()), "backup-newer");
}
