//! A file of the library, as its rows have it: what everything else about files stands on.

use std::str::FromStr;

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;

use super::{
    db::{self, Transaction},
    objects::Object,
};
use crate::{Error, Result, place::Place, way_out::WayOut};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
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

/// What is wrong with the bytes of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct Damage {
    /// `missing`, `empty`, `cut-short`, `too-long`, `changed` or `unreadable`.
    pub what: String,
    /// The same as the end of a sentence about the bytes.
    pub message: String,
    /// When it was found; RFC 3339.
    pub since: String,
}

/// What a file's row has, for [`FROM`] and a `LEFT JOIN links l ON l.file = f.id`.
pub(super) const COLUMNS: &str = "f.id, f.name, f.place, f.revision, r.size, r.sha256, \
     (SELECT json_array(d.what, d.message, d.since) FROM damaged d WHERE d.sha256 = r.sha256) AS damage, \
     l.connection, l.drive, l.item, l.version, l.hash, l.size AS link_size, l.verification, l.name AS link_name, l.web_url";

/// Files that are not in the bin, each with its present revision.
pub(super) const FROM: &str =
    "files f JOIN revisions r ON r.file = f.id AND r.number = f.revision AND f.removed_at IS NULL";

/// Files with what they follow, each as a [`Row`]; `rest` may narrow the join, and says which.
pub(super) fn select(rest: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM {FROM} LEFT JOIN links l ON l.file = f.id {rest}"
    ))
}

/// A file and its link, as they are read.
#[derive(FromRow)]
pub(super) struct Row {
    id: i64,
    name: String,
    place: String,
    #[sqlx(try_from = "i64")]
    revision: u64,
    #[sqlx(try_from = "i64")]
    size: u64,
    sha256: String,
    damage: Option<String>,
    connection: Option<String>,
    drive: Option<String>,
    item: Option<String>,
    version: Option<String>,
    hash: Option<String>,
    link_size: Option<i64>,
    verification: Option<String>,
    link_name: Option<String>,
    web_url: Option<String>,
}

impl TryFrom<Row> for LibraryFile {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            link: row.connection.map(|connection| Link {
                connection,
                drive: row.drive.unwrap_or_default(),
                item: row.item.unwrap_or_default(),
                version: row.version,
                hash: row.hash.unwrap_or_default(),
                size: row.link_size.unwrap_or_default().unsigned_abs(),
                verification: row.verification.unwrap_or_default(),
                name: row.link_name.unwrap_or_default(),
                web_url: row.web_url,
            }),
            damage: row.damage.as_deref().map(damage_of).transpose()?,
            place: row.place.parse()?,
            id: row.id.to_string(),
            name: row.name,
            revision: row.revision,
            size: row.size,
            sha256: row.sha256,
        })
    }
}

/// Files, of rows.
pub(super) fn files(rows: Vec<Row>) -> Result<Vec<LibraryFile>> {
    rows.into_iter().map(LibraryFile::try_from).collect()
}

fn damage_of(text: &str) -> Result<Damage> {
    let (what, message, since) = serde_json::from_str(text).map_err(|error| Error::Storage(error.to_string()))?;
    Ok(Damage { what, message, since })
}

pub(super) async fn shown(database: impl db::Executor<'_>, file: i64) -> Result<Vec<Showing>> {
    let rows: Vec<(String, String, i64)> =
        db::query_as("SELECT kind, name, revision FROM showings WHERE file = ? ORDER BY kind, name")
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

impl FromStr for ShowingKind {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let kinds = [Self::ClientPoint, Self::Template];
        kinds.into_iter().find(|kind| kind.word() == word).ok_or_else(|| {
            let what = format!("`{}` is neither a ClientPoint nor a Template", word.escape_debug());
            Error::Settings(what)
        })
    }
}

impl ShowingKind {
    /// As people read it.
    pub fn word(self) -> &'static str {
        match self {
            Self::ClientPoint => "ClientPoint",
            Self::Template => "Template",
        }
    }
}

pub(super) async fn add_revision(
    transaction: &mut Transaction,
    file: i64,
    number: i64,
    object: &Object,
    now: &str,
) -> Result<()> {
    db::query("INSERT INTO revisions (file, number, sha256, size, made_at) VALUES (?, ?, ?, ?, ?)")
        .bind(file)
        .bind(number)
        .bind(&object.sha256)
        .bind(signed(object.size))
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

pub(super) async fn fetch(transaction: &mut Transaction, id: i64) -> Result<LibraryFile> {
    let row: Option<Row> = db::query_as(select("WHERE f.id = ?"))
        .bind(id)
        .fetch_optional(&mut **transaction)
        .await?;
    match row {
        Some(row) => row.try_into(),
        None => Err(match removed(transaction, id).await? {
            Some(removed) => removed,
            None => unknown(&id.to_string()),
        }),
    }
}

/// Why there is no file of that File ID in the library, if it was removed.
pub(super) async fn removed(connection: &mut db::Connection, file: i64) -> Result<Option<Error>> {
    let found: Option<(String, String, Option<String>)> = db::query_as(
        "SELECT f.name, f.removed_at, b.emptied_at FROM files f JOIN bin b ON b.file = f.id \
         WHERE f.id = ? AND f.removed_at IS NOT NULL",
    )
    .bind(file)
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(name, removed, emptied)| removed_error(&file.to_string(), &name, &removed, emptied.as_deref())))
}

pub(super) fn removed_error(id: &str, name: &str, removed_at: &str, emptied_at: Option<&str>) -> Error {
    let (code, message, way_out) = match emptied_at {
        None => (
            "in-the-bin",
            format!("file {id} (`{name}`) is in the bin since {removed_at}, and follows nothing there"),
            Some(WayOut::Restore { file: Some(id.into()) }),
        ),
        Some(at) => (
            "removed",
            format!(
                "file {id} (`{name}`) was put into the bin on {removed_at}, and was removed for good on {at}: bring the file \
                 into the library anew, under another File ID"
            ),
            None,
        ),
    };
    Error::Bin { code, message }.with(way_out)
}

/// The row of a File ID. What is no number can't be the ID of a file.
pub(super) fn number(id: &str) -> Result<i64> {
    id.parse().map_err(|_| unknown(id))
}

/// The row of a File ID, to the letter: `007` is not the ID of file 7.
pub(super) fn exact(id: &str) -> Option<i64> {
    number(id).ok().filter(|row| row.to_string() == id)
}

fn unknown(id: &str) -> Error {
    Error::NotFound {
        what: "library file",
        name: id.into(),
        way_out: WayOut::ShowFiles,
    }
}

/// SQLite's integers are signed; no file comes near the end of them.
pub(super) fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
