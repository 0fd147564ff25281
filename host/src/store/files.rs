//! The Content Library's catalogue: files, their revisions, what they follow, and where they are shown.

use serde::Serialize;
use sqlx::{Row, Sqlite, SqliteExecutor, SqlitePool, Transaction, sqlite::SqliteRow};

use super::bin;
use crate::place::Place;
use crate::store::damage::{self, Damage};
use crate::store::objects::Object;
use crate::{Error, Result};

/// A file of the library, as it is now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LibraryFile {
    /// The File ID.
    pub id: String,
    /// Its name in the library, ending included.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Counts from 1.
    pub revision: u64,
    /// In bytes.
    pub size: u64,
    /// Of the present revision, in lower-case hexadecimal.
    pub sha256: String,
    /// What it follows; none for a file that nobody manages.
    pub link: Option<Link>,
    /// What is wrong with the bytes of the present revision, as far as somebody has looked.
    pub damage: Option<Damage>,
}

/// What ties a library file to an item of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The connection that the file came through.
    pub connection: String,
    /// The source's drive.
    pub drive: String,
    /// The source's item.
    pub item: String,
    /// The source's opaque mark of the content.
    pub version: Option<String>,
    /// The source's hash of the bytes.
    pub hash: String,
    /// In bytes.
    pub size: u64,
    /// `verified`, `no-hash` or `rewritten`.
    pub verification: String,
    /// The name in the source.
    pub name: String,
    /// Where a person can look at it.
    pub web_url: Option<String>,
}

/// Where a file is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Showing {
    /// What shows it.
    pub kind: ShowingKind,
    /// Its name.
    pub name: String,
    /// Which revision it shows.
    pub revision: u64,
}

/// What can show a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ShowingKind {
    /// A client-facing workspace.
    ClientPoint,
    /// A pattern for new ClientPoints.
    Template,
}

/// What a new file is made of.
#[derive(Debug)]
pub struct NewFile<'a> {
    /// Its name in the library.
    pub name: &'a str,
    /// Where it lands.
    pub place: &'a Place,
    /// Its bytes, durable already.
    pub object: &'a Object,
    /// What it follows.
    pub link: Option<&'a Link>,
}

/// What became of a new file.
#[derive(Debug)]
pub enum Created {
    /// It is in the library.
    File(Box<LibraryFile>),
    /// A file with this File ID follows the same item; nothing was changed.
    AlreadyLinked(String),
}

/// What [`read`] wants to see, of files that are not in the bin.
pub(super) const SELECT: &str = "SELECT f.id, f.name, f.place, f.revision, r.size, r.sha256, \
     (SELECT json_array(d.what, d.message, d.since) FROM damaged d WHERE d.sha256 = r.sha256) AS damage, \
     l.connection, l.drive, l.item, l.version, l.hash, l.size AS link_size, l.verification, l.name AS link_name, l.web_url \
     FROM files f JOIN revisions r ON r.file = f.id AND r.number = f.revision \
     AND f.removed_at IS NULL LEFT JOIN links l ON l.file = f.id";

/// Adds a file, its first revision and its link in one transaction. One that follows the item of a file in the bin brings
/// that file back.
///
/// # Errors
///
/// The database's.
pub async fn create(pool: &SqlitePool, new: NewFile<'_>, now: &str) -> Result<Created> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    if let Some(link) = new.link {
        let taken: Option<(i64,)> = sqlx::query_as("SELECT file FROM links WHERE drive = ? AND item = ? ORDER BY file")
            .bind(&link.drive)
            .bind(&link.item)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some((file,)) = taken {
            return Ok(Created::AlreadyLinked(file.to_string()));
        }
    }
    let binned = match new.link {
        Some(link) => bin::of_item(&mut transaction, &link.drive, &link.item).await?,
        None => None,
    };
    let id = match binned {
        Some(file) => {
            bin::bring_back(&mut transaction, file, &new, now).await?;
            file
        }
        None => insert(&mut transaction, &new, now).await?,
    };
    damage::healed(&mut transaction, new.object).await?;
    if let Some(link) = new.link {
        add_link(&mut transaction, id, link, now).await?;
    }
    let file = fetch(&mut transaction, id).await?;
    transaction.commit().await?;
    Ok(Created::File(Box::new(file)))
}

async fn insert(transaction: &mut Transaction<'_, Sqlite>, new: &NewFile<'_>, now: &str) -> Result<i64> {
    let id = sqlx::query("INSERT INTO files (name, place, revision) VALUES (?, ?, 1)")
        .bind(new.name)
        .bind(new.place.to_string())
        .execute(&mut **transaction)
        .await?
        .last_insert_rowid();
    add_revision(transaction, id, 1, new.object, now).await?;
    Ok(id)
}

/// Gives a file that nobody manages new content, and shows it at once wherever the file is shown.
///
/// # Errors
///
/// `Error::Managed` for a managed file (rule 29), `Error::NotFound`, or the database's.
pub async fn replace(pool: &SqlitePool, id: &str, object: &Object, now: &str) -> Result<LibraryFile> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let row = number(id)?;
    let file = fetch(&mut transaction, row).await?;
    refuse_managed(&file)?;
    let revision = i64::try_from(file.revision).unwrap_or(i64::MAX) + 1;
    add_revision(&mut transaction, row, revision, object, now).await?;
    damage::healed(&mut transaction, object).await?;
    sqlx::query("UPDATE files SET revision = ? WHERE id = ?")
        .bind(revision)
        .bind(row)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("UPDATE showings SET revision = ? WHERE file = ?")
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
pub async fn get(pool: &SqlitePool, id: &str) -> Result<LibraryFile> {
    let mut transaction = pool.begin().await?;
    fetch(&mut transaction, number(id)?).await
}

/// All files, by File ID.
///
/// # Errors
///
/// The database's.
pub async fn list(pool: &SqlitePool) -> Result<Vec<LibraryFile>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY f.id")))
        .fetch_all(pool)
        .await?;
    rows.iter().map(read).collect()
}

/// How many files follow something through this connection.
///
/// # Errors
///
/// The database's.
pub async fn count_managed(pool: &SqlitePool, connection: &str) -> Result<u64> {
    let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM links WHERE connection = ? AND state <> 'detached'")
        .bind(connection)
        .fetch_one(pool)
        .await?;
    Ok(count.unsigned_abs())
}

/// The files that follow an item, by File ID; through whichever connection.
///
/// # Errors
///
/// The database's.
pub async fn by_source(pool: &SqlitePool, drive: &str, item: &str) -> Result<Vec<LibraryFile>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
        "{SELECT} WHERE l.drive = ? AND l.item = ? ORDER BY f.id"
    )))
    .bind(drive)
    .bind(item)
    .fetch_all(pool)
    .await?;
    rows.iter().map(read).collect()
}

/// Moves a file to another place. Its content, link and showings stay.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn move_to(pool: &SqlitePool, id: &str, place: &Place) -> Result<LibraryFile> {
    sqlx::query("UPDATE files SET place = ? WHERE id = ? AND removed_at IS NULL")
        .bind(place.to_string())
        .bind(number(id)?)
        .execute(pool)
        .await?;
    get(pool, id).await
}

/// Shows a file, at its present revision, in a ClientPoint or Template. Showing it twice changes nothing.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn show(pool: &SqlitePool, id: &str, kind: ShowingKind, name: &str) -> Result<LibraryFile> {
    let file = get(pool, id).await?;
    sqlx::query(
        "INSERT INTO showings (file, kind, name, revision) \
         SELECT id, ?, ?, revision FROM files WHERE id = ? AND removed_at IS NULL ON CONFLICT DO NOTHING",
    )
    .bind(kind.word())
    .bind(name)
    .bind(number(id)?)
    .execute(pool)
    .await?;
    Ok(file)
}

/// Takes a file out of a ClientPoint or Template.
///
/// # Errors
///
/// `Error::NotFound`, also if it is not shown there; or the database's.
pub async fn unshow(pool: &SqlitePool, id: &str, kind: ShowingKind, name: &str) -> Result<LibraryFile> {
    let file = get(pool, id).await?;
    let done = sqlx::query("DELETE FROM showings WHERE file = ? AND kind = ? AND name = ?")
        .bind(number(id)?)
        .bind(kind.word())
        .bind(name)
        .execute(pool)
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound {
            what: match kind {
                ShowingKind::ClientPoint => "ClientPoint with that file named",
                ShowingKind::Template => "Template with that file named",
            },
            name: name.into(),
            hint: "`clientpoint-host places ID` lists where a file is shown",
        });
    }
    Ok(file)
}

/// Where a file is shown: ClientPoints first, each kind by name.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn showings(pool: &SqlitePool, id: &str) -> Result<Vec<Showing>> {
    shown(pool, number(id)?).await
}

pub(super) async fn shown(database: impl SqliteExecutor<'_>, file: i64) -> Result<Vec<Showing>> {
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT kind, name, revision FROM showings WHERE file = ? ORDER BY kind, name")
            .bind(file)
            .fetch_all(database)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(kind, name, revision)| Showing {
            kind: if kind == ShowingKind::Template.word() {
                ShowingKind::Template
            } else {
                ShowingKind::ClientPoint
            },
            name,
            revision: revision.unsigned_abs(),
        })
        .collect())
}

impl ShowingKind {
    /// As people read it.
    pub fn word(self) -> &'static str {
        match self {
            ShowingKind::ClientPoint => "ClientPoint",
            ShowingKind::Template => "Template",
        }
    }
}

pub(super) async fn add_revision(
    transaction: &mut Transaction<'_, Sqlite>,
    file: i64,
    number: i64,
    object: &Object,
    now: &str,
) -> Result<()> {
    sqlx::query("INSERT INTO revisions (file, number, sha256, size, made_at) VALUES (?, ?, ?, ?, ?)")
        .bind(file)
        .bind(number)
        .bind(&object.sha256)
        .bind(signed(object.size))
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn add_link(transaction: &mut Transaction<'_, Sqlite>, file: i64, link: &Link, now: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO links (file, connection, drive, item, version, hash, size, verification, name, web_url, linked_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(file)
    .bind(&link.connection)
    .bind(&link.drive)
    .bind(&link.item)
    .bind(&link.version)
    .bind(&link.hash)
    .bind(signed(link.size))
    .bind(&link.verification)
    .bind(&link.name)
    .bind(&link.web_url)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(super) async fn fetch(transaction: &mut Transaction<'_, Sqlite>, id: i64) -> Result<LibraryFile> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE f.id = ?")))
        .bind(id)
        .fetch_optional(&mut **transaction)
        .await?;
    match row {
        Some(row) => read(&row),
        None => Err(match bin::reason(transaction, id).await? {
            Some(removed) => removed,
            None => unknown(&id.to_string()),
        }),
    }
}

pub(super) fn read(row: &SqliteRow) -> Result<LibraryFile> {
    let connection: Option<String> = row.try_get("connection")?;
    let link = match connection {
        None => None,
        Some(connection) => Some(Link {
            connection,
            drive: row.try_get("drive")?,
            item: row.try_get("item")?,
            version: row.try_get("version")?,
            hash: row.try_get("hash")?,
            size: row.try_get::<i64, _>("link_size")?.unsigned_abs(),
            verification: row.try_get("verification")?,
            name: row.try_get("link_name")?,
            web_url: row.try_get("web_url")?,
        }),
    };
    let place: String = row.try_get("place")?;
    Ok(LibraryFile {
        id: row.try_get::<i64, _>("id")?.to_string(),
        name: row.try_get("name")?,
        place: place.parse()?,
        revision: row.try_get::<i64, _>("revision")?.unsigned_abs(),
        size: row.try_get::<i64, _>("size")?.unsigned_abs(),
        sha256: row.try_get("sha256")?,
        link,
        damage: damage_of(row)?,
    })
}

fn damage_of(row: &SqliteRow) -> Result<Option<Damage>> {
    let Some(text) = row.try_get::<Option<String>, _>("damage")? else {
        return Ok(None);
    };
    let (what, message, since) = serde_json::from_str(&text).map_err(|error| Error::Storage(error.to_string()))?;
    Ok(Some(Damage { what, message, since }))
}

/// The row of a File ID. What is no number can't be the ID of a file.
pub(super) fn number(id: &str) -> Result<i64> {
    id.parse().map_err(|_| unknown(id))
}

fn unknown(id: &str) -> Error {
    Error::NotFound {
        what: "library file",
        name: id.into(),
        hint: "`clientpoint-host library list` shows the File IDs",
    }
}

/// SQLite's integers are signed; no file comes near the end of them.
pub(super) fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
