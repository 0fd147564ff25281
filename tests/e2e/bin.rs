//! Files leave the library by people's hands: into the bin, back again, and for good. And those that do not follow any
//! more are kept as the library's own.

use std::time::Duration;

use clientpoint_host::{
    Session,
    service::Ledger,
    store::files::ShowingKind::{ClientPoint, Template},
    way_out::WayOut,
};
use end_to_end::{
    World, builder, pdf,
    sheets::{apply, by_hand, outcomes, sheet},
    sync,
    whole::Whole,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A file that follows `/A.pdf`.
async fn imported(world: &World) -> String {
    let item = world.sim.put("/A.pdf", pdf("first").into());
    world.import(&item).await.file.unwrap().id
}

async fn remove(admin: &Session<'_>, id: &str) {
    let binned = admin.remove_file(id).await.unwrap();
    assert_eq!((binned.id.as_str(), binned.removed_by.as_str()), (id, "admin"));
}

fn line<'l>(ledger: &'l Ledger, id: &str) -> &'l clientpoint_host::service::api::Line {
    ledger.lines.iter().find(|line| line.file == id).unwrap()
}

#[tokio::test]
async fn a_file_that_is_shown_is_not_removed_and_the_refusal_names_where() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world).await;
    admin.place_file(&id, ClientPoint, "Fabrikam").await.unwrap();
    admin.place_file(&id, Template, "Offer").await.unwrap();

    let refused = admin.remove_file(&id).await.unwrap_err();
    assert_eq!(refused.code(), "still-shown");
    for says in ["ClientPoint `Fabrikam`", "Template `Offer`"] {
        assert!(refused.to_string().contains(says), "{refused}");
    }
    let take_out = WayOut::TakeOut { file: Some(id.clone()) };
    assert_eq!(refused.ways_out(), [take_out]);

    admin.unplace_file(&id, ClientPoint, "Fabrikam").await.unwrap();
    assert_eq!(admin.remove_file(&id).await.unwrap_err().code(), "still-shown");
    let nowhere = admin.unplace_file(&id, ClientPoint, "Fabrikam").await.unwrap_err();
    assert_eq!(nowhere.code(), "not-found");
    assert!(admin.unplace_file(&id, Template, "Offer").await.unwrap().is_empty());
    remove(&admin, &id).await;
}

#[tokio::test]
async fn a_file_in_the_bin_follows_nothing_and_whoever_asks_for_it_is_told_where_it_is() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let (id, other) = (imported(&world).await, by_hand(&world, "Offer.pdf").await);
    let upload = apply(&world, &sheet(&world, &[(&other, "A.pdf")]))
        .await
        .run
        .unwrap()
        .id;
    remove(&admin, &id).await;
    remove(&admin, &other).await;
    world.sim.put("/A.pdf", pdf("second").into());

    let ledger = sync(&world).await;
    assert_eq!((ledger.run.state.as_str(), ledger.run.inputs), ("complete", 0));
    assert!(admin.library().await.unwrap().is_empty());
    let names: Vec<_> = admin.bin().await.unwrap().into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["A.pdf", "Offer.pdf"]);
    for refused in [
        admin.file(&id).await.map(drop),
        admin.content(&id).await.map(drop),
        admin.place_file(&id, ClientPoint, "Fabrikam").await.map(drop),
        admin
            .move_file(&id, &"Workspace/Sales".parse().unwrap())
            .await
            .map(drop),
        admin.rollback(&id).await.map(drop),
        admin.release(&id).await.map(drop),
        admin.unlock(&id).await.map(drop),
        admin.remove_file(&id).await.map(drop),
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(refused.code(), "in-the-bin");
        let restore = WayOut::Restore { file: Some(id.clone()) };
        assert_eq!(refused.ways_out(), [restore]);
    }
    let row = apply(&world, &sheet(&world, &[(&id, "A.pdf")])).await.rows.remove(0);
    assert_eq!(row.outcome, "unknown-file-id");
    assert!(row.message.contains("in the bin"), "{}", row.message);
    let (_, undone) = admin.undo_association(upload).await.unwrap();
    assert_eq!((undone.files, undone.removed), (0, vec![other]));
}

#[tokio::test]
async fn a_file_is_restored_as_it_was_and_follows_again() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world).await;
    let before = admin.file(&id).await.unwrap();
    remove(&admin, &id).await;

    assert_eq!(admin.restore_file(&id).await.unwrap(), before);
    assert_eq!(admin.restore_file(&id).await.unwrap_err().code(), "wrong-settings");
    world.sim.put("/A.pdf", pdf("second").into());
    assert_eq!(sync(&world).await.counts["updated"], 1);
    assert_eq!(world.bytes(&id).await, pdf("second"));

    // Where nobody syncs its drive any more, it comes back detached.
    remove(&admin, &id).await;
    admin.disconnect(None, None).await.unwrap();
    admin.restore_file(&id).await.unwrap();
    assert_eq!(admin.status().await.unwrap().detached_files, 1);
    world.connect().await;
    world.sim.put("/A.pdf", pdf("third").into());
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("third"));
}

#[tokio::test]
async fn an_import_of_its_item_brings_a_file_back_under_its_id() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world).await;
    admin.move_file(&id, &"Workspace/Sales".parse().unwrap()).await.unwrap();
    remove(&admin, &id).await;
    world.sim.rename("/A.pdf", "B.pdf");
    let item = world.sim.put("/B.pdf", pdf("second").into());

    let outcome = world.import(&item).await;

    assert_eq!(outcome.outcome, "imported");
    let file = outcome.file.unwrap();
    assert_eq!(
        (file.id.as_str(), file.name.as_str(), file.revision),
        (id.as_str(), "B.pdf", 2)
    );
    assert_eq!(
        file.place, "Workspace/Sales",
        "where it was, and not where everyone sees it"
    );
    assert_eq!(world.bytes(&id).await, pdf("second"));
    assert!(admin.bin().await.unwrap().is_empty());
    assert_eq!(sync(&world).await.counts["unchanged"], 1);
}

#[tokio::test]
async fn after_thirty_days_a_file_is_gone_with_its_bytes_and_ledgers_name_it_still() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let (id, kept) = (imported(&world).await, by_hand(&world, "kept.pdf").await);
    world.sim.delete("/A.pdf");
    let run = sync(&world).await.run.id;
    let sha256 = admin.file(&id).await.unwrap().sha256;
    let bytes = world
        .data
        .path()
        .join("objects")
        .join(sha256.get(..2).unwrap())
        .join(&sha256);
    remove(&admin, &id).await;
    let later = async || {
        let host = builder(&world.sim, &world.clock, world.data.path())
            .build()
            .await
            .unwrap();
        host.take_notices()
    };

    world.clock.advance(DAY * 30 - Duration::from_secs(1));
    assert!(later().await.is_empty());
    assert!(bytes.exists());
    world.clock.advance(Duration::from_secs(1));
    assert!(
        later()
            .await
            .iter()
            .any(|notice| notice.message.contains("removed for good"))
    );
    world.clock.advance(DAY);
    later().await;

    assert!(!bytes.exists(), "the sweep has taken them");
    assert!(admin.bin().await.unwrap().is_empty());
    assert_eq!(admin.file(&id).await.unwrap_err().code(), "removed");
    assert_eq!(admin.restore_file(&id).await.unwrap_err().code(), "removed");
    assert_eq!(line(&admin.run(run).await.unwrap(), &id).outcome, "source-gone");
    assert_eq!(world.bytes(&kept).await, pdf("by hand"));
    world.sim.restore("/A.pdf");
    let item = world.sim.item_id("/A.pdf").unwrap();
    assert_ne!(
        world.import(&item).await.file.unwrap().id,
        id,
        "a File ID is never given twice"
    );
}

#[tokio::test]
async fn each_morning_tells_name_reason_and_way_out_until_somebody_acts() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world).await;
    world.sim.delete("/A.pdf");
    let first = sync(&world).await;
    for _ in 0..2 {
        let again = sync(&world).await;
        let (then, now) = (line(&first, &id), line(&again, &id));
        assert_eq!(
            (&then.outcome, &then.name, &then.message),
            (&now.outcome, &now.name, &now.message)
        );
        for says in ["A.pdf", "remove it from the library", "unlock it"] {
            assert!(now.message.contains(says), "{}", now.message);
        }
    }
    // One way out, and the other.
    admin.unlock(&id).await.unwrap();
    assert_eq!(admin.file(&id).await.unwrap().source, None);
    assert_eq!(sync(&world).await.run.inputs, 0);
    assert_eq!(world.bytes(&id).await, pdf("first"));
    remove(&admin, &id).await;
}

#[tokio::test]
async fn a_file_that_follows_is_not_unlocked() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let (id, own) = (imported(&world).await, by_hand(&world, "own.pdf").await);
    let refused = admin.unlock(&id).await.unwrap_err().to_string();
    assert!(refused.contains("source-gone"), "{refused}");
    assert!(admin.unlock(&own).await.unwrap_err().to_string().contains("already"));
    assert_eq!(
        outcomes(&apply(&world, &sheet(&world, &[(&own, "A.pdf")])).await),
        ["linked"]
    );
}
