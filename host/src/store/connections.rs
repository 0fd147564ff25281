//! Connections: whose access, with which settings, to which drive. Their secrets are sealed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::{Row, SqlitePool, sqlite::SqliteRow};

use crate::secrets::{Secret, SecretKey};
use crate::{Error, Result};

/// A connection without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// Stable as long as the connection lives.
    pub id: String,
    /// The plugin's id.
    pub plugin: String,
    /// `organization`.
    pub mode: Mode,
    /// What was filled in, by the keys that the plugin's description names; secrets are not among them.
    pub settings: BTreeMap<String, String>,
    /// The one drive, once it was chosen.
    pub drive: Option<ChosenDrive>,
    /// RFC 3339.
    pub connected_at: String,
    /// The Administrator who did it.
    pub connected_by: String,
    /// When its credentials were last accepted; RFC 3339.
    pub checked_at: Option<String>,
}

/// Whose access a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The company's own credentials.
    Organization,
}

/// A drive that was chosen for a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChosenDrive {
    /// The source's id.
    pub id: String,
    /// For people.
    pub name: String,
}

const SELECT: &str = "SELECT id, plugin, mode, settings, drive_id, drive_name, connected_at, connected_by, checked_at \
     FROM connections";

/// Stores the company's connection, over the one that was there: its drive stays chosen as long as the tenant is the
/// same, and its files keep following.
///
/// # Errors
///
/// The database's.
pub async fn put(pool: &SqlitePool, key: &SecretKey, connection: &Connection, secret: &Secret) -> Result<()> {
    let settings = serde_json::to_string(&connection.settings).map_err(|error| Error::Storage(error.to_string()))?;
    let (drive_id, drive_name) = match &connection.drive {
        Some(drive) => (Some(&drive.id), Some(&drive.name)),
        None => (None, None),
    };
    sqlx::query(
        "INSERT INTO connections (id, plugin, mode, settings, secret, drive_id, drive_name, connected_at, connected_by, checked_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, secret = excluded.secret, \
             drive_id = excluded.drive_id, drive_name = excluded.drive_name, connected_at = excluded.connected_at, \
             connected_by = excluded.connected_by, checked_at = excluded.checked_at",
    )
    .bind(&connection.id)
    .bind(&connection.plugin)
    .bind(connection.mode.word())
    .bind(settings)
    .bind(key.seal(&owner(&connection.id), secret)?)
    .bind(drive_id)
    .bind(drive_name)
    .bind(&connection.connected_at)
    .bind(&connection.connected_by)
    .bind(&connection.checked_at)
    .execute(pool)
    .await?;
    Ok(())
}

/// The connection of that id, if there is one.
///
/// # Errors
///
/// The database's.
pub async fn find(pool: &SqlitePool, id: &str) -> Result<Option<Connection>> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = ?")))
        .bind(id)
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The secret of a connection.
///
/// # Errors
///
/// `Error::Settings` if it was sealed with another key; the database's.
pub async fn secret(pool: &SqlitePool, key: &SecretKey, id: &str) -> Result<Secret> {
    let (sealed,): (Vec<u8>,) = sqlx::query_as("SELECT secret FROM connections WHERE id = ?")
        .bind(id)
        .fetch_one(pool)
        .await?;
    key.open(&owner(id), &sealed)
}

/// Chooses the drive of a connection.
///
/// # Errors
///
/// The database's.
pub async fn choose_drive(pool: &SqlitePool, id: &str, drive: &ChosenDrive) -> Result<()> {
    sqlx::query("UPDATE connections SET drive_id = ?, drive_name = ? WHERE id = ?")
        .bind(&drive.id)
        .bind(&drive.name)
        .bind(id)
        .execute(pool)
        .await?;
    Ok(())
}

/// Notes that the connection's credentials were accepted at that moment.
///
/// # Errors
///
/// The database's.
pub async fn checked(pool: &SqlitePool, id: &str, now: &str) -> Result<()> {
    sqlx::query("UPDATE connections SET checked_at = ? WHERE id = ?")
        .bind(now)
        .bind(id)
        .execute(pool)
        .await?;
    Ok(())
}

impl Mode {
    /// The word in the database and in output.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Organization => "organization",
        }
    }
}

fn owner(id: &str) -> String {
    format!("connection {id}")
}

fn read(row: &SqliteRow) -> Result<Connection> {
    let settings: String = row.try_get("settings")?;
    let drive: Option<String> = row.try_get("drive_id")?;
    let drive_name: Option<String> = row.try_get("drive_name")?;
    Ok(Connection {
        id: row.try_get("id")?,
        plugin: row.try_get("plugin")?,
        mode: Mode::Organization,
        settings: serde_json::from_str(&settings)
            .map_err(|error| Error::Storage(format!("the settings of a connection are damaged: {error}")))?,
        drive: drive.map(|id| ChosenDrive {
            name: drive_name.unwrap_or_else(|| id.clone()),
            id,
        }),
        connected_at: row.try_get("connected_at")?,
        connected_by: row.try_get("connected_by")?,
        checked_at: row.try_get("checked_at")?,
    })
}
