//! The disk loses bytes: nothing wrong is handed out, whoever needs to know is told, and what OneDrive has comes anew.

mod nights;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clientpoint_host::{
    service::{Ledger, Stop},
    store::damage::Remedy,
    way_out::WayOut,
};
use end_to_end::{
    World,
    by_path::ByPath,
    pdf,
    sheets::{apply, by_hand, sheet},
    sync,
    whole::Whole,
};

/// Where the bytes of a file's present revision are.
async fn object(world: &World, id: &str) -> PathBuf {
    let sha256 = world.admin().await.file(id).await.unwrap().sha256;
    world
        .data
        .path()
        .join("objects")
        .join(sha256.split_at(2).0)
        .join(sha256)
}

/// A word for damage, and what does it.
type Harm = (&'static str, fn(&Path));

/// Every way in which a disk loses bytes, with its word.
fn damages() -> Vec<Harm> {
    vec![
        ("changed", |path| {
            let mut bytes = fs::read(path).unwrap();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            fs::write(path, bytes).unwrap();
        }),
        ("empty", |path| fs::write(path, b"").unwrap()),
        ("cut-short", |path| {
            fs::write(path, &fs::read(path).unwrap()[..3]).unwrap()
        }),
        ("too-long", |path| {
            fs::write(path, [fs::read(path).unwrap(), vec![0]].concat()).unwrap()
        }),
        ("missing", |path| fs::remove_file(path).unwrap()),
        ("unreadable", |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
    ]
}

fn flip(path: &Path) {
    damages()[0].1(path);
}

async fn imported(world: &World, name: &str, text: &str) -> String {
    let item = world.sim.put(name, pdf(text).into());
    world.import(&item).await.file.unwrap().id
}

async fn night(world: &World) -> Vec<clientpoint_host::Result<Ledger>> {
    world.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    world.host.tick(&Stop::default()).await.unwrap()
}

#[tokio::test]
async fn damaged_bytes_are_never_handed_out_and_come_anew_with_the_next_sync() {
    for (word, damage) in damages() {
        let world = World::connected().await;
        let admin = world.admin().await;
        let id = imported(&world, "/A.pdf", "a").await;
        damage(&object(&world, &id).await);

        let error = admin.bytes_of(&id).await.unwrap_err();

        assert_eq!(error.code(), "damaged", "{word}");
        let told = error.to_string();
        assert!(
            told.contains(&id) && told.contains("A.pdf") && told.contains("revision 1"),
            "{told}"
        );
        assert_eq!(error.ways_out(), [WayOut::Sync], "{told}");
        let mut content = admin.content(&id).await.unwrap();
        let piece = content.next().await.unwrap_err();
        assert_eq!(piece.code(), "damaged", "{word}: not a byte of it goes anywhere");
        let row = admin.file(&id).await.unwrap();
        assert_eq!(row.damage.unwrap().what, word);
        assert_eq!(row.verification, None, "{word}");

        let ledger = sync(&world).await;

        let line = &ledger.lines[0];
        assert_eq!(
            (line.outcome.as_str(), line.reason.as_str()),
            ("updated", "healed"),
            "{word}: {line:?}"
        );
        assert!(line.message.contains("fetched anew"), "{line:?}");
        let row = admin.file(&id).await.unwrap();
        assert_eq!((row.revision, row.damage), (1, None), "{word}");
        assert_eq!(row.verification.as_deref(), Some("verified"), "{word}");
        assert_eq!(world.bytes(&id).await, pdf("a"), "{word}");
        let kept = fs::read_dir(world.data.path().join("damaged")).map_or(0, Iterator::count);
        assert_eq!(kept, usize::from(word != "missing"), "{word}: what was left is kept");
        assert!(sync(&world).await.lines.is_empty(), "{word}");
    }
}

#[tokio::test]
async fn bytes_that_lie_in_the_trash_are_brought_back_by_whoever_needs_them() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "/A.pdf", "a").await;
    let place = object(&world, &id).await;
    let day = world.data.path().join("trash/2026-03-01");
    fs::create_dir_all(&day).unwrap();
    let trashed = day.join(place.file_name().unwrap());
    let into_trash = || fs::rename(&place, &trashed).unwrap();

    into_trash();
    assert_eq!(world.bytes(&id).await, pdf("a"));
    into_trash();
    assert!(admin.verify(&[]).await.unwrap().is_clean());
    into_trash();
    assert_eq!(world.bytes(&id).await, pdf("a"));
    into_trash();
    assert!(sync(&world).await.lines.is_empty(), "nothing need be fetched");
    assert!(place.exists() && !trashed.exists());
    assert!(!world.data.path().join("damaged").exists());
}

#[tokio::test]
async fn where_the_source_has_moved_on_the_damaged_revision_stays_told_and_the_file_is_up_to_date() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "/A.pdf", "a").await;
    flip(&object(&world, &id).await);
    assert_eq!(admin.verify(&[]).await.unwrap().damaged, 1);
    world.sim.put("/A.pdf", pdf("b").into());

    let ledger = sync(&world).await;

    assert_eq!(ledger.lines[0].outcome, "updated");
    assert!(ledger.lines[0].message.contains("newer"), "{:?}", ledger.lines);
    assert_eq!(world.bytes(&id).await, pdf("b"));
    let row = admin.file(&id).await.unwrap();
    assert_eq!((row.revision, row.damage, row.damaged_revisions), (2, None, vec![1]));
    let done = admin.verify(&[]).await.unwrap();
    assert_eq!(done.revisions[0].remedy, Remedy::Backup);
    let error = admin.rollback(&id).await.unwrap_err();
    assert_eq!(error.code(), "damaged");
    assert_eq!(admin.file(&id).await.unwrap().revision, 2, "nothing was taken back");
}

#[tokio::test]
async fn a_file_that_cannot_come_anew_is_told_of_and_healed_by_a_person() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = by_hand(&world, "Offer.pdf").await;
    flip(&object(&world, &id).await);
    let done = admin.verify(std::slice::from_ref(&id)).await.unwrap();
    assert_eq!(done.revisions[0].remedy, Remedy::Replace);
    let disk = admin.disk().await.unwrap();
    assert_eq!((disk.damaged, disk.needs_a_person), (1, 1));
    assert!(sync(&world).await.lines.is_empty());
    assert_eq!(admin.library().await.unwrap()[0].damaged_revisions, [1]);

    let same = world.data.path().join("same.pdf");
    fs::write(&same, pdf("by hand")).unwrap();
    admin.replace_by_path(&id, &same).await.unwrap();

    assert_eq!(world.bytes(&id).await, pdf("by hand"));
    assert_eq!(admin.disk().await.unwrap().damaged, 0);
    assert!(admin.verify(&[]).await.unwrap().is_clean());
}

#[tokio::test]
async fn a_held_file_says_so_and_is_healed_once_it_is_released() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "/A.pdf", "a").await;
    world.sim.put("/A.pdf", pdf("b").into());
    sync(&world).await;
    admin.rollback(&id).await.unwrap();
    flip(&object(&world, &id).await);
    let error = admin.bytes_of(&id).await.unwrap_err();
    let file = Some(id.clone());
    assert_eq!(error.ways_out(), [WayOut::Release { file }], "{error}");
    let ledger = sync(&world).await;
    assert_eq!(ledger.lines[0].outcome, "held");
    assert!(ledger.lines[0].message.contains("damaged"), "{:?}", ledger.lines);

    admin.release(&id).await.unwrap();
    sync(&world).await;

    assert_eq!(world.bytes(&id).await, pdf("b"));
}

#[tokio::test]
async fn equal_bytes_are_told_of_for_every_file_and_healed_for_all_at_once() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "/A.pdf", "by hand").await;
    let twin = by_hand(&world, "Twin.pdf").await;
    let path = object(&world, &id).await;
    assert_eq!(path, object(&world, &twin).await);
    flip(&path);

    let done = admin.verify(&[]).await.unwrap();

    assert_eq!((done.objects, done.damaged), (1, 2));
    let remedies: Vec<_> = done.revisions.iter().map(|of| of.remedy).collect();
    assert_eq!(remedies, [Remedy::Sync, Remedy::Sync]);
    assert_eq!(sync(&world).await.lines.len(), 1);
    assert_eq!(world.bytes(&twin).await, pdf("by hand"));
    assert_eq!(admin.disk().await.unwrap().damaged, 0);
}

#[tokio::test]
async fn importing_the_same_bytes_under_another_item_heals_too() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "/A.pdf", "a").await;
    flip(&object(&world, &id).await);
    assert_eq!(admin.verify(&[]).await.unwrap().damaged, 1);
    imported(&world, "/Copy of A.pdf", "a").await;
    assert_eq!(admin.disk().await.unwrap().damaged, 0);
    assert_eq!(world.bytes(&id).await, pdf("a"));
}

#[tokio::test]
async fn what_was_put_back_by_hand_is_no_longer_told_of_and_not_fetched() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "/A.pdf", "a").await;
    let path = object(&world, &id).await;
    let backup = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(admin.verify(&[]).await.unwrap().damaged, 1);
    fs::write(&path, backup).unwrap();
    world.sim.clear_requests();

    let ledger = sync(&world).await;

    assert!(ledger.lines.is_empty(), "{ledger:?}");
    assert_eq!(admin.disk().await.unwrap().damaged, 0);
    assert_eq!(admin.file(&id).await.unwrap().verification.as_deref(), Some("verified"));
}

#[tokio::test]
async fn a_file_whose_source_does_not_answer_stays_told_until_it_does() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "/A.pdf", "a").await;
    flip(&object(&world, &id).await);
    admin.verify(&[]).await.unwrap();
    world.sim.fault("locked".parse::<graph_sim::Fault>().unwrap());
    for _ in 0..9 {
        let ledger = sync(&world).await;
        assert_eq!(ledger.lines[0].outcome, "locked", "{ledger:?}");
        assert!(ledger.lines[0].message.contains("damaged"), "{ledger:?}");
    }
    world.sim.clear_faults();
    assert_eq!(sync(&world).await.lines[0].reason, "healed");
    assert_eq!(world.bytes(&id).await, pdf("a"));
}

#[tokio::test]
async fn an_upload_is_taken_back_but_for_files_whose_earlier_bytes_are_damaged() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let (one, two) = (
        by_hand(&world, "One.pdf").await,
        imported(&world, "/Two.pdf", "two").await,
    );
    let damaged = object(&world, &one).await;
    world.sim.put("/A.pdf", pdf("a").into());
    world.sim.put("/B.pdf", pdf("b").into());
    let done = apply(&world, &sheet(&world, &[(&one, "A.pdf"), (&two, "B.pdf")])).await;
    sync(&world).await;
    flip(&damaged);

    let (_, undone) = admin.undo_association(done.run.unwrap().id).await.unwrap();

    assert_eq!((undone.files, undone.damaged), (1, vec![one.clone()]));
    assert_eq!(
        world.bytes(&one).await,
        pdf("a"),
        "as OneDrive has it, and not what the disk has made of it"
    );
    assert_eq!(world.bytes(&two).await, pdf("two"));
    assert_eq!(admin.disk().await.unwrap().damaged, 1);
}
