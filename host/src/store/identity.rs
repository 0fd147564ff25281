//! Whether a database and a folder of objects belong together.
//!
//! Both carry one random id, the database in a table and the folder in the file `identity`; and a counter that rises with
//! each sweep and on each day that is worked on, in the database first and in the file after it. So a database that is
//! behind its folder is a copy from before, and one with another id is another library's. Nothing is opened, made,
//! migrated or deleted before they have been held against each other: a catalogue that lacks what the folder has would
//! have the sweep take it.

pub(crate) mod shared;
mod words;

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use chrono::NaiveDate;

use super::{
    Store,
    catalogue::{self, Catalogue, Ours},
    db, folder,
    moved::{self, Moved},
    unfinished,
};
use crate::{Error, Result, way_out::WayOut};

pub use super::catalogue::Identity;

/// Why a database is not taken for the one of its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// There is none, or an empty one, beside the bytes or the identity of a library.
    New,
    /// It is another library's.
    Foreign,
    /// It is a copy from before, or of before there were identities.
    Older,
    /// It has no identity, or the folder has none, and it needs objects that are not there: how many, and the first.
    Lacking(u64, String),
    /// The file of the identity can't be read.
    Unreadable,
    /// The file is no database of this program, or a damaged one.
    NoCatalogue(String),
    /// Its library was moved to a server: it is a copy from before.
    Moved(Moved),
}

/// How a database and its folder stand to each other.
#[derive(Debug)]
pub struct Standing {
    /// The data folder.
    pub data: PathBuf,
    /// What is doubtful, if anything is.
    pub doubt: Option<Doubt>,
    /// What the folder says.
    pub folder: Option<Identity>,
    /// What the database is.
    pub(crate) catalogue: Catalogue,
}

/// Holds the database against its folder. Changes nothing.
///
/// # Errors
///
/// The database's or the file system's, where they can't be read.
pub async fn look(data: &Path) -> Result<Standing> {
    unfinished::refuse(data)?;
    // The file first: the database is never behind what the file has said before.
    let file = read(data);
    let catalogue = catalogue::look(data).await?;
    let moved = moved::read(data)?.map(Doubt::Moved);
    let (folder, doubt) = match file {
        Err(_) => (None, Some(Doubt::Unreadable)),
        Ok(None) => (None, unnamed(data, &catalogue).await?),
        Ok(Some(folder)) => {
            let doubt = named(&folder, &catalogue);
            (Some(folder), doubt)
        }
    };
    Ok(Standing {
        data: data.to_path_buf(),
        doubt: moved.or(doubt),
        folder,
        catalogue,
    })
}

/// A folder that has an identity, and this database.
fn named(folder: &Identity, catalogue: &Catalogue) -> Option<Doubt> {
    match catalogue {
        Catalogue::Missing | Catalogue::Empty => Some(Doubt::New),
        Catalogue::Strange(what) => Some(Doubt::NoCatalogue(what.clone())),
        Catalogue::Ours(Ours { identity, .. }) => match identity {
            None => Some(Doubt::Older),
            Some(identity) if identity.id != folder.id => Some(Doubt::Foreign),
            Some(identity) if identity.counter < folder.counter => Some(Doubt::Older),
            Some(_) => None,
        },
    }
}

/// A folder without an identity, and this database: it is the right one if everything that it needs is there.
async fn unnamed(data: &Path, catalogue: &Catalogue) -> Result<Option<Doubt>> {
    match catalogue {
        Catalogue::Strange(what) => Ok(Some(Doubt::NoCatalogue(what.clone()))),
        // A copy of the database alone: there is nothing beside it to be taken away.
        Catalogue::Ours(ours) if ours.identity.is_some() && folder::is_empty(data)? => Ok(None),
        Catalogue::Ours(ours) if ours.has_files => lacking(data).await,
        _ => Ok((!folder::is_empty(data)?).then_some(Doubt::New)),
    }
}

/// Whether objects are missing that the database needs.
async fn lacking(data: &Path) -> Result<Option<Doubt>> {
    let (mut count, mut first, mut after) = (0, None, String::new());
    loop {
        let page = catalogue::needed(data, &after).await?;
        let Some(last) = page.last() else {
            return Ok(first.map(|first| Doubt::Lacking(count, first)));
        };
        after.clone_from(last);
        let missing = folder::missing(data, page)?;
        count += missing.len() as u64;
        first = first.or(missing.into_iter().next());
    }
}

impl Standing {
    /// Refuses what is doubtful.
    ///
    /// # Errors
    ///
    /// `Error::Catalogue`, with what is in the way and the ways out.
    pub fn settled(&self) -> Result<()> {
        match &self.doubt {
            None => Ok(()),
            Some(doubt) => {
                let doubtful = Error::Catalogue {
                    code: doubt.code(),
                    message: format!("{}; nothing was changed. {}", self.words(doubt), self.ways_out(doubt)),
                };
                let unfinished = matches!(doubt, Doubt::Moved(moved) if !moved.is_done);
                let on = unfinished.then_some(WayOut::MoveLibrary);
                Err(doubtful.with(on.into_iter().chain([WayOut::Adopt])))
            }
        }
    }

    /// Whether this person may adopt the database: an Administrator of it, or `admin` where a new one begins.
    pub fn may_adopt(&self, user: &str) -> bool {
        match &self.catalogue {
            Catalogue::Ours(ours) => ours.administrators.iter().any(|name| name == user),
            Catalogue::Missing | Catalogue::Empty | Catalogue::Strange(_) => user == "admin",
        }
    }
}

/// Writes the identity of the database into its folder, where that has none yet or is behind. The database was opened in
/// between: it is held against the folder once more.
///
/// # Errors
///
/// `Error::Catalogue`, or the database's or the file system's.
pub async fn settle(store: &Store, data: &Path) -> Result<()> {
    let ours = of_database(store).await?;
    match read(data) {
        Ok(Some(folder)) if folder == ours => Ok(()),
        Ok(folder)
            if folder
                .as_ref()
                .is_none_or(|folder| folder.id == ours.id && folder.counter < ours.counter) =>
        {
            if let Err(error) = write(data, &ours) {
                // The next rise writes it; until then a database that is a little older is taken for the present one.
                tracing::warn!("the folder's identity is behind: {error}");
            }
            Ok(())
        }
        _ => look(data).await?.settled(),
    }
}

/// Takes the database for the one of this folder, whatever the folder says.
///
/// # Errors
///
/// The database's or the file system's.
pub async fn adopt(store: &Store, data: &Path, day: NaiveDate) -> Result<()> {
    let behind = read(data).ok().flatten().map_or(0, |folder| folder.counter);
    // No sweep on the day of the adoption: whoever has second thoughts finds everything where it was.
    db::query(
        "UPDATE identity SET counter = CASE WHEN counter < ?1 THEN ?1 ELSE counter END + 1, day = ?2, swept = ?2",
    )
    .bind(behind)
    .bind(day.to_string())
    .execute(store.pool())
    .await?;
    write(data, &of_database(store).await?)?;
    moved::forget(data)
}

/// Writes into the folder that its library has come to the next state, though the database there has not: it is a copy from
/// before from then on, also for programs that know nothing of [`moved`].
///
/// # Errors
///
/// The database's or the file system's.
pub(crate) async fn leave_behind(store: &Store, data: &Path) -> Result<()> {
    let Identity { id, counter } = of_database(store).await?;
    let counter = counter + 1;
    Ok(write(data, &Identity { id, counter })?)
}

/// The highest counter with which the folder has seen the library of that id; 0 where it has seen none.
pub(super) fn seen(data: &Path, id: &str) -> i64 {
    let folder = read(data).ok().flatten();
    folder
        .filter(|folder| folder.id == id)
        .map_or(0, |folder| folder.counter)
}

/// Lets the counter rise, if it has not risen on this day yet.
///
/// # Errors
///
/// The database's or the file system's.
pub async fn rise(store: &Store, data: &Path, day: NaiveDate) -> Result<()> {
    let risen = db::query("UPDATE identity SET counter = counter + 1, day = ?1 WHERE day <> ?1")
        .bind(day.to_string())
        .execute(store.pool())
        .await?;
    if risen.rows_affected() != 0 {
        write(data, &of_database(store).await?)?;
    }
    Ok(())
}

/// Takes the sweep of this day, and lets the counter rise. False if somebody has it already.
pub(super) async fn claim_sweep(store: &Store, data: &Path, day: NaiveDate) -> Result<bool> {
    let claimed = db::query("UPDATE identity SET counter = counter + 1, day = ?1, swept = ?1 WHERE swept <> ?1")
        .bind(day.to_string())
        .execute(store.pool())
        .await?;
    if claimed.rows_affected() == 0 {
        return Ok(false);
    }
    write(data, &of_database(store).await?)?;
    Ok(true)
}

/// What the database says.
///
/// # Errors
///
/// The database's.
pub(crate) async fn of_database(store: &Store) -> Result<Identity> {
    let (id, counter) = db::query_as("SELECT id, counter FROM identity")
        .fetch_one(store.pool())
        .await?;
    Ok(Identity { id, counter })
}

fn read(data: &Path) -> io::Result<Option<Identity>> {
    let text = match fs::read(data.join(folder::IDENTITY)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    Ok(Some(serde_json::from_slice(&text)?))
}

/// Writes the folder's identity as a whole, durably; never one with a lower counter.
fn write(data: &Path, identity: &Identity) -> io::Result<()> {
    let path = data.join(folder::IDENTITY);
    if let Ok(Some(present)) = read(data)
        && present.id == identity.id
        && identity.counter < present.counter
    {
        return Ok(());
    }
    let mut text = serde_json::to_vec(identity)?;
    text.push(b'\n');
    let mut next = tempfile::Builder::new().prefix("identity.").tempfile_in(data)?;
    next.write_all(&text)?;
    next.as_file().sync_all()?;
    next.persist(&path)?;
    File::open(data)?.sync_all()
}

/// Removes what a program that was killed while it wrote the identity has left behind, and what earlier versions wrote.
pub(super) fn tidy(data: &Path) {
    // The day of the last sweep was the time of this file once.
    let _ = fs::remove_file(data.join("swept"));
    let Ok(entries) = fs::read_dir(data) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let half_written = name
            .to_string_lossy()
            .strip_prefix("identity.")
            .is_some_and(|rest| rest.len() == 6);
        if half_written {
            // One that somebody writes just now is missed by its writer, who writes another one on the next day.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests;
