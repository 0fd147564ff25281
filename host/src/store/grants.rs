//! What is kept of people's sign-ins.

use clientpoint_engine::{oauth::Grant, secrets::SecretKey};

use super::{
    Store,
    db::{self, Transaction},
    seal,
};
use crate::{Error, Result};

/// The grant of a connection; none if it was given up.
///
/// # Errors
///
/// `Error::Settings` if it was sealed with another key; the database's.
pub async fn get(store: &Store, key: &SecretKey, connection: &str) -> Result<Option<Grant>> {
    let row: Option<(Vec<u8>,)> = db::query_as("SELECT sealed FROM grants WHERE connection = ?")
        .bind(connection)
        .fetch_optional(store.pool())
        .await?;
    let Some((sealed,)) = row else {
        return Ok(None);
    };
    let opened = key.open(&seal::of_grant(connection), &sealed)?;
    Grant::parse(&opened).map(Some).ok_or_else(|| {
        Error::Storage(format!(
            "what is kept of the sign-in of {connection} is damaged: connect again"
        ))
    })
}

/// Puts a grant in the place of the one that is there. A connection that was given up meanwhile gets none.
///
/// # Errors
///
/// `Error::Settings` if the key was changed meanwhile; the database's.
pub async fn put(store: &Store, key: &SecretKey, connection: &str, grant: &Grant) -> Result<()> {
    let mut transaction = store.write().await?;
    seal::refuse_old_key(&mut transaction, key).await?;
    let there: Option<(i64,)> = db::query_as("SELECT 1 FROM grants WHERE connection = ?")
        .bind(connection)
        .fetch_optional(&mut *transaction)
        .await?;
    if there.is_some() {
        replace(&mut transaction, key, connection, grant).await?;
    }
    transaction.commit().await?;
    Ok(())
}

pub(super) async fn replace(
    transaction: &mut Transaction,
    key: &SecretKey,
    connection: &str,
    grant: &Grant,
) -> Result<()> {
    db::query("INSERT INTO grants (connection, sealed) VALUES (?, ?) ON CONFLICT (connection) DO UPDATE SET sealed = excluded.sealed")
        .bind(connection)
        .bind(key.seal(&seal::of_grant(connection), &grant.written())?)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Writes for so long.
#[cfg(test)]
pub(crate) async fn keep_others_waiting(store: &Store, time: std::time::Duration) {
    let transaction = store.write().await.unwrap();
    tokio::time::sleep(time).await;
    drop(transaction);
}

/// A connection of somebody's with a grant that nobody can read, in a library that is sealed with this key.
#[cfg(test)]
pub(crate) async fn unreadable(store: &Store, key: &SecretKey, connection: &str) {
    seal::will_seal_with(store, key).await.unwrap();
    for statement in [
        "INSERT INTO connections (id, plugin, mode, settings, secret, drive_id, connected_at, connected_by) \
         VALUES (?, 'p', 'user', '{}', x'00', 'd', '', 'admin')",
        "INSERT INTO grants (connection, sealed) VALUES (?, x'00')",
    ] {
        db::query(statement)
            .bind(connection)
            .execute(store.pool())
            .await
            .unwrap();
    }
}
