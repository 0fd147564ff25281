//! Where the credentials and the tokens of a connection go.

use clientpoint_engine::planned::Endpoints;

use super::{Store, db};
use crate::Result;

/// Settles where those of a connection go from now on.
///
/// # Errors
///
/// The database's.
pub async fn put(store: &Store, connection: &str, endpoints: &Endpoints) -> Result<()> {
    db::query(
        "INSERT INTO endpoints (connection, login, api) VALUES (?, ?, ?) \
         ON CONFLICT (connection) DO UPDATE SET login = excluded.login, api = excluded.api",
    )
    .bind(connection)
    .bind(&endpoints.login)
    .bind(&endpoints.api)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Where they go. If that was never settled, it is now: to these.
///
/// # Errors
///
/// The database's.
pub async fn settled(store: &Store, connection: &str, endpoints: &Endpoints) -> Result<Endpoints> {
    if let Some(known) = get(store, connection).await? {
        return Ok(known);
    }
    // Somebody else may be first.
    db::query("INSERT INTO endpoints (connection, login, api) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(connection)
        .bind(&endpoints.login)
        .bind(&endpoints.api)
        .execute(store.pool())
        .await?;
    Ok(get(store, connection).await?.unwrap_or_else(|| endpoints.clone()))
}

async fn get(store: &Store, connection: &str) -> Result<Option<Endpoints>> {
    let row = db::query_as("SELECT login, api FROM endpoints WHERE connection = ?")
        .bind(connection)
        .fetch_optional(store.pool())
        .await?;
    Ok(row.map(|(login, api)| Endpoints { login, api }))
}
