//! Letting go of what no copy needs any more.

use std::{collections::BTreeSet, fs, io};

use super::folder::{BackupFolder, number};
use crate::{
    Result,
    store::{
        copied::Copied,
        objects::{is_object, is_shard},
    },
};

/// How many names are asked for in one statement.
const AT_ONCE: usize = 500;

/// Takes away what backups have left that did not come to their end. Whoever calls has the lock alone.
///
/// # Errors
///
/// See [`BackupFolder::wrong`].
pub(crate) fn tidy(folder: &BackupFolder) -> Result<()> {
    let tidied = || -> io::Result<()> {
        for entry in fs::read_dir(folder.half())? {
            fs::remove_file(entry?.path())?;
        }
        for entry in fs::read_dir(folder.copies_folder())? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let whole = number(&name).is_some_and(|number| folder.manifest_file(number).is_file());
            if !whole {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    };
    tidied().map_err(|error| folder.wrong(error))
}

/// Keeps the latest copies, so many, and deletes the objects that none of these names. Where one of them can't be read,
/// all objects stay. Whoever calls has the folder alone. Gives how many objects were deleted.
///
/// # Errors
///
/// See [`BackupFolder::wrong`].
pub(crate) async fn let_go(folder: &BackupFolder, keep: usize) -> Result<u64> {
    let all = folder.copies()?;
    let (old, kept) = all.split_at(all.len().saturating_sub(keep.max(1)));
    for number in old {
        folder.forget(*number)?;
    }
    let mut open = Vec::with_capacity(kept.len());
    for number in kept.iter().rev() {
        match Copied::open(&folder.database(*number)).await {
            Ok(copied) => open.push(copied),
            Err(error) => {
                tracing::warn!("copy {number} of the backup can't be read, so nothing is deleted from it: {error}");
                return Ok(0);
            }
        }
    }
    let gone = unnamed(folder, &mut open).await;
    for copied in open {
        copied.close().await;
    }
    gone
}

async fn unnamed(folder: &BackupFolder, copies: &mut [Copied]) -> Result<u64> {
    let mut gone = 0;
    for shard in names(&folder.objects(), is_shard).map_err(|error| folder.wrong(error))? {
        let shard = folder.objects().join(shard);
        let names = names(&shard, is_object).map_err(|error| folder.wrong(error))?;
        for some in names.chunks(AT_ONCE) {
            let mut left: BTreeSet<String> = some.iter().cloned().collect();
            for copied in copies.iter_mut() {
                if left.is_empty() {
                    break;
                }
                let asked: Vec<String> = left.iter().cloned().collect();
                for named in copied.named(&asked).await? {
                    left.remove(&named);
                }
            }
            for name in left {
                fs::remove_file(shard.join(name)).map_err(|error| folder.wrong(error))?;
                gone += 1;
            }
        }
    }
    Ok(gone)
}

/// The names in a folder that are like that.
pub(super) fn names(folder: &std::path::Path, wanted: impl Fn(&str) -> bool) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if wanted(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
