//! The folder of a backup: what lies where, and what it says of itself.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::de::DeserializeOwned;
use tempfile::{NamedTempFile, TempPath};

use super::manifest::{FORMAT, Manifest, Mark};
use crate::{
    Error, Result, disk,
    locks::{self, Hold},
    private,
    store::copied,
    way_out::WayOut,
};

const MARK: &str = "backup.json";
const LOCK: &str = "backup.lock";
const COPIES: &str = "copies";
const OBJECTS: &str = "objects";
const HALF: &str = "half";
const DAMAGED: &str = "damaged";

/// More than a manifest has, in bytes.
const MANIFEST_AT_MOST: u64 = 1 << 20;

/// What an empty folder may hold: a file system of its own has that.
const LOST_AND_FOUND: &str = "lost+found";

/// The folder of a backup.
#[derive(Clone, Debug)]
pub(crate) struct BackupFolder {
    path: PathBuf,
}

/// Its lock.
#[derive(Debug)]
pub(crate) struct Locked {
    _file: Option<File>,
}

impl BackupFolder {
    /// The folder to back that library up into. It is made where it is missing.
    ///
    /// # Errors
    ///
    /// `Error::Backup` for a folder that holds something else, or another library's backup; see [`BackupFolder::wrong`].
    pub(crate) fn make(path: &Path, library: &str) -> Result<Self> {
        let folder = Self {
            path: path.to_path_buf(),
        };
        private::folder(path).map_err(|error| folder.wrong(error))?;
        match folder.mark()? {
            None => {
                if !folder.is_empty().map_err(|error| folder.wrong(error))? {
                    let message = format!(
                        "`{}` holds other things, and no backup: nothing was written to it",
                        path.display()
                    );
                    let holds = Error::Backup {
                        code: "no-backup-folder",
                        message,
                    };
                    return Err(holds.with([WayOut::OtherBackupFolder]));
                }
                let mark = Mark {
                    format: FORMAT,
                    library: library.into(),
                };
                folder.write(&path.join(MARK), &mark)?;
            }
            Some(mark) if mark.library != library => {
                let message = format!("`{}` holds backups of another library", path.display());
                let foreign = Error::Backup {
                    code: "other-library",
                    message,
                };
                return Err(foreign.with([WayOut::OtherBackupFolder]));
            }
            Some(_) => {}
        }
        for part in [COPIES, OBJECTS, HALF] {
            private::folder(&path.join(part)).map_err(|error| folder.wrong(error))?;
        }
        Ok(folder)
    }

    /// A folder that was made before.
    ///
    /// # Errors
    ///
    /// `Error::Backup` if it is none, or a newer program's.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let folder = Self {
            path: path.to_path_buf(),
        };
        if folder.mark()?.is_none() {
            return Err(Error::Backup {
                code: "no-backup-folder",
                message: format!("`{}` is no backup folder of this program", path.display()),
            });
        }
        Ok(folder)
    }

    /// The folder for its own.
    ///
    /// # Errors
    ///
    /// `Error::Backup` if somebody else has it; the file system's.
    pub(crate) async fn lock(&self, hold: Hold) -> Result<Locked> {
        let file = locks::open(&self.path.join(LOCK))?;
        if let Some(file) = &file
            && !locks::wait(file, hold, Duration::ZERO).await?
        {
            return Err(Error::Backup {
                code: "backup-running",
                message: format!(
                    "somebody else is at work with `{}`: try again when they have come to their end",
                    self.path.display()
                ),
            });
        }
        Ok(Locked { _file: file })
    }

    /// The numbers of the copies that are whole, the oldest first.
    ///
    /// # Errors
    ///
    /// See [`BackupFolder::wrong`].
    pub(crate) fn copies(&self) -> Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(self.path.join(COPIES)).map_err(|error| self.wrong(error))? {
            let name = entry.map_err(|error| self.wrong(error))?.file_name();
            let name = name.to_string_lossy();
            numbers.extend(number(&name).filter(|_| name.ends_with(".json")));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// What a copy says of itself.
    ///
    /// # Errors
    ///
    /// `Error::Backup` if it is damaged, or a newer program's.
    pub(crate) fn manifest(&self, number: u32) -> Result<Manifest> {
        let damaged = |why: String| Error::Backup {
            code: "backup-damaged",
            message: format!(
                "what copy {number} of `{}` says of itself can't be read: {why}",
                self.path.display()
            ),
        };
        let manifest: Manifest = self
            .read(&self.manifest_file(number))?
            .ok_or_else(|| damaged("it is gone".into()))?;
        if manifest.number != number {
            return Err(damaged("it is another copy's".into()));
        }
        Ok(manifest)
    }

    /// Gives a copy its name, and after that its manifest: from then on it counts.
    ///
    /// # Errors
    ///
    /// See [`BackupFolder::wrong`].
    pub(crate) fn publish(&self, database: TempPath, manifest: &Manifest, key: Option<&str>) -> Result<()> {
        let put = || -> io::Result<()> {
            if let Some(key) = key {
                disk::write(&self.key_file(manifest.number), key.as_bytes())?;
            }
            database
                .persist(self.database(manifest.number))
                .map_err(|error| error.error)?;
            disk::sync_folder(&self.path.join(COPIES))
        };
        put().map_err(|error| self.wrong(error))?;
        self.write(&self.manifest_file(manifest.number), manifest)
    }

    /// Forgets a copy: first that it counts, then the rest of it.
    ///
    /// # Errors
    ///
    /// See [`BackupFolder::wrong`].
    pub(crate) fn forget(&self, number: u32) -> Result<()> {
        for file in [self.manifest_file(number), self.database(number), self.key_file(number)] {
            disk::remove(&file).map_err(|error| self.wrong(error))?;
        }
        Ok(())
    }

    /// An empty file that nobody else can read.
    ///
    /// # Errors
    ///
    /// See [`BackupFolder::wrong`].
    pub(crate) fn draft(&self) -> Result<NamedTempFile> {
        tempfile::Builder::new()
            .tempfile_in(self.path.join(HALF))
            .map_err(|error| self.wrong(error))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where files are that are being written.
    pub(crate) fn half(&self) -> PathBuf {
        self.path.join(HALF)
    }

    /// Where the copies of the database are.
    pub(super) fn copies_folder(&self) -> PathBuf {
        self.path.join(COPIES)
    }

    /// Where the objects are.
    pub(crate) fn objects(&self) -> PathBuf {
        self.path.join(OBJECTS)
    }

    /// Where what is damaged is put aside.
    pub(super) fn aside(&self) -> PathBuf {
        self.path.join(DAMAGED)
    }

    /// Where an object is, whether it is there or not.
    pub(crate) fn object(&self, sha256: &str) -> PathBuf {
        let shard: String = sha256.chars().take(2).collect();
        self.path.join(OBJECTS).join(shard).join(sha256)
    }

    /// The copy of the database of that number.
    pub(crate) fn database(&self, number: u32) -> PathBuf {
        self.path.join(COPIES).join(format!("{number:06}.db"))
    }

    fn key_file(&self, number: u32) -> PathBuf {
        self.path.join(COPIES).join(format!("{number:06}.key"))
    }

    pub(super) fn manifest_file(&self, number: u32) -> PathBuf {
        self.path.join(COPIES).join(format!("{number:06}.json"))
    }

    /// What the file system says of this folder, as an error that names it.
    pub(crate) fn wrong(&self, error: io::Error) -> Error {
        let folder = self.path.display();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => full(&self.path),
            _ => Error::Backup {
                code: "backup-folder",
                message: format!("the backup folder `{folder}` can't be used: {error}"),
            },
        }
    }

    fn mark(&self) -> Result<Option<Mark>> {
        let mark: Option<Mark> = self.read(&self.path.join(MARK))?;
        match mark {
            Some(mark) if FORMAT < mark.format => Err(copied::newer()),
            mark => Ok(mark),
        }
    }

    fn is_empty(&self) -> io::Result<bool> {
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            // The last is left by who was killed at the very beginning.
            let is_nothing = name == LOST_AND_FOUND || name == LOCK || name.starts_with(&format!("{MARK}.half-"));
            if !is_nothing {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn read<T: DeserializeOwned>(&self, file: &Path) -> Result<Option<T>> {
        let mut text = Vec::new();
        match File::open(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.wrong(error)),
            Ok(file) => file
                .take(MANIFEST_AT_MOST)
                .read_to_end(&mut text)
                .map_err(|error| self.wrong(error))?,
        };
        // A newer program may have put other things beside it: its number is read by itself.
        let damaged = |error: serde_json::Error| Error::Backup {
            code: "backup-damaged",
            message: format!("`{}` is damaged: {error}", file.display()),
        };
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(damaged)?;
        if value
            .get("format")
            .and_then(serde_json::Value::as_u64)
            .is_some_and(|format| u64::from(FORMAT) < format)
        {
            return Err(copied::newer());
        }
        serde_json::from_value(value).map(Some).map_err(damaged)
    }

    fn write<T: serde::Serialize>(&self, file: &Path, content: &T) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(content).map_err(|error| Error::Storage(error.to_string()))?;
        text.push(b'\n');
        disk::write(file, &text).map_err(|error| self.wrong(error))
    }
}

/// That there is no room in a backup folder.
pub(crate) fn full(folder: &Path) -> Error {
    Error::Backup {
        code: "backup-full",
        message: format!(
            "no space left in the backup folder `{}`: what was copied stays there and the next backup goes on from it, but \
             this one does not count",
            folder.display()
        ),
    }
}

/// The number of the copy that a file belongs to.
pub(super) fn number(name: &str) -> Option<u32> {
    let (number, _) = name.split_once('.')?;
    (number.len() == 6).then(|| number.parse().ok())?
}
