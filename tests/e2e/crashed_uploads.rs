//! A process that dies anywhere in an upload: all that it could link is linked, or nothing is, and the next upload ends whole.

use std::path::Path;

use clientpoint_host::{
    Result,
    service::{Stop, SyncOptions},
};
use end_to_end::{
    World,
    by_path::ByPath,
    pdf,
    sheets::{by_hand, outcomes, sheet},
    whole::Whole,
};

use crate::crashes::{copied, dead, host};

/// The names of the files that can be linked.
const LINKABLE: [&str; 3] = ["A.pdf", "B.pdf", "C.pdf"];

/// A folder with files that somebody has added, and a sheet that ties all of them but one.
async fn prepared() -> (World, std::path::PathBuf) {
    let world = World::connected().await;
    let mut rows = Vec::new();
    for name in LINKABLE {
        world.sim.put(&format!("/{name}"), pdf(name).into());
        rows.push((by_hand(&world, name).await, name));
    }
    rows.push((by_hand(&world, "Lost.pdf").await, "Nowhere/Lost.pdf"));
    let rows: Vec<(&str, &str)> = rows.iter().map(|(id, path)| (id.as_str(), *path)).collect();
    let sheet = sheet(&world, &rows);
    (world, sheet)
}

/// Asks until nobody is in the way: a process that another test is just starting holds copies of all that is open here,
/// until it is started.
async fn free<T>(ask: impl AsyncFn() -> Result<T>) -> T {
    loop {
        match ask().await {
            Ok(done) => return done,
            Err(error) if error.code() == "sync-running" => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Looks at what is left, uploads the sheet again, and syncs.
async fn look_and_finish(world: &World, data: &Path, sheet: &Path) {
    let host = host(world, data).await;
    let admin = host.session("admin").await.unwrap();
    let files = admin.library().await.unwrap();
    let linked = files.iter().filter(|file| file.source.is_some()).count();
    assert!(linked == 0 || linked == LINKABLE.len(), "{linked} of them: {files:?}");
    for file in &files {
        assert_eq!(admin.bytes_of(&file.id).await.unwrap(), pdf("by hand"), "{file:?}");
    }

    let done = free(async || admin.associate_path(sheet, false, None).await).await;

    let first = if linked == 0 { "linked" } else { "already-linked" };
    assert_eq!(outcomes(&done), [first, first, first, "path-not-found"], "{done:?}");
    let run = done.run.unwrap();
    assert_eq!((run.state.as_str(), run.inputs), ("incomplete", 4), "{run:?}");
    let others = admin.runs().await.unwrap().into_iter().map(|row| row.run);
    for other in others.filter(|other| other.id != run.id) {
        assert!(matches!(other.state.as_str(), "failed" | "incomplete"), "{other:?}");
    }
    let ledger = free(async || admin.sync(&SyncOptions::default(), &Stop::default()).await).await;
    assert_eq!(ledger.counts, [("updated".to_owned(), 3)].into(), "{ledger:?}");
    for file in &files {
        let expected = if file.name == "Lost.pdf" {
            "by hand"
        } else {
            file.name.as_str()
        };
        assert_eq!(admin.bytes_of(&file.id).await.unwrap(), pdf(expected), "{file:?}");
    }
}

#[tokio::test]
async fn a_process_that_dies_at_any_await_of_an_upload_has_linked_all_or_nothing_and_the_next_one_ends_whole() {
    let (world, sheet) = prepared().await;
    // Once before anything is done, so that the copies have the component compiled.
    assert!(!dead(&world, world.data.path(), 0, Some(&sheet)).success());
    let mut polls = 0;
    loop {
        let data = copied(&world);
        let status = dead(&world, data.path(), polls, Some(&sheet));
        look_and_finish(&world, data.path(), &sheet).await;
        if status.success() {
            break;
        }
        assert!(status.code().is_none(), "it ended by itself: {status}");
        polls += 1;
    }
    assert!(polls > 20, "it died {polls} polls deep at most");
}
