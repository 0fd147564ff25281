//! Who has lost the right to a sync works on until they hear of it, and writes nothing more: wherever rights are kept.

use std::{sync::Arc, time::Duration};

use clientpoint_engine::{
    clock::SystemClock,
    contract::clientpoint::content_source::{
        content_library::{Error as ContractError, LibraryFile},
        managed_files::{Line, LinkState, Outcome, Settlement},
        types::{ItemRef, Link, Verification},
    },
    library::{DraftPlace, Library, Managed, Replacement, StateStore},
};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::Reference;
use crate::{
    rights::{
        Held, Holder, Right, Rights,
        leases::{LASTS, Leases},
        lock_files::LockFiles,
    },
    store::{
        self, Store, association, db,
        objects::Objects,
        runs::{self, Begin, Ending, Run},
        states::{self, Swap},
        words::{RunKind, RunState},
    },
};

const NOW: &str = "2026-03-02T05:30:00Z";

/// How long a lease lasts that is lost, and a time in which it is over.
const SHORT: Duration = Duration::from_millis(300);
const OVER: Duration = Duration::from_millis(500);

/// A library with a connection, and a run of its sync.
struct Stage {
    library: Reference,
    store: Store,
    run: Run,
    data: TempDir,
}

async fn stage() -> Stage {
    let data = tempfile::tempdir().unwrap();
    let store = store::open(data.path(), Duration::from_secs(20)).await.unwrap();
    db::query(
        "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
         VALUES ('c', 'p', 'organization', '{}', ?, '', 'admin')",
    )
    .bind(vec![0_u8])
    .execute(store.pool())
    .await
    .unwrap();
    let objects = Objects::open(data.path()).unwrap();
    let begin = Begin {
        connection: "c",
        drive: "d",
        kind: RunKind::Manual,
        due: None,
        late: false,
        by: "ada",
        options: "{}",
    };
    Stage {
        library: Reference::new(store.clone(), objects, Arc::new(SystemClock::default())),
        run: runs::begin(&store, begin, NOW).await.unwrap().unwrap(),
        store,
        data,
    }
}

impl Stage {
    /// Somebody who has lost the right to the sync, and whoever has it now.
    async fn taken_over(&self) -> [Held; 2] {
        let Some(leases) = Leases::over(&self.store, SHORT) else {
            let files = LockFiles::new(self.data.path(), Some(self.store.clone()));
            let lost = take(&files).await;
            std::fs::remove_file(self.data.path().join("c.sync.lock")).unwrap();
            return [lost, take(&files).await];
        };
        let lost = take(&leases).await;
        leases.stand_still();
        tokio::time::sleep(OVER).await;
        let others = Leases::over(&self.store, LASTS).unwrap();
        [lost, take(&others).await]
    }

    async fn draft(&self, bytes: &[u8]) -> Box<dyn clientpoint_engine::library::Draft> {
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let mut draft = self.library.draft(1 << 10, DraftPlace::new(place)).unwrap();
        draft.append(bytes).unwrap();
        draft
    }

    async fn imported(&self) -> LibraryFile {
        self.draft(b"one").await.commit("c", "a.pdf", link(3)).await.unwrap()
    }

    async fn publish(&self, file: &str) -> Result<LibraryFile, ContractError> {
        let replacement = Replacement {
            connection: "c",
            run: self.run.id,
            file,
            base: 1,
            link: link(6),
            line: line(Outcome::Updated),
        };
        self.draft(b"second").await.publish(replacement).await
    }

    /// How many lines, revisions, states and ties of uploads there are.
    async fn written(&self) -> (i64, i64, i64, i64) {
        db::query_as(
            "SELECT (SELECT count(*) FROM outcomes), (SELECT count(*) FROM revisions), (SELECT count(*) FROM state), \
             (SELECT count(*) FROM runs)",
        )
        .fetch_one(self.store.pool())
        .await
        .unwrap()
    }
}

async fn take(rights: &impl Rights) -> Held {
    let right = Right::Sync("c".into());
    let holder = Holder::new("a sync", "ada", NOW.parse().unwrap());
    let taken = rights.take(&right, &holder, Duration::ZERO).await;
    taken.unwrap().yours().unwrap()
}

fn link(size: u64) -> Link {
    Link {
        source: ItemRef {
            drive: "d".into(),
            item: "i".into(),
        },
        version: None,
        hash: String::new(),
        size,
        verification: Verification::NoHash,
        name: "a.pdf".into(),
        web_url: None,
    }
}

fn line(outcome: Outcome) -> Line {
    Line {
        outcome,
        reason: String::new(),
        name: "a.pdf".into(),
        message: String::new(),
    }
}

fn settlement(file: &str) -> Settlement {
    Settlement {
        file: file.into(),
        line: line(Outcome::Unchanged),
        state: LinkState::Following,
        waiting: false,
        suspected: false,
        note: None,
        known: None,
    }
}

fn code<T>(done: crate::Result<T>) -> String {
    done.map(drop).unwrap_err().code().to_owned()
}

#[tokio::test]
async fn who_has_lost_the_right_to_a_sync_writes_nothing_more() {
    let mut stage = stage().await;
    let file = stage.imported().await.id;
    let [lost, _now] = stage.taken_over().await;
    let before = stage.written().await;

    let store = stage.store.clone();
    let work = async {
        let told = stage.publish(&file).await.unwrap_err();
        assert!(told.to_string().contains("lost the right"), "{told:?}");
        let run = stage.run.id;
        let settled = stage
            .library
            .settle("c", run, vec![settlement(&file)])
            .await
            .unwrap_err();
        assert!(settled.to_string().contains("lost the right"), "{settled:?}");
        let swapped = stage.library.swap("c", "cursor", None, Some(vec![1])).await;
        assert!(swapped.unwrap_err().to_string().contains("lost the right"));
        let run = &mut stage.run;
        assert_eq!(code(runs::take_up(&store, run, "program").await), "right-lost");
        assert_eq!(
            code(runs::keep_cursor(&store, run, "far".into(), true).await),
            "right-lost"
        );
        assert_eq!(code(runs::end(&store, run, Ending::Complete, NOW).await), "right-lost");
        let begun = association::begin(&store, "c", "d", "ada", NOW).await;
        assert_eq!(code(begun), "right-lost");
    };
    lost.guarding(Box::pin(work)).await;

    assert_eq!(stage.written().await, before);
    let run = runs::get(&store, stage.run.id).await.unwrap();
    assert_eq!((run.state, run.cursor), (RunState::Running, None));
}

#[tokio::test]
async fn who_has_taken_a_right_over_writes_as_if_nobody_had_had_it() {
    let mut stage = stage().await;
    let file = stage.imported().await.id;
    let [_lost, now] = stage.taken_over().await;

    let store = stage.store.clone();
    let work = async {
        assert_eq!(stage.publish(&file).await.unwrap().revision, 2);
        let swapped = states::swap(&store, "c", "cursor", None, Some(vec![1])).await;
        assert_eq!(swapped.unwrap(), Swap::Stored(1));
        let run = &mut stage.run;
        runs::take_up(&store, run, "program").await.unwrap();
        runs::keep_cursor(&store, run, "far".into(), true).await.unwrap();
        runs::end(&store, run, Ending::Complete, NOW).await.unwrap().state
    };
    assert_eq!(now.guarding(Box::pin(work)).await, RunState::Complete);
}
