//! What the documents say of the service, what was measured, and what people have reported of it: each as the simulator
//! plays it, under both readings where there are two.

use std::time::Duration;

use clientpoint_host::service::{Ledger, Stop, SyncOptions};
use end_to_end::{
    WATCH, World,
    by_path::ByPath,
    pdf,
    sheets::{by_hand, outcomes, sheet},
};
use graph_sim::{BatchPaths, DeltaStyle, Fault, FaultKind, Oddity, Place, Quirks, RequestKind};

async fn imported(world: &World, names: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    for name in names {
        let item = world.sim.put(&format!("/{name}"), pdf("first").into());
        let outcome = world.import(&item).await;
        files.push(outcome.file.expect(&outcome.message).id);
    }
    files
}

/// Lets the time pass that is waited for, on the host's clock and on Microsoft's.
async fn pass(world: &World) {
    loop {
        let passed = world.clock.pass(|asked| asked != WATCH).await;
        let now = world.sim.now() + chrono::TimeDelta::from_std(passed).unwrap();
        world.sim.set_clock(now);
    }
}

async fn sync(world: &World) -> clientpoint_host::Result<Ledger> {
    let admin = world.admin().await;
    let (options, stop) = (SyncOptions::default(), Stop::default());
    tokio::select! {
        ledger = admin.sync(&options, &stop) => ledger,
        () = pass(world) => unreachable!("waiting has no end"),
    }
}

fn next_day(world: &World) {
    let day = Duration::from_secs(24 * 3600);
    world.clock.advance(day);
    world
        .sim
        .set_clock(world.sim.now() + chrono::TimeDelta::from_std(day).unwrap());
}

fn outcome<'l>(ledger: &'l Ledger, file: &str) -> &'l str {
    let line = ledger.lines.iter().find(|line| line.file == file);
    line.map_or("unchanged", |line| line.outcome.as_str())
}

#[tokio::test]
async fn a_tenant_of_many_sites_is_listed_to_its_end_however_little_a_minute_allows() {
    let world = World::connected().await;
    for number in 0..1300 {
        let path = format!("/sites/S{number:04}");
        world.sim.add_site(
            &path,
            &format!("Site {number:04}"),
            &[("Documents", "Shared%20Documents")],
        );
    }
    world.sim.set_units_per_minute(Some(1250));
    let admin = world.admin().await;
    let list = tokio::select! {
        list = admin.drives() => list.unwrap(),
        () = pass(&world) => unreachable!("waiting has no end"),
    };
    assert_eq!(list.notes, Vec::<String>::new());
    assert_eq!(list.drives.len(), world.sim.drive_ids().len());
    assert!(
        world.sim.requests().iter().any(|request| request.status == 429),
        "it was a squeeze"
    );
}

#[tokio::test]
async fn what_the_system_keeps_for_itself_is_not_offered() {
    let world = World::connected().await;
    let list = world.admin().await.drives().await.unwrap();
    let mut listed: Vec<String> = list.drives.iter().map(|drive| drive.id.clone()).collect();
    let mut there = world.sim.drive_ids();
    listed.sort();
    there.sort();
    assert_eq!(listed, there);
    let hidden = |drive: &clientpoint_host::service::DriveRow| {
        drive.web_url.as_deref().is_some_and(|url| url.ends_with("Library"))
    };
    assert!(!list.drives.iter().any(hidden));
}

#[tokio::test]
async fn a_drive_that_no_list_shows_is_selected_by_its_id_and_a_subsite_by_its_address() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let below = world
        .sim
        .add_site("/hr", "Personal", &[("Tài liệu", "Shared%20Documents")]);
    world.sim.clear_requests();
    let selected = admin.select_drive(&below[0], true).await.unwrap();
    assert_eq!(selected.drive.name, "Tài liệu (Personal)");
    assert!(
        world.requests(RequestKind::Users).is_empty(),
        "nothing was listed for that"
    );
    let own = world.sim.drive_id();
    admin.select_drive(&own, true).await.unwrap();
    let url = "https://contoso.sharepoint.com/hr/Shared%20Documents/Forms/AllItems.aspx";
    assert_eq!(admin.select_drive_at(url, true).await.unwrap().drive.id, below[0]);
}

#[tokio::test]
async fn a_site_that_is_blocked_is_noted_and_a_drive_out_of_reach_needs_a_person() {
    for (status, words) in [
        (423, "locked or archived"),
        (308, "was moved"),
        (404, "the drive itself"),
    ] {
        let world = World::connected().await;
        let files = imported(&world, &["A.pdf"]).await;
        let drives = [(world.sim.drive_id(), status)].into();
        world.sim.set_quirks(Quirks {
            drives,
            ..Quirks::default()
        });
        let ledger = sync(&world).await.unwrap();
        assert_eq!(ledger.counts.keys().collect::<Vec<_>>(), ["access-lost"], "{status}");
        let message = ledger.run.message.unwrap_or_default();
        assert!(message.contains(words), "{status}: {message}");
        world.sim.set_quirks(Quirks::default());
        assert_eq!(outcome(&sync(&world).await.unwrap(), &files[0]), "unchanged");
    }
    let world = World::connected().await;
    let site = world
        .sim
        .add_site("/sites/Old", "Old", &[("Documents", "Shared%20Documents")]);
    world.sim.set_quirks(Quirks {
        drives: [(site[0].clone(), 423)].into(),
        unlicensed: vec!["Ben Okafor".into()],
        ..Quirks::default()
    });
    let list = world.admin().await.drives().await.unwrap();
    assert!(!list.drives.iter().any(|drive| drive.id == site[0]));
    assert!(
        list.notes.len() == 1 && list.notes[0].contains("Old"),
        "{:?}",
        list.notes
    );
}

#[tokio::test]
async fn however_addresses_are_read_in_a_batch_the_rows_of_a_sheet_find_their_files() {
    for batch_paths in [BatchPaths::DecodedOnce, BatchPaths::DecodedTwice, BatchPaths::RawOnly] {
        let world = World::connected().await;
        world.sim.set_quirks(Quirks {
            batch_paths,
            ..Quirks::default()
        });
        let mut rows = Vec::new();
        for path in ["Clients/Offer.pdf", "A B/Übersicht 100%.pdf", "C & D/No #1 + 2.pdf"] {
            world.sim.put(&format!("/{path}"), pdf("x").into());
            rows.push((by_hand(&world, path.rsplit('/').next().unwrap()).await, path));
        }
        let rows: Vec<(&str, &str)> = rows.iter().map(|(id, path)| (id.as_str(), *path)).collect();
        let sheet = sheet(&world, &rows);
        let done = world.admin().await.associate_path(&sheet, true, None).await.unwrap();
        assert_eq!(outcomes(&done), ["linked"; 3], "{batch_paths:?}: {done:?}");
    }
}

#[tokio::test]
async fn in_a_cloud_where_paths_lead_to_the_root_files_are_found_and_synced() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/Clients/Offer.pdf", pdf("x").into());
    world.sim.set_quirks(Quirks {
        paths_lead_to_root: true,
        ..Quirks::default()
    });
    let sheet = sheet(&world, &[(&id, "Clients/Offer.pdf")]);
    let done = world.admin().await.associate_path(&sheet, false, None).await.unwrap();
    assert_eq!(outcomes(&done), ["linked"], "{done:?}");
    world.sim.set_quirks(Quirks {
        no_delta: true,
        ..Quirks::default()
    });
    assert_eq!(outcome(&sync(&world).await.unwrap(), &id), "updated");
    world.sim.put("/Clients/Offer.pdf", pdf("second").into());
    assert_eq!(outcome(&sync(&world).await.unwrap(), &id), "updated");
    assert_eq!(world.bytes(&id).await, pdf("second"));
}

#[tokio::test]
async fn a_link_that_fails_two_nights_is_given_up_and_nothing_that_changed_is_lost() {
    let world = World::connected().await;
    let files = imported(&world, &["A.pdf", "B.pdf"]).await;
    sync(&world).await.unwrap();
    world.sim.put("/B.pdf", pdf("second").into());
    world.sim.break_delta_tokens(500);
    let first = sync(&world).await.unwrap();
    assert_eq!(first.counts.keys().collect::<Vec<_>>(), ["deferred"]);
    next_day(&world);
    assert_eq!(outcome(&sync(&world).await.unwrap(), &files[1]), "updated");
    assert_eq!(sync(&world).await.unwrap().run.rest, 2, "and it stays well");
}

#[tokio::test]
async fn answers_that_would_be_silent_for_ever_are_not_believed() {
    let world = World::connected().await;
    world.sim.set_delta_style(DeltaStyle {
        echo_latest: true,
        ..DeltaStyle::default()
    });
    let files = imported(&world, &["A.pdf"]).await;
    world.sim.put("/A.pdf", pdf("second").into());
    assert_eq!(outcome(&sync(&world).await.unwrap(), &files[0]), "updated");
}

#[tokio::test]
async fn one_odd_entry_of_a_page_costs_no_run() {
    for oddity in [Oddity::NullEntry, Oddity::NullName, Oddity::TextSize] {
        let world = World::connected().await;
        let files = imported(&world, &["A.pdf", "B.pdf"]).await;
        world.sim.set_delta_style(DeltaStyle {
            oddity: Some(oddity),
            ..DeltaStyle::default()
        });
        world.sim.put("/B.pdf", pdf("second").into());
        let ledger = sync(&world).await.unwrap();
        assert_eq!(outcome(&ledger, &files[1]), "updated", "{oddity:?}");
        assert_eq!(outcome(&ledger, &files[0]), "unchanged", "{oddity:?}");
    }
}

#[tokio::test]
async fn a_page_without_measure_is_asked_for_with_fewer_entries() {
    let world = World::connected().await;
    let files = imported(&world, &["A.pdf"]).await;
    sync(&world).await.unwrap();
    for number in 0..21_000 {
        world.sim.put(&format!("/Other/{number}.txt"), "x".into());
    }
    world.sim.put("/A.pdf", pdf("second").into());
    world.sim.set_delta_style(DeltaStyle {
        long_pages: true,
        ..DeltaStyle::default()
    });
    assert_eq!(outcome(&sync(&world).await.unwrap(), &files[0]), "updated");
}

#[tokio::test]
async fn marks_that_are_missing_or_move_with_the_name_cost_no_download() {
    let world = World::connected().await;
    let files = imported(&world, &["A.pdf"]).await;
    for (no_ctag, before, now) in [(false, "/A.pdf", "B.pdf"), (true, "/B.pdf", "C.pdf")] {
        world.sim.rename(before, now);
        world.sim.set_delta_style(DeltaStyle {
            no_ctag,
            ..DeltaStyle::default()
        });
        world.sim.clear_requests();
        assert_eq!(outcome(&sync(&world).await.unwrap(), &files[0]), "unchanged");
        assert!(world.requests(RequestKind::Content).is_empty());
    }
}

#[tokio::test]
async fn a_file_that_rights_management_keeps_is_told_as_that() {
    let world = World::connected().await;
    let files = imported(&world, &["A.pdf"]).await;
    world.sim.put("/A.pdf", pdf("second").into());
    world.sim.set_quirks(Quirks {
        irm: vec!["/A.pdf".into()],
        ..Quirks::default()
    });
    assert_eq!(outcome(&sync(&world).await.unwrap(), &files[0]), "labelled");
    assert_eq!(world.bytes(&files[0]).await, pdf("first"));
}

#[tokio::test]
async fn a_401_of_one_item_or_of_one_batch_ends_no_sign_in() {
    let world = World::connected().await;
    let files = imported(&world, &["A.pdf", "B.pdf"]).await;
    world.sim.put("/A.pdf", pdf("second").into());
    world.sim.put("/B.pdf", pdf("second").into());
    world.sim.delete("/B.pdf");
    // The batch of looks is refused once as a whole, and what changed is refused always.
    world
        .sim
        .fault(Fault::new(FaultKind::TokenExpired).at(Place::Batch).times(1));
    world
        .sim
        .fault(Fault::new(FaultKind::TokenExpired).on("/A.pdf").always());
    let ledger = sync(&world).await.unwrap();
    assert_eq!(outcome(&ledger, &files[0]), "access-lost");
    assert_eq!(outcome(&ledger, &files[1]), "source-gone");
    assert!(world.admin().await.warnings().await.unwrap().is_empty());
    world.sim.clear_faults();
    assert_eq!(outcome(&sync(&world).await.unwrap(), &files[0]), "updated");
}

#[tokio::test]
async fn a_document_that_nobody_can_open_comes_in_with_a_word() {
    let world = World::connected().await;
    let utf16 = |name: &str| -> Vec<u8> { name.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let compound = |name: &str| [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), vec![0; 3000], utf16(name)].concat();
    for (path, bytes, words) in [
        ("/Deck.pptx", compound("DRMEncryptedDataSpace"), "protection label"),
        ("/Plan.xlsx", compound("StrongEncryptionDataSpace"), "password"),
        ("/Empty.pdf", Vec::new(), "is empty"),
    ] {
        let item = world.sim.put(path, bytes.into());
        let outcome = world.import(&item).await;
        assert!(outcome.file.is_some(), "{}", outcome.message);
        assert!(
            outcome.warnings.iter().any(|warning| warning.contains(words)),
            "{:?}",
            outcome.warnings
        );
    }
}
