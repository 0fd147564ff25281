//! Backups: made while the host is at work, killed and gone on with, looked at, and restored; every byte is compared.

mod full;
mod kept;
mod killed;
mod refused;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use clientpoint_engine::{capability::progress::Unwatched, clock::Clock};
use clientpoint_host::{
    Host, Result,
    backup::{self, Restore, Restored, VerifiedBackup},
    service::{BackupOptions, Stop, api::BackedUp},
    store::files::ShowingKind,
};
use end_to_end::{
    World, builder,
    by_path::ByPath,
    credentials,
    folders::{
        all, expected,
        look::{go_on, holds, look},
        open, restored, simulated,
    },
    pdf,
    sheets::by_hand,
    sync,
    whole::Whole,
};

/// A connected library with a few files of all kinds, some of which have had other content before.
async fn filled() -> World {
    let world = World::connected().await;
    let items: Vec<String> = ["A", "B", "C", "D"]
        .iter()
        .map(|name| world.sim.put(&format!("/{name}.pdf"), pdf(name).into()))
        .collect();
    let admin = world.admin().await;
    let outcomes = admin.import(&items).await.unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.outcome == "imported"));
    let id = &outcomes[0].file.as_ref().unwrap().id;
    admin
        .place_file(id, ShowingKind::ClientPoint, "Fabrikam")
        .await
        .unwrap();
    by_hand(&world, "Own.pdf").await;
    world.sim.put("/A.pdf", pdf("A anew").into());
    sync(&world).await;
    drop(admin);
    world
}

pub async fn back_up(world: &World, to: &Path) -> Result<BackedUp> {
    let admin = world.admin().await;
    admin.backup(to, BackupOptions::default(), &Stop::default()).await
}

async fn verified(folder: &Path) -> Result<VerifiedBackup> {
    backup::verify(folder, Arc::new(Unwatched), &Stop::default()).await
}

pub fn wanted(from: &Path, key: Option<PathBuf>) -> Restore {
    Restore {
        from: from.to_path_buf(),
        copy: None,
        without_secrets: key.is_none(),
        key,
        user: "admin".into(),
    }
}

pub async fn restore(world: &World, to: &Path, wanted: &Restore) -> Result<Restored> {
    let now = world.clock.utc();
    backup::restore(to, wanted, Arc::new(Unwatched), &Stop::default(), now).await
}

/// The key of this world's folder.
pub fn key(world: &World) -> Option<PathBuf> {
    Some(world.data.path().join("secret.key"))
}

/// Every file with all its revisions, and the bytes of each.
pub async fn every_byte(host: &Host, data: &Path) -> Vec<(String, Vec<(u64, Vec<u8>)>)> {
    let admin = host.session("admin").await.unwrap();
    let mut files = Vec::new();
    for file in admin.library().await.unwrap() {
        assert!(admin.bytes_of(&file.id).await.is_ok(), "{}", file.name);
        let page = admin
            .revisions_page(&file.id, &clientpoint_host::service::Part::whole(None))
            .await
            .unwrap();
        let bytes = |sha256: &str| fs::read(data.join("objects").join(sha256.get(..2).unwrap()).join(sha256)).unwrap();
        let revisions = page.rows.iter().map(|row| (row.revision, bytes(&row.sha256)));
        files.push((format!("{file:?}"), revisions.collect()));
    }
    files
}

/// The object of that letter's present content.
async fn object_of(world: &World, name: &str) -> PathBuf {
    let file = world
        .library()
        .await
        .into_iter()
        .find(|file| file.name == name)
        .unwrap();
    world
        .data
        .path()
        .join("objects")
        .join(file.sha256.get(..2).unwrap())
        .join(&file.sha256)
}

#[tokio::test]
async fn a_library_is_restored_byte_by_byte_and_its_files_go_on_following() {
    let (world, backup, house) = (
        filled().await,
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );

    let done = back_up(&world, backup.path()).await.unwrap();

    assert_eq!(
        (done.copy, done.objects, done.copied, done.lacking),
        (1, 6, 6, 0),
        "{done:?}"
    );
    assert!(verified(backup.path()).await.unwrap().is_clean());
    let status = world.admin().await.backups().await.unwrap();
    assert_eq!((status[0].objects, status[0].made_by.as_str()), (6, "admin"));
    let came = restore(&world, house.path(), &wanted(backup.path(), key(&world)))
        .await
        .unwrap();
    assert_eq!((came.objects, came.lacking), (6, 0));
    let there = builder(&world.sim, &world.clock, house.path()).build().await.unwrap();
    assert_eq!(
        every_byte(&there, house.path()).await,
        every_byte(&world.host, world.data.path()).await
    );
    world.sim.put("/B.pdf", pdf("B anew").into());
    let admin = there.session("admin").await.unwrap();
    let ledger = admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    assert_eq!(
        (ledger.counts["updated"], ledger.counts["unchanged"]),
        (1, 3),
        "{ledger:?}"
    );
    // The next backup, of the new house, goes on in the same folder.
    let next = admin
        .backup(backup.path(), BackupOptions::default(), &Stop::default())
        .await
        .unwrap();
    assert_eq!((next.copy, next.objects, next.copied), (2, 7, 1));
}

#[tokio::test]
async fn every_folder_that_was_ever_made_is_backed_up_and_restored() {
    for folder in all() {
        let (expected, data) = (expected(&folder), restored(&folder).await);
        let sim = simulated(&expected, data.path()).await;
        let (host, clock) = open(&expected, &sim, data.path()).await;
        let (backup, house) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let admin = host.session("admin").await.unwrap();
        admin
            .backup(backup.path(), BackupOptions::default(), &Stop::default())
            .await
            .unwrap();
        let wanted = wanted(backup.path(), Some(data.path().join("secret.key")));
        backup::restore(
            house.path(),
            &wanted,
            Arc::new(Unwatched),
            &Stop::default(),
            clock.utc(),
        )
        .await
        .unwrap();
        host.close().await;

        let (there, clock) = open(&expected, &sim, house.path()).await;

        assert!(
            holds(&look(&there, house.path()).await, &expected["seen"]),
            "{}",
            folder.display()
        );
        assert!(
            holds(&go_on(&there, &clock, &sim).await, &expected["then"]),
            "{}",
            folder.display()
        );
    }
}

#[tokio::test]
async fn without_its_secrets_a_library_keeps_its_files_and_each_connection_is_to_sign_in_again() {
    let (world, backup, house) = (
        filled().await,
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    back_up(&world, backup.path()).await.unwrap();
    let sealed = fs::read(world.data.path().join("secret.key")).unwrap();

    let came = restore(&world, house.path(), &wanted(backup.path(), None))
        .await
        .unwrap();

    assert!(came.without_secrets);
    assert_ne!(
        fs::read(house.path().join("secret.key")).unwrap(),
        sealed,
        "the key is another one"
    );
    let there = builder(&world.sim, &world.clock, house.path()).build().await.unwrap();
    let admin = there.session("admin").await.unwrap();
    let status = admin.status().await.unwrap();
    let broken = status.connection.unwrap().needs_reconnect.unwrap();
    assert!(broken.message.contains("sign in again"), "{broken:?}");
    let refused = admin.sync(&Default::default(), &Stop::default()).await;
    assert!(
        refused
            .as_ref()
            .map_or(true, |ledger| !ledger.counts.contains_key("unchanged")),
        "{refused:?}"
    );
    assert_eq!(admin.library().await.unwrap().len(), 5);
    admin.connect_organization(credentials(&world.sim)).await.unwrap();
    let ledger = admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    assert_eq!(ledger.counts["unchanged"], 4, "{ledger:?}");
}

#[tokio::test]
async fn what_the_library_has_lost_is_told_and_the_rest_is_backed_up_and_fetched_anew_in_the_new_house() {
    let (world, backup, house) = (
        filled().await,
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    fs::write(object_of(&world, "B.pdf").await, b"other bytes").unwrap();

    let done = back_up(&world, backup.path()).await.unwrap();

    assert_eq!(
        (done.lacking, done.copied, done.lacks[0].name.as_str()),
        (1, 5, "B.pdf"),
        "{done:?}"
    );
    assert!(!done.is_complete());
    let looked = verified(backup.path()).await.unwrap();
    assert_eq!((looked.damaged, looked.copies[0].is_whole), (0, false), "{looked:?}");
    let came = restore(&world, house.path(), &wanted(backup.path(), key(&world)))
        .await
        .unwrap();
    assert_eq!(came.lacking, 1);
    assert!(came.lacks[0].contains("B.pdf"), "{came:?}");
    let there = builder(&world.sim, &world.clock, house.path()).build().await.unwrap();
    let admin = there.session("admin").await.unwrap();
    assert_eq!(admin.disk().await.unwrap().damaged, 1);
    admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    assert_eq!(admin.disk().await.unwrap().damaged, 0);
    assert!(admin.verify(&[]).await.unwrap().is_clean());
    // Healed, it comes into the next backup.
    sync(&world).await;
    assert!(back_up(&world, backup.path()).await.unwrap().is_complete());
}

#[tokio::test]
async fn damage_of_a_backup_is_told_in_words_and_the_next_backup_heals_it() {
    let (world, backup) = (filled().await, tempfile::tempdir().unwrap());
    back_up(&world, backup.path()).await.unwrap();
    let in_backup = |path: PathBuf| backup.path().join(path.strip_prefix(world.data.path()).unwrap());
    let changed = in_backup(object_of(&world, "C.pdf").await);
    let bytes = fs::read(&changed).unwrap();
    fs::write(&changed, vec![b'x'; bytes.len()]).unwrap();
    fs::remove_file(in_backup(object_of(&world, "D.pdf").await)).unwrap();

    let looked = verified(backup.path()).await.unwrap();

    assert_eq!((looked.damaged, looked.copies[0].is_whole), (2, false), "{looked:?}");
    for name in ["C.pdf", "D.pdf"] {
        assert!(
            looked.damages.iter().any(|damage| damage.message.contains(name)),
            "{looked:?}"
        );
    }
    let done = back_up(&world, backup.path()).await.unwrap();
    assert_eq!(done.copied, 2);
    assert!(verified(backup.path()).await.unwrap().is_clean());

    let database = backup.path().join("copies/000002.db");
    let mut bytes = fs::read(&database).unwrap();
    bytes[5_000] ^= 1;
    fs::write(&database, bytes).unwrap();
    let looked = verified(backup.path()).await.unwrap();
    assert!(
        looked.damages[0].message.contains("the database of copy 2"),
        "{looked:?}"
    );
    let house = tempfile::tempdir().unwrap();
    let latest = wanted(backup.path(), key(&world));
    assert_eq!(
        restore(&world, house.path(), &latest).await.unwrap_err().code(),
        "backup-damaged"
    );
    let earlier = Restore {
        copy: Some(1),
        ..latest
    };
    restore(&world, house.path(), &earlier).await.unwrap();
    fs::write(backup.path().join("copies/000001.json"), b"{").unwrap();
    let looked = verified(backup.path()).await.unwrap();
    assert!(
        looked.damages.iter().any(|damage| damage.what == "manifest"),
        "{looked:?}"
    );
}
