//! Copies of the database as it was before it was brought up to date: for going back to the program that one had. They lie
//! beside the database and are kept for 30 days by the host's clock. The day stands in the name, since the times of files
//! change when folders are copied.

use std::{
    fs::{self, File},
    path::Path,
};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use sqlx::sqlite::SqliteConnection;

use crate::{Error, Result, disk};

/// How long a copy is kept.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(30);

const NAME: &str = "clientpoint.db.before-schema-";
/// One that is being written: a program that is killed over it leaves it behind.
const HALF: &str = "clientpoint.db.half-copied-";
const AT: &str = "-at-";
const MOMENT: &str = "%Y-%m-%dT%H%M%SZ";

/// Copies the database, durably and for its owner only, and gives the copy's name.
///
/// # Errors
///
/// `Error::NoSpace`, the database's or the file system's; no copy is left behind then.
pub(crate) async fn make(
    connection: &mut SqliteConnection,
    data: &Path,
    schema: usize,
    now: DateTime<Utc>,
) -> Result<String> {
    // An empty file, so that nobody else may read it at any moment.
    let file = tempfile::Builder::new()
        .prefix(HALF)
        .tempfile_in(data)?
        .into_temp_path();
    let to = file.to_str().ok_or_else(|| {
        Error::Settings(format!(
            "`{}` is no path that can be written down: give another data folder",
            data.display()
        ))
    })?;
    sqlx::query("VACUUM INTO ?").bind(to).execute(connection).await?;
    File::options().write(true).open(&file)?.sync_all()?;
    let name = format!("{NAME}{schema}{AT}{}", now.format(MOMENT));
    file.persist(data.join(&name)).map_err(|error| error.error)?;
    disk::sync_folder(data)?;
    Ok(name)
}

/// Takes away the copies that were kept long enough, and those that were never whole. Whoever calls is in the folder, so
/// that nobody is alone in it and copies.
///
/// # Errors
///
/// The file system's.
pub(crate) fn forget_old(data: &Path, now: DateTime<Utc>) -> Result<()> {
    forget(data, |made| made < now - KEPT)
}

/// Takes away all copies: they hold secrets that an earlier key opens.
///
/// # Errors
///
/// The file system's.
pub(crate) fn forget_all(data: &Path) -> Result<()> {
    forget(data, |_| true)
}

fn forget(data: &Path, which: impl Fn(DateTime<Utc>) -> bool) -> Result<()> {
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(HALF) || made_at(&name).is_some_and(&which) {
            disk::remove(&entry.path())?;
        }
    }
    Ok(())
}

/// When a copy of that name was made. None for other files.
fn made_at(name: &str) -> Option<DateTime<Utc>> {
    let (_, moment) = name.strip_prefix(NAME)?.split_once(AT)?;
    NaiveDateTime::parse_from_str(moment, MOMENT)
        .ok()
        .map(|moment| moment.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_kept_for_thirty_days_by_the_hosts_clock_and_other_files_for_ever() {
        let data = tempfile::tempdir().unwrap();
        let made: DateTime<Utc> = "2026-03-02T05:00:00Z".parse().unwrap();
        let copy = format!("{NAME}7{AT}{}", made.format(MOMENT));
        let names = [
            copy.as_str(),
            "clientpoint.db",
            "clientpoint.db.before-schema-7",
            "clientpoint.db.mine",
        ];
        for name in names {
            fs::write(data.path().join(name), b"x").unwrap();
        }
        let left = || fs::read_dir(data.path()).unwrap().count();
        fs::write(data.path().join(format!("{HALF}AbC123")), b"half").unwrap();

        forget_old(data.path(), made + KEPT).unwrap();
        assert_eq!(left(), 4, "what was never whole is gone");
        forget_old(data.path(), made + KEPT + TimeDelta::seconds(1)).unwrap();
        assert_eq!(left(), 3);
        assert!(!data.path().join(&copy).exists());
        fs::write(data.path().join(&copy), b"x").unwrap();
        forget_all(data.path()).unwrap();
        assert_eq!(left(), 3);
    }
}
