//! Whether one folder lies in another: a backup inside of what it is a backup of would be lost with it.

use std::{
    io,
    path::{Component, Path, PathBuf},
};

use crate::{Error, Result, way_out::WayOut};

/// Refuses two folders of which one lies in the other.
///
/// # Errors
///
/// `Error::Backup`; the file system's.
pub(crate) fn refuse(data: &Path, backup: &Path) -> Result<()> {
    let (real_data, real_backup) = (real(data)?, real(backup)?);
    if real_backup.starts_with(&real_data) || real_data.starts_with(&real_backup) {
        let inside = Error::Backup {
            code: "backup-inside",
            message: format!(
                "the backup folder `{}` and the data folder `{}` lie one in the other, and would be lost together",
                backup.display(),
                data.display()
            ),
        };
        return Err(inside.with([WayOut::OtherBackupFolder]));
    }
    Ok(())
}

/// The path without links and detours, also of what is not there yet.
fn real(path: &Path) -> io::Result<PathBuf> {
    let mut real = PathBuf::new();
    for part in std::path::absolute(path)?.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                real.pop();
            }
            part => {
                real.push(part);
                match real.canonicalize() {
                    Ok(there) => real = there,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    Ok(real)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_one_in_the_other_are_refused_also_by_way_of_links_and_before_they_are_there() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        std::fs::create_dir(&data).unwrap();
        for inside in ["data", "data/backup", "data/a/b/c", ".", "x/../data/backup"] {
            let error = refuse(&data, &root.path().join(inside)).unwrap_err();
            assert_eq!(error.code(), "backup-inside", "{inside}");
        }
        for beside in ["backup", "data-backup", "a/b/c"] {
            refuse(&data, &root.path().join(beside)).unwrap();
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&data, root.path().join("link")).unwrap();
            let by_link = root.path().join("link/backup");
            assert_eq!(refuse(&data, &by_link).unwrap_err().code(), "backup-inside");
        }
    }
}
