//! Restoring a library from a backup into an empty folder.
//!
//! The folder is marked before anything is written to it, and the mark goes last: whatever ends this in between leaves a
//! folder that no host opens, and that the next restore begins anew.

mod objects;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use clientpoint_engine::{capability::progress::Progress, clock::stamp};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{folder::BackupFolder, manifest::Manifest, nesting};
use crate::{
    Error, Result, disk, key_files,
    locks::{self, Hold},
    private,
    store::{
        self, Store,
        copied::{self, Copied},
        copies, damage, identity,
        look::{Trouble, sha256_of},
        migrations,
        objects::Object,
        seal, unfinished,
    },
    way_out::WayOut,
};

/// How long the new database is waited for. Nobody else is there.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is made of a folder while it is restored, and goes when that begins anew.
const MADE: [&str; 7] = ["objects", "drafts", "trash", "cache", "half", "programs", "damaged"];

/// What is to be restored.
#[derive(Clone, Debug)]
pub struct Restore {
    /// The backup.
    pub from: PathBuf,
    /// Which copy; the latest that is whole, where none is named.
    pub copy: Option<u32>,
    /// The file of the key of its secrets.
    pub key: Option<PathBuf>,
    /// Wipe what is sealed: connections need their people, and nothing else is lost.
    pub without_secrets: bool,
    /// Who does it: an Administrator of the library.
    pub user: String,
}

/// What was restored.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    /// Which copy of the backup.
    pub copy: u32,
    /// The moment that it is of; RFC 3339.
    pub made_at: String,
    /// How many objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether secrets were left out.
    pub without_secrets: bool,
    /// How many objects are not there, since the backup has none that is whole.
    pub lacking: u64,
    /// The revisions that they are the content of, a thousand at most: each in a sentence.
    pub lacks: Vec<String>,
}

/// Restores a library into `data`, which is empty or not there yet, or holds a restore that was broken off.
///
/// # Errors
///
/// `Error::Backup` with what is in the way; `Error::Forbidden`; `Error::Settings` for a key that does not open its secrets;
/// the file system's and the database's. The folder is marked as unfinished then, if it was begun.
pub async fn restore(
    data: &Path,
    wanted: &Restore,
    watcher: Arc<dyn Progress>,
    stop: &CancellationToken,
    now: DateTime<Utc>,
) -> Result<Restored> {
    nesting::refuse(data, &wanted.from)?;
    let folder = BackupFolder::open(&wanted.from)?;
    let _from = folder.lock(Hold::Together).await?;
    let manifest = chosen(&folder, wanted.copy)?;
    if !migrations::is_known(manifest.schema) {
        return Err(copied::newer());
    }
    let key = key(wanted, &manifest)?;
    private::folder(data).map_err(|error| Error::from(error).about(data))?;
    let lock = locks::required(&data.join("restore.lock"))?;
    if !locks::wait(&lock, Hold::Alone, Duration::ZERO).await? {
        return Err(in_the_way(data, "another restore is at work in it"));
    }
    begin(data, &manifest)?;
    let done = restored(data, (&folder, wanted, &manifest), key.as_deref(), (watcher, stop), now).await?;
    // All of it is durable: from now on it is a library.
    unfinished::end(data)?;
    Ok(done)
}

/// The copy that is to be restored.
fn chosen(folder: &BackupFolder, copy: Option<u32>) -> Result<Manifest> {
    let copies = folder.copies()?;
    let path = folder.path().display();
    match copy {
        Some(number) if copies.contains(&number) => folder.manifest(number),
        Some(number) => {
            let there: Vec<String> = copies.iter().map(u32::to_string).collect();
            Err(Error::Backup {
                code: "no-such-copy",
                message: format!("`{path}` has no copy {number}; it has these: {}", there.join(", ")),
            })
        }
        None => {
            let latest = copies.last().ok_or_else(|| Error::Backup {
                code: "no-backup",
                message: format!("no backup has come to its end in `{path}`: there is nothing to restore"),
            })?;
            folder.manifest(*latest)
        }
    }
}

/// The text of the key that opens its secrets, where they are wanted.
fn key(wanted: &Restore, manifest: &Manifest) -> Result<Option<zeroize::Zeroizing<String>>> {
    let Some(sealed_with) = manifest.sealed_with.as_ref().filter(|_| !wanted.without_secrets) else {
        return Ok(None);
    };
    let Some(file) = &wanted.key else {
        if key_files::of_environment()?.is_some_and(|id| id == *sealed_with) {
            return Ok(None);
        }
        let missing = Error::Settings(
            "this backup has secrets in it, and they are of no use without the key that they are sealed with".into(),
        );
        return Err(missing.with([WayOut::GiveKey]));
    };
    let (id, text) = key_files::given(file)?;
    if id != *sealed_with {
        let wrong = Error::Settings(format!(
            "the key in `{}` is not the one that the secrets of this backup are sealed with",
            file.display()
        ));
        return Err(wrong.with([WayOut::GiveKey]));
    }
    Ok(Some(text))
}

/// Marks the folder; one that holds anything but a restore that was broken off is refused.
fn begin(data: &Path, manifest: &Manifest) -> Result<()> {
    let again = unfinished::is(data);
    if again {
        for made in MADE {
            match fs::remove_dir_all(data.join(made)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        for entry in fs::read_dir(data)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours = ["clientpoint.db", "secret.key", "identity"]
                .iter()
                .any(|made| name.starts_with(made));
            if ours {
                disk::remove(&entry.path())?;
            }
        }
    }
    // A folder has its files in no order. Who asks twice is told the same: what tells most of what the folder is, which
    // is a library's database and no lock.
    let mut held: Option<(bool, bool, String)> = None;
    for entry in fs::read_dir(data)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_lock = name == "restore.lock" || again && name.ends_with(".lock");
        let is_nothing = name == "lost+found" || is_lock || unfinished::is_mark(&name);
        let found = (name != store::DATABASE, name.ends_with(".lock"), name);
        if !is_nothing && held.as_ref().is_none_or(|held| found < *held) {
            held = Some(found);
        }
    }
    if let Some((.., name)) = held {
        return Err(in_the_way(data, &format!("it holds `{}`", name.escape_debug())));
    }
    unfinished::begin(data, &manifest.made_at)
}

fn in_the_way(data: &Path, why: &str) -> Error {
    let refused = Error::Backup {
        code: "folder-not-empty",
        message: format!(
            "a library is restored into an empty folder, and `{}` is none: {why}; nothing was changed",
            data.display()
        ),
    };
    refused.with([WayOut::OtherDataFolder])
}

async fn restored(
    data: &Path,
    (folder, wanted, manifest): (&BackupFolder, &Restore, &Manifest),
    key: Option<&String>,
    (watcher, stop): (Arc<dyn Progress>, &CancellationToken),
    now: DateTime<Utc>,
) -> Result<Restored> {
    database(data, folder, manifest).await?;
    let mut copied = Copied::open(&data.join(store::DATABASE)).await?;
    if !copied.has_administrator(&wanted.user).await? {
        return Err(Error::Forbidden {
            user: wanted.user.clone(),
            what: "restore a library",
        });
    }
    let came = objects::copied(data, (folder, manifest), &mut copied, (watcher, stop)).await?;
    copied.close().await;
    if let Some(text) = key {
        disk::write(&data.join(key_files::KEY_FILE), text.as_bytes())?;
    }
    // Brings an older database up to date.
    let store = store::open(data, PATIENCE).await?;
    let finished = finish(&store, data, wanted, &came.lost, now).await;
    store.close().await;
    finished?;
    if wanted.without_secrets {
        // The database as it was before holds what was wiped.
        copies::forget_all(data)?;
    }
    disk::sync_folder(data)?;
    Ok(Restored {
        copy: manifest.number,
        made_at: manifest.made_at.clone(),
        objects: came.objects,
        bytes: came.bytes,
        without_secrets: wanted.without_secrets,
        lacking: came.lost.len() as u64,
        lacks: came.lacks,
    })
}

/// Copies the database, if it is what was written. It is looked at before anything else, for it is small and all depends on it.
async fn database(data: &Path, folder: &BackupFolder, manifest: &Manifest) -> Result<()> {
    let damaged = |why: String| Error::Backup {
        code: "backup-damaged",
        message: format!(
            "the database of copy {} of `{}` is damaged ({why}): restore another copy",
            manifest.number,
            folder.path().display()
        ),
    };
    let (from, to, wanted) = (
        folder.database(manifest.number),
        data.to_path_buf(),
        manifest.database.clone(),
    );
    let copied = tokio::task::spawn_blocking(move || -> Result<Result<(), String>> {
        let draft = tempfile::Builder::new()
            .prefix("clientpoint.db.half-copied-")
            .tempfile_in(&to)?;
        if let Err(error) = fs::File::open(&from).and_then(|mut from| io::copy(&mut from, &mut draft.as_file())) {
            if disk::takes_no_writes(&error) && error.kind() != io::ErrorKind::PermissionDenied {
                return Err(Error::from(error).about(&to));
            }
            return Ok(Err(error.to_string()));
        }
        draft.as_file().sync_all()?;
        if sha256_of(draft.path())? != (wanted.sha256, wanted.size) {
            return Ok(Err("it is not the one that was written".into()));
        }
        draft.persist(to.join(store::DATABASE)).map_err(|error| error.error)?;
        disk::sync_folder(&to)?;
        Ok(Ok(()))
    });
    copied
        .await
        .map_err(|_| Error::Storage("the disk's thread has stopped".into()))??
        .map_err(damaged)
}

/// What is said of a library that has just come from a backup.
async fn finish(
    store: &Store,
    data: &Path,
    wanted: &Restore,
    lost: &[(Object, Trouble)],
    now: DateTime<Utc>,
) -> Result<()> {
    copied::begin_anew(store, wanted.without_secrets, &stamp(now)).await?;
    for (object, trouble) in lost {
        damage::note(store, object, trouble, &stamp(now)).await?;
    }
    let is_used = seal::sealed_with(store).await?.is_some_and(|sealed| sealed.is_used);
    if !is_used {
        // Nobody misses the key that nothing is sealed with.
        let key = key_files::in_force(data, None)?;
        seal::will_seal_with(store, &key).await?;
    }
    identity::adopt(store, data, now.date_naive()).await
}
