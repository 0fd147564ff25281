//! Files come in whole, verified, once, and can be used.

use clientpoint_engine::{contract::clientpoint::content_source::types::Subfolders, policy::PolicyChanges};
use clientpoint_host::{
    place::Place,
    store::{files::ShowingKind, users::Role},
};
use end_to_end::{World, by_path::ByPath, pdf, sync};
use graph_sim::{Content, RequestKind};

/// Bytes that look like nothing in particular, but like an Office file at the beginning.
fn office(size: usize) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend((0..size).map(|index| (index * 31 % 251) as u8));
    bytes
}

#[tokio::test]
async fn r1_a_file_comes_in_byte_for_byte_and_says_how_sure_that_is() {
    let world = World::connected().await;
    let bytes = office(700_000);
    let item = world.sim.put("/Plan 2026 #1 100% +ü.docx", bytes.clone().into());

    let outcome = world.import(&item).await;

    assert_eq!(outcome.outcome, "imported", "{outcome:?}");
    let file = outcome.file.unwrap();
    assert_eq!(world.bytes(&file.id).await, bytes);
    assert_eq!(file.name, "Plan 2026 #1 100% +ü.docx");
    assert_eq!(file.verification.as_deref(), Some("verified"));
    assert_eq!(world.drafts(), 0);
}

#[tokio::test]
async fn r23_five_files_come_in_at_once_and_each_has_its_own_outcome() {
    let world = World::connected().await;
    let items: Vec<String> = (0..5)
        .map(|number| {
            world
                .sim
                .put(&format!("/{number}.pptx"), office(300_000 + number).into())
        })
        .collect();

    let outcomes = world.admin().await.import(&items).await.unwrap();

    for (number, (item, outcome)) in items.iter().zip(&outcomes).enumerate() {
        assert_eq!(&outcome.item.id, item);
        let file = outcome.file.as_ref().unwrap();
        assert_eq!(world.bytes(&file.id).await, office(300_000 + number));
    }
    assert_eq!(world.library().await.len(), 5);
}

#[tokio::test]
async fn r35_a_file_lands_in_company_wide_and_coming_again_it_is_the_same_file() {
    let world = World::connected().await;
    let item = world.sim.put("/Deck.pptx", office(1000).into());
    let first = world.import(&item).await.file.unwrap();
    assert_eq!(first.place, "Company Wide");
    world.sim.clear_requests();

    let again = world.import(&item).await;

    assert_eq!(again.outcome, "already-imported");
    assert_eq!(again.file.unwrap().id, first.id);
    assert_eq!(world.requests(RequestKind::Download), []);
    assert_eq!(world.library().await.len(), 1);
}

#[tokio::test]
async fn a_name_with_a_nul_in_it_is_shown_without_and_keeps_no_other_file_out() {
    let world = World::connected().await;
    let odd = world.sim.put("/Odd\0.pdf", pdf("odd").into());
    let plain = world.sim.put("/Plain.pdf", pdf("plain").into());

    let file = world.import(&odd).await.file.unwrap();
    world.import(&plain).await.file.unwrap();

    assert_eq!(file.name, "Odd\u{fffd}.pdf");
    world.sim.put("/Odd\0.pdf", pdf("odd, and changed").into());
    world.sim.put("/Plain.pdf", pdf("plain, and changed").into());
    let ledger = sync(&world).await;
    assert_eq!(ledger.counts.get("updated"), Some(&2), "{ledger:?}");
}

#[tokio::test]
async fn r35_two_files_of_one_name_are_two_files() {
    let world = World::connected_with(|builder| {
        builder.policy(PolicyChanges {
            subfolders: Some(Subfolders::Browse),
            ..PolicyChanges::default()
        })
    })
    .await;
    let one = world.sim.put("/A/Deck.pdf", b"%PDF-1".to_vec().into());
    let two = world.sim.put("/B/Deck.pdf", b"%PDF-2".to_vec().into());

    let one = world.import(&one).await.file.unwrap();
    let two = world.import(&two).await.file.unwrap();

    assert_eq!(one.name, two.name);
    assert_ne!(one.id, two.id);
}

#[tokio::test]
async fn r23_an_item_named_twice_is_fetched_once_and_answered_twice() {
    let world = World::connected().await;
    let item = world.sim.put("/Deck.pdf", b"%PDF-1".to_vec().into());

    let outcomes = world.admin().await.import(&[item.clone(), item]).await.unwrap();

    let ids: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.file.as_ref().unwrap().id.clone())
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(world.requests(RequestKind::Download).len(), 1);
}

#[tokio::test]
async fn two_imports_of_one_item_at_once_make_one_file() {
    let world = World::connected().await;
    let item = world.sim.put("/Deck.pptx", office(400_000).into());

    let (one, two) = tokio::join!(world.import(&item), world.import(&item));

    assert_eq!(one.file.unwrap().id, two.file.unwrap().id);
    assert_eq!(world.library().await.len(), 1);
}

#[tokio::test]
async fn s9_an_empty_file_comes_in() {
    let world = World::connected().await;
    let item = world.sim.put("/Empty.pdf", Content::Bytes(Vec::new()));

    let file = world.import(&item).await.file.unwrap();

    assert_eq!(file.size, 0);
    assert_eq!(world.bytes(&file.id).await, b"");
}

#[tokio::test]
async fn r3_r36_an_imported_file_is_moved_and_shown_and_a_member_may_use_it() {
    let world = World::connected().await;
    let item = world.sim.put("/Deck.pptx", office(1000).into());
    let file = world.import(&item).await.file.unwrap();
    let admin = world.admin().await;
    admin.add_user("mia", Role::Member).await.unwrap();
    for place in ["Workspace/Sales", "Division/EMEA/2026", "Company Wide/Decks"] {
        let moved = admin
            .move_file(&file.id, &place.parse::<Place>().unwrap())
            .await
            .unwrap();
        assert_eq!(moved.place, place);
        assert!(moved.managed);
    }

    let mia = world.host.session("mia").await.unwrap();
    mia.place_file(&file.id, ShowingKind::ClientPoint, "Fabrikam")
        .await
        .unwrap();
    let places = mia.place_file(&file.id, ShowingKind::Template, "Pitch").await.unwrap();

    let shown: Vec<_> = places
        .iter()
        .map(|place| (place.name.as_str(), place.revision))
        .collect();
    assert_eq!(shown, [("Fabrikam", 1), ("Pitch", 1)]);
}

#[tokio::test]
async fn r29_the_content_of_a_managed_file_is_locked_and_that_of_others_is_not() {
    let world = World::connected().await;
    let item = world.sim.put("/Deck.pdf", b"%PDF-1".to_vec().into());
    let managed = world.import(&item).await.file.unwrap();
    let admin = world.admin().await;
    let new = world.data.path().join("New.pdf");
    std::fs::write(&new, b"%PDF-local").unwrap();

    let error = admin.replace_by_path(&managed.id, &new).await.unwrap_err();

    assert_eq!(error.code(), "managed-by-onedrive");
    assert_eq!(world.bytes(&managed.id).await, b"%PDF-1");
    let own = admin.add_path(&new, &Place::company_wide()).await.unwrap();
    admin
        .place_file(&own.id, ShowingKind::ClientPoint, "Fabrikam")
        .await
        .unwrap();
    std::fs::write(&new, b"%PDF-newer").unwrap();
    let replaced = admin.replace_by_path(&own.id, &new).await.unwrap();
    assert_eq!(replaced.file.revision, 2);
    assert_eq!(replaced.shown_in[0].revision, 2);
    assert_eq!(world.bytes(&own.id).await, b"%PDF-newer");
}

#[tokio::test]
async fn r24_a_large_file_streams_through_in_small_memory() {
    let world = World::connected().await;
    let content = Content::Generated {
        size: 60_000_000,
        seed: 7,
    };
    let item = world.sim.put("/Film.mp4", content);

    let file = world.import(&item).await.file.unwrap();

    assert_eq!(file.size, 60_000_000);
    assert_eq!(file.verification.as_deref(), Some("verified"));
    assert_eq!(Some(world.bytes(&file.id).await), world.sim.bytes("/Film.mp4"));
}
