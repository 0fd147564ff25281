//! The reference library, held against what is promised of every one.

use std::{sync::Arc, time::Duration};

use clientpoint_engine::{
    clock::SystemClock,
    conformance::{self, Arranging, Stage, Work},
    contract::clientpoint::content_source::managed_files::{Line, Outcome},
    library::{Library, Managed, Scope, StateStore},
    words::FromWord,
};
use tempfile::TempDir;

use super::Reference;
use crate::{
    Result,
    place::Place,
    store::{
        self, association,
        connections::ChosenDrive,
        damage, db, detach,
        files::{self, Created, NewFile, ShowingKind, number},
        links,
        look::Trouble,
        objects::Objects,
        runs::{self, Begin},
        words::RunKind,
    },
};

/// A data folder of its own.
struct Folder {
    library: Reference,
    _data: TempDir,
}

async fn folder() -> Result<Folder> {
    let data = tempfile::tempdir()?;
    let store = store::open(data.path(), Duration::from_secs(20)).await?;
    let objects = Objects::open(data.path())?;
    Ok(Folder {
        library: Reference::new(store, objects, Arc::new(SystemClock::default())),
        _data: data,
    })
}

impl Folder {
    async fn choose(&self, connection: &str, drive: Option<&str>) -> Result<()> {
        let store = &self.library.store;
        db::query(
            "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
             VALUES (?, 'p', 'organization', '{}', ?, '', 'admin') ON CONFLICT (id) DO UPDATE SET disconnected_at = NULL",
        )
        .bind(connection)
        .bind(vec![0_u8])
        .execute(store.pool())
        .await?;
        match drive.map(|name| (name.to_owned(), name.to_owned())) {
            Some((id, name)) => detach::choose_drive(store, connection, &ChosenDrive { id, name }).await?,
            None => detach::disconnect(store, connection, &self.library.now()).await?,
        };
        Ok(())
    }

    async fn put(&self, name: &str, bytes: &[u8]) -> Result<String> {
        let mut draft = self.library.objects.draft(u64::MAX)?;
        draft.append(bytes).unwrap();
        let object = self.library.objects.publish(draft)?;
        let new = NewFile {
            name,
            place: &Place::company_wide(),
            object: &object,
            link: None,
        };
        match files::create(&self.library.store, new, &self.library.now()).await? {
            Created::File(file) => Ok(file.id),
            Created::AlreadyLinked(id) => Ok(id),
        }
    }

    async fn hold(&self, file: &str) -> Result<bool> {
        let mut transaction = self.library.store.write().await?;
        links::hold(&mut transaction, number(file)?, 0).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn show(&self, file: &str) -> Result<bool> {
        let shown = files::showings(&self.library.store, file).await?.len();
        let name = format!("Client {shown}");
        files::show(&self.library.store, file, ShowingKind::ClientPoint, &name).await?;
        Ok(true)
    }

    async fn damage(&self, file: &str) -> Result<bool> {
        for object in damage::objects_of(&self.library.store, file).await? {
            damage::note(&self.library.store, &object, &Trouble::Missing, &self.library.now()).await?;
        }
        Ok(true)
    }

    async fn begin(&self, work: Work, of: Scope<'_>) -> Result<i64> {
        let (Scope { connection, drive }, now) = (of, self.library.now());
        if work == Work::Upload {
            return Ok(
                association::begin(&self.library.store, connection, drive, "admin", &now)
                    .await?
                    .id,
            );
        }
        let begin = Begin {
            connection,
            drive,
            kind: RunKind::Manual,
            due: None,
            late: false,
            by: "admin",
            options: "",
        };
        Ok(runs::begin(&self.library.store, begin, &now)
            .await?
            .map_or(0, |run| run.id))
    }

    async fn lines(&self, run: i64) -> Result<Vec<(String, Line)>> {
        let rows: Vec<(i64, String, String, String, String)> =
            db::query_as("SELECT file, outcome, reason, name, message FROM outcomes WHERE run = ?")
                .bind(run)
                .fetch_all(self.library.store.pool())
                .await?;
        let line = |(file, outcome, reason, name, message): (i64, String, String, String, String)| {
            let outcome = Outcome::from_word(&outcome).unwrap();
            let line = Line {
                outcome,
                reason,
                name,
                message,
            };
            (file.to_string(), line)
        };
        Ok(rows.into_iter().map(line).collect())
    }
}

/// What goes wrong is told in words.
fn arranging<'a, T: 'a>(done: impl Future<Output = Result<T>> + Send + 'a) -> Arranging<'a, T> {
    Box::pin(async move { done.await.map_err(|error| error.to_string()) })
}

impl Stage for Folder {
    fn library(&self) -> &dyn Library {
        &self.library
    }

    fn managed(&self) -> &dyn Managed {
        &self.library
    }

    fn state_store(&self) -> &dyn StateStore {
        &self.library
    }

    fn choose<'a>(&'a self, connection: &'a str, drive: Option<&'a str>) -> Arranging<'a, ()> {
        arranging(self.choose(connection, drive))
    }

    fn put<'a>(&'a self, name: &'a str, bytes: &'a [u8]) -> Arranging<'a, String> {
        arranging(self.put(name, bytes))
    }

    fn hold<'a>(&'a self, file: &'a str) -> Arranging<'a, bool> {
        arranging(self.hold(file))
    }

    fn show<'a>(&'a self, file: &'a str) -> Arranging<'a, bool> {
        arranging(self.show(file))
    }

    fn damage<'a>(&'a self, file: &'a str) -> Arranging<'a, bool> {
        arranging(self.damage(file))
    }

    fn begin<'a>(&'a self, work: Work, of: Scope<'a>) -> Arranging<'a, i64> {
        arranging(self.begin(work, of))
    }

    fn lines<'a>(&'a self, run: i64) -> Arranging<'a, Vec<(String, Line)>> {
        arranging(self.lines(run))
    }
}

#[tokio::test]
async fn the_reference_library_keeps_every_promise() {
    let broken = conformance::broken(async || folder().await.map_err(|error| error.to_string())).await;
    let told: Vec<String> = broken.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}
