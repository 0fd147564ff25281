//! Bytes: immutable objects named by their SHA-256, and drafts on their way to become one.
//!
//! ```text
//! DATA/drafts/.tmpXXXXXX    being written; locked by its writer; swept when the lock is free
//! DATA/objects/ab/abcdef…   whole, durable, never changed
//! DATA/trash/DAY/abcdef…    an object that nothing pointed at on that day; see `sweep`
//! DATA/objects.lock         shared from publishing objects until their transaction has ended; the sweep has it alone
//! DATA/still.lock          shared by who copies the objects that a database names; the sweep has it alone
//! DATA/damaged/abcdef….1    what the disk has made of an object, kept when that was put back
//! ```
//!
//! Where the objects lie elsewhere ([`Remote`]), this folder has the drafts alone: neither objects nor trash.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    ops::Deref,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use tempfile::NamedTempFile;

use crate::{Error, Result, private};

mod draft;
mod remote;
mod still;
mod syncs;

pub use draft::{AppendError, Draft, Settled};
pub use remote::Remote;
#[cfg(test)]
pub(super) use remote::faulty;
pub(super) use remote::{Amiss, Fetching};
pub use still::HeldStill;
use syncs::Syncs;

/// What the names of drafts begin with; this many letters and digits follow.
const DRAFT: (&str, usize) = (".tmp", 6);

/// How long who publishes waits for a sweep, which has the lock for a moment at a time.
const SWEPT_WITHIN: Duration = Duration::from_secs(60);

/// How often the lock is tried meanwhile.
const TRY_EVERY: Duration = Duration::from_millis(5);

/// The folder of bytes.
#[derive(Clone, Debug)]
pub struct Objects {
    pub(super) drafts: PathBuf,
    pub(super) objects: PathBuf,
    pub(super) trash: PathBuf,
    lock: PathBuf,
    syncs: Syncs,
    remote: Option<Remote>,
}

/// Whole bytes, durable on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// 64 hexadecimal digits in lower case.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
}

/// An object that a transaction is about to point at. No sweep judges it before this is dropped, so it is kept until the
/// transaction has ended.
#[derive(Debug)]
pub struct Published {
    object: Object,
    /// None for one that lies elsewhere: there, its row keeps the sweep away.
    _held: Option<Arc<File>>,
}

impl Settled {
    /// The object that it is to become.
    pub(super) fn object(&self) -> Object {
        Object {
            sha256: self.sha256.clone(),
            size: self.size,
        }
    }

    /// As an object that lies elsewhere, if it was sent there.
    fn published(self) -> Result<Published> {
        if !self.is_sent {
            return Err(Error::Storage("an object has not been sent to where it belongs".into()));
        }
        let object = self.object();
        Ok(Published { object, _held: None })
    }
}

impl Deref for Published {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.object
    }
}

impl Objects {
    /// Opens the folders below `data`, making them if they are missing, and removes what dead writers left behind.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub fn open(data: &Path) -> Result<Self> {
        let objects = Self::within(data, None);
        private::folder(&objects.drafts)?;
        private::folder(&objects.objects)?;
        objects.sweep_drafts()?;
        Ok(objects)
    }

    /// As [`Self::open`], for objects that lie elsewhere.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub fn open_with(data: &Path, remote: Remote) -> Result<Self> {
        let objects = Self::within(data, Some(remote));
        private::folder(&objects.drafts)?;
        objects.sweep_drafts()?;
        Ok(objects)
    }

    fn within(data: &Path, remote: Option<Remote>) -> Self {
        Self {
            drafts: data.join("drafts"),
            objects: data.join("objects"),
            trash: data.join("trash"),
            lock: data.join("objects.lock"),
            syncs: Syncs::default(),
            remote,
        }
    }

    /// Where the objects lie, if that is not in this folder.
    pub fn remote(&self) -> Option<&Remote> {
        self.remote.as_ref()
    }

    /// Begins a draft that may hold at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub fn draft(&self, limit: u64) -> Result<Draft> {
        loop {
            let (file, path) = tempfile::Builder::new()
                .prefix(DRAFT.0)
                .rand_bytes(DRAFT.1)
                .tempfile_in(&self.drafts)
                .map(NamedTempFile::into_parts)?;
            // The lock tells a sweeper in another process that this draft has a living writer. One that came before the
            // lock has taken it for a dead one's, and another is begun.
            match file.try_lock() {
                Ok(()) if path.exists() => return Ok(Draft::new(file, path, limit, self.syncs.clone())),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
    }

    /// Where the object of that name is, whether it exists or not.
    pub fn path(&self, sha256: &str) -> PathBuf {
        let shard: String = sha256.chars().take(2).collect();
        self.objects.join(shard).join(sha256)
    }

    /// Where what is left of damaged objects is kept.
    pub(super) fn aside(&self) -> PathBuf {
        self.objects.with_file_name("damaged")
    }

    /// Makes the draft a durable object, as [`Self::publish_all`] does.
    ///
    /// Blocks while the disk works, and while a sweep has the lock.
    ///
    /// # Errors
    ///
    /// `Error::NoSpace` or `Error::Storage`; the draft is gone then.
    pub fn publish(&self, draft: Draft) -> Result<Published> {
        self.publish_settled(draft.settle()?)
    }

    /// Makes a settled draft a durable object, as [`Self::publish_all`] does.
    ///
    /// # Errors
    ///
    /// As [`Self::publish`].
    pub fn publish_settled(&self, settled: Settled) -> Result<Published> {
        let mut published = self.publish_all(vec![settled])?;
        published
            .pop()
            .unwrap_or_else(|| Err(Error::Storage("an object has got lost on its way".into())))
    }

    /// Sends a settled draft to where objects lie, if that is elsewhere. It was announced before: see `sending`.
    ///
    /// # Errors
    ///
    /// `Error::ObjectStore`, or the file system's; the draft is gone then.
    pub(super) async fn send(&self, mut settled: Settled) -> Result<Settled> {
        if let Some(remote) = &self.remote {
            remote.put(&settled.sha256, settled.size, &settled.path).await?;
            settled.is_sent = true;
        }
        Ok(settled)
    }

    /// Makes settled drafts durable objects, each or not; however many they are, each folder is synced once. An equal
    /// object that is there already is replaced; one in the trash is needed no more. What comes back, in the order given, is
    /// to be kept until the transaction that points at the objects has ended. Where objects lie elsewhere, the drafts were sent
    /// there before: see `sending`.
    ///
    /// Blocks while the disk works, and while a sweep has the lock.
    ///
    /// # Errors
    ///
    /// `Error::NoSpace` or `Error::Storage`; if it is not one object's own trouble, all drafts are gone.
    pub fn publish_all(&self, settled: Vec<Settled>) -> Result<Vec<Result<Published>>> {
        if self.remote.is_some() {
            return Ok(settled.into_iter().map(Settled::published).collect());
        }
        let held = Arc::new(self.held_by_publisher()?);
        let mut shards = BTreeSet::new();
        let published: Vec<_> = settled
            .into_iter()
            .map(|settled| self.named(settled, &mut shards, &held))
            .collect();
        // The names must be as durable as the bytes before a transaction may point at them.
        for shard in &shards {
            self.syncs.all(&File::open(shard)?)?;
        }
        self.syncs.all(&File::open(&self.objects)?)?;
        for object in published.iter().flatten() {
            self.forget_trashed(&object.sha256);
        }
        Ok(published)
    }

    /// Gives settled bytes the name of their object, which is not durable yet.
    fn named(&self, settled: Settled, shards: &mut BTreeSet<PathBuf>, held: &Arc<File>) -> Result<Published> {
        let Settled {
            sha256,
            size,
            path: draft,
            ..
        } = settled;
        let object = Object { sha256, size };
        let path = self.path(&object.sha256);
        let shard = path.parent().unwrap_or(&self.objects);
        private::folder(shard)?;
        self.put_aside(&object)?;
        draft.persist(&path).map_err(|error| error.error)?;
        shards.insert(shard.to_owned());
        Ok(Published {
            object,
            _held: Some(Arc::clone(held)),
        })
    }

    /// The lock, as many publishers may have it at a time.
    fn held_by_publisher(&self) -> Result<File> {
        let file = private::lock_file(&self.lock)?;
        let begun = Instant::now();
        while let Err(error) = file.try_lock_shared() {
            match error {
                TryLockError::Error(error) => return Err(error.into()),
                TryLockError::WouldBlock if begun.elapsed() < SWEPT_WITHIN => std::thread::sleep(TRY_EVERY),
                TryLockError::WouldBlock => {
                    return Err(Error::Storage(format!(
                        "another program sweeps `{}` and does not come to an end: end it, and try again",
                        self.objects.display()
                    )));
                }
            }
        }
        Ok(file)
    }

    /// The lock, alone: nothing that is published waits for its transaction. None if somebody publishes just now.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub(super) fn held_alone(&self) -> std::io::Result<Option<File>> {
        let file = private::lock_file(&self.lock)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Removes what dead writers have left behind, and nothing that is not a draft.
    fn sweep_drafts(&self) -> Result<()> {
        for entry in fs::read_dir(&self.drafts)?.flatten() {
            let file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if !file || !is_draft(&entry.file_name().to_string_lossy()) {
                continue;
            }
            let Ok(file) = File::open(entry.path()) else { continue };
            if file.try_lock().is_ok()
                && let Err(error) = fs::remove_file(entry.path())
            {
                tracing::warn!("a draft of a dead program stays behind: {error}");
            }
        }
        Ok(())
    }
}

/// Whether a file of that name in `drafts/` is a draft.
pub(super) fn is_draft(name: &str) -> bool {
    let letters = name.strip_prefix(DRAFT.0);
    letters
        .is_some_and(|letters| letters.len() == DRAFT.1 && letters.chars().all(|letter| letter.is_ascii_alphanumeric()))
}

/// Whether this can be the name of an object: a SHA-256 in lower-case hexadecimal.
pub(crate) fn is_object(name: &str) -> bool {
    name.len() == 64 && is_hex(name)
}

/// Whether this can be the name of a folder of objects.
pub(crate) fn is_shard(name: &str) -> bool {
    name.len() == 2 && is_hex(name)
}

fn is_hex(name: &str) -> bool {
    name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests;
