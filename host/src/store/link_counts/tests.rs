use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use clientpoint_engine::{
    clock::SystemClock,
    contract::clientpoint::content_source::{
        content_library::Binding,
        managed_files::{Change, Line, LinkState, Outcome, Settlement},
    },
    library::{Library, Managed, Scope},
};

use super::*;
use crate::{
    place::Place,
    store::{
        association, bin,
        connections::ChosenDrive,
        detach,
        files::{self, Link, NewFile},
        links::{self, Waits},
        objects::{Object, Objects},
        reference::Reference,
        rollback,
        runs::{self, Begin, Ending},
        undo,
        words::{RunKind, RunState},
    },
};

const NOW: &str = "2026-03-02T05:00:00Z";
/// The first two are of the same plugin.
const CONNECTIONS: [&str; 3] = ["a", "b", "c"];
const DRIVES: [&str; 3] = ["d", "e", "f"];

/// A library that much happens to. What can't be done is refused, and changes nothing.
struct History {
    store: Store,
    reference: Reference,
    uploads: Vec<i64>,
    seed: u64,
    done: BTreeMap<&'static str, u32>,
    _data: tempfile::TempDir,
}

impl History {
    async fn new(seed: u64) -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = crate::store::open(data.path(), Duration::from_secs(5)).await.unwrap();
        let objects = Objects::open(data.path()).unwrap();
        let history = Self {
            reference: Reference::new(store.clone(), objects, Arc::new(SystemClock::default())),
            store,
            uploads: Vec::new(),
            seed,
            done: BTreeMap::new(),
            _data: data,
        };
        for (id, plugin) in CONNECTIONS.into_iter().zip(["p", "p", "q"]) {
            sqlx::query(
                "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
                 VALUES (?, ?, 'organization', '{}', x'00', '', 'admin')",
            )
            .bind(id)
            .bind(plugin)
            .execute(history.store.pool())
            .await
            .unwrap();
        }
        history
    }

    /// A number below that one.
    fn any(&mut self, below: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % below
    }

    fn one_of(&mut self, of: [&'static str; 3]) -> &'static str {
        of[usize::try_from(self.any(3)).unwrap()]
    }

    fn file(&mut self) -> (i64, String) {
        let id = 100_001 + i64::try_from(self.any(25)).unwrap();
        (id, id.to_string())
    }

    fn object(&mut self) -> Object {
        Object {
            sha256: format!("object {}", self.any(9)),
            size: 3,
        }
    }

    fn whole() -> BTreeSet<String> {
        (0..9).map(|number| format!("object {number}")).collect()
    }

    fn link(&mut self) -> Link {
        Link {
            connection: self.one_of(CONNECTIONS).into(),
            drive: self.one_of(DRIVES).into(),
            item: format!("item {}", self.any(40)),
            version: None,
            hash: String::new(),
            size: 3,
            verification: "no-hash".into(),
            name: "a.pdf".into(),
            web_url: None,
        }
    }

    fn count(&mut self, what: &'static str, done: bool) {
        *self.done.entry(what).or_default() += u32::from(done);
    }

    async fn step(&mut self) {
        match self.any(20) {
            0..4 => self.create().await,
            4..7 => self.upload().await,
            7..9 => self.take_back().await,
            9..11 => self.switch().await,
            11..13 => self.remove_or_restore().await,
            13..15 => self.hold_or_release().await,
            15..18 => self.sync().await,
            18 => self.unlock().await,
            _ => self.made_with_another_plugin().await,
        }
    }

    async fn create(&mut self) {
        let (link, object) = (self.link(), self.object());
        let follows = self.any(5) != 0;
        let new = NewFile {
            name: "a.pdf",
            place: &Place::company_wide(),
            object: &object,
            link: follows.then_some(&link),
        };
        let created = files::create(&self.store, new, NOW).await.unwrap();
        self.count("created", matches!(created, files::Created::File(_)));
    }

    async fn upload(&mut self) {
        let connection = self.one_of(CONNECTIONS);
        let chosen: (Option<String>,) = sqlx::query_as("SELECT drive_id FROM connections WHERE id = ?")
            .bind(connection)
            .fetch_one(self.store.pool())
            .await
            .unwrap();
        let drive = chosen.0.as_deref().unwrap_or("d");
        let run = association::begin(&self.store, connection, drive, "admin", NOW)
            .await
            .unwrap();
        let mut bindings = Vec::new();
        for _ in 0..self.any(6) {
            bindings.push(Binding {
                file: self.file().1,
                item: format!("item {}", self.any(40)),
                name: "b.pdf".into(),
                web_url: None,
                place: None,
            });
        }
        let bound = self.reference.bind(run.id, Scope { connection, drive }, bindings).await;
        association::end(&self.store, &run, &[], RunState::Complete, NOW)
            .await
            .unwrap();
        self.count("uploaded", bound.is_ok());
        self.uploads.push(run.id);
    }

    async fn take_back(&mut self) {
        let Some(last) = self.uploads.len().checked_sub(1) else {
            return;
        };
        let place = usize::try_from(self.any(u64::try_from(last + 1).unwrap())).unwrap();
        let run = self.uploads.remove(place);
        let undone = undo::undo(&self.store, run, "admin", &Self::whole(), NOW)
            .await
            .unwrap()
            .1;
        self.count("taken back", 0 < undone.files);
    }

    async fn switch(&mut self) {
        let (connection, drive) = (self.one_of(CONNECTIONS), self.one_of(DRIVES));
        let moved = match self.any(6) {
            0 => detach::disconnect(&self.store, connection, NOW).await.unwrap(),
            1 => detach::Moved {
                detached: detach::leave_drive(&self.store, connection).await.unwrap(),
                attached: 0,
            },
            _ => {
                sqlx::query("UPDATE connections SET disconnected_at = NULL WHERE id = ?")
                    .bind(connection)
                    .execute(self.store.pool())
                    .await
                    .unwrap();
                let drive = ChosenDrive {
                    id: drive.into(),
                    name: drive.into(),
                };
                detach::choose_drive(&self.store, connection, &drive).await.unwrap()
            }
        };
        self.count("detached", 0 < moved.detached);
        self.count("attached again", 0 < moved.attached);
    }

    async fn remove_or_restore(&mut self) {
        let (_, id) = self.file();
        let restored = bin::restore(&self.store, &id).await.is_ok();
        self.count("restored", restored);
        if !restored {
            let removed = bin::remove(&self.store, &id, "admin", NOW).await.is_ok();
            self.count("removed", removed);
        }
        if self.any(40) == 0 {
            let later = "2026-06-02T05:00:00Z".parse().unwrap();
            let emptied = bin::expire(&self.store, later).await.unwrap();
            self.count("removed for good", 0 < emptied);
        }
    }

    async fn hold_or_release(&mut self) {
        let (_, id) = self.file();
        let object = match rollback::previous(&self.store, &id).await {
            Ok(earlier) => earlier.object,
            Err(_) => {
                let released = rollback::release(&self.store, &id).await.is_ok();
                return self.count("released", released);
            }
        };
        let back = rollback::rollback(&self.store, &id, &object, NOW).await;
        self.count("rolled back", back.is_ok());
    }

    /// What a run writes of a file, and what all are told of when the source can't say what has changed.
    async fn sync(&mut self) {
        let (file, link) = (self.file().0, self.link());
        let mut transaction = self.store.write().await.unwrap();
        match self.any(4) {
            0 => links::suspect_all(&mut transaction, &link.connection, &link.drive)
                .await
                .unwrap(),
            1 => {
                let present: Option<(String, String, String)> =
                    sqlx::query_as("SELECT connection, drive, item FROM links WHERE file = ?")
                        .bind(file)
                        .fetch_optional(&mut *transaction)
                        .await
                        .unwrap();
                let Some((connection, drive, item)) = present else {
                    return;
                };
                let link = Link {
                    connection,
                    drive,
                    item,
                    ..link
                };
                let follows = links::follow(&mut transaction, file, &link).await.unwrap();
                if follows {
                    let (object, revision): (Object, i64) =
                        (self.object(), 1 + i64::try_from(self.any(1 << 40)).unwrap());
                    library_file_has(&mut transaction, file, revision, &object).await;
                }
                self.count("followed", follows);
            }
            _ => {
                let how = Waits {
                    waiting: self.any(2) == 0,
                    suspected: self.any(2) == 0,
                    note: None,
                };
                let turn = links::next_turn(&mut transaction, &link.connection).await.unwrap();
                let waits = links::wait(&mut transaction, (file, &link.connection), how, turn)
                    .await
                    .unwrap();
                let state = self.one_of(["source-gone", "failed", "following"]);
                links::stand(&mut transaction, file, state, None).await.unwrap();
                self.count("settled", waits);
            }
        }
        transaction.commit().await.unwrap();
    }

    async fn unlock(&mut self) {
        let (_, id) = self.file();
        let unlocked = detach::unlock(&self.store, &id).await.is_ok();
        self.count("unlocked", unlocked);
    }

    async fn made_with_another_plugin(&mut self) {
        let (connection, plugin) = (self.one_of(CONNECTIONS), self.one_of(["p", "q", "r"]));
        for table in [
            "UPDATE connections SET plugin = ? WHERE id = ?",
            "UPDATE links SET plugin = ? WHERE connection = ?",
        ] {
            sqlx::query(table)
                .bind(plugin)
                .bind(connection)
                .execute(self.store.pool())
                .await
                .unwrap();
        }
        self.count("another plugin", true);
    }
}

async fn library_file_has(transaction: &mut Transaction<'_, Sqlite>, file: i64, revision: i64, object: &Object) {
    files::add_revision(transaction, file, revision, object, NOW)
        .await
        .unwrap();
    sqlx::query("UPDATE files SET revision = ? WHERE id = ?")
        .bind(revision)
        .bind(file)
        .execute(&mut **transaction)
        .await
        .unwrap();
}

/// What is kept, and what there is: of each connection and drive the number of its files, and of those that are detached.
async fn numbers(store: &Store) -> [Vec<(String, String, i64, i64)>; 2] {
    let mut both = [Vec::new(), Vec::new()];
    let queries = [
        "SELECT connection, drive, links, detached FROM link_counts WHERE links <> 0 OR detached <> 0 ORDER BY 1, 2",
        "SELECT connection, drive, count(*), sum(state = 'detached') FROM links GROUP BY connection, drive ORDER BY 1, 2",
    ];
    for (numbers, query) in both.iter_mut().zip(queries) {
        *numbers = sqlx::query_as(query).fetch_all(store.pool()).await.unwrap();
    }
    both
}

#[tokio::test]
async fn whatever_happens_to_a_library_the_numbers_are_those_of_its_links_after_each_step() {
    let mut done = BTreeMap::new();
    for seed in [0x5eed, 0xfeed_beef, 0x1234_5678_9abc] {
        let mut history = History::new(seed).await;
        for step in 0..600 {
            history.step().await;
            let [kept, counted] = numbers(&history.store).await;
            assert_eq!(kept, counted, "seed {seed:x}, step {step}");
        }
        assert!(mend(&history.store).await.unwrap().is_empty());
        for (what, times) in history.done {
            *done.entry(what).or_insert(0) += times;
        }
    }
    assert!(done.len() == 14 && done.values().all(|times| 0 < *times), "{done:?}");
}

/// A connection with so many files in one drive.
async fn with_files(count: i64) -> (Store, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let store = crate::store::open(data.path(), Duration::from_secs(5)).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!(
        "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
             VALUES ('c', 'p', 'organization', '{{}}', x'00', '', 'admin'); \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             INSERT INTO files (id, name, place, revision) SELECT i, 'a.pdf', 'Company Wide', 1 FROM n; \
         INSERT INTO revisions SELECT id, 1, 'object', 3, '{NOW}' FROM files; \
         INSERT INTO links (file, connection, plugin, drive, item, hash, size, verification, name, linked_at) \
             SELECT id, 'c', 'p', 'd', 'item ' || id, '', 3, 'no-hash', 'a.pdf', '{NOW}' FROM files;"
    )))
    .execute(store.pool())
    .await
    .unwrap();
    (store, data)
}

async fn falsify(store: &Store, links: i64) {
    sqlx::query("UPDATE link_counts SET links = ?")
        .bind(links)
        .execute(store.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_wrong_number_is_named_and_set_right() {
    let (store, _data) = with_files(10).await;
    assert!(mend(&store).await.unwrap().is_empty());
    falsify(&store, 11).await;

    let told = mend(&store).await.unwrap();

    let wanted = "the number of files of the connection `c` in the drive `d` was kept as 11 (0 detached) and is 10 (0 detached): \
                  it was set right";
    assert_eq!(told, [wanted]);
    assert_eq!(of(store.pool(), "c", "d").await.unwrap(), 10);
    assert!(mend(&store).await.unwrap().is_empty());

    sqlx::query("DELETE FROM link_counts")
        .execute(store.pool())
        .await
        .unwrap();
    assert_eq!(mend(&store).await.unwrap().len(), 1, "also one that is missing");
    assert_eq!(following(&store, "c").await.unwrap(), 10);
}

#[tokio::test]
async fn a_run_that_meets_a_wrong_number_fails_and_says_so_and_the_next_one_is_right() {
    let begin = Begin {
        connection: "c",
        drive: "d",
        kind: RunKind::Manual,
        due: None,
        late: false,
        by: "admin",
        options: "",
    };
    // What the number was when the run began, and when it ended.
    for (first, last) in [(10, 9), (9, 10), (10, 0), (2, 2)] {
        let (store, _data) = with_files(10).await;
        falsify(&store, first).await;
        let run = runs::begin(&store, begin, NOW).await.unwrap().unwrap();
        let lines =
            "INSERT INTO outcomes SELECT ?, id, 'updated', '', 'a.pdf', '', 1, 3, 0, '' FROM files WHERE id <= 3";
        sqlx::query(lines).bind(run.id).execute(store.pool()).await.unwrap();
        falsify(&store, last).await;

        let failed = runs::end(&store, &run, Ending::Complete, NOW).await.unwrap_err();

        let run = runs::get(&store, run.id).await.unwrap();
        assert_eq!((failed.code(), run.state), ("ledger", RunState::Failed), "{failed}");
        assert_eq!(
            failed
                .to_string()
                .contains(&format!("was kept as {last} (0 detached) and is 10")),
            last != 10,
            "{failed}"
        );
        assert_eq!(of(store.pool(), "c", "d").await.unwrap(), 10);
        let next = runs::begin(&store, begin, NOW).await.unwrap().unwrap();
        let ended = runs::end(&store, &next, Ending::Complete, NOW).await.unwrap();
        assert_eq!((ended.inputs, ended.rest, ended.state), (10, 10, RunState::Complete));
    }
}

/// How many instructions the database carries out over that.
async fn instructions(store: &Store, work: impl Future<Output = ()>) -> u64 {
    let count = Arc::new(AtomicU64::new(0));
    let mut all = Vec::new();
    for _ in 0..store.pool().options().get_max_connections() {
        all.push(store.pool().acquire().await.unwrap());
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
    runs::count_inputs(store, &mut run).await.unwrap();
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
