//! The Content Library as people use it: also those who are no Administrators.

pub(super) mod backup;
mod backup_folder;
pub(super) mod bin;
pub(super) mod content;
pub(super) mod export;
pub(super) mod history;
mod known_places;
pub(super) mod nightly;
pub(super) mod prune;
pub(super) mod rollback;
pub(super) mod trash;
pub(super) mod verify;

use bytes::{Bytes, BytesMut};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{
    FileRow, LibraryFilter, LibraryOrder, LibraryRow, Page, Part, Session, api::Showing, library::verify::stopped,
};
use crate::{
    Error, Result,
    place::Place,
    store::{
        damage,
        files::{self, Created, LookedAt, NewFile, ShowingKind},
        library_list,
        objects::{Draft, Published},
        sending, sweep,
    },
    way_out::WayOut,
};

/// How much goes to the disk at once, in bytes.
const PIECE: usize = 1 << 20;

/// How many files are moved in one step.
const MOVED_AT_MOST: usize = 1_000;

/// The longest name, in characters.
const NAME_AT_MOST: usize = 255;

/// A file with new content.
#[derive(Clone, Debug, Serialize)]
pub struct Replaced {
    /// The file, at its new revision.
    pub file: FileRow,
    /// Where the new revision is shown now.
    pub shown_in: Vec<Showing>,
}

impl Session<'_> {
    /// A page of the files of the library: those that the filter lets through, in that order.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a cursor of another list; the database's.
    pub async fn library_page(
        &self,
        filter: &LibraryFilter,
        order: LibraryOrder,
        part: &Part,
    ) -> Result<Page<LibraryRow>> {
        let page = library_list::page(&self.host.store, filter, order, part).await?;
        page.try_map(|listed| Ok(listed.into()))
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

    /// One file, with how it stands.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, or the database's.
    pub async fn library_file(&self, id: &str) -> Result<LibraryRow> {
        Ok(library_list::one(&self.host.store, id).await?.into())
    }

    /// The largest file that can be added or replaced by hand, in bytes.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn upload_at_most(&self) -> Result<u64> {
        Ok(self.host.settings().await?.upload_at_most())
    }

    /// Adds a file by hand, under the name that it has.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for a name that no file can have, for bytes that can't be read, and for more of
    /// them than the settings allow; `Error::NoSpace`.
    pub async fn add_file(&self, name: &str, from: impl AsyncRead + Unpin, place: &Place) -> Result<FileRow> {
        self.user.require_administrator("add files to the library")?;
        refuse_no_name(name).map_err(|error| error.at("name"))?;
        let object = self.store(name, from).await?;
        let new = NewFile {
            name,
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
    pub async fn replace_file(&self, id: &str, from: impl AsyncRead + Unpin) -> Result<Replaced> {
        self.replace_file_from(id, from, None).await
    }

    /// As [`Session::replace_file`], if the file has that revision still which somebody has looked at.
    ///
    /// # Errors
    ///
    /// As [`Session::replace_file`], and `Error::Outdated` if it has another one.
    pub async fn replace_file_from(
        &self,
        id: &str,
        from: impl AsyncRead + Unpin,
        decided: Option<u64>,
    ) -> Result<Replaced> {
        self.user.require_administrator("replace files of the library")?;
        // Asked before anything is read, and again inside the transaction.
        let file = files::get(&self.host.store, id).await?;
        files::refuse_managed(&file)?;
        files::refuse_outdated(&self.host.store, id, decided).await?;
        let object = self.store(&file.name, from).await?;
        let now = self.now();
        let replaced = files::replace(&self.host.store, id, &object, &now, decided).await;
        if replaced.is_err() {
            sweep::let_go(&self.host.store, &object, &now).await;
        }
        Ok(Replaced {
            file: replaced?.into(),
            shown_in: self.showings(id).await?,
        })
    }

    /// Moves a file to another place.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, or the database's.
    pub async fn move_file(&self, id: &str, place: &Place) -> Result<FileRow> {
        self.move_file_from(id, place, LookedAt::default()).await
    }

    /// As [`Session::move_file`], if the file is still as somebody has looked at it, or there already.
    ///
    /// # Errors
    ///
    /// As [`Session::move_file`], and `Error::Outdated` if it has another revision, or is at another place.
    pub async fn move_file_from(&self, id: &str, place: &Place, seen: LookedAt<'_>) -> Result<FileRow> {
        self.user.require_administrator("move files of the library")?;
        Ok(files::move_to(&self.host.store, id, place, seen).await?.into())
    }

    /// Moves files to another place, all of them or none: a thousand at most.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, `Error::Settings` for too many, or the database's.
    pub async fn move_files(&self, ids: &[String], place: &Place) -> Result<Vec<FileRow>> {
        let files: Vec<(&str, Option<&str>)> = ids.iter().map(|id| (id.as_str(), None)).collect();
        self.move_files_from(&files, place).await
    }

    /// As [`Session::move_files`], each from the place at which somebody has looked at it, if they did.
    ///
    /// # Errors
    ///
    /// As [`Session::move_files`], and `Error::Outdated` if one is at another place by now. None was moved then.
    pub async fn move_files_from(&self, files: &[(&str, Option<&str>)], place: &Place) -> Result<Vec<FileRow>> {
        self.user.require_administrator("move files of the library")?;
        if MOVED_AT_MOST < files.len() {
            return Err(Error::Settings(format!(
                "{} files are more than are moved at once: name {MOVED_AT_MOST} at most",
                files.len()
            )));
        }
        let moved = files::move_all(&self.host.store, files, place).await?;
        Ok(moved.into_iter().map(FileRow::from).collect())
    }

    /// Gives a file another name in the library. What it follows keeps its own, and its kind stays: the ending is the same.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, `Error::Settings` for a name that it can't have, or the database's.
    pub async fn rename_file(&self, id: &str, name: &str) -> Result<FileRow> {
        self.rename_file_from(id, name, LookedAt::default()).await
    }

    /// As [`Session::rename_file`], if the file is still as somebody has looked at it, or called so already.
    ///
    /// # Errors
    ///
    /// As [`Session::rename_file`], and `Error::Outdated` if it has another revision or another name.
    pub async fn rename_file_from(&self, id: &str, name: &str, seen: LookedAt<'_>) -> Result<FileRow> {
        self.user.require_administrator("rename files of the library")?;
        let name = name.trim();
        refuse_no_name(name)?;
        if name.chars().any(char::is_control) || NAME_AT_MOST < name.chars().count() {
            return Err(Error::Settings(format!(
                "`{}` can't be a name: give {NAME_AT_MOST} characters at most that can be shown",
                name.escape_debug()
            )));
        }
        let before = files::get(&self.host.store, id).await?.name;
        if ending(&before) != ending(name) {
            return Err(Error::Settings(format!(
                "`{before}` stays of its kind: its new name has to end in `{}`",
                ending(&before).map_or_else(String::new, |ending| format!(".{ending}"))
            )));
        }
        Ok(files::rename(&self.host.store, id, name, seen).await?.into())
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
        let shown = files::showings(&self.host.store, id).await?;
        Ok(shown.into_iter().map(Showing::from).collect())
    }

    /// Makes bytes an object, however many the settings allow: they go to the disk piece by piece.
    async fn store(&self, name: &str, mut from: impl AsyncRead + Unpin) -> Result<Published> {
        let at_most = self.upload_at_most().await?;
        let mut size = 0_u64;
        let objects = self.host.objects.clone();
        let mut draft = on_disk(move || objects.draft(u64::MAX)).await?;
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(PIECE);
            let read = from.read_buf(&mut buffer).await;
            let read =
                read.map_err(|error| Error::Settings(format!("`{}` can't be read: {error}", name.escape_debug())))?;
            size = size.saturating_add(read as u64);
            if at_most < size {
                return Err(Error::Settings(format!(
                    "`{}` is larger than {at_most} bytes, which is the most that can be added by hand: nothing was added",
                    name.escape_debug()
                ))
                .with([WayOut::ShowSettings]));
            }
            if read == 0 || PIECE <= buffer.len() {
                let piece = buffer.split().freeze();
                draft = on_disk(move || appended(draft, &piece)).await?;
            }
            if read == 0 {
                break;
            }
        }
        let settled = on_disk(move || draft.settle()).await?;
        let objects = self.host.objects.clone();
        let settled = sending::send(&self.host.store, &objects, settled, &self.now()).await?;
        on_disk(move || objects.publish_settled(settled)).await
    }
}

/// What can be the name of no file.
fn refuse_no_name(name: &str) -> Result<()> {
    if matches!(name, "" | "." | "..") || name.contains(['/', '\0']) {
        return Err(Error::Settings(format!("`{}` names no file", name.escape_debug())));
    }
    Ok(())
}

/// The kind of a file, as its name tells it.
fn ending(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase())
}

fn appended(mut draft: Draft, piece: &Bytes) -> Result<Draft> {
    draft.append(piece)?;
    Ok(draft)
}

/// What blocks while the disk works is done beside what does not.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| stopped())?
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
