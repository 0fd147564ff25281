//! What a run costs the database.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use clientpoint_engine::{
    clock::SystemClock,
    contract::clientpoint::content_source::managed_files::{Change, Line, LinkState, Outcome, Settlement},
    library::Scope,
};

use super::*;
use crate::store::{objects::Objects, reference::Reference};

/// How many instructions the database carries out over that.
async fn instructions(store: &Store, work: impl Future<Output = ()>) -> u64 {
    let count = Arc::new(AtomicU64::new(0));
    let mut all = Vec::new();
    for _ in 0..store.pool().lite().options().get_max_connections() {
        all.push(store.pool().lite().acquire().await.unwrap());
    }
    for connection in &mut all {
        // The first question of all has the database read its schema.
        sqlx::query("SELECT 1 FROM users")
            .execute(&mut **connection)
            .await
            .unwrap();
        let count = count.clone();
        let mut handle = connection.lock_handle().await.unwrap();
        handle.set_progress_handler(1, move || {
            count.fetch_add(1, Ordering::Relaxed);
            true
        });
    }
    drop(all);
    work.await;
    count.load(Ordering::Relaxed)
}

/// A run in which so many of the first files have not changed after all.
async fn run_with(store: &Store, reference: &Reference, changes: u32) {
    let of = Scope {
        connection: "c",
        drive: "d",
    };
    let begin = Begin {
        connection: of.connection,
        drive: of.drive,
        kind: RunKind::Manual,
        due: None,
        late: false,
        by: "admin",
        options: "",
    };
    let mut run = runs::begin(store, begin, NOW).await.unwrap().unwrap();
    runs::take_up(store, &mut run, "program").await.unwrap();
    reference.count(of).await.unwrap();
    let files = (1..=changes).map(|file| file.to_string());
    let changes: Vec<Change> = files
        .map(|file| Change {
            file,
            waiting: true,
            suspected: false,
            note: None,
        })
        .collect();
    reference.set("c", changes).await.unwrap();
    runs::keep_cursor(store, &mut run, "listed".into(), true).await.unwrap();
    reference.after(of, Some("50"), false, 10).await.unwrap();
    let due = reference.due(of, None, 100).await.unwrap();
    let settlements: Vec<Settlement> = due
        .into_iter()
        .map(|managed| Settlement {
            file: managed.file.id,
            line: Line {
                outcome: Outcome::Unchanged,
                reason: String::new(),
                name: managed.file.name,
                message: String::new(),
            },
            state: LinkState::Following,
            waiting: false,
            suspected: false,
            note: None,
            known: None,
        })
        .collect();
    reference.settle("c", run.id, settlements).await.unwrap();
    runs::settled(store, &run).await.unwrap();
    let ended = runs::end(store, &run, Ending::Complete, NOW).await.unwrap();
    assert_eq!(ended.state, RunState::Complete);
}

#[tokio::test]
async fn the_database_works_as_much_for_a_run_at_a_hundred_files_as_at_ten_thousand() {
    let mut work = Vec::new();
    for files in [100, 10_000] {
        let (store, data) = with_files(files).await;
        let objects = Objects::open(data.path()).unwrap();
        let reference = Reference::new(store.clone(), objects, Arc::new(SystemClock::default()));
        let quiet = instructions(&store, run_with(&store, &reference, 0)).await;
        let changed = instructions(&store, run_with(&store, &reference, 7)).await;
        work.push((quiet, changed));
    }
    // Whether the driver still steps behind the last row that it was asked for, is not certain. A statement that looks at
    // each link would need ten thousand instructions more.
    let (few, many) = (work[0], work[1]);
    assert!(few.0.abs_diff(many.0) < 500 && few.1.abs_diff(many.1) < 500, "{work:?}");
    assert!(100 < few.0 && few.0 < few.1 && few.1 < 20_000, "{work:?}");
}
