//! What "Add from OneDrive" shows.

use clientpoint_engine::{contract::clientpoint::content_source::types::Subfolders, policy::PolicyChanges};
use clientpoint_host::service::{Cursor, Verdict};
use end_to_end::World;
use graph_sim::{Fault, FaultKind, RequestKind, RetryAfter};

#[tokio::test]
async fn r33_an_empty_drive_is_an_empty_list() {
    let world = World::connected().await;
    assert!(world.admin().await.browse(None).await.unwrap().is_empty());
}

#[tokio::test]
async fn r33_five_thousand_files_over_many_pages_are_all_there_each_once_in_a_stable_order() {
    let world = World::connected().await;
    for number in 0..5_000 {
        world.sim.put(&format!("/{number:05}.pdf"), b"%PDF-".to_vec().into());
    }
    let admin = world.admin().await;

    let ids = async || {
        let rows = admin.browse(None).await.unwrap().into_iter();
        rows.map(|row| row.item.id).collect::<Vec<_>>()
    };
    let (first, second) = (ids().await, ids().await);

    assert_eq!(first.len(), 5_000);
    assert_eq!(first, second);
    let distinct: std::collections::BTreeSet<_> = first.iter().collect();
    assert_eq!(distinct.len(), 5_000);
}

#[tokio::test]
async fn r33_the_first_rows_of_a_large_drive_come_after_one_request_and_the_others_page_by_page() {
    let world = World::connected().await;
    for number in 0..1_000 {
        world.sim.put(&format!("/{number:05}.pdf"), b"%PDF-".to_vec().into());
    }
    let admin = world.admin().await;
    let whole = admin.browse(None).await.unwrap();
    world.sim.clear_requests();

    let mut page = admin.browse_page(None, None).await.unwrap();

    assert!(!page.rows.is_empty());
    assert_eq!(
        world.requests(RequestKind::Children).len(),
        1,
        "{:?}",
        world.sim.requests()
    );
    let elsewhere = admin.browse_page(Some("01FOLDER".into()), page.next.as_ref()).await;
    assert!(elsewhere.unwrap_err().to_string().contains("no place in this list"));
    let drives = admin.drives_page(page.next.as_ref()).await;
    assert!(drives.unwrap_err().is_usage(), "nor in any other");
    let made_up: Cursor = "aHR0cHM6Ly9ldmlsLmV4YW1wbGUvdjEuMC9tZS9kcml2ZQ".parse().unwrap();
    assert!(admin.browse_page(None, Some(&made_up)).await.unwrap_err().is_usage());
    assert_eq!(
        world.requests(RequestKind::Children).len(),
        1,
        "nothing was asked for by those"
    );
    let mut rows = Vec::new();
    loop {
        rows.extend(page.rows.iter().map(|row| row.item.id.clone()));
        let Some(next) = page.next else { break };
        page = admin.browse_page(None, Some(&next)).await.unwrap();
    }
    assert_eq!(rows, whole.into_iter().map(|row| row.item.id).collect::<Vec<_>>());
}

#[tokio::test]
async fn r17_pages_of_drives_have_the_drives_that_the_whole_list_has() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let whole = admin.drives().await.unwrap();
    let (mut drives, mut after) = (std::collections::BTreeSet::new(), None);
    loop {
        let page = admin.drives_page(after.as_ref()).await.unwrap();
        drives.extend(page.drives.into_iter().map(|drive| (drive.id, drive.selected)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(
        drives,
        whole
            .drives
            .into_iter()
            .map(|drive| (drive.id, drive.selected))
            .collect()
    );
}

#[tokio::test]
async fn r34_each_row_says_whether_it_can_be_imported_and_why_not() {
    let world = World::connected().await;
    let sim = &world.sim;
    let there = sim.put("/There.pdf", b"%PDF-".to_vec().into());
    sim.put("/New.DOCX", b"PK\x03\x04".to_vec().into());
    sim.put("/Macro.xlsm", b"PK\x03\x04".to_vec().into());
    sim.mkdir("/Folder");
    sim.put_package("/Notebook");
    sim.put_shortcut("/Link.pdf", "b!other", "01OTHER");
    sim.put("/Bad.pdf", b"%PDF-".to_vec().into());
    sim.mark_malware("/Bad.pdf");
    let id = world.import(&there).await.file.unwrap().id;

    let rows = world.admin().await.browse(None).await.unwrap();

    let verdict = |name: &str| rows.iter().find(|row| row.name == name).unwrap().verdict.clone();
    let refused = |reason| Verdict::Refused { reason };
    assert_eq!(verdict("There.pdf"), Verdict::AlreadyImported { file: id });
    assert_eq!(verdict("New.DOCX"), Verdict::Importable);
    assert_eq!(verdict("Macro.xlsm"), refused("unsupported-type"));
    assert_eq!(verdict("Folder"), refused("folder"));
    assert_eq!(verdict("Notebook"), refused("package"));
    assert_eq!(verdict("Link.pdf"), refused("shortcut"));
    assert_eq!(verdict("Bad.pdf"), refused("malware"));
    for row in rows.iter().filter(|row| matches!(row.verdict, Verdict::Refused { .. })) {
        assert!(!row.message.is_empty(), "{} says why", row.name);
    }
}

#[tokio::test]
async fn r31_a_folder_opens_only_where_the_policy_lets_it() {
    for (subfolders, opens) in [
        (Subfolders::None, false),
        (Subfolders::Associate, false),
        (Subfolders::Browse, true),
    ] {
        let world = World::connected_with(|builder| {
            builder.policy(PolicyChanges {
                subfolders: Some(subfolders),
                ..PolicyChanges::default()
            })
        })
        .await;
        world.sim.put("/Folder/Inner.pdf", b"%PDF-".to_vec().into());
        let folder = world.sim.item_id("/Folder").unwrap();

        let rows = world.admin().await.browse(Some(folder)).await;

        assert_eq!(
            rows.is_ok_and(|rows| rows[0].name == "Inner.pdf"),
            opens,
            "{subfolders:?}"
        );
    }
}

#[tokio::test]
async fn r33_throttled_in_the_middle_the_list_is_whole_in_the_end() {
    let world = World::connected().await;
    for number in 0..1_500 {
        world.sim.put(&format!("/{number:05}.pdf"), b"%PDF-".to_vec().into());
    }
    world
        .sim
        .fault(Fault::from(FaultKind::Throttle(RetryAfter::Seconds(3))).times(1));
    let admin = world.admin().await;
    let patience = async {
        loop {
            world.clock.pass(|asked| asked != end_to_end::WATCH).await;
        }
    };
    let rows = tokio::select! {
        rows = admin.browse(None) => rows.unwrap(),
        () = patience => unreachable!("patience has no end"),
    };
    assert_eq!(rows.len(), 1_500);
}
