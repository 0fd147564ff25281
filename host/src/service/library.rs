//! The Content Library as people use it: also those who are no Administrators.

pub(super) mod bin;
pub(super) mod export;
pub(super) mod nightly;
pub(super) mod rollback;
pub(super) mod trash;
pub(super) mod verify;

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use serde::Serialize;

use super::{FileRow, Session};
use crate::{
    Error, Result,
    place::Place,
    store::{
        damage,
        files::{self, Created, NewFile, Showing, ShowingKind},
        objects::{Objects, Published},
        sweep,
    },
};

/// How much is read from a file at once, in bytes.
const PIECE: usize = 1 << 20;

/// A file with new content.
#[derive(Clone, Debug, Serialize)]
pub struct Replaced {
    /// The file, at its new revision.
    pub file: FileRow,
    /// Where the new revision is shown now.
    pub shown_in: Vec<Showing>,
}

impl Session<'_> {
    /// All files of the library, by File ID.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn library(&self) -> Result<Vec<FileRow>> {
        let files = files::list(&self.host.store).await?;
        let mut rows: Vec<FileRow> = files.into_iter().map(FileRow::from).collect();
        for (id, revision) in damage::revisions(&self.host.store).await? {
            // Both are in the order of File IDs, as numbers.
            let number = |id: &str| id.parse::<u64>().unwrap_or(0);
            if let Ok(place) = rows.binary_search_by_key(&number(&id), |row| number(&row.id))
                && let Some(row) = rows.get_mut(place)
            {
                row.damaged_revisions.push(revision);
            }
        }
        Ok(rows)
    }

    /// One file.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, or the database's.
    pub async fn file(&self, id: &str) -> Result<FileRow> {
        let mut row = FileRow::from(files::get(&self.host.store, id).await?);
        let damaged = damage::of_file(&self.host.store, id).await?;
        row.damaged_revisions = damaged.into_iter().map(|of| of.revision).collect();
        Ok(row)
    }

    /// Adds a file by hand.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::Settings` for a file that can't be read, `Error::NoSpace`.
    pub async fn add_file(&self, from: &Path, place: &Place) -> Result<FileRow> {
        self.user.require_administrator("add files to the library")?;
        let name = from
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .ok_or_else(|| Error::Settings(format!("`{}` names no file", from.display())))?;
        let object = self.store(from).await?;
        let new = NewFile {
            name: &name,
            place,
            object: &object,
            link: None,
        };
        let now = self.now();
        let created = files::create(&self.host.store, new, &now).await;
        if !matches!(created, Ok(Created::File(_))) {
            sweep::let_go(&self.host.store, &object, &now).await;
        }
        match created? {
            Created::File(file) => Ok(FileRow::from(*file)),
            Created::AlreadyLinked(id) => Err(Error::Storage(format!("file {id} is in the way"))),
        }
    }

    /// Gives a file that nobody manages new content, and shows it at once wherever the file is shown.
    ///
    /// # Errors
    ///
    /// `Error::Managed` for a managed file (rule 29); as [`Session::add_file`].
    pub async fn replace_file(&self, id: &str, from: &Path) -> Result<Replaced> {
        self.user.require_administrator("replace files of the library")?;
        // Asked before anything is read, and again inside the transaction.
        files::refuse_managed(&files::get(&self.host.store, id).await?)?;
        let object = self.store(from).await?;
        let now = self.now();
        let replaced = files::replace(&self.host.store, id, &object, &now).await;
        if replaced.is_err() {
            sweep::let_go(&self.host.store, &object, &now).await;
        }
        Ok(Replaced {
            file: replaced?.into(),
            shown_in: files::showings(&self.host.store, id).await?,
        })
    }

    /// Moves a file to another place.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, or the database's.
    pub async fn move_file(&self, id: &str, place: &Place) -> Result<FileRow> {
        self.user.require_administrator("move files of the library")?;
        Ok(files::move_to(&self.host.store, id, place).await?.into())
    }

    /// Shows a file in a ClientPoint or a Template (rule 3).
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, `Error::Settings` for a name that can't be one, or the database's.
    pub async fn place_file(&self, id: &str, kind: ShowingKind, name: &str) -> Result<Vec<Showing>> {
        let name = named(name)?;
        files::show(&self.host.store, id, kind, name).await?;
        self.showings(id).await
    }

    /// Takes a file out of a ClientPoint or a Template. Gives where it is shown still.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, also if it is not shown there; `Error::Settings` for a name that can't be one, or the database's.
    pub async fn unplace_file(&self, id: &str, kind: ShowingKind, name: &str) -> Result<Vec<Showing>> {
        files::unshow(&self.host.store, id, kind, named(name)?).await?;
        self.showings(id).await
    }

    /// Where a file is shown, and at which revision.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, or the database's.
    pub async fn showings(&self, id: &str) -> Result<Vec<Showing>> {
        files::get(&self.host.store, id).await?;
        files::showings(&self.host.store, id).await
    }

    async fn store(&self, from: &Path) -> Result<Published> {
        let objects = self.host.objects.clone();
        let from = from.to_path_buf();
        tokio::task::spawn_blocking(move || store(&objects, &from))
            .await
            .map_err(|_| Error::Storage("the disk's thread has stopped".into()))?
    }
}

/// The name of a ClientPoint or a Template.
fn named(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) || 255 < name.chars().count() {
        return Err(Error::Settings(format!(
            "`{}` can't be a name: give 1 to 255 characters that can be shown",
            name.escape_debug()
        )));
    }
    Ok(name)
}

fn store(objects: &Objects, from: &Path) -> Result<Published> {
    let unreadable = |error: std::io::Error| Error::Settings(format!("`{}` can't be read: {error}", from.display()));
    let mut source = BufReader::new(File::open(from).map_err(unreadable)?);
    let mut draft = objects.draft(u64::MAX)?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = source.read(&mut piece).map_err(unreadable)?;
        match piece.get(..read) {
            None | Some([]) => break,
            Some(bytes) => draft.append(bytes)?,
        }
    }
    objects.publish(draft)
}
