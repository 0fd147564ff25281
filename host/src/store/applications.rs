//! Applications that are registered once, for everybody who signs in through them. Their secrets are sealed.

use std::collections::BTreeMap;

use clientpoint_engine::{
    planned::Endpoints,
    secrets::{Secret, SecretKey},
};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::{
    Store,
    access::{CredentialKind, Mode},
    db::{self, Transaction},
    seal,
};
use crate::{Error, Result};

/// An application without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// The plugin's id.
    pub plugin: String,
    /// The way to connect that it is for.
    pub mode: Mode,
    /// What the sign-in service knows it by.
    pub client_id: String,
    /// What was filled in of it, by the keys that the plugin's description names; secrets are not among them.
    pub settings: BTreeMap<String, String>,
    /// How it shows that it is itself.
    pub credential: CredentialKind,
    /// When its client secret or certificate ends, where that is known; RFC 3339.
    pub expires_at: Option<String>,
    /// Where its credential and its tokens go, as the plugin named them when it was registered.
    pub endpoints: Endpoints,
    /// RFC 3339.
    pub registered_at: String,
    /// The Administrator who did it.
    pub registered_by: String,
}

impl Application {
    fn id(&self) -> String {
        format!("{} {}", self.mode.word(), self.plugin)
    }
}

const SELECT: &str = "SELECT plugin, mode, client_id, settings, secret, credential, expires_at, login, api, registered_at, \
     registered_by FROM applications WHERE plugin = ? AND mode = ?";

const VALUES: &str = "(plugin, mode, client_id, settings, secret, credential, expires_at, login, api, registered_at, \
     registered_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// The one of a plugin and a way to connect, if it is registered.
///
/// # Errors
///
/// The database's.
pub async fn find(store: &Store, plugin: &str, mode: Mode) -> Result<Option<Application>> {
    row(store, plugin, mode).await?.map(Application::try_from).transpose()
}

/// The same with its secret, which is empty for a public client.
///
/// # Errors
///
/// `Error::Settings` if it was sealed with another key; the database's.
pub async fn open(store: &Store, key: &SecretKey, plugin: &str, mode: Mode) -> Result<Option<(Application, Secret)>> {
    let Some(mut row) = row(store, plugin, mode).await? else {
        return Ok(None);
    };
    let sealed = std::mem::take(&mut row.secret);
    let application = Application::try_from(row)?;
    let secret = key.open(&seal::of_application(&application.id()), &sealed)?;
    Ok(Some((application, secret)))
}

async fn row(store: &Store, plugin: &str, mode: Mode) -> Result<Option<Row>> {
    let query = db::query_as(SELECT).bind(plugin).bind(mode.word());
    Ok(query.fetch_optional(store.pool()).await?)
}

/// Registers one, in the place of the one that is there; `of` is the connection that was made with it, if it is that of one.
///
/// # Errors
///
/// `Error::Settings` if the key was changed meanwhile; the database's.
pub async fn put(
    store: &Store,
    key: &SecretKey,
    application: &Application,
    secret: &Secret,
    of: Option<&str>,
) -> Result<()> {
    let mut transaction = store.write().await?;
    seal::refuse_old_key(&mut transaction, key).await?;
    let replace = format!(
        "INSERT INTO applications {VALUES} ON CONFLICT (plugin, mode) DO UPDATE SET client_id = excluded.client_id, \
             settings = excluded.settings, secret = excluded.secret, credential = excluded.credential, \
             expires_at = excluded.expires_at, login = excluded.login, api = excluded.api, \
             registered_at = excluded.registered_at, registered_by = excluded.registered_by"
    );
    insert(&mut transaction, replace, key, application, secret).await?;
    db::query("UPDATE connections SET registered = 1 WHERE id = ?")
        .bind(of)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Registers one, unless one is registered: whoever was first stays. The key is the one in force.
pub(super) async fn enter(
    transaction: &mut Transaction,
    key: &SecretKey,
    application: &Application,
    secret: &Secret,
) -> Result<()> {
    let enter = format!("INSERT INTO applications {VALUES} ON CONFLICT DO NOTHING");
    insert(transaction, enter, key, application, secret).await
}

async fn insert(
    transaction: &mut Transaction,
    statement: String,
    key: &SecretKey,
    application: &Application,
    secret: &Secret,
) -> Result<()> {
    let settings = serde_json::to_string(&application.settings).map_err(|error| Error::Storage(error.to_string()))?;
    db::query(sqlx::AssertSqlSafe(statement))
        .bind(&application.plugin)
        .bind(application.mode.word())
        .bind(&application.client_id)
        .bind(settings)
        .bind(key.seal(&seal::of_application(&application.id()), secret)?)
        .bind(application.credential.word())
        .bind(&application.expires_at)
        .bind(&application.endpoints.login)
        .bind(&application.endpoints.api)
        .bind(&application.registered_at)
        .bind(&application.registered_by)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Deletes it, with its secret. Whether there was one.
///
/// # Errors
///
/// The database's.
pub async fn forget(store: &Store, plugin: &str, mode: Mode) -> Result<bool> {
    let gone = db::query("DELETE FROM applications WHERE plugin = ? AND mode = ?")
        .bind(plugin)
        .bind(mode.word())
        .execute(store.pool())
        .await?;
    Ok(0 < gone.rows_affected())
}

/// An application, as [`SELECT`] reads it.
#[derive(FromRow)]
struct Row {
    plugin: String,
    mode: String,
    client_id: String,
    settings: String,
    secret: Vec<u8>,
    credential: String,
    expires_at: Option<String>,
    login: String,
    api: String,
    registered_at: String,
    registered_by: String,
}

impl TryFrom<Row> for Application {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            plugin: row.plugin,
            mode: Mode::from_word(&row.mode),
            client_id: row.client_id,
            settings: serde_json::from_str(&row.settings)
                .map_err(|error| Error::Storage(format!("the settings of the application are damaged: {error}")))?,
            credential: CredentialKind::from_word(&row.credential),
            expires_at: row.expires_at,
            endpoints: Endpoints {
                login: row.login,
                api: row.api,
            },
            registered_at: row.registered_at,
            registered_by: row.registered_by,
        })
    }
}
