//! Where the bytes of a library lie whose database is a server's: written down there, since what one host keeps in its own
//! folder no other one finds. The note is a row of `switches`, `bytes/elsewhere` or `bytes/FOLDER`, and there is one at most;
//! FOLDER is the word that lies in the data folder as the file `bytes`. A library in a folder has its bytes beside it, or has
//! rows of `objects`: nothing is noted of it, and one that is moved to a server begins there without a note.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    ops::RangeInclusive,
    path::Path,
};

use clientpoint_engine::oauth::unguessable;

use super::{
    Store,
    db::{self, Transaction},
};
use crate::{Error, Result, disk};

/// The file of a data folder with the word that the folder is known by.
const FILE: &str = "bytes";

/// More than that file has, in bytes.
const AT_MOST: u64 = 256;

/// What the name of a note begins with.
const NOTE: &str = "bytes/";

/// What follows it where the bytes lie on an object store. No folder has so short a word.
const ELSEWHERE: &str = "elsewhere";

/// How many letters a folder's word may have.
const FOLDERS_WORD: RangeInclusive<usize> = 16..=64;

/// Where the bytes of a library lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BytesAt {
    /// On an object store.
    Elsewhere,
    /// In the data folder that has this word.
    Folder(String),
}

impl BytesAt {
    fn name(&self) -> String {
        match self {
            Self::Elsewhere => format!("{NOTE}{ELSEWHERE}"),
            Self::Folder(word) => format!("{NOTE}{word}"),
        }
    }

    fn named(name: &str) -> Option<Self> {
        let place = name.strip_prefix(NOTE)?;
        Some(match place {
            ELSEWHERE => Self::Elsewhere,
            word => Self::Folder(word.to_owned()),
        })
    }
}

/// What is noted, if anything is.
///
/// # Errors
///
/// The database's.
pub(crate) async fn noted(store: &Store) -> Result<Option<BytesAt>> {
    row(&mut store.snapshot().await?).await
}

/// Notes where the bytes lie, if nothing is noted yet. Gives what is noted then: of two hosts at once, one is first.
///
/// # Errors
///
/// The database's.
pub(crate) async fn note(store: &Store, ours: &BytesAt) -> Result<BytesAt> {
    let mut transaction = store.write().await?;
    if let Some(there) = row(&mut transaction).await? {
        return Ok(there);
    }
    db::query("INSERT INTO switches (name) VALUES (?)")
        .bind(ours.name())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(ours.clone())
}

async fn row(transaction: &mut Transaction) -> Result<Option<BytesAt>> {
    // All that begins so: the sign behind `/` is `0`.
    let row: Option<(String,)> =
        db::query_as("SELECT name FROM switches WHERE name >= 'bytes/' AND name < 'bytes0' ORDER BY name LIMIT 1")
            .fetch_optional(&mut **transaction)
            .await?;
    Ok(row.and_then(|(name,)| BytesAt::named(&name)))
}

/// The word of a data folder, if it has one.
///
/// # Errors
///
/// As [`of_folder`].
pub(crate) fn known(data: &Path) -> Result<Option<BytesAt>> {
    Ok(read(data)?.map(BytesAt::Folder))
}

/// The word of a data folder, which is made where it has none.
///
/// # Errors
///
/// `Error::Catalogue` for one that can't be understood; the file system's.
pub(crate) fn of_folder(data: &Path) -> Result<BytesAt> {
    let path = data.join(FILE);
    let word = match read(data)? {
        Some(word) => word,
        None => {
            let word = unguessable::<16>().map_err(Error::Storage)?.expose().to_owned();
            let written = disk::write_new(&path, format!("{word}\n").as_bytes());
            match read(data)? {
                // Another program in this folder may have been as fast.
                Some(word) => word,
                None => return written.map(|_| BytesAt::Folder(word)).map_err(Error::from),
            }
        }
    };
    for half in disk::half_written(&path) {
        // Whoever writes one just now finds the word that is there.
        let _ = fs::remove_file(half);
    }
    Ok(BytesAt::Folder(word))
}

fn read(data: &Path) -> Result<Option<String>> {
    let path = data.join(FILE);
    let mut text = Vec::new();
    match File::open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?.take(AT_MOST).read_to_end(&mut text)?,
    };
    let is_word = |word: &str| {
        let is_part = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
        FOLDERS_WORD.contains(&word.len()) && word.bytes().all(is_part)
    };
    let word = String::from_utf8(text).ok();
    let word = word.as_deref().map(str::trim_end).filter(|word| is_word(word));
    word.map(|word| Some(word.to_owned())).ok_or_else(|| {
        let message = format!(
            "the file `{}` has the word by which the data folder is known, and can't be understood; nothing was changed. Put it \
             back from a copy",
            path.display()
        );
        Error::Catalogue {
            code: "bytes-unreadable",
            message,
        }
    })
}

#[cfg(test)]
mod tests;
