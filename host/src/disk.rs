//! Files and folders of the host's own, written so that a kill, a full disk or a failing one leaves the whole old content
//! or the whole new one.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

/// Writes a file as a whole, for its owner only, in the place of one that may be there. When this returns, the content and
/// its name are as durable as the disk can make them.
///
/// # Errors
///
/// The file system's; what was there is there then.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    written(path, content)?
        .persist(path)
        .map_err(|error| in_the_way(path, error.error))?;
    sync_folder(folder_of(path))
}

/// As [`write`], unless there is a file of that name: that one stays. Whether it was written.
///
/// # Errors
///
/// The file system's.
pub fn write_new(path: &Path, content: &[u8]) -> io::Result<bool> {
    match written(path, content)?.persist_noclobber(path) {
        Ok(_) => sync_folder(folder_of(path)).map(|()| true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Gives a file another name in its folder, durably.
///
/// # Errors
///
/// The file system's.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to).map_err(|error| in_the_way(to, error))?;
    sync_folder(folder_of(to))
}

/// Takes a file away, durably. That there is none is no error.
///
/// # Errors
///
/// The file system's.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(in_the_way(path, error)),
        Ok(()) => sync_folder(folder_of(path)),
    }
}

/// Makes the names in a folder as durable as the disk can make them.
///
/// # Errors
///
/// The file system's.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The error with the path in it, where something else lies there: the system's words alone name nothing.
pub fn in_the_way(path: &Path, error: io::Error) -> io::Error {
    match error.kind() {
        kind @ (ErrorKind::AlreadyExists | ErrorKind::IsADirectory | ErrorKind::NotADirectory) => {
            let path = path.display();
            io::Error::new(
                kind,
                format!("what lies at `{path}` does not belong there ({error}): move it away"),
            )
        }
        _ => error,
    }
}

/// What a program that was killed while it wrote this file has left beside it. Whoever asks knows that nobody writes it.
pub fn half_written(path: &Path) -> Vec<PathBuf> {
    let prefix = half(path);
    let entries = fs::read_dir(folder_of(path)).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
    named.map(|entry| entry.path()).collect()
}

/// Whether an error says that the disk takes no writes at all: it is full, read-only, or somebody else's.
pub fn takes_no_writes(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied
    )
}

/// Why a folder takes no new file, if it takes none.
pub fn refusal(folder: &Path) -> Option<io::Error> {
    // A byte of content, since a name alone may find room on a full disk.
    let probe = NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(b"?")?;
        file.as_file().sync_all()
    });
    probe.err()
}

/// How much room a disk has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// What this program may still write, in bytes.
    pub free: u64,
    /// The size of the whole, in bytes.
    pub total: u64,
}

impl Room {
    /// What should be left at the least, in bytes: a twentieth of the disk, or five GiB if that is less.
    pub fn least(self) -> u64 {
        (self.total / 20).min(5 << 30)
    }
}

/// How much room the disk under a folder has.
///
/// # Errors
///
/// The file system's; where the system does not say.
#[cfg(unix)]
pub fn room(folder: &Path) -> io::Result<Room> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(Room {
        free: disk.f_bavail.saturating_mul(disk.f_frsize),
        total: disk.f_blocks.saturating_mul(disk.f_frsize),
    })
}

/// How much room the disk under a folder has.
///
/// # Errors
///
/// Always: this system is not asked.
#[cfg(not(unix))]
pub fn room(_folder: &Path) -> io::Result<Room> {
    Err(ErrorKind::Unsupported.into())
}

/// How the name of a file begins that is to become that one.
fn half(path: &Path) -> String {
    format!("{}.half-", path.file_name().unwrap_or_default().to_string_lossy())
}

fn written(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(&half(path))
        .tempfile_in(folder_of(path))?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_made_only_where_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(write_new(&path, b"one").unwrap());
        assert!(!write_new(&path, b"two").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write(&path, b"three").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_in_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::create_dir(&path).unwrap();
        let name = path.display().to_string();
        for error in [write(&path, b"x").unwrap_err(), remove(&path).unwrap_err()] {
            assert!(error.to_string().contains(&name), "{error}");
        }
        assert_eq!(half_written(&path), Vec::<PathBuf>::new());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_is_its_owners_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("f");
        write(&file, b"x").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
