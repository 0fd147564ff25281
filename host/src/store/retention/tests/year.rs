//! A library that grows night by night.

use std::{path::Path, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::clock::stamp;
use sqlx::AssertSqlSafe;

use super::super::{AtMost, LetGo, let_go, plan};
use crate::{
    settings::Retention,
    store::{Store, damage, db, objects::Objects, sweep},
};

const MORNING: &str = "2026-01-01T05:00:00Z";

/// A library with a connection, and a morning.
pub(super) struct Year {
    pub(super) data: tempfile::TempDir,
    pub(super) store: Store,
    pub(super) objects: Objects,
    pub(super) now: DateTime<Utc>,
}

impl Year {
    pub(super) async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = crate::store::open(data.path(), Duration::from_secs(5)).await.unwrap();
        crate::store::identity::settle(&store, data.path()).await.unwrap();
        let objects = Objects::open(data.path()).unwrap();
        let year = Self {
            data,
            store,
            objects,
            now: MORNING.parse().unwrap(),
        };
        year.does(
            "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
             VALUES ('organization', 'p', 'organization', '{}', x'', '', 'admin')",
        )
        .await;
        year
    }

    pub(super) async fn does(&self, script: &str) {
        db::trial::raw(AssertSqlSafe(script.to_owned()), self.store.pool())
            .await
            .unwrap();
    }

    pub(super) async fn count(&self, from: &str) -> i64 {
        let query = AssertSqlSafe(format!("SELECT count(*) FROM {from}"));
        let (count,): (i64,) = db::query_as(query).fetch_one(self.store.pool()).await.unwrap();
        count
    }

    /// New content of a file, by a run or by hand.
    pub(super) async fn content(&self, file: i64, run: Option<i64>) -> u64 {
        let mut draft = self.objects.draft(1_000).unwrap();
        let text = format!("file {file} at {}", self.now);
        draft.append(text.as_bytes()).unwrap();
        let object = self.objects.publish(draft).unwrap();
        let now = stamp(self.now);
        let (number,): (i64,) = db::query_as("SELECT coalesce(max(number), 0) + 1 FROM revisions WHERE file = ?")
            .bind(file)
            .fetch_one(self.store.pool())
            .await
            .unwrap();
        self.does(&format!(
            "INSERT INTO files (id, name, place, revision) VALUES ({file}, 'f', '', {number}) \
                 ON CONFLICT (id) DO UPDATE SET revision = {number}; \
             INSERT INTO revisions VALUES ({file}, {number}, '{}', {}, '{now}');",
            object.sha256, object.size
        ))
        .await;
        if let Some(run) = run {
            self.line(run, file, "updated", number).await;
        }
        number.unsigned_abs()
    }

    pub(super) async fn run(&self, subject: &str) -> i64 {
        let now = stamp(self.now);
        self.does(&format!(
            "INSERT INTO runs (connection, drive, kind, started_by, started_at, state, options, inputs, subject) \
             VALUES ('organization', 'd', 'scheduled', 'timer', '{now}', 'complete', '{{}}', 1, '{subject}')"
        ))
        .await;
        let (run,): (i64,) = db::query_as("SELECT max(id) FROM runs")
            .fetch_one(self.store.pool())
            .await
            .unwrap();
        run
    }

    pub(super) async fn line(&self, run: i64, file: i64, outcome: &str, revision: i64) {
        self.does(&format!(
            "INSERT INTO outcomes VALUES ({run}, {file}, '{outcome}', '', 'f', '', {revision}, 1, 0, '{}')",
            stamp(self.now)
        ))
        .await;
    }

    pub(super) fn days(&mut self, days: i64) {
        self.now += TimeDelta::days(days);
    }

    pub(super) async fn prune(&self) -> LetGo {
        let terms = Retention::default();
        let planned = plan(&self.store, terms, self.now).await.unwrap();
        let done = let_go(&self.store, terms, self.now, AtMost::ALL, |_| true)
            .await
            .unwrap();
        assert_eq!(planned.revisions, done.revisions);
        assert_eq!(planned.bytes, done.bytes);
        assert!(planned.runs <= done.runs, "{planned:?}, {done:?}");
        let again = let_go(&self.store, terms, self.now, AtMost::ALL, |_| true)
            .await
            .unwrap();
        assert_eq!((again.revisions, again.runs), (0, 0), "all is done at once");
        assert!(damage::of_database(&self.store).await.unwrap().is_empty());
        done
    }

    pub(super) async fn sweep(&self) {
        sweep::daily(&self.store, &self.objects, self.data.path(), self.now)
            .await
            .unwrap();
    }

    pub(super) async fn numbers(&self, file: i64) -> Vec<i64> {
        let rows: Vec<(i64,)> = db::query_as("SELECT number FROM revisions WHERE file = ? ORDER BY number")
            .bind(file)
            .fetch_all(self.store.pool())
            .await
            .unwrap();
        rows.into_iter().map(|(number,)| number).collect()
    }

    /// Every revision that there is has its bytes.
    pub(super) async fn all_bytes_are_there(&self) {
        let mut after = String::new();
        loop {
            let page = damage::objects(&self.store, &after, 500).await.unwrap();
            let Some(last) = page.last() else { return };
            after.clone_from(&last.sha256);
            for object in &page {
                assert_eq!(self.objects.look(object).unwrap(), None, "{}", object.sha256);
            }
        }
    }
}

pub(super) fn objects_below(data: &Path) -> usize {
    let shards = std::fs::read_dir(data.join("objects")).unwrap();
    shards
        .map(|shard| std::fs::read_dir(shard.unwrap().path()).unwrap().count())
        .sum()
}
