//! What a file has had: any of it can be read, and put back with who and why; names and places of files; and files that go
//! for good.

use std::{fs, path::PathBuf};

use clientpoint_host::{
    Session,
    service::{Part, PutBack, RevisionRow, Stop},
    store::{files::ShowingKind::ClientPoint, users::Role},
};
use end_to_end::{World, pdf, sheets::by_hand, sync, whole::Whole};

/// A file that follows an item, which has had four contents.
async fn four_contents() -> (World, String) {
    let world = World::connected().await;
    let item = world.sim.put("/A.pdf", pdf("1").into());
    let id = world.import(&item).await.file.unwrap().id;
    world
        .admin()
        .await
        .place_file(&id, ClientPoint, "Fabrikam")
        .await
        .unwrap();
    for number in 2..=4 {
        world.sim.put("/A.pdf", pdf(&number.to_string()).into());
        sync(&world).await;
    }
    (world, id)
}

async fn had(session: &Session<'_>, id: &str, revision: u64) -> Vec<u8> {
    let mut content = session.content_of(id, revision).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = content.next().await.unwrap() {
        bytes.extend_from_slice(&piece);
    }
    bytes
}

async fn revisions(session: &Session<'_>, id: &str) -> Vec<RevisionRow> {
    session.revisions_page(id, &Part::whole(None)).await.unwrap().rows
}

fn to(revision: u64, why: &str) -> PutBack {
    PutBack {
        to: Some(revision),
        why: why.into(),
        ..PutBack::default()
    }
}

#[tokio::test]
async fn any_content_that_a_file_has_had_is_read_and_put_back_with_who_and_why() {
    let (world, id) = four_contents().await;
    let admin = world.admin().await;
    for number in 1..=4 {
        assert_eq!(had(&admin, &id, number).await, pdf(&number.to_string()));
    }
    let would = admin.would_put_back(&id, Some(2)).await.unwrap();
    assert_eq!((would.earlier, would.shown_in), (2, 1));

    let file = admin.put_back(&id, &to(2, "the prices were wrong")).await.unwrap();

    assert_eq!((file.revision, world.bytes(&id).await), (5, pdf("2")));
    assert_eq!(admin.showings(&id).await.unwrap()[0].revision, 5);
    let row = revisions(&admin, &id).await.remove(0);
    assert_eq!((row.put_back, row.put_back_by.as_deref()), (Some(2), Some("admin")));
    assert_eq!(row.why.as_deref(), Some("the prices were wrong"));
    // It is held: the source does not take it away again.
    world.sim.put("/A.pdf", pdf("5").into());
    assert_eq!(sync(&world).await.counts["held"], 1);
    assert_eq!(world.bytes(&id).await, pdf("2"));
    // From one to another while it is held, and then it follows again.
    admin.put_back(&id, &to(1, "")).await.unwrap();
    assert_eq!(world.bytes(&id).await, pdf("1"));
    admin.release(&id).await.unwrap();
    assert_eq!(sync(&world).await.counts["updated"], 1);
    assert_eq!(world.bytes(&id).await, pdf("5"));

    for (wanted, code) in [
        (to(99, ""), "not-found"),
        (to(7, ""), "wrong-settings"),
        (to(2, "a\nb"), "wrong-settings"),
        (
            PutBack {
                decided: Some(3),
                ..to(2, "")
            },
            "outdated",
        ),
    ] {
        assert_eq!(
            admin.put_back(&id, &wanted).await.unwrap_err().code(),
            code,
            "{wanted:?}"
        );
    }
    admin.add_user("bob", Role::Member).await.unwrap();
    let bob = world.host.session("bob").await.unwrap();
    assert_eq!(bob.put_back(&id, &to(1, "")).await.unwrap_err().code(), "forbidden");
    assert!(bob.content_of(&id, 1).await.is_err());
}

#[tokio::test]
async fn content_of_a_file_of_the_library_s_own_is_put_back_and_nothing_is_held() {
    let world = World::connected().await;
    let id = by_hand(&world, "Own.pdf").await;
    let admin = world.admin().await;
    let first = world.bytes(&id).await;
    admin.replace_file(&id, pdf("other").as_slice()).await.unwrap();
    let file = admin.put_back(&id, &to(1, "")).await.unwrap();
    assert_eq!((file.revision, world.bytes(&id).await), (3, first));
    admin.replace_file(&id, pdf("third").as_slice()).await.unwrap();
    assert_eq!(world.bytes(&id).await, pdf("third"));
}

#[tokio::test]
async fn bytes_that_the_disk_has_lost_are_not_put_back() {
    let (world, id) = four_contents().await;
    let admin = world.admin().await;
    let lost = revisions(&admin, &id)
        .await
        .into_iter()
        .find(|row| row.revision == 2)
        .unwrap();
    let object: PathBuf = world
        .data
        .path()
        .join("objects")
        .join(lost.sha256.get(..2).unwrap())
        .join(&lost.sha256);
    fs::write(&object, b"x").unwrap();
    assert_eq!(admin.put_back(&id, &to(2, "")).await.unwrap_err().code(), "damaged");
    assert_eq!(world.bytes(&id).await, pdf("4"));
    assert_eq!(revisions(&admin, &id).await.len(), 4);
}

#[tokio::test]
async fn a_file_keeps_the_name_that_people_give_it_and_its_kind() {
    let (world, id) = four_contents().await;
    let admin = world.admin().await;
    admin.rename_file(&id, "Prices of 2026.PDF").await.unwrap();
    world.sim.put("/A.pdf", pdf("5").into());
    assert_eq!(sync(&world).await.counts["updated"], 1);
    let file = admin.file(&id).await.unwrap();
    assert_eq!(
        (file.name.as_str(), file.source_name.as_deref()),
        ("Prices of 2026.PDF", Some("A.pdf"))
    );
    for name in ["", "..", "a/b.pdf", "a.docx", "a", "a\u{7}.pdf"] {
        assert_eq!(
            admin.rename_file(&id, name).await.unwrap_err().code(),
            "wrong-settings",
            "{name}"
        );
    }
    assert_eq!(
        admin.rename_file("100999", "a.pdf").await.unwrap_err().code(),
        "not-found"
    );
}

#[tokio::test]
async fn many_files_are_moved_all_of_them_or_none() {
    let world = World::connected().await;
    let mut ids = Vec::new();
    for number in 0..3 {
        ids.push(by_hand(&world, &format!("{number}.pdf")).await);
    }
    let admin = world.admin().await;
    let sales = "Workspace/Sales".parse().unwrap();
    let with_a_wrong_one = [ids.as_slice(), &["100999".into()]].concat();
    assert_eq!(
        admin.move_files(&with_a_wrong_one, &sales).await.unwrap_err().code(),
        "not-found"
    );
    assert!(world.library().await.iter().all(|file| file.place == "Company Wide"));
    assert_eq!(admin.move_files(&ids, &sales).await.unwrap().len(), 3);
    assert!(world.library().await.iter().all(|file| file.place == "Workspace/Sales"));
}

#[tokio::test]
async fn a_file_that_is_removed_for_good_comes_back_by_nobody_and_takes_no_other_s_bytes() {
    let (world, id) = four_contents().await;
    let admin = world.admin().await;
    let twin = by_hand(&world, "Twin.pdf").await;
    admin.replace_file(&twin, pdf("4").as_slice()).await.unwrap();
    assert_eq!(admin.remove_file_now(&id).await.unwrap_err().code(), "still-shown");
    admin.unplace_file(&id, ClientPoint, "Fabrikam").await.unwrap();

    admin.remove_file_now(&id).await.unwrap();

    assert_eq!(admin.restore_file(&id).await.unwrap_err().code(), "removed");
    assert_eq!(admin.remove_file_now(&id).await.unwrap_err().code(), "removed");
    assert!(admin.bin().await.unwrap().is_empty());
    assert_eq!(world.bytes(&twin).await, pdf("4"));
    assert!(admin.verify(&[]).await.unwrap().is_clean());
    // Out of the bin as well.
    admin.remove_file(&twin).await.unwrap();
    admin.remove_file_now(&twin).await.unwrap();
    assert!(world.library().await.is_empty());
    let ledger = admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    assert_eq!(ledger.run.inputs, 0);
}
