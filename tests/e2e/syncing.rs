//! The daily sync: files follow their source, one way, and the ledger accounts for every one of them.

mod trouble;

use std::{collections::BTreeMap, io::Read};

use clientpoint_host::{
    service::{Ledger, LedgerFormat, Stop, SyncOptions},
    store::files::ShowingKind,
};
use end_to_end::{World, pdf};
use graph_sim::RequestKind;

/// A drive with these files, all of them imported. Gives their File IDs by name.
async fn imported(world: &World, names: &[&str]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for name in names {
        let item = world.sim.put(&format!("/{name}"), pdf("first").into());
        let outcome = world.import(&item).await;
        files.insert((*name).to_string(), outcome.file.expect(&outcome.message).id);
    }
    world.sim.clear_requests();
    files
}

async fn sync(world: &World) -> Ledger {
    let ledger = world
        .admin()
        .await
        .sync(&SyncOptions::default(), &Stop::default())
        .await
        .unwrap();
    adds_up(&ledger);
    ledger
}

fn adds_up(ledger: &Ledger) {
    assert_eq!(ledger.counts.values().sum::<u64>(), ledger.run.inputs, "{ledger:?}");
    assert_eq!(
        ledger.lines.len() as u64 + ledger.run.rest,
        ledger.run.inputs,
        "{ledger:?}"
    );
}

fn counts(ledger: &Ledger) -> Vec<(&str, u64)> {
    ledger
        .counts
        .iter()
        .map(|(outcome, count)| (outcome.as_str(), *count))
        .collect()
}

#[tokio::test]
async fn r25_r37_a_change_is_fetched_once_and_shown_everywhere_at_once() {
    let world = World::connected().await;
    let files = imported(&world, &["A.pdf", "B.pdf", "C.pdf"]).await;
    let id = &files["B.pdf"];
    for name in ["One", "Two", "Three"] {
        world
            .admin()
            .await
            .place_file(id, ShowingKind::ClientPoint, name)
            .await
            .unwrap();
    }
    for name in ["Plain", "Fancy"] {
        world
            .admin()
            .await
            .place_file(id, ShowingKind::Template, name)
            .await
            .unwrap();
    }
    world.sim.put("/B.pdf", pdf("second").into());

    let ledger = sync(&world).await;

    assert_eq!(counts(&ledger), [("unchanged", 2), ("updated", 1)]);
    assert_eq!(
        (ledger.lines[0].file.as_str(), ledger.lines[0].reached),
        (id.as_str(), 5)
    );
    assert_eq!(world.bytes(id).await, pdf("second"));
    let showings = world.admin().await.showings(id).await.unwrap();
    assert!(showings.iter().all(|showing| showing.revision == 2), "{showings:?}");
    assert_eq!(world.requests(RequestKind::Delta).len(), 1);
    assert_eq!(world.sim.requests().len(), 3, "a page, an address, the bytes");
    assert!(ledger.is_clean());

    world.sim.clear_requests();
    assert_eq!(counts(&sync(&world).await), [("unchanged", 3)]);
    assert_eq!(world.sim.requests().len(), 1);
}

#[tokio::test]
async fn r22_a_sync_only_reads() {
    let world = World::connected().await;
    imported(&world, &["A.pdf", "B.pdf"]).await;
    world.sim.put("/A.pdf", pdf("second").into());
    world.sim.delete("/B.pdf");
    sync(&world).await;
    let posts: Vec<_> = world
        .sim
        .requests()
        .into_iter()
        .filter(|request| request.method != "GET")
        .collect();
    assert!(
        posts.iter().all(|request| request.path.ends_with("/$batch")),
        "{posts:?}"
    );
}

#[tokio::test]
async fn r37_existing_clientpoints_stay_as_they_are_where_people_say_so() {
    for for_all in [true, false] {
        let world = World::connected().await;
        let files = imported(&world, &["A.pdf"]).await;
        let id = &files["A.pdf"];
        let admin = world.admin().await;
        admin.place_file(id, ShowingKind::ClientPoint, "One").await.unwrap();
        admin.place_file(id, ShowingKind::Template, "Plain").await.unwrap();
        admin.keep_clientpoints((!for_all).then_some(id), true).await.unwrap();
        world.sim.put("/A.pdf", pdf("second").into());

        let ledger = sync(&world).await;

        assert_eq!(ledger.lines[0].reached, 1);
        let showings = admin.showings(id).await.unwrap();
        let revisions: Vec<_> = showings.iter().map(|showing| showing.revision).collect();
        assert_eq!(revisions, [1, 2]);
    }
}

#[tokio::test]
async fn s1_s2_r24b_r28_what_can_not_follow_keeps_its_bytes_and_goes_on_being_told() {
    let world = World::connected_with(|builder| {
        builder.policy(clientpoint_engine::policy::PolicyChanges {
            max_file_bytes: Some(1_000),
            ..Default::default()
        })
    })
    .await;
    let files = imported(
        &world,
        &[
            "gone.pdf",
            "renamed.pdf",
            "format.pdf",
            "large.pdf",
            "sick.pdf",
            "same.pdf",
        ],
    )
    .await;
    world.sim.delete("/gone.pdf");
    world.sim.rename("/renamed.pdf", "other name.pdf");
    world.sim.rename("/format.pdf", "format.docx");
    world.sim.put("/large.pdf", pdf(&"x".repeat(2_000)).into());
    world.sim.mark_malware("/sick.pdf");
    world.sim.put("/sick.pdf", pdf("sick").into());
    world.sim.mark_malware("/sick.pdf");

    let expected = [
        ("format-mismatch", 1),
        ("malware", 1),
        ("source-gone", 1),
        ("too-large", 1),
        ("unchanged", 2),
    ];
    assert_eq!(counts(&sync(&world).await), expected);
    for id in files.values() {
        assert_eq!(world.bytes(id).await, pdf("first"));
    }
    // Nothing has changed since, and nothing is called unchanged that does not follow.
    let second = sync(&world).await;
    assert_eq!(counts(&second), expected);
    assert!(!second.is_clean());

    let item = world.sim.item_id("/format.docx").unwrap();
    world.sim.restore("/gone.pdf");
    world.sim.rename("/format.docx", "format.pdf");
    assert_eq!(world.sim.item_id("/format.pdf"), Some(item));
    world.sim.put("/large.pdf", pdf("small again").into());
    let ledger = sync(&world).await;
    assert_eq!(
        counts(&ledger),
        [("malware", 1), ("source-back", 1), ("unchanged", 3), ("updated", 1)]
    );
}

#[tokio::test]
async fn a_plan_is_carried_out_exactly_or_refused() {
    let world = World::connected().await;
    let files = imported(&world, &["A.pdf", "B.pdf"]).await;
    let admin = world.admin().await;
    admin
        .place_file(&files["A.pdf"], ShowingKind::Template, "Plain")
        .await
        .unwrap();
    world.sim.put("/A.pdf", pdf("second").into());

    let plan = admin.plan_sync(&Stop::default()).await.unwrap();

    assert_eq!(plan.rows.len(), 1);
    assert_eq!((plan.rows[0].outcome.as_str(), plan.rows[0].shown_in), ("updated", 1));
    assert_eq!((plan.rows[0].size, plan.unchanged), (Some(15), 1));
    assert_eq!(world.bytes(&files["A.pdf"]).await, pdf("first"));
    assert_eq!(
        admin.plan_sync(&Stop::default()).await.unwrap().plan,
        plan.plan,
        "equal plans, equal ids"
    );

    world.sim.put("/B.pdf", pdf("second").into());
    let options = |plan: &str| SyncOptions {
        plan: Some(plan.to_string()),
        accept_gone: false,
    };
    let refused = admin.sync(&options(&plan.plan), &Stop::default()).await.unwrap_err();
    assert_eq!(refused.code(), "plan-outdated");
    assert_eq!(world.bytes(&files["A.pdf"]).await, pdf("first"));

    let plan = admin.plan_sync(&Stop::default()).await.unwrap();
    let ledger = admin.sync(&options(&plan.plan), &Stop::default()).await.unwrap();
    adds_up(&ledger);
    assert_eq!(counts(&ledger), [("updated", 2)]);
}

#[tokio::test]
async fn an_update_can_be_taken_back_and_stays_back_until_it_is_released() {
    let world = World::connected().await;
    let files = imported(&world, &["A.pdf"]).await;
    let id = &files["A.pdf"];
    let admin = world.admin().await;
    assert_eq!(
        admin.rollback(id).await.unwrap_err().code(),
        "wrong-settings",
        "there is nothing to go back to"
    );
    admin.place_file(id, ShowingKind::ClientPoint, "One").await.unwrap();
    world.sim.put("/A.pdf", pdf("a mistake").into());
    sync(&world).await;

    admin.rollback(id).await.unwrap();

    assert_eq!(world.bytes(id).await, pdf("first"));
    assert_eq!(admin.showings(id).await.unwrap()[0].revision, 3);
    assert_eq!(counts(&sync(&world).await), [("held", 1)]);
    world.sim.put("/A.pdf", pdf("mended").into());
    assert_eq!(counts(&sync(&world).await), [("held", 1)]);
    admin.release(id).await.unwrap();
    assert_eq!(counts(&sync(&world).await), [("updated", 1)]);
    assert_eq!(world.bytes(id).await, pdf("mended"));
}

#[tokio::test]
async fn reports_are_written_in_three_forms_and_hold_every_line() {
    let world = World::connected().await;
    imported(&world, &["A.pdf", "=1+2.pdf"]).await;
    world.sim.put("/A.pdf", pdf("second").into());
    world.sim.put("/=1+2.pdf", pdf("second").into());
    let ledger = sync(&world).await;
    let admin = world.admin().await;
    let written = async |format| {
        let mut bytes = Vec::new();
        admin
            .ledger_file(&ledger, format)
            .await
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        bytes
    };
    assert!(written(LedgerFormat::Xlsx).await.starts_with(b"PK"));
    let json: serde_json::Value = serde_json::from_slice(&written(LedgerFormat::Json).await).unwrap();
    assert_eq!(json, serde_json::to_value(&ledger).unwrap());
    let csv = String::from_utf8(written(LedgerFormat::Csv).await).unwrap();
    assert_eq!(csv.lines().count(), 3);
    assert!(csv.contains("\"'=1+2.pdf\""), "{csv}");
}
