//! What the file of a database is, before it is opened for work. Nothing is made, migrated or changed by looking.

use std::{path::Path, time::Duration};

use serde::{Deserialize, Serialize};
use sqlx::{
    ConnectOptions, Connection,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};

use super::opening::{self, DATABASE};
use crate::{Result, disk};

/// How long a look waits for somebody who has the database for themselves, when they recover it after a kill, say.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many names are asked for at a time.
const NEEDED_AT_ONCE: i64 = 10_000;

/// SQLite's codes for a file that is no database, and for one that is damaged.
const DAMAGE: [u32; 2] = [26, 11];

/// What a database and its folder have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Rises with each sweep, and on each day that is worked on.
    pub counter: i64,
}

/// What the file of a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Catalogue {
    /// There is none.
    Missing,
    /// A file without anything in it: nobody has worked with it.
    Empty,
    /// Of this program.
    Ours(Ours),
    /// Something else, or damaged: in SQLite's words.
    Strange(String),
}

/// What a database of this program says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ours {
    /// None where it is from before databases had one.
    pub(crate) identity: Option<Identity>,
    /// Whether any file was ever in its library.
    pub(crate) has_files: bool,
    /// The names of its Administrators.
    pub(crate) administrators: Vec<String>,
}

/// Looks at the database of a data folder.
///
/// # Errors
///
/// The database's, if it can't be opened at all.
pub(super) async fn look(data: &Path) -> Result<Catalogue> {
    match data.join(DATABASE).metadata() {
        Err(_) => return Ok(Catalogue::Missing),
        Ok(found) if found.len() == 0 => return Ok(Catalogue::Empty),
        Ok(_) => {}
    }
    // Without the files beside it, nobody has it open, and a look need not make them. If somebody opens it just now,
    // what is seen may be half of what they write: a second look takes part in the locking.
    if !data.join(format!("{DATABASE}-wal")).exists()
        && let Ok(found @ Catalogue::Ours(_)) = read(data, true).await
    {
        return Ok(found);
    }
    Ok(match read(data, false).await {
        Ok(found) => found,
        Err(sqlx::Error::Database(error)) if is_damage(error.as_ref()) => {
            Catalogue::Strange(error.message().to_string())
        }
        // A disk that takes no writes has no room for what readers make beside the database.
        Err(_) if disk::refusal(data).is_some_and(|why| disk::takes_no_writes(&why)) => {
            let mut database = opening::reading(data).connect().await?;
            let found = classified(&mut database).await;
            database.close().await?;
            found?
        }
        Err(error) => return Err(error.into()),
    })
}

/// Some names of the objects that the revisions of that database point at, behind that one; none at the end.
///
/// # Errors
///
/// The database's.
pub(super) async fn needed(data: &Path, after: &str) -> Result<Vec<String>> {
    let mut database = open(data, false).await?;
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT sha256 FROM revisions WHERE sha256 > ? ORDER BY sha256 LIMIT ?")
            .bind(after)
            .bind(NEEDED_AT_ONCE)
            .fetch_all(&mut database)
            .await?;
    database.close().await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

async fn read(data: &Path, alone: bool) -> sqlx::Result<Catalogue> {
    let mut database = open(data, alone).await?;
    let found = classified(&mut database).await;
    database.close().await?;
    found
}

async fn classified(database: &mut SqliteConnection) -> sqlx::Result<Catalogue> {
    let tables: Vec<(String,)> = sqlx::query_as("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(&mut *database)
        .await?;
    let has = |wanted: &str| tables.iter().any(|(name,)| name == wanted);
    if tables.is_empty() {
        return Ok(Catalogue::Empty);
    }
    if !["files", "revisions", "links", "users"].into_iter().all(has) {
        return Ok(Catalogue::Strange("its tables are not those of a library".into()));
    }
    let (has_files,): (i64,) = sqlx::query_as("SELECT EXISTS (SELECT 1 FROM revisions)")
        .fetch_one(&mut *database)
        .await?;
    let administrators: Vec<(String,)> = sqlx::query_as("SELECT name FROM users WHERE role = 'administrator'")
        .fetch_all(&mut *database)
        .await?;
    let identity = if has("identity") {
        let (id, counter) = sqlx::query_as("SELECT id, counter FROM identity")
            .fetch_one(database)
            .await?;
        Some(Identity { id, counter })
    } else {
        None
    };
    Ok(Catalogue::Ours(Ours {
        identity,
        has_files: has_files != 0,
        administrators: administrators.into_iter().map(|(name,)| name).collect(),
    }))
}

/// The lowest byte of a code is its kind.
fn is_damage(error: &dyn sqlx::error::DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| DAMAGE.contains(&(code & 0xff)))
}

async fn open(data: &Path, alone: bool) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(data.join(DATABASE))
        .read_only(true)
        .immutable(alone)
        .busy_timeout(PATIENCE);
    options.connect().await
}
