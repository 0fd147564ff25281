//! Looking at a backup: every byte of it is read. It needs no library beside it.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use clientpoint_engine::capability::progress::Progress;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{folder::BackupFolder, manifest::Manifest, tidying::names};
use crate::{
    Error, Result,
    locks::Hold,
    private,
    store::{
        copied::Copied,
        look::{Trouble, is_itself, sha256_of},
        objects::{is_object, is_shard},
    },
};

/// How many objects are read at a time.
const AT_ONCE: usize = 4;

/// How many names are asked of a copy at a time.
const PAGE: u32 = 2_000;

/// The most damages that one answer names.
const NAMED: usize = 1_000;

/// How many files are named that an object belongs to.
const FILES_NAMED: u32 = 3;

/// What a look at a backup has come to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VerifiedBackup {
    /// The copies, the oldest first.
    pub copies: Vec<VerifiedCopy>,
    /// How many objects were read.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many things are damaged.
    pub damaged: u64,
    /// Those of them, up to a thousand.
    pub damages: Vec<BackupDamage>,
}

/// A copy of the library.
#[derive(Clone, Debug, Serialize)]
pub struct VerifiedCopy {
    /// Counts from 1.
    pub number: u32,
    /// The moment that it is of; RFC 3339. None where it does not say.
    pub made_at: Option<String>,
    /// Whether all that belongs to it is whole.
    pub is_whole: bool,
    /// How many objects the library had lost already when it was made.
    pub lacking: u64,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackupDamage {
    /// `database`, `object` or `manifest`.
    pub what: &'static str,
    /// Which copies it belongs to.
    pub copies: Vec<u32>,
    /// In a sentence.
    pub message: String,
}

impl VerifiedBackup {
    /// Whether every byte is as it was written, and there is a copy at all.
    pub fn is_clean(&self) -> bool {
        self.damaged == 0 && !self.copies.is_empty()
    }

    fn note(&mut self, damage: BackupDamage) {
        self.damaged += 1;
        if self.damages.len() < NAMED {
            self.damages.push(damage);
        }
    }
}

/// What is found in the folder of the objects.
#[derive(Default)]
struct Found {
    damaged: BTreeSet<String>,
    objects: u64,
    bytes: u64,
}

/// Reads every byte of a backup. An object that is damaged is put aside, where the folder can be written to: the next backup
/// copies it anew, if the library has it.
///
/// # Errors
///
/// `Error::Backup` for what is no backup, is a newer program's, or is being written; or if it was stopped. Damage is no
/// error: it is in the answer.
pub async fn verify(path: &Path, watcher: Arc<dyn Progress>, stop: &CancellationToken) -> Result<VerifiedBackup> {
    let folder = BackupFolder::open(path)?;
    let _lock = folder.lock(Hold::Alone).await?;
    let mut done = VerifiedBackup::default();
    let numbers = folder.copies()?;
    let found = read_all(&folder, watcher, stop).await?;
    (done.objects, done.bytes) = (found.objects, found.bytes);
    let mut owners = Vec::new();
    for number in numbers {
        match folder.manifest(number) {
            Ok(manifest) => owners.push(manifest),
            Err(error) if error.code() == "backup-newer" => return Err(error),
            Err(error) => {
                done.copies.push(VerifiedCopy {
                    number,
                    made_at: None,
                    is_whole: false,
                    lacking: 0,
                });
                done.note(BackupDamage {
                    what: "manifest",
                    copies: vec![number],
                    message: error.fact(),
                });
            }
        }
    }
    // An object that belongs to several copies is told of once, with the latest.
    let mut told = BTreeSet::new();
    for manifest in owners.iter().rev() {
        let is_whole = copy(&folder, manifest, &found.damaged, &mut told, &mut done).await?;
        done.copies.push(VerifiedCopy {
            number: manifest.number,
            made_at: Some(manifest.made_at.clone()),
            is_whole,
            lacking: manifest.lacking,
        });
    }
    done.copies.sort_by_key(|copy| copy.number);
    for name in found.damaged.difference(&told) {
        done.note(BackupDamage {
            what: "object",
            copies: Vec::new(),
            message: format!("the object {name}, which no copy needs, is damaged"),
        });
    }
    aside(&folder, &found.damaged);
    Ok(done)
}

/// Reads all objects that are there.
async fn read_all(folder: &BackupFolder, watcher: Arc<dyn Progress>, stop: &CancellationToken) -> Result<Found> {
    let mut found = Found::default();
    let shards = names(&folder.objects(), is_shard).map_err(|error| folder.wrong(error))?;
    let total = measured(folder, &shards);
    for shard in shards {
        let shard = folder.objects().join(shard);
        let all = names(&shard, is_object).map_err(|error| folder.wrong(error))?;
        let mut looks = stream::iter(all)
            .map(async |name| {
                let path = shard.join(&name);
                let looked = tokio::task::spawn_blocking(move || {
                    let size = fs::metadata(&path).map_or(0, |found| found.len());
                    (is_itself(&path, &name), size, name)
                });
                looked
                    .await
                    .map_err(|_| Error::Storage("the disk's thread has stopped".into()))
            })
            .buffer_unordered(AT_ONCE);
        while let Some((is_whole, size, name)) = looks.try_next().await? {
            found.objects += 1;
            found.bytes += size;
            if !is_whole {
                found.damaged.insert(name);
            }
            watcher.report("backup", "backup", found.bytes, Some(total));
            if stop.is_cancelled() {
                return Err(Error::Sync {
                    code: "stopped",
                    message: "the look at the backup was stopped".into(),
                });
            }
        }
    }
    Ok(found)
}

fn measured(folder: &BackupFolder, shards: &[String]) -> u64 {
    let of_shard = |shard: &String| -> u64 {
        let entries = fs::read_dir(folder.objects().join(shard))
            .into_iter()
            .flatten()
            .flatten();
        entries
            .filter_map(|entry| entry.metadata().ok())
            .map(|found| found.len())
            .sum()
    };
    shards.iter().map(of_shard).sum()
}

/// Whether a copy is whole. What is not is told.
async fn copy(
    folder: &BackupFolder,
    manifest: &Manifest,
    damaged: &BTreeSet<String>,
    told: &mut BTreeSet<String>,
    done: &mut VerifiedBackup,
) -> Result<bool> {
    let number = manifest.number;
    if let Some(message) = of_database(folder, manifest).await? {
        done.note(BackupDamage {
            what: "database",
            copies: vec![number],
            message,
        });
        return Ok(false);
    }
    let mut copied = Copied::open(&folder.database(number)).await?;
    let (mut after, mut is_whole) = (String::new(), true);
    loop {
        let page = copied.objects(&after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.sha256);
        for object in page {
            let size = fs::metadata(folder.object(&object.sha256)).map(|found| found.len());
            let trouble = match size {
                _ if damaged.contains(&object.sha256) => Trouble::Changed,
                Err(_) => Trouble::Missing,
                Ok(size) if size != object.size => Trouble::CutShort(size),
                Ok(_) => continue,
            };
            is_whole = false;
            // What the library had lost already was told when the copy was made.
            let was_lost = trouble == Trouble::Missing && manifest.lacks.contains(&object.sha256);
            if !was_lost && told.insert(object.sha256.clone()) {
                let files = files(&mut copied, &object.sha256).await?;
                done.note(BackupDamage {
                    what: "object",
                    copies: vec![number],
                    message: format!(
                        "{files}: its bytes in the backup are damaged: {}",
                        trouble.told(object.size)
                    ),
                });
            }
        }
    }
    copied.close().await;
    Ok(is_whole)
}

/// What is wrong with the copy of a database.
async fn of_database(folder: &BackupFolder, manifest: &Manifest) -> Result<Option<String>> {
    let file = folder.database(manifest.number);
    let read = tokio::task::spawn_blocking(move || sha256_of(&file)).await;
    let number = manifest.number;
    let told = match read.map_err(|_| Error::Storage("the disk's thread has stopped".into()))? {
        Ok((sha256, size)) if sha256 == manifest.database.sha256 && size == manifest.database.size => return Ok(None),
        Ok(_) => "it is not the one that was written".to_owned(),
        Err(error) => format!("it can't be read ({error})"),
    };
    Ok(Some(format!("the database of copy {number} is damaged: {told}")))
}

/// The files that an object belongs to, in words.
async fn files(copied: &mut Copied, sha256: &str) -> Result<String> {
    let named = copied.revisions(sha256, FILES_NAMED).await?;
    let named: Vec<String> = named
        .iter()
        .map(|of| format!("file {} (`{}`), revision {}", of.file, of.name, of.revision))
        .collect();
    Ok(named.join(", "))
}

/// What is damaged makes room for what is whole; nothing is deleted.
fn aside(folder: &BackupFolder, damaged: &BTreeSet<String>) {
    if damaged.is_empty() || private::folder(&folder.aside()).is_err() {
        return;
    }
    for name in damaged {
        if let Err(error) = fs::rename(folder.object(name), folder.aside().join(name)) {
            tracing::warn!("a damaged object of the backup can't be put aside: {error}");
        }
    }
}
