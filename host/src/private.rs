//! What the host writes is for its owner only: files 0600, folders 0700, whatever the umask says, and whether or not the
//! data folder was empty. Copies, reports and lists that people ask for have the rights that their umask
//! gives it; what lies in the folder and is not the host's is left alone.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    path::Path,
};

use crate::disk;

/// The rights of a file: its owner reads and writes.
const FILE: u32 = 0o600;

/// The rights of a folder: its owner alone.
const FOLDER: u32 = 0o700;

/// The host's own entries of a data folder. The key is not among them: one that others may read is refused, because
/// they may have read it.
const OWN_FILES: [&str; 6] = [
    "bytes",
    "clientpoint.db",
    "clientpoint.db-wal",
    "clientpoint.db-shm",
    "identity",
    "swept",
];
const OWN_FOLDERS: [&str; 7] = ["cache", "copies", "damaged", "drafts", "objects", "programs", "trash"];

/// Makes a folder with all that leads to it, or narrows the rights of the one that is there.
///
/// # Errors
///
/// The file system's.
pub fn folder(path: &Path) -> io::Result<()> {
    if !path.is_dir() {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, FOLDER);
        builder.create(path).map_err(|error| disk::in_the_way(path, error))?;
        own(path, FOLDER)?;
    }
    narrow(path, FOLDER);
    Ok(())
}

/// Opens a file with these options; one that they make is its owner's only.
///
/// # Errors
///
/// The file system's.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, FILE);
    let file = options.open(path).map_err(|error| disk::in_the_way(path, error))?;
    narrow(path, FILE);
    Ok(file)
}

/// Opens the file of a lock, making it if it is missing.
///
/// # Errors
///
/// The file system's.
pub fn lock_file(path: &Path) -> io::Result<File> {
    open(path, File::options().create(true).append(true))
}

/// Narrows the rights of what an earlier version, or a copy that somebody has put back, has left too wide; and makes the
/// file of the database before SQLite does, which would let the umask decide.
///
/// # Errors
///
/// The file system's, where the file of the database can't be made.
pub fn data_folder(data: &Path) -> io::Result<()> {
    let database = data.join("clientpoint.db");
    if !database.exists() {
        open(&database, File::options().create(true).append(true))?;
    }
    for entry in fs::read_dir(data)?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if OWN_FOLDERS.contains(&name.as_ref()) {
            narrow(&entry.path(), FOLDER);
        } else if OWN_FILES.contains(&name.as_ref()) || name.ends_with(".lock") {
            narrow(&entry.path(), FILE);
        }
    }
    if only_ours(data) {
        narrow(data, FOLDER);
    }
    Ok(())
}

/// Whether a data folder holds nothing but the host's own. One that holds other things as well has the rights that
/// somebody wants it to have.
fn only_ours(data: &Path) -> bool {
    let ours = |name: &str| {
        let own = OWN_FILES.contains(&name) || OWN_FOLDERS.contains(&name);
        own || name.starts_with("clientpoint.db.")
            || name.ends_with(".lock")
            || name.starts_with("secret.key")
            || name.starts_with("identity")
    };
    let Ok(entries) = fs::read_dir(data) else {
        return false;
    };
    entries
        .flatten()
        .all(|entry| ours(&entry.file_name().to_string_lossy()))
}

/// Takes the rights of others away. That is not possible where the file is somebody else's, or the disk can only be
/// read: it is no reason not to work.
#[cfg(unix)]
fn narrow(path: &Path, to: u32) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(found) = fs::symlink_metadata(path) else {
        return;
    };
    let expected = if to == FOLDER { found.is_dir() } else { found.is_file() };
    let mode = found.permissions().mode() & 0o777;
    if expected
        && mode & 0o077 != 0
        && let Err(error) = own(path, mode & to)
    {
        tracing::debug!("the rights of `{}` stay as they are: {error}", path.display());
    }
}

#[cfg(unix)]
fn own(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Other systems keep a person's files from others by themselves.
#[cfg(not(unix))]
fn narrow(_path: &Path, _to: u32) {}

#[cfg(not(unix))]
fn own(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// Narrows what is a file of the host's, such as an object.
pub fn file(path: &Path) {
    narrow(path, FILE);
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn widened(path: &Path, to: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(to)).unwrap();
    }

    #[test]
    fn a_folder_is_its_owners_only_and_so_is_what_is_made_on_the_way_to_it() {
        let data = tempfile::tempdir().unwrap();
        let inner = data.path().join("a/b");
        folder(&inner).unwrap();
        assert_eq!((mode(&data.path().join("a")), mode(&inner)), (0o700, 0o700));
        widened(&inner, 0o777);
        folder(&inner).unwrap();
        assert_eq!(mode(&inner), 0o700);
    }

    #[test]
    fn what_an_earlier_version_left_open_to_all_is_narrowed_and_what_is_not_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        for name in ["objects", "drafts", "photos"] {
            fs::create_dir(data.join(name)).unwrap();
            widened(&data.join(name), 0o777);
        }
        for name in ["clientpoint.db", "organization.lock", "notes.txt"] {
            fs::write(data.join(name), b"").unwrap();
            widened(&data.join(name), 0o666);
        }
        widened(data, 0o755);

        data_folder(data).unwrap();

        assert_eq!(mode(&data.join("objects")), 0o700);
        assert_eq!(mode(&data.join("drafts")), 0o700);
        assert_eq!(mode(&data.join("clientpoint.db")), 0o600);
        assert_eq!(mode(&data.join("organization.lock")), 0o600);
        assert_eq!(mode(&data.join("photos")), 0o777);
        assert_eq!(mode(&data.join("notes.txt")), 0o666);
        assert_eq!(mode(data), 0o755, "it holds other things as well");
        fs::remove_dir(data.join("photos")).unwrap();
        fs::remove_file(data.join("notes.txt")).unwrap();
        data_folder(data).unwrap();
        assert_eq!(mode(data), 0o700);
    }
}
