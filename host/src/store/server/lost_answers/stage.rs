//! A library of two hosts, of which one hears only what it is let hear.

use clientpoint_engine::{
    clock::SystemClock,
    contract::clientpoint::content_source::{
        content_library::{Error as ContractError, LibraryFile},
        managed_files::{Line, Outcome},
        types::{ItemRef, Link, Verification},
    },
    library::{DraftPlace, Library, Replacement},
};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::super::{proxy::Proxy, *};
use crate::store::{DEFAULT_ACCOUNT, db, objects::Objects, reference::Reference, runs::Begin, words::RunKind};

/// A library of which one host hears only what it is let hear.
pub(super) struct Stage {
    /// Behind the way that loses answers.
    pub(super) far: Store,
    /// With a way of its own: what it sees is there.
    pub(super) near: Store,
    library: Reference,
    pub(super) way: Proxy,
    _data: TempDir,
}

/// One with a connection; none where the tests run on SQLite.
pub(super) async fn stage() -> Option<Stage> {
    let data = tempfile::tempdir().unwrap();
    let server = trial::of_folder(data.path()).await?;
    let way = trial::way_to(&server).await;
    let patience = Duration::from_secs(20);
    let near = server.open(DEFAULT_ACCOUNT, patience).await.unwrap();
    let far = trial::by_way(&server, &way);
    let far = far.open(DEFAULT_ACCOUNT, patience).await.unwrap();
    db::query(
        "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
         VALUES ('c', 'p', 'organization', '{}', x'', '', 'admin')",
    )
    .execute(near.pool())
    .await
    .unwrap();
    let objects = Objects::open(data.path()).unwrap();
    Some(Stage {
        library: Reference::new(far.clone(), objects, Arc::new(SystemClock::default())),
        far,
        near,
        way,
        _data: data,
    })
}

impl Stage {
    /// Brings a new file in.
    pub(super) async fn import(&self, item: &str) -> Result<LibraryFile, ContractError> {
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let mut draft = self.library.draft(1 << 10, DraftPlace::new(place)).unwrap();
        draft.append(item.as_bytes()).unwrap();
        draft.commit("c", &format!("{item}.pdf"), link(item, 1)).await
    }

    /// Brings the second content of a file.
    pub(super) async fn publish(&self, run: i64, file: &str) -> Result<LibraryFile, ContractError> {
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let mut draft = self.library.draft(1 << 10, DraftPlace::new(place)).unwrap();
        draft.append(b"second").unwrap();
        let replacement = Replacement {
            connection: "c",
            run,
            file,
            base: 1,
            link: link("a", 6),
            line: Line {
                outcome: Outcome::Updated,
                reason: String::new(),
                name: "a.pdf".into(),
                message: String::new(),
            },
        };
        draft.publish(replacement).await
    }

    /// How many files, revisions, links, lines, and objects that were let go there are.
    pub(super) async fn there(&self) -> [i64; 5] {
        let (files, revisions, links, lines, let_go) = db::query_as(
            "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM revisions), (SELECT count(*) FROM links), \
             (SELECT count(*) FROM outcomes), (SELECT count(*) FROM let_go)",
        )
        .fetch_one(self.near.pool())
        .await
        .unwrap();
        [files, revisions, links, lines, let_go]
    }

    /// How many rows a table has.
    pub(super) async fn count(&self, table: &str) -> i64 {
        let query = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let (count,): (i64,) = db::query_as(query).fetch_one(self.near.pool()).await.unwrap();
        count
    }
}

fn link(item: &str, size: u64) -> Link {
    Link {
        source: ItemRef {
            drive: "d".into(),
            item: item.into(),
        },
        version: Some(format!("version of {size} bytes")),
        hash: String::new(),
        size,
        verification: Verification::NoHash,
        name: format!("{item}.pdf"),
        web_url: None,
    }
}

/// A run, for a day of a schedule or by hand.
pub(super) fn begin(due: Option<(&'static str, &'static str)>) -> Begin<'static> {
    Begin {
        connection: "c",
        drive: "d",
        kind: due.map_or(RunKind::Manual, |_| RunKind::Scheduled),
        due,
        late: false,
        by: "ada",
        options: "{}",
    }
}
