//! An upload is taken back, whatever has happened since: to its files, to their connection, and in later uploads.

use clientpoint_host::{
    Session,
    service::{FileRow, api::Undone},
    store::{
        connections::Mode,
        files::ShowingKind::{ClientPoint, Template},
        users::Role,
    },
};
use end_to_end::{
    World,
    browser::{application, sign_in},
    by_path::ByPath,
    given, pdf,
    sheets::{apply, by_hand, outcomes, sheet},
    sync,
};

const MARKETING: &str = "https://contoso.sharepoint.com/sites/Marketing";

/// Links one file, and gives the number of the upload.
async fn link(world: &World, file: &str, path: &str) -> i64 {
    let done = apply(world, &sheet(world, &[(file, path)])).await;
    assert!(matches!(outcomes(&done)[..], ["linked" | "re-linked"]), "{done:?}");
    done.run.unwrap().id
}

async fn undo(world: &World, run: i64) -> Undone {
    world.admin().await.undo_association(run).await.unwrap().1
}

async fn row(world: &World, file: &str) -> FileRow {
    world.admin().await.file(file).await.unwrap()
}

/// The revisions with which a file is shown, by where that is.
async fn shown(world: &World, file: &str) -> Vec<(String, u64)> {
    let showings = world.admin().await.showings(file).await.unwrap();
    showings.into_iter().map(|shown| (shown.name, shown.revision)).collect()
}

/// Another Administrator, who has signed in to the same drive.
async fn bea(world: &World) -> Session<'_> {
    world.admin().await.add_user("bea", Role::Administrator).await.unwrap();
    let bea = world.host.session("bea").await.unwrap();
    // The libraries of sites are beyond what people may approve for themselves.
    world.sim.approve();
    let mut form = application(&world.sim);
    form.fields.extend(given([("reach", "sites")]).fields);
    let begun = bea.begin_sign_in(form, 0).await.unwrap();
    sign_in(begun, "member").await.0.unwrap();
    bea
}

#[tokio::test]
async fn uploads_are_taken_back_in_any_order() {
    let world = World::connected().await;
    for name in ["A", "B", "C"] {
        world.sim.put(&format!("/{name}.pdf"), pdf(name).into());
    }
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let id = by_hand(&world, "Offer.pdf").await;
        let mut runs = Vec::new();
        for name in ["A", "B", "C"] {
            runs.push(link(&world, &id, &format!("{name}.pdf")).await);
            sync(&world).await;
            assert_eq!(world.bytes(&id).await, pdf(name));
        }
        for (place, run) in order.iter().enumerate() {
            let done = undo(&world, runs[*run]).await;
            let is_latest = order[place + 1..].iter().all(|other| other < run);
            assert_eq!(done.files == 1, is_latest, "{order:?}: {done:?}");
        }
        assert_eq!(row(&world, &id).await.source, None, "{order:?}");
        assert_eq!(world.bytes(&id).await, pdf("by hand"), "{order:?}");
        sync(&world).await;
        assert_eq!(world.bytes(&id).await, pdf("by hand"), "{order:?}");
    }
}

#[tokio::test]
async fn what_people_have_put_into_a_file_that_was_released_in_between_is_not_lost() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = by_hand(&world, "Offer.pdf").await;
    let mine = world.data.path().join("mine.pdf");
    std::fs::write(&mine, pdf("mine")).unwrap();
    world.sim.put("/A.pdf", pdf("a").into());
    let first = link(&world, &id, "A.pdf").await;
    sync(&world).await;
    admin.disconnect(None, None).await.unwrap();
    admin.unlock(&id).await.unwrap();
    admin.replace_by_path(&id, &mine).await.unwrap();
    world.connect().await;
    let second = link(&world, &id, "A.pdf").await;

    let done = undo(&world, first).await;

    assert_eq!((done.files, done.left_alone), (0, vec![id.clone()]));
    assert_eq!(world.bytes(&id).await, pdf("mine"));
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("a"));
    assert_eq!(undo(&world, second).await.contents, 1);
    assert_eq!(world.bytes(&id).await, pdf("mine"), "not what it was before the first");
    assert_eq!(row(&world, &id).await.source, None);
}

#[tokio::test]
async fn a_file_that_was_released_since_is_left_alone() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/A.pdf", pdf("a").into());
    let run = link(&world, &id, "A.pdf").await;
    sync(&world).await;
    let admin = world.admin().await;
    admin.disconnect(None, None).await.unwrap();
    admin.unlock(&id).await.unwrap();
    assert_eq!(undo(&world, run).await.left_alone, [id.as_str()]);
    assert_eq!(world.bytes(&id).await, pdf("a"));
}

#[tokio::test]
async fn r30_a_file_goes_back_to_a_drive_that_nobody_syncs_as_detached_and_follows_when_it_is_chosen_again() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let item = world.sim.put("/Old.pdf", pdf("old").into());
    let id = world.import(&item).await.file.unwrap().id;
    let selected = admin.select_drive_at(MARKETING, true).await.unwrap();
    let marketing = selected.drive.id;
    admin.select_drive(&world.sim.drive_id(), true).await.unwrap();
    world.sim.put_in(&marketing, "/New.pdf", pdf("new").into());
    bea(&world).await.select_drive_at(MARKETING, true).await.unwrap();

    // Through the connection of somebody else, so that the old drive is not what the file leaves.
    let path = sheet(&world, &[(&id, "New.pdf")]);
    let bea = world.host.session("bea").await.unwrap();
    let done = bea.associate_path(&path, false, None).await.unwrap();
    assert_eq!(outcomes(&done), ["re-linked"], "{done:?}");
    bea.sync(&Default::default(), &Default::default()).await.unwrap();
    assert_eq!(world.bytes(&id).await, pdf("new"));
    admin.select_drive_at(MARKETING, true).await.unwrap();

    assert_eq!(undo(&world, done.run.unwrap().id).await.files, 1);

    assert_eq!(world.bytes(&id).await, pdf("old"));
    assert_eq!(admin.status().await.unwrap().detached_files, 1);
    world.sim.put("/Old.pdf", pdf("older").into());
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("old"), "nobody follows that drive");
    let back = admin.select_drive(&world.sim.drive_id(), true).await.unwrap();
    assert_eq!(back.files.attached, 1);
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("older"));
}

#[tokio::test]
async fn s06_an_upload_is_taken_back_after_its_connection_was_given_up_or_has_another_drive() {
    for switches in [true, false] {
        let world = World::connected().await;
        let admin = world.admin().await;
        let id = by_hand(&world, "Offer.pdf").await;
        world.sim.put("/A.pdf", pdf("a").into());
        let run = link(&world, &id, "A.pdf").await;
        sync(&world).await;
        if switches {
            admin.select_drive_at(MARKETING, true).await.unwrap();
        } else {
            admin.disconnect(Some(Mode::Organization), None).await.unwrap();
        }
        let done = undo(&world, run).await;
        assert_eq!((done.files, done.contents), (1, 1));
        assert_eq!(row(&world, &id).await.source, None);
        assert_eq!(world.bytes(&id).await, pdf("by hand"));
        assert_eq!(admin.status().await.unwrap().detached_files, 0);
    }
}

#[tokio::test]
async fn r37_no_clientpoint_goes_on_showing_what_was_linked_by_mistake() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = by_hand(&world, "Offer.pdf").await;
    admin.place_file(&id, ClientPoint, "Early").await.unwrap();
    admin.place_file(&id, Template, "Pattern").await.unwrap();
    admin.keep_clientpoints(None, true).await.unwrap();
    world.sim.put("/A.pdf", pdf("wrong").into());
    let run = link(&world, &id, "A.pdf").await;
    sync(&world).await;
    admin.place_file(&id, ClientPoint, "Late").await.unwrap();
    world.sim.put("/A.pdf", pdf("wrong again").into());
    sync(&world).await;
    let at = |early, late, pattern| {
        [("Early", early), ("Late", late), ("Pattern", pattern)].map(|(name, revision)| (name.to_string(), revision))
    };
    assert_eq!(shown(&world, &id).await, at(1, 2, 3));

    undo(&world, run).await;

    assert_eq!(
        shown(&world, &id).await,
        at(1, 4, 4),
        "the early one has the content already"
    );
    assert_eq!(world.bytes(&id).await, pdf("by hand"));
}

#[tokio::test]
async fn a_file_that_was_rolled_back_and_is_held_loses_its_link_and_keeps_its_content() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/A.pdf", pdf("wrong").into());
    let run = link(&world, &id, "A.pdf").await;
    sync(&world).await;
    admin.rollback(&id).await.unwrap();
    assert_eq!(sync(&world).await.counts, [("held".to_string(), 1)].into());

    let done = undo(&world, run).await;

    assert_eq!((done.files, done.contents), (1, 0));
    assert_eq!(world.bytes(&id).await, pdf("by hand"));
    assert!(admin.release(&id).await.is_err(), "nothing is left to be released");
    let mine = world.data.path().join("mine.pdf");
    std::fs::write(&mine, pdf("mine")).unwrap();
    admin.replace_by_path(&id, &mine).await.unwrap();
}

#[tokio::test]
async fn a_file_that_has_the_old_content_again_already_is_given_no_revision_and_its_places_are_mended() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/A.pdf", pdf("wrong").into());
    let run = link(&world, &id, "A.pdf").await;
    sync(&world).await;
    admin.place_file(&id, ClientPoint, "Late").await.unwrap();
    admin.keep_clientpoints(None, true).await.unwrap();
    world.sim.put("/A.pdf", pdf("by hand").into());
    sync(&world).await;
    assert_eq!(shown(&world, &id).await, [("Late".to_string(), 2)]);

    let done = undo(&world, run).await;

    assert_eq!((done.files, done.contents), (1, 0));
    assert_eq!(row(&world, &id).await.revision, 3);
    assert_eq!(shown(&world, &id).await, [("Late".to_string(), 3)]);
}

#[tokio::test]
async fn a_file_that_people_hold_is_held_yet_when_it_follows_its_old_item_again() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let item = world.sim.put("/Old.pdf", pdf("old").into());
    let id = world.import(&item).await.file.unwrap().id;
    world.sim.put("/New.pdf", pdf("new").into());
    let run = link(&world, &id, "New.pdf").await;
    sync(&world).await;
    admin.rollback(&id).await.unwrap();

    undo(&world, run).await;

    world.sim.put("/Old.pdf", pdf("older").into());
    let ledger = sync(&world).await;
    assert_eq!(ledger.counts, [("held".to_string(), 1)].into());
    assert_eq!(world.bytes(&id).await, pdf("old"));
    admin.release(&id).await.unwrap();
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("older"));
    assert_eq!(row(&world, &id).await.source.unwrap().id, item);
}
