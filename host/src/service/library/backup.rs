//! Backing the library up while it is at work: the database as it is at one moment, then the objects that it names.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use futures::{StreamExt, TryStreamExt, stream};

use super::verify::stopped;
use crate::{
    Error, Result,
    backup::{
        DatabaseCopy, FORMAT, Manifest,
        copying::{self, NotCopied},
        folder::{BackupFolder, full},
        nesting, tidying,
    },
    key_files,
    locks::Hold,
    service::{
        Session, Stop,
        api::{BackedUp, LackingRevision, LastBackup},
        operations::work::CameTo,
    },
    store::{
        backups,
        copied::{About, Copied},
        identity,
        look::{Trouble, sha256_of},
        objects::Object,
        words::{Flag, OperationKind},
    },
};

/// How many copies of the database are kept where nobody says how many: a week of nights.
pub const COPIES_KEPT: u32 = 7;

/// How many objects are asked of the copy at a time, and how many are copied at once.
const PAGE: u32 = 2_000;
const AT_ONCE: usize = 4;

/// The most revisions that an answer names, and the most objects that a manifest does.
const NAMED: usize = 1_000;

/// How many files are named that an object belongs to.
const FILES_NAMED: u32 = 100;

/// How a backup is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupOptions {
    /// Put the key of the secrets beside them: whoever has the backup can open them then.
    pub with_key: bool,
    /// How many copies of the database are kept, this one among them; at least one.
    pub keep: u32,
}

impl Default for BackupOptions {
    fn default() -> Self {
        Self {
            with_key: false,
            keep: COPIES_KEPT,
        }
    }
}

/// What has come of the objects.
#[derive(Default)]
struct Copying {
    copied: u64,
    copied_bytes: u64,
    done_bytes: u64,
    lost: Vec<(Object, Trouble)>,
}

impl Session<'_> {
    /// Backs the library up into a folder, while others are at work with it. What is there from an earlier backup is not
    /// copied again. What the library has lost is told, and the rest is backed up.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Backup` with what is in the way; the database's or the file system's. The backup does not
    /// count then, and the next one goes on from what was copied.
    pub async fn backup(&self, to: &Path, options: BackupOptions, stop: &Stop) -> Result<BackedUp> {
        self.user.require_administrator("back the library up")?;
        nesting::refuse(self.host.data(), to)?;
        self.refuse_elsewhere()?;
        let work = self.work(OperationKind::Backup, stop).await?;
        let backing = work.session.backed_up(to, options, &work.stop);
        work.carry_out(backing, in_numbers).await
    }

    /// The latest backups, the newest first: ten at most.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn backups(&self) -> Result<Vec<LastBackup>> {
        self.user.require_administrator("see when the library was backed up")?;
        let latest = backups::latest(&self.host.store, 10).await?;
        Ok(latest.into_iter().map(LastBackup::from).collect())
    }

    async fn backed_up(&self, to: &Path, options: BackupOptions, stop: &Stop) -> Result<BackedUp> {
        let host = self.host;
        let _right = host.backup_right(&self.user.name).await?;
        let library = identity::of_database(&host.store).await?;
        let folder = BackupFolder::make(to, &library.id)?;
        let _locked = folder.lock(Hold::Alone).await?;
        tidying::tidy(&folder)?;
        let _still = host.objects.held_still().await?;
        let (made_at, draft) = (self.now(), folder.draft()?.into_temp_path());
        let copy = backups::copy_into(&host.store, &draft).await;
        copy.map_err(|error| of_copy(error, &folder))?;
        let file = draft.to_path_buf();
        let (sha256, size) = on_disk(move || sha256_of(&file))
            .await?
            .map_err(|error| folder.wrong(error))?;
        let mut copied = Copied::open(&draft).await?;
        let about = copied.about().await?;
        let copying = self.copy_objects(&folder, &mut copied, &about, stop).await;
        let (copying, lacks) = match copying {
            Ok(copying) => {
                let lacks = lacking(&mut copied, &copying.lost).await;
                (Ok(copying), lacks)
            }
            error => (error, Ok(Vec::new())),
        };
        copied.close().await;
        let (copying, lacks) = (copying?, lacks?);
        let manifest = Manifest {
            format: FORMAT,
            number: folder.copies()?.last().map_or(1, |last| last + 1),
            library: library.id,
            schema: about.schema,
            made_at,
            made_by: self.user.name.clone(),
            program: env!("CARGO_PKG_VERSION").into(),
            database: DatabaseCopy { sha256, size },
            objects: about.objects,
            bytes: about.bytes,
            lacking: copying.lost.len() as u64,
            lacks: copying
                .lost
                .iter()
                .take(NAMED)
                .map(|(object, _)| object.sha256.clone())
                .collect(),
            sealed_with: about.sealed.filter(|sealed| sealed.is_used).map(|sealed| sealed.id),
            with_key: options.with_key,
        };
        let key = match options.with_key {
            true => Some(key_files::text(&host.key(), host.data())?),
            false => None,
        };
        folder.publish(draft, &manifest, key.as_ref().map(|key| key.as_str()))?;
        let keep = usize::try_from(options.keep).unwrap_or(usize::MAX);
        // The backup counts already: what is in the way of tidying up is no reason to tell otherwise.
        let let_go = match tidying::let_go(&folder, keep).await {
            Ok(let_go) => let_go,
            Err(error) => {
                tracing::warn!("what the backup needs no more stays: {error}");
                0
            }
        };
        self.remember(to, &manifest, &copying).await;
        Ok(BackedUp {
            copy: manifest.number,
            made_at: manifest.made_at,
            database_bytes: manifest.database.size,
            objects: manifest.objects,
            bytes: manifest.bytes,
            copied: copying.copied,
            copied_bytes: copying.copied_bytes,
            let_go,
            with_key: manifest.with_key,
            copies: folder.copies()?.len() as u64,
            lacking: manifest.lacking,
            lacks,
        })
    }

    async fn copy_objects(
        &self,
        folder: &BackupFolder,
        copied: &mut Copied,
        about: &About,
        stop: &Stop,
    ) -> Result<Copying> {
        let (mut done, mut after) = (Copying::default(), String::new());
        loop {
            let page = copied.objects(&after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(done) };
            after.clone_from(&last.sha256);
            let there = folder.clone();
            let missing = on_disk(move || {
                let is_there = |object: &Object| {
                    let found = std::fs::metadata(there.object(&object.sha256));
                    found.is_ok_and(|found| found.is_file() && found.len() == object.size)
                };
                page.into_iter().partition::<Vec<_>, _>(is_there)
            });
            let (there, missing) = missing.await?;
            done.done_bytes += there.iter().map(|object| object.size).sum::<u64>();
            self.watcher
                .report("backup", "backup", done.done_bytes, Some(about.bytes));
            self.copy_some(folder, missing, &mut done, (about.bytes, stop)).await?;
            if stop.is_cancelled() {
                return Err(given_up());
            }
        }
    }

    async fn copy_some(
        &self,
        folder: &BackupFolder,
        objects: Vec<Object>,
        done: &mut Copying,
        (total, stop): (u64, &Stop),
    ) -> Result<()> {
        let mut shards: BTreeSet<PathBuf> = BTreeSet::new();
        let mut copies = stream::iter(objects)
            .map(async |object| {
                let (from, stop) = (self.host.objects.clone(), stop.clone());
                let (to, half) = (folder.object(&object.sha256), folder.half());
                on_disk(move || {
                    let reading = from.read(&object).map_err(NotCopied::from);
                    let copied = reading.and_then(|reading| copying::copy(reading, &to, &half, &stop));
                    (object, to, copied)
                })
                .await
            })
            .buffer_unordered(AT_ONCE);
        while let Some((object, to, copied)) = copies.try_next().await? {
            done.done_bytes += object.size;
            self.watcher.report("backup", "backup", done.done_bytes, Some(total));
            match copied {
                Ok(()) => {
                    done.copied += 1;
                    done.copied_bytes += object.size;
                    shards.extend(to.parent().map(Path::to_path_buf));
                }
                Err(NotCopied::Lost(_)) => {
                    // It is noted, and looked at once more: somebody may have put it back a moment ago.
                    match self.host.look(&object).await? {
                        Some(trouble) => done.lost.push((object, trouble)),
                        None => return Err(Error::Storage("an object was put back just now: back up again".into())),
                    }
                }
                Err(NotCopied::From(error)) => return Err(error.into()),
                Err(NotCopied::Unreachable(error)) => return Err(error),
                Err(NotCopied::To(error)) => return Err(folder.wrong(error)),
                Err(NotCopied::Stopped) => return Err(given_up()),
            }
        }
        let objects = folder.objects();
        on_disk(move || copying::settle(&objects, shards))
            .await?
            .map_err(|error| folder.wrong(error))
    }

    /// Writes down that it was made. A library on a disk that takes no writes is backed up as well.
    async fn remember(&self, to: &Path, manifest: &Manifest, copying: &Copying) {
        let folder = std::path::absolute(to).unwrap_or_else(|_| to.to_path_buf());
        let backup = backups::Backup {
            made_at: manifest.made_at.clone(),
            made_by: manifest.made_by.clone(),
            folder: folder.display().to_string(),
            number: manifest.number.into(),
            database_size: manifest.database.size,
            objects: manifest.objects,
            bytes: manifest.bytes,
            copied: copying.copied,
            copied_bytes: copying.copied_bytes,
            lacking: manifest.lacking,
            with_key: Flag(manifest.with_key),
        };
        if let Err(error) = backups::remember(&self.host.store, &backup).await {
            tracing::warn!("that a backup was made can't be written down: {error}");
        }
    }
}

/// The revisions that objects are the content of which the backup lacks.
async fn lacking(copied: &mut Copied, lost: &[(Object, Trouble)]) -> Result<Vec<LackingRevision>> {
    let mut lacking = Vec::new();
    for (object, trouble) in lost {
        if NAMED <= lacking.len() {
            break;
        }
        for of in copied.revisions(&object.sha256, FILES_NAMED).await? {
            lacking.push(LackingRevision {
                file: of.file.to_string(),
                name: of.name,
                revision: of.revision.unsigned_abs(),
                what: trouble.word(),
                message: trouble.told(object.size),
            });
        }
    }
    lacking.truncate(NAMED);
    Ok(lacking)
}

/// A database that can't be copied: the room that is missing is the backup's.
fn of_copy(error: Error, folder: &BackupFolder) -> Error {
    match error {
        Error::NoSpace(_) => full(folder.path()),
        Error::ReadOnly(_) => folder.wrong(std::io::ErrorKind::PermissionDenied.into()),
        other => other,
    }
}

fn given_up() -> Error {
    Error::Sync {
        code: "stopped",
        message:
            "the backup was stopped and does not count; what was copied stays, and the next one goes on from there"
                .into(),
    }
}

fn in_numbers(done: &BackedUp) -> CameTo {
    let numbers = [
        ("objects", done.objects),
        ("bytes", done.bytes),
        ("copied", done.copied),
        ("lacking", done.lacking),
    ];
    CameTo::counts(numbers.map(|(word, count)| (word.to_owned(), count)).into())
}

/// What blocks while the disk works is done beside what does not.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| stopped())
}
