//! Connections: whose access, with which settings, to which drive. Their secrets are sealed.

use std::collections::BTreeMap;

use clientpoint_engine::{
    oauth::Grant,
    secrets::{Secret, SecretKey},
};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::{
    Store,
    applications::{self, Application},
    company_tokens,
    db::{self, Transaction},
    grants, seal,
};
use crate::{Error, Result};

pub use super::access::{CredentialKind, Mode};

/// A connection without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Stable as long as the connection lives.
    pub id: String,
    /// The plugin's id.
    pub plugin: String,
    /// `organization` or `user`.
    pub mode: Mode,
    /// The Administrator whose own it is; none for the company's.
    pub owner: Option<String>,
    /// Who has signed in; none for the company's.
    pub account: Option<Account>,
    /// What was filled in, by the keys that the plugin's description names; secrets are not among them.
    pub settings: BTreeMap<String, String>,
    /// How the application shows that it is itself.
    pub credential: CredentialKind,
    /// When the client secret or the certificate ends, where that is known; RFC 3339.
    pub expires_at: Option<String>,
    /// Whether its application is the one that was registered when it was made.
    pub registered: bool,
    /// The one drive, once it was chosen.
    pub drive: Option<ChosenDrive>,
    /// RFC 3339.
    pub connected_at: String,
    /// The Administrator who did it.
    pub connected_by: String,
    /// When its credentials were last accepted; RFC 3339.
    pub checked_at: Option<String>,
    /// Since when, and why, it is not accepted any more.
    pub needs_reconnect: Option<Broken>,
}

/// Who has signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The plugin's key: the same for the same account.
    pub id: String,
    /// For people.
    pub name: String,
}

/// A drive that was chosen for a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenDrive {
    /// The source's id.
    pub id: String,
    /// For people.
    pub name: String,
}

/// Why a connection is not accepted any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// When that was first seen; RFC 3339.
    pub since: String,
    /// The plugin's word for the problem.
    pub problem: String,
    /// What happened and what to do.
    pub message: String,
}

/// What is kept secret of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Secrets<'a> {
    /// The client secret, or the certificate with its key as PEM; empty for a public client.
    pub credential: &'a Secret,
    /// A person's grant.
    pub grant: Option<&'a Grant>,
    /// The application whose credential it is, where it is to be registered for everybody.
    pub application: Option<&'a Application>,
}

const SELECT: &str = "SELECT id, plugin, mode, owner, account, account_name, settings, credential, expires_at, registered, \
     drive_id, drive_name, connected_at, connected_by, checked_at, broken_since, broken_problem, broken_message FROM connections";

/// Stores a connection with its secrets, over one with the same id that was there: all or nothing. Whatever was wrong
/// with that one is over. An application that is to be registered is, unless one is already.
///
/// # Errors
///
/// The database's.
pub async fn put(store: &Store, key: &SecretKey, connection: &Connection, secrets: Secrets<'_>) -> Result<()> {
    let settings = serde_json::to_string(&connection.settings).map_err(|error| Error::Storage(error.to_string()))?;
    let (drive_id, drive_name) = match &connection.drive {
        Some(drive) => (Some(&drive.id), Some(&drive.name)),
        None => (None, None),
    };
    let mut transaction = store.write().await?;
    seal::refuse_old_key(&mut transaction, key).await?;
    forget_notes_of_others(&mut transaction, connection).await?;
    db::query(
        "INSERT INTO connections (id, plugin, mode, owner, account, account_name, settings, secret, credential, expires_at, \
             registered, drive_id, drive_name, connected_at, connected_by, checked_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET plugin = excluded.plugin, account = excluded.account, account_name = excluded.account_name, \
             settings = excluded.settings, secret = excluded.secret, credential = excluded.credential, \
             expires_at = excluded.expires_at, registered = excluded.registered, drive_id = excluded.drive_id, drive_name = excluded.drive_name, \
             connected_at = excluded.connected_at, connected_by = excluded.connected_by, checked_at = excluded.checked_at, \
             broken_since = NULL, broken_problem = NULL, broken_message = NULL, disconnected_at = NULL",
    )
    .bind(&connection.id)
    .bind(&connection.plugin)
    .bind(connection.mode.word())
    .bind(&connection.owner)
    .bind(connection.account.as_ref().map(|account| &account.id))
    .bind(connection.account.as_ref().map(|account| &account.name))
    .bind(settings)
    .bind(key.seal(&seal::of_credential(&connection.id), secrets.credential)?)
    .bind(connection.credential.word())
    .bind(&connection.expires_at)
    .bind(i64::from(connection.registered))
    .bind(drive_id)
    .bind(drive_name)
    .bind(&connection.connected_at)
    .bind(&connection.connected_by)
    .bind(&connection.checked_at)
    .execute(&mut *transaction)
    .await?;
    if connection.mode == Mode::Organization {
        // They have the rights that there were before.
        company_tokens::forget(&mut transaction).await?;
    }
    if let Some(grant) = secrets.grant {
        grants::replace(&mut transaction, key, &connection.id, grant).await?;
    }
    if let Some(application) = secrets.application {
        applications::enter(&mut transaction, key, application, secrets.credential).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// What another plugin has noted under that id, before its connection was given up, are words that this one would misread.
async fn forget_notes_of_others(transaction: &mut Transaction, connection: &Connection) -> Result<()> {
    db::query(
        "DELETE FROM state WHERE connection = ?1 AND EXISTS (SELECT 1 FROM connections WHERE id = ?1 AND plugin <> ?2)",
    )
    .bind(&connection.id)
    .bind(&connection.plugin)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The connection of that id, if there is one and it was not given up.
///
/// # Errors
///
/// The database's.
pub async fn find(store: &Store, id: &str) -> Result<Option<Connection>> {
    let row: Option<Row> = db::query_as(sqlx::AssertSqlSafe(format!(
        "{SELECT} WHERE id = ? AND disconnected_at IS NULL"
    )))
    .bind(id)
    .fetch_optional(store.pool())
    .await?;
    row.map(Connection::try_from).transpose()
}

/// All connections that were not given up: the company's first, then by owner.
///
/// # Errors
///
/// The database's.
pub async fn list(store: &Store) -> Result<Vec<Connection>> {
    let query = format!("{SELECT} WHERE disconnected_at IS NULL ORDER BY owner IS NOT NULL, owner");
    let rows: Vec<Row> = db::query_as(sqlx::AssertSqlSafe(query)).fetch_all(store.pool()).await?;
    rows.into_iter().map(Connection::try_from).collect()
}

/// Whether the connection is there, was not given up, and has that drive: whether files of it are kept in step.
///
/// # Errors
///
/// The database's.
pub(super) async fn has_drive(transaction: &mut Transaction, id: &str, drive: &str) -> Result<bool> {
    let found: Option<(String,)> =
        db::query_as("SELECT id FROM connections WHERE id = ? AND drive_id = ? AND disconnected_at IS NULL")
            .bind(id)
            .bind(drive)
            .fetch_optional(&mut **transaction)
            .await?;
    Ok(found.is_some())
}

/// The same, of a connection that was made with this plugin.
///
/// # Errors
///
/// The database's.
pub(super) async fn has_drive_of(
    transaction: &mut Transaction,
    id: &str,
    (plugin, drive): (&str, &str),
) -> Result<bool> {
    let found: Option<(i64,)> = db::query_as("SELECT 1 FROM connections WHERE id = ? AND plugin = ?")
        .bind(id)
        .bind(plugin)
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(found.is_some() && has_drive(transaction, id, drive).await?)
}

/// The ids of all connections, those that were given up included: their files are there yet, and they may come back.
///
/// # Errors
///
/// The database's.
pub async fn ids(store: &Store) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = db::query_as("SELECT id FROM connections ORDER BY id")
        .fetch_all(store.pool())
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The secret of a connection.
///
/// # Errors
///
/// `Error::Settings` if it was sealed with another key; the database's.
pub async fn secret(store: &Store, key: &SecretKey, id: &str) -> Result<Secret> {
    let (sealed,): (Vec<u8>,) = db::query_as("SELECT secret FROM connections WHERE id = ?")
        .bind(id)
        .fetch_one(store.pool())
        .await?;
    Ok(key.open(&seal::of_credential(id), &sealed)?)
}

/// Notes that the connection's credentials were accepted at that moment.
///
/// # Errors
///
/// The database's.
pub async fn checked(store: &Store, id: &str, now: &str) -> Result<()> {
    db::query(
        "UPDATE connections SET checked_at = ?, broken_since = NULL, broken_problem = NULL, broken_message = NULL \
         WHERE id = ?",
    )
    .bind(now)
    .bind(id)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Notes that they are not accepted any more. The first time counts.
///
/// # Errors
///
/// The database's.
pub async fn broken(store: &Store, id: &str, broken: &Broken) -> Result<()> {
    db::query(
        "UPDATE connections SET broken_since = coalesce(broken_since, ?), broken_problem = ?, broken_message = ? WHERE id = ?",
    )
    .bind(&broken.since)
    .bind(&broken.problem)
    .bind(&broken.message)
    .bind(id)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// A connection, as [`SELECT`] reads it.
#[derive(FromRow)]
struct Row {
    id: String,
    plugin: String,
    mode: String,
    owner: Option<String>,
    account: Option<String>,
    account_name: Option<String>,
    settings: String,
    credential: String,
    expires_at: Option<String>,
    registered: i64,
    drive_id: Option<String>,
    drive_name: Option<String>,
    connected_at: String,
    connected_by: String,
    checked_at: Option<String>,
    broken_since: Option<String>,
    broken_problem: Option<String>,
    broken_message: Option<String>,
}

impl TryFrom<Row> for Connection {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            plugin: row.plugin,
            mode: Mode::from_word(&row.mode),
            owner: row.owner,
            account: row.account.map(|id| Account {
                name: row.account_name.unwrap_or_else(|| id.clone()),
                id,
            }),
            settings: serde_json::from_str(&row.settings)
                .map_err(|error| Error::Storage(format!("the settings of a connection are damaged: {error}")))?,
            credential: CredentialKind::from_word(&row.credential),
            expires_at: row.expires_at,
            registered: row.registered != 0,
            drive: row.drive_id.map(|id| ChosenDrive {
                name: row.drive_name.unwrap_or_else(|| id.clone()),
                id,
            }),
            connected_at: row.connected_at,
            connected_by: row.connected_by,
            checked_at: row.checked_at,
            needs_reconnect: row.broken_since.map(|since| Broken {
                since,
                problem: row.broken_problem.unwrap_or_default(),
                message: row.broken_message.unwrap_or_default(),
            }),
        })
    }
}
