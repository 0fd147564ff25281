//! What is looked at anew: files that were released after their item had gone, what a limit decided that is another one
//! now, files that were given up, and files that are to follow the item that was saved anew under their name.

use clientpoint_engine::policy::PolicyChanges;
use clientpoint_host::{Host, service::Stop, way_out::WayOut};
use end_to_end::{World, builder, pdf, sync};
use graph_sim::{Fault, FaultKind, Place};

const MARKETING: &str = "https://contoso.sharepoint.com/sites/Marketing";

async fn imported(world: &World, name: &str) -> String {
    let item = world.sim.put(&format!("/{name}"), pdf("first").into());
    world.import(&item).await.file.unwrap().id
}

async fn limited(world: &World, max_file_bytes: u64) -> Host {
    let changes = PolicyChanges {
        max_file_bytes: Some(max_file_bytes),
        ..PolicyChanges::default()
    };
    let other = builder(&world.sim, &world.clock, world.data.path()).policy(changes);
    other.build().await.unwrap()
}

#[tokio::test]
async fn s1_a_deleted_source_is_gone_after_a_release_a_rollback_and_a_switch_of_drives() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "A.pdf").await;
    world.sim.put("/A.pdf", pdf("second").into());
    sync(&world).await;
    admin.rollback(&id).await.unwrap();
    world.sim.delete("/A.pdf");
    assert_eq!(sync(&world).await.counts["held"], 1);

    admin.release(&id).await.unwrap();
    assert_eq!(sync(&world).await.counts["source-gone"], 1);
    admin.release(&id).await.unwrap();
    assert_eq!(sync(&world).await.counts["source-gone"], 1);

    admin.select_drive_at(MARKETING, true).await.unwrap();
    admin.select_drive(&world.sim.drive_id(), true).await.unwrap();
    let plan = admin.plan_sync(&Stop::default()).await.unwrap();
    assert_eq!(plan.counts["source-gone"], 1, "the plan knows it, too");
    assert_eq!(sync(&world).await.counts["source-gone"], 1);
    assert_eq!(admin.health().await.unwrap()[0].needs_a_person["source-gone"], 1);
    assert_eq!(world.bytes(&id).await, pdf("first"));
}

#[tokio::test]
async fn what_a_limit_decided_is_looked_at_again_when_the_limit_is_another_one_and_a_plan_counts_as_a_sync() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "A.pdf").await;
    imported(&world, "B.pdf").await;
    imported(&world, "C.pdf").await;
    world.sim.delete("/B.pdf");
    world.sim.put("/A.pdf", pdf(&"x".repeat(200)).into());
    let narrow = limited(&world, 100).await;
    let at_work = narrow.session("admin").await.unwrap();
    for _ in 0..2 {
        let plan = at_work.plan_sync(&Stop::default()).await.unwrap();
        let ledger = at_work.sync(&Default::default(), &Stop::default()).await.unwrap();
        assert_eq!(ledger.counts["too-large"], 1);
        assert_eq!(plan.counts, ledger.counts);
    }

    assert_eq!(sync(&world).await.counts["updated"], 1);
    assert_eq!(world.bytes(&id).await, pdf(&"x".repeat(200)));
    let plan = admin.plan_sync(&Stop::default()).await.unwrap();
    assert_eq!(plan.counts, sync(&world).await.counts);
}

#[tokio::test]
async fn a_file_that_was_given_up_needs_a_person_and_can_be_kept() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "A.pdf").await;
    world.sim.put("/A.pdf", pdf("second").into());
    world.sim.fault(Fault::new(FaultKind::Locked).at(Place::Content));
    for _ in 0..7 {
        assert!(!admin.health().await.unwrap()[0].needs_a_person.contains_key("given-up"));
        sync(&world).await;
    }
    assert_eq!(admin.health().await.unwrap()[0].needs_a_person["given-up"], 1);
    admin.unlock(&id).await.unwrap();
    assert!(!admin.health().await.unwrap()[0].needs_a_person.contains_key("given-up"));
}

#[tokio::test]
async fn a_file_follows_the_item_that_was_saved_anew_under_its_name_until_that_is_taken_back() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let id = imported(&world, "A, B.pdf").await;
    for by_id in [false, true] {
        world.sim.delete("/A, B.pdf");
        let item = world.sim.put("/A, B.pdf", pdf("saved anew").into());
        let ledger = sync(&world).await;
        assert_eq!(ledger.counts["source-gone"], 1);
        let line = &ledger.lines[0];
        // Once it was tied to that place, by the first `follow`, the place says so.
        let reason = if by_id { "path-now-other-item" } else { "saved-anew" };
        assert_eq!(line.reason, reason);
        let named = format!("let the file follow that one (its id is `{item}`)");
        assert!(line.message.contains(&named), "{named}: {line:?}");
        let file = Some(id.clone());
        let ways_out = &ledger.ways_out_of_lines[&line.outcome];
        assert!(ways_out.contains(&WayOut::Follow { file }), "{ways_out:?}");

        let named = if by_id { item.as_str() } else { "A, B.pdf" };
        let done = admin.follow(&id, named, &Stop::default()).await.unwrap();
        assert_eq!(done.rows[0].outcome, "re-linked", "{:?}", done.rows);
        sync(&world).await;
        assert_eq!(admin.file(&id).await.unwrap().source.unwrap().id, item);
        assert_eq!(world.bytes(&id).await, pdf("saved anew"));
        if by_id {
            let (_, undone) = admin.undo_association(done.run.unwrap().id).await.unwrap();
            assert_eq!(undone.files, 1);
        }
    }
    // Saved by a file beside it that takes its name.
    let followed = admin.file(&id).await.unwrap().source.unwrap().id;
    let beside = world.sim.put("/~A, B.tmp.pdf", pdf("over").into());
    world.sim.delete("/A, B.pdf");
    world.sim.rename("/~A, B.tmp.pdf", "A, B.pdf");
    let line = sync(&world).await.lines.remove(0);
    assert_ne!(followed, beside);
    assert_eq!(line.outcome, "source-gone");
    assert!(
        line.message
            .contains(&format!("let the file follow that one (its id is `{beside}`)")),
        "{line:?}"
    );
    admin.follow(&id, &beside, &Stop::default()).await.unwrap();
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("over"));

    let refused = admin.follow(&id, "Nothing.pdf", &Stop::default()).await.unwrap_err();
    assert_eq!(refused.code(), "not-found");
}
