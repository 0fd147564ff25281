//! A library that much happens to, by chance.

use std::{collections::BTreeMap, sync::Arc};

use clientpoint_engine::{
    clock::SystemClock, contract::clientpoint::content_source::content_library::Binding, library::Scope,
};

use super::*;
use crate::{
    place::Place,
    store::{
        association, bin,
        connections::ChosenDrive,
        db::Transaction,
        detach,
        files::{Link, NewFile},
        links::Waits,
        objects::{Object, Objects},
        reference::Reference,
        rollback,
        seen::Seen,
        undo,
    },
};

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
            db::query(
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
            sha256: Self::name(self.any(9)),
            size: 3,
        }
    }

    fn name(number: u64) -> String {
        format!("{number:064x}")
    }

    fn whole() -> Seen {
        let mut whole = Seen::default();
        for number in 0..9 {
            let sha256 = Self::name(number);
            whole.push(&Object { sha256, size: 3 }).unwrap();
        }
        whole
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
        let chosen: (Option<String>,) = db::query_as("SELECT drive_id FROM connections WHERE id = ?")
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
        let undone = undo::undo(&self.store, run, "admin", &mut Self::whole(), NOW)
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
                db::query("UPDATE connections SET disconnected_at = NULL WHERE id = ?")
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
            let emptied = bin::expire(&self.store, later, 30).await.unwrap();
            self.count("removed for good", 0 < emptied);
        }
    }

    async fn hold_or_release(&mut self) {
        let (_, id) = self.file();
        let object = match rollback::earlier(&self.store, &id, None).await {
            Ok(earlier) => earlier.object,
            Err(_) => {
                let released = rollback::release(&self.store, &id).await.is_ok();
                return self.count("released", released);
            }
        };
        let back = rollback::rollback(&self.store, &id, (&object, rollback::PutBack::default()), NOW).await;
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
                    db::query_as("SELECT connection, drive, item FROM links WHERE file = ?")
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
            db::query(table)
                .bind(plugin)
                .bind(connection)
                .execute(self.store.pool())
                .await
                .unwrap();
        }
        self.count("another plugin", true);
    }
}

async fn library_file_has(transaction: &mut Transaction, file: i64, revision: i64, object: &Object) {
    files::add_revision(transaction, file, revision, object, NOW)
        .await
        .unwrap();
    db::query("UPDATE files SET revision = ? WHERE id = ?")
        .bind(revision)
        .bind(file)
        .execute(&mut **transaction)
        .await
        .unwrap();
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
