//! The Content Library's catalogue: files, their revisions, what they follow, and where they are shown.

use clientpoint_engine::library::Scope;

use super::{
    Store, bin, damage,
    db::{self, Transaction},
    library_file, links,
    objects::Object,
};
use crate::{Error, Result, place::Place, way_out::WayOut};

pub use super::library_file::{LibraryFile, Link, NewFile, Showing, ShowingKind};

pub(super) use super::library_file::{add_revision, fetch, number, select, shown, signed};

/// What became of a new file.
#[derive(Debug)]
pub enum Created {
    /// It is in the library.
    File(Box<LibraryFile>),
    /// A file with this File ID follows the same item; nothing was changed.
    AlreadyLinked(String),
}

/// What somebody has looked at before they decided. What is none here was not looked at, and may be whatever it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct LookedAt<'a> {
    /// The present revision.
    pub revision: Option<u64>,
    /// The name in the library.
    pub name: Option<&'a str>,
    /// The place, as it is written.
    pub place: Option<&'a str>,
}

impl LookedAt<'_> {
    /// The same file as it was looked at, but for what is `wanted` of it already: who asks for what is the case has it.
    fn refuse_other(&self, file: &LibraryFile, wanted: impl Fn(&LibraryFile) -> bool) -> Result<()> {
        if self.revision.is_some_and(|revision| revision != file.revision) {
            return Err(outdated(&file.id, file.revision));
        }
        let is_other = |seen: Option<&str>, now: &str| seen.is_some_and(|seen| seen != now) && !wanted(file);
        if is_other(self.name, &file.name) {
            return Err(Error::Outdated(format!(
                "file {} is called `{}` by now, since somebody else has renamed it after you have looked at it, so nothing was \
                 changed: look again",
                file.id, file.name
            ))
            .at("name"));
        }
        if is_other(self.place, &file.place.to_string()) {
            return Err(Error::Outdated(format!(
                "file {} (`{}`) is in {} by now, since somebody else has moved it after you have looked at it, so nothing was \
                 changed: look again",
                file.id, file.name, file.place
            ))
            .at("place"));
        }
        Ok(())
    }
}

/// Adds a file, its first revision and its link in one transaction. One that follows the item of a file in the bin brings
/// that file back.
///
/// # Errors
///
/// The database's.
pub async fn create(store: &Store, new: NewFile<'_>, now: &str) -> Result<Created> {
    let mut transaction = store.write().await?;
    let created = add(&mut transaction, new, now).await?;
    transaction.commit().await?;
    Ok(created)
}

/// Adds a file, its first revision and its link. One that follows the item of a file in the bin brings that file back.
///
/// # Errors
///
/// The database's; then the transaction must not be committed.
pub(super) async fn add(transaction: &mut Transaction, new: NewFile<'_>, now: &str) -> Result<Created> {
    if let Some(link) = new.link {
        let taken: Option<(i64,)> = db::query_as(
            "SELECT file FROM links WHERE plugin = (SELECT plugin FROM connections WHERE id = ?) AND drive = ? AND item = ? \
             ORDER BY file",
        )
        .bind(&link.connection)
        .bind(&link.drive)
        .bind(&link.item)
        .fetch_optional(&mut **transaction)
        .await?;
        if let Some((file,)) = taken {
            return Ok(Created::AlreadyLinked(file.to_string()));
        }
    }
    let binned = match new.link {
        Some(link) => bin::of_item(transaction, link).await?,
        None => None,
    };
    let id = match binned {
        Some(file) => {
            bin::bring_back(transaction, file, &new, now).await?;
            file
        }
        None => insert(transaction, &new, now).await?,
    };
    damage::healed(transaction, new.object).await?;
    if let Some(link) = new.link {
        links::add(transaction, id, link, now).await?;
    }
    let file = fetch(transaction, id).await?;
    Ok(Created::File(Box::new(file)))
}

async fn insert(transaction: &mut Transaction, new: &NewFile<'_>, now: &str) -> Result<i64> {
    let (id,): (i64,) = db::query_as("INSERT INTO files (name, place, revision) VALUES (?, ?, 1) RETURNING id")
        .bind(new.name)
        .bind(new.place.to_string())
        .fetch_one(&mut **transaction)
        .await?;
    add_revision(transaction, id, 1, new.object, now).await?;
    Ok(id)
}

/// Gives a file that nobody manages new content, and shows it at once wherever the file is shown.
///
/// # Errors
///
/// `Error::Managed` for a managed file (rule 29), `Error::NotFound`, or the database's.
pub async fn replace(store: &Store, id: &str, object: &Object, now: &str, decided: Option<u64>) -> Result<LibraryFile> {
    let mut transaction = store.write().await?;
    let row = number(id)?;
    let file = fetch(&mut transaction, row).await?;
    refuse_managed(&file)?;
    if decided.is_some_and(|decided| decided != file.revision) {
        return Err(outdated(id, file.revision));
    }
    let revision = i64::try_from(file.revision).unwrap_or(i64::MAX) + 1;
    add_revision(&mut transaction, row, revision, object, now).await?;
    damage::healed(&mut transaction, object).await?;
    db::query("UPDATE files SET revision = ? WHERE id = ?")
        .bind(revision)
        .bind(row)
        .execute(&mut *transaction)
        .await?;
    db::query("UPDATE showings SET revision = ? WHERE file = ?")
        .bind(revision)
        .bind(row)
        .execute(&mut *transaction)
        .await?;
    let file = fetch(&mut transaction, row).await?;
    transaction.commit().await?;
    Ok(file)
}

/// The content lock of managed files.
///
/// # Errors
///
/// `Error::Managed`.
pub fn refuse_managed(file: &LibraryFile) -> Result<()> {
    match file.link {
        Some(_) => Err(Error::Managed {
            id: file.id.clone(),
            name: file.name.clone(),
        }),
        None => Ok(()),
    }
}

/// The file of that File ID.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn get(store: &Store, id: &str) -> Result<LibraryFile> {
    let mut transaction = store.snapshot().await?;
    fetch(&mut transaction, number(id)?).await
}

/// The files that follow an item of this connection's source, by File ID; through whichever connection to it.
///
/// # Errors
///
/// The database's.
pub async fn by_source(store: &Store, of: Scope<'_>, item: &str) -> Result<Vec<LibraryFile>> {
    if ![of.drive, item].iter().all(|text| store.pool().may_have(text)) {
        return Ok(Vec::new());
    }
    let of_item =
        "WHERE l.plugin = (SELECT plugin FROM connections WHERE id = ?) AND l.drive = ? AND l.item = ? ORDER BY f.id";
    let rows = db::query_as(select(of_item))
        .bind(of.connection)
        .bind(of.drive)
        .bind(item)
        .fetch_all(store.pool())
        .await?;
    library_file::files(rows)
}

/// Moves a file to another place. Its content, links and showings stay.
///
/// # Errors
///
/// `Error::NotFound`; `Error::Outdated` if it is not as somebody has looked at it; the database's.
pub async fn move_to(store: &Store, id: &str, place: &Place, seen: LookedAt<'_>) -> Result<LibraryFile> {
    let mut transaction = store.write().await?;
    let moved = put_at(&mut transaction, id, place, seen).await?;
    transaction.commit().await?;
    Ok(moved)
}

async fn put_at(transaction: &mut Transaction, id: &str, place: &Place, seen: LookedAt<'_>) -> Result<LibraryFile> {
    let row = number(id)?;
    let file = fetch(transaction, row).await?;
    seen.refuse_other(&file, |file| file.place == *place)?;
    db::query("UPDATE files SET place = ? WHERE id = ? AND removed_at IS NULL")
        .bind(place.to_string())
        .bind(row)
        .execute(&mut **transaction)
        .await?;
    fetch(transaction, row).await
}

/// That somebody has decided about another revision than the file has by now.
pub(super) fn outdated(id: &str, present: u64) -> Error {
    Error::Outdated(format!(
        "file {id} has revision {present} by now, which is another one than you have looked at, so nothing was changed: look \
         again"
    ))
}

/// Refuses to go on if the file has another revision than that which somebody has `decided` about.
///
/// # Errors
///
/// `Error::NotFound`, `Error::Outdated`, or the database's.
pub async fn refuse_outdated(store: &Store, id: &str, decided: Option<u64>) -> Result<()> {
    let present = get(store, id).await?.revision;
    match decided {
        Some(decided) if decided != present => Err(outdated(id, present)),
        _ => Ok(()),
    }
}

/// Moves files to another place, all of them or none. Their content, links and showings stay.
///
/// # Errors
///
/// `Error::NotFound`; `Error::Outdated` if one is not at the place where somebody has looked at it; the database's.
pub async fn move_all(store: &Store, files: &[(&str, Option<&str>)], place: &Place) -> Result<Vec<LibraryFile>> {
    let mut transaction = store.write().await?;
    let mut moved = Vec::with_capacity(files.len());
    for (id, seen) in files {
        let seen = LookedAt {
            place: *seen,
            ..LookedAt::default()
        };
        moved.push(put_at(&mut transaction, id, place, seen).await?);
    }
    transaction.commit().await?;
    Ok(moved)
}

/// Gives a file another name in the library. What it follows keeps its own.
///
/// # Errors
///
/// `Error::NotFound`; `Error::Outdated` if it is not as somebody has looked at it; the database's.
pub async fn rename(store: &Store, id: &str, name: &str, seen: LookedAt<'_>) -> Result<LibraryFile> {
    let row = number(id)?;
    let mut transaction = store.write().await?;
    let file = fetch(&mut transaction, row).await?;
    seen.refuse_other(&file, |file| file.name == name)?;
    db::query("UPDATE files SET name = ? WHERE id = ? AND removed_at IS NULL")
        .bind(name)
        .bind(row)
        .execute(&mut *transaction)
        .await?;
    let file = fetch(&mut transaction, row).await?;
    transaction.commit().await?;
    Ok(file)
}

/// Shows a file, at its present revision, in a ClientPoint or Template. Showing it twice changes nothing.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn show(store: &Store, id: &str, kind: ShowingKind, name: &str) -> Result<LibraryFile> {
    let file = get(store, id).await?;
    db::query(
        "INSERT INTO showings (file, kind, name, revision) \
         SELECT id, ?, ?, revision FROM files WHERE id = ? AND removed_at IS NULL ON CONFLICT DO NOTHING",
    )
    .bind(kind.word())
    .bind(name)
    .bind(number(id)?)
    .execute(store.pool())
    .await?;
    Ok(file)
}

/// Takes a file out of a ClientPoint or Template.
///
/// # Errors
///
/// `Error::NotFound`, also if it is not shown there; or the database's.
pub async fn unshow(store: &Store, id: &str, kind: ShowingKind, name: &str) -> Result<LibraryFile> {
    let file = get(store, id).await?;
    let done = db::query("DELETE FROM showings WHERE file = ? AND kind = ? AND name = ?")
        .bind(number(id)?)
        .bind(kind.word())
        .bind(name)
        .execute(store.pool())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound {
            what: match kind {
                ShowingKind::ClientPoint => "ClientPoint with that file named",
                ShowingKind::Template => "Template with that file named",
            },
            name: name.into(),
            way_out: WayOut::ShowPlaces { file: Some(id.into()) },
        });
    }
    Ok(file)
}

/// Where a file is shown: ClientPoints first, each kind by name.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn showings(store: &Store, id: &str) -> Result<Vec<Showing>> {
    shown(store.pool(), number(id)?).await
}
