//! The trash: objects that nothing pointed at when the sweep looked, by the day on which they were moved here. They are
//! deleted after thirty days by the host's clock, or when somebody asks for it; what is needed again comes back.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
};

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::{
    Store,
    look::is_itself,
    objects::{Objects, is_object},
    page::{Page, Part},
    revisions,
};
use crate::{Error, Result, private};

/// How long what was moved into the trash is kept, in days.
pub const KEPT_DAYS: u64 = 30;

/// What cursors of the list are known by.
const LIST: &str = "trash by day";

/// How many names are asked for in one statement.
const BATCH: usize = 500;

/// What was moved into the trash on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrashDay {
    /// The UTC day: `2026-03-02`.
    pub day: String,
    /// How many objects.
    pub objects: u64,
    /// Their size, in bytes.
    pub bytes: u64,
    /// The UTC day on which they are deleted.
    pub deleted_on: String,
}

/// What was deleted from the trash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Emptied {
    /// How many objects.
    pub objects: u64,
    /// Their size, in bytes.
    pub bytes: u64,
}

/// What is in the trash, by day, the oldest first.
///
/// # Errors
///
/// The file system's.
pub async fn list(objects: &Objects) -> io::Result<Vec<TrashDay>> {
    let objects = objects.clone();
    on_the_disk(move || {
        days_of(&objects)?
            .into_iter()
            .map(|day| listed(&objects, day))
            .collect()
    })
    .await
}

/// A page of what is in the trash, by day, the oldest first.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the file system's.
pub async fn page(objects: &Objects, part: &Part) -> Result<Page<TrashDay>> {
    let after: Option<String> = part.key(LIST)?;
    let wanted = usize::try_from(part.reads()).unwrap_or(usize::MAX);
    let objects = objects.clone();
    let rows = on_the_disk(move || {
        let days = days_of(&objects)?.into_iter();
        let days = days.filter(|day| after.as_ref().is_none_or(|after| *after < day.to_string()));
        days.take(wanted).map(|day| listed(&objects, day)).collect()
    });
    Page::cut(rows.await?, part, LIST, |day: &TrashDay| day.day.clone())
}

/// Looks at the disk without keeping anybody waiting who does not need it.
async fn on_the_disk<T: Send + 'static>(look: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let looked = tokio::task::spawn_blocking(look).await;
    looked.map_err(|_| io::Error::other("the disk's thread has stopped"))?
}

fn listed(objects: &Objects, day: NaiveDate) -> io::Result<TrashDay> {
    let mut listed = TrashDay {
        day: day.to_string(),
        objects: 0,
        bytes: 0,
        deleted_on: last_day(day).to_string(),
    };
    for name in each_of(objects, day)? {
        listed.objects += 1;
        listed.bytes += fs::metadata(folder(objects, day).join(name)).map_or(0, |found| found.len());
    }
    Ok(listed)
}

/// Deletes what was moved into the trash so long ago that it is not kept any more on the day `today`; or all of it, where
/// no day is given. What a revision points at is not deleted, it comes back.
///
/// # Errors
///
/// The database's or the file system's.
pub async fn empty(store: &Store, objects: &Objects, today: Option<NaiveDate>) -> Result<Emptied> {
    reclaim(store, objects).await?;
    let objects = objects.clone();
    Ok(on_the_disk(move || delete(&objects, today)).await?)
}

/// Deletes all of it now, as [`empty`] does.
///
/// # Errors
///
/// `Error::Backup` while a backup is made, which may need some of it; the database's or the file system's.
pub async fn empty_all(store: &Store, objects: &Objects) -> Result<Emptied> {
    let Some(_letting_go) = objects.letting_go()? else {
        return Err(Error::Backup {
            code: "backup-running",
            message:
                "a backup is being made, and it may need what is in the trash: nothing was deleted; try again when it \
                      has come to its end"
                    .into(),
        });
    };
    empty(store, objects, None).await
}

/// Brings back what a revision points at. Gives how many objects were missing where they belong.
///
/// # Errors
///
/// The database's or the file system's.
pub async fn reclaim(store: &Store, objects: &Objects) -> Result<u64> {
    let mut back = 0;
    for day in days_of(objects)? {
        let mut names = each_of(objects, day)?;
        loop {
            let some: Vec<String> = names.by_ref().take(BATCH).collect();
            if some.is_empty() {
                break;
            }
            for needed in revisions::referenced(store, &some).await? {
                let objects = objects.clone();
                back += u64::from(on_the_disk(move || bring_back(&objects, day, &needed)).await?);
            }
        }
    }
    Ok(back)
}

/// Moves an object into the trash.
pub(super) fn take(objects: &Objects, name: &str, day: NaiveDate) -> io::Result<()> {
    let folder = folder(objects, day);
    private::folder(&objects.trash)?;
    private::folder(&folder)?;
    fs::rename(objects.path(name), folder.join(name))
}

impl Objects {
    /// Brings an object back out of the trash, if it is there and is missing where it belongs, or not whole there. Whether
    /// it did.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub fn bring_back(&self, sha256: &str) -> io::Result<bool> {
        for day in days_of(self)? {
            if is_object(sha256) && folder(self, day).join(sha256).is_file() {
                return bring_back(self, day, sha256);
            }
        }
        Ok(false)
    }

    /// Where an object is in the trash, if it is there.
    pub(super) fn trashed(&self, sha256: &str) -> Option<PathBuf> {
        let days = days_of(self).unwrap_or_default().into_iter();
        let mut paths = days.map(|day| folder(self, day).join(sha256));
        paths.find(|path| is_object(sha256) && path.is_file())
    }

    /// Deletes the copy in the trash of what is published anew.
    pub(super) fn forget_trashed(&self, sha256: &str) {
        for day in days_of(self).unwrap_or_default() {
            // Most often there is none; one that stays is deleted with its day.
            let _ = fs::remove_file(folder(self, day).join(sha256));
        }
    }
}

/// Whether the object was missing or not whole, and is where it belongs now. The copy in the trash is gone in any case;
/// what was not whole is kept in `damaged`.
fn bring_back(objects: &Objects, day: NaiveDate, name: &str) -> io::Result<bool> {
    let (trashed, path) = (folder(objects, day).join(name), objects.path(name));
    if fs::symlink_metadata(&path).is_ok() {
        if is_itself(&path, name) {
            return fs::remove_file(trashed).or_else(if_gone).map(|()| false);
        }
        if !is_itself(&trashed, name) {
            objects.lay_aside(&trashed, name)?;
            return fs::remove_file(trashed).or_else(if_gone).map(|()| false);
        }
        objects.lay_aside(&path, name)?;
    }
    let shard = path.parent().unwrap_or(&objects.objects);
    private::folder(shard)?;
    match fs::rename(trashed, &path) {
        // Somebody else was first.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        renamed => renamed?,
    }
    File::open(shard)?.sync_all()?;
    Ok(true)
}

/// Nothing to be done, where somebody else has done it.
fn if_gone(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound {
        Ok(())
    } else {
        Err(error)
    }
}

fn delete(objects: &Objects, today: Option<NaiveDate>) -> io::Result<Emptied> {
    let mut emptied = Emptied::default();
    for day in days_of(objects)? {
        if today.is_some_and(|today| today < last_day(day)) {
            continue;
        }
        let folder = folder(objects, day);
        for name in each_of(objects, day)? {
            let path = folder.join(name);
            let bytes = fs::metadata(&path).map_or(0, |found| found.len());
            fs::remove_file(path).or_else(if_gone)?;
            emptied.objects += 1;
            emptied.bytes += bytes;
        }
        // What is not ours in there keeps its folder.
        let _ = fs::remove_dir(folder);
    }
    Ok(emptied)
}

fn last_day(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(KEPT_DAYS)).unwrap_or(NaiveDate::MAX)
}

fn folder(objects: &Objects, day: NaiveDate) -> PathBuf {
    objects.trash.join(day.to_string())
}

fn days_of(objects: &Objects) -> io::Result<Vec<NaiveDate>> {
    let entries = match fs::read_dir(&objects.trash) {
        // It is made when it is needed; a file of that name is somebody's own.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        entries => entries?,
    };
    let mut days: Vec<NaiveDate> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| day_of(entry.file_name().to_str()?))
        .collect();
    days.sort_unstable();
    Ok(days)
}

/// The day that a folder is named after. `2026-3-2` would be a day as well, and is somebody's own.
fn day_of(name: &str) -> Option<NaiveDate> {
    name.parse().ok().filter(|day: &NaiveDate| day.to_string() == name)
}

/// The objects of a day, in whatever order. A folder of such a name, a link or a pipe is somebody's own.
fn each_of(objects: &Objects, day: NaiveDate) -> io::Result<impl Iterator<Item = String>> {
    let entries = match fs::read_dir(folder(objects, day)) {
        // Somebody else has emptied it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        entries => Some(entries?),
    };
    Ok(entries
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_object(name)))
}

#[cfg(test)]
mod tests;
