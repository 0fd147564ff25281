//! Bytes: immutable objects named by their SHA-256, and drafts on their way to become one.
//!
//! ```text
//! DATA/drafts/XXXXXX        being written; locked by its writer; swept when the lock is free
//! DATA/objects/ab/abcdef…   whole, durable, never changed; swept when no revision points at it
//! ```

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::SqlitePool;
use tempfile::{NamedTempFile, TempPath};

use crate::{Error, Result};

/// An object younger than this is not swept: its transaction may be about to happen.
const SWEEP_AGE: Duration = Duration::from_secs(60 * 60);

/// How often the objects are looked through for those that nothing points at.
const SWEEP_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// After so many bytes, the disk is set to work while the rest still arrives.
const FLUSH_AFTER: u64 = 8 << 20;

/// The folder of bytes.
#[derive(Clone, Debug)]
pub struct Objects {
    drafts: PathBuf,
    objects: PathBuf,
}

/// Bytes that nobody sees yet. Dropped, they are gone.
#[derive(Debug)]
pub struct Draft {
    file: File,
    path: TempPath,
    hasher: Sha256,
    size: u64,
    limit: u64,
    /// The flush that is under way, or the last one. It took the error if there was one: the system tells it once.
    flush: Option<JoinHandle<std::io::Result<()>>>,
    flushed: u64,
}

/// Whole bytes, durable on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// 64 hexadecimal digits in lower case.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
}

/// Why bytes could not be appended to a draft. The draft is worth nothing more.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// More than the limit, in bytes.
    #[error("more than {0} bytes")]
    TooLarge(u64),
    /// The file system's answer.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Objects {
    /// Opens the folders below `data`, making them if they are missing, and removes what dead writers left behind.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub fn open(data: &Path) -> Result<Self> {
        let objects = Objects {
            drafts: data.join("drafts"),
            objects: data.join("objects"),
        };
        fs::create_dir_all(&objects.drafts)?;
        fs::create_dir_all(&objects.objects)?;
        objects.sweep_drafts()?;
        Ok(objects)
    }

    /// Begins a draft that may hold at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub fn draft(&self, limit: u64) -> Result<Draft> {
        let (file, path) = NamedTempFile::new_in(&self.drafts)?.into_parts();
        // The lock tells a sweeper in another process that this draft has a living writer.
        file.try_lock().map_err(std::io::Error::from)?;
        Ok(Draft {
            file,
            path,
            hasher: Sha256::new(),
            size: 0,
            limit,
            flush: None,
            flushed: 0,
        })
    }

    /// Where the object of that name is, whether it exists or not.
    pub fn path(&self, sha256: &str) -> PathBuf {
        let shard: String = sha256.chars().take(2).collect();
        self.objects.join(shard).join(sha256)
    }

    /// Makes the draft a durable object. An equal object that is there already is replaced by it, so that a sweeper
    /// that has just judged the old one does no harm.
    ///
    /// Blocks while the disk works.
    ///
    /// # Errors
    ///
    /// `Error::NoSpace` or `Error::Storage`; the draft is gone then.
    pub fn publish(&self, mut draft: Draft) -> Result<Object> {
        draft.end_flush()?;
        let sha256: String = draft
            .hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        draft.file.sync_all()?;
        let path = self.path(&sha256);
        let shard = path.parent().unwrap_or(&self.objects);
        fs::create_dir_all(shard)?;
        draft.path.persist(&path).map_err(|error| error.error)?;
        // The name must be as durable as the bytes before a transaction may point at it.
        File::open(shard)?.sync_all()?;
        File::open(&self.objects)?.sync_all()?;
        Ok(Object {
            sha256,
            size: draft.size,
        })
    }

    /// Sweeps once a day, whichever process comes first.
    ///
    /// # Errors
    ///
    /// The database's or the file system's.
    pub async fn sweep_daily(&self, pool: &SqlitePool) -> Result<()> {
        let swept = self.drafts.with_file_name("swept");
        let age = fs::metadata(&swept)
            .and_then(|found| found.modified())
            .map(|at| at.elapsed());
        if matches!(age, Ok(Ok(age)) if age < SWEEP_EVERY) {
            return Ok(());
        }
        File::create(&swept)?;
        self.sweep(pool).await?;
        Ok(())
    }

    /// Removes objects that no revision points at, unless they are young: a process that died between publishing an
    /// object and its transaction leaves one behind. Returns how many.
    async fn sweep(&self, pool: &SqlitePool) -> Result<usize> {
        let referenced = crate::store::files::referenced_objects(pool).await?;
        let mut removed = 0;
        for shard in fs::read_dir(&self.objects)? {
            for entry in fs::read_dir(shard?.path())? {
                let entry = entry?;
                let young = entry
                    .metadata()?
                    .modified()?
                    .elapsed()
                    .map_or(true, |age| age < SWEEP_AGE);
                if young || referenced.contains(entry.file_name().to_string_lossy().as_ref()) {
                    continue;
                }
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn sweep_drafts(&self) -> Result<()> {
        for entry in fs::read_dir(&self.drafts)? {
            let path = entry?.path();
            let Ok(file) = File::open(&path) else { continue };
            if file.try_lock().is_ok() {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

impl Draft {
    /// Appends bytes. Blocks while the disk works.
    ///
    /// # Errors
    ///
    /// See [`AppendError`].
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), AppendError> {
        let size = self.size + bytes.len() as u64;
        if self.limit < size {
            return Err(AppendError::TooLarge(self.limit));
        }
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.size = size;
        let resting = self.flush.as_ref().is_none_or(JoinHandle::is_finished);
        if resting && self.flushed + FLUSH_AFTER <= size {
            self.begin_flush()?;
        }
        Ok(())
    }

    fn begin_flush(&mut self) -> std::io::Result<()> {
        self.end_flush()?;
        let file = self.file.try_clone()?;
        let flush = std::thread::Builder::new().name("flush".into());
        self.flush = Some(flush.spawn(move || file.sync_data())?);
        self.flushed = self.size;
        Ok(())
    }

    fn end_flush(&mut self) -> std::io::Result<()> {
        match self.flush.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(flushed)) => flushed,
            Some(Err(_)) => Err(std::io::Error::other("the flushing thread has stopped")),
        }
    }

    /// How many bytes it holds.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl From<AppendError> for Error {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::TooLarge(limit) => Error::Settings(format!("the file is larger than {limit} bytes")),
            AppendError::Io(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(path: &Path) -> usize {
        fs::read_dir(path).unwrap().count()
    }

    #[test]
    fn a_draft_that_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::open(folder.path()).unwrap();
        let mut draft = objects.draft(100).unwrap();
        draft.append(b"half a file").unwrap();

        drop(draft);

        assert_eq!(entries(&objects.drafts), 0);
        assert_eq!(entries(&objects.objects), 0);
    }

    #[test]
    fn equal_bytes_are_stored_once_under_their_sha256() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::open(folder.path()).unwrap();
        for _ in 0..2 {
            let mut draft = objects.draft(100).unwrap();
            draft.append(b"ab").unwrap();
            draft.append(b"c").unwrap();
            let object = objects.publish(draft).unwrap();
            assert_eq!(
                object.sha256,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            );
            assert_eq!(object.size, 3);
            assert_eq!(fs::read(objects.path(&object.sha256)).unwrap(), b"abc");
        }
        assert_eq!(entries(&objects.objects.join("ba")), 1);
        assert_eq!(entries(&objects.drafts), 0);
    }

    #[test]
    fn a_draft_takes_its_limit_and_not_a_byte_more() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::open(folder.path()).unwrap();
        let mut draft = objects.draft(3).unwrap();
        draft.append(b"abc").unwrap();

        assert!(matches!(draft.append(b"d"), Err(AppendError::TooLarge(3))));
        assert_eq!(draft.size(), 3);
    }

    #[tokio::test]
    async fn an_object_that_nothing_points_at_is_swept_once_it_is_old_and_at_most_daily() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::open(folder.path()).unwrap();
        let pool = crate::store::open(folder.path(), Duration::from_secs(1)).await.unwrap();
        let publish = |bytes: &[u8], age: Duration| {
            let mut draft = objects.draft(100).unwrap();
            draft.append(bytes).unwrap();
            let object = objects.publish(draft).unwrap();
            let file = File::options().write(true).open(objects.path(&object.sha256)).unwrap();
            file.set_modified(std::time::SystemTime::now() - age).unwrap();
            object
        };
        let old = publish(b"old", 2 * SWEEP_AGE);
        let young = publish(b"young", Duration::ZERO);
        let kept = publish(b"kept", 2 * SWEEP_AGE);
        let file = crate::store::files::NewFile {
            name: "kept.pdf",
            place: &crate::place::Place::company_wide(),
            object: &kept,
            link: None,
        };
        crate::store::files::create(&pool, file, "2026-01-01T00:00:00Z")
            .await
            .unwrap();

        objects.sweep_daily(&pool).await.unwrap();

        assert!(!objects.path(&old.sha256).exists());
        assert!(objects.path(&young.sha256).exists());
        assert!(objects.path(&kept.sha256).exists());
        publish(b"old", 2 * SWEEP_AGE);
        objects.sweep_daily(&pool).await.unwrap();
        assert!(objects.path(&old.sha256).exists(), "the day is not over");
    }

    #[test]
    fn opening_sweeps_the_drafts_of_the_dead_and_spares_those_of_the_living() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::open(folder.path()).unwrap();
        fs::write(objects.drafts.join("left-behind"), b"x").unwrap();
        let living = objects.draft(10).unwrap();

        Objects::open(folder.path()).unwrap();

        assert!(!objects.drafts.join("left-behind").exists());
        assert!(living.path.exists());
    }
}
