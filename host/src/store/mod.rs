//! What outlives the process: one SQLite database for everything that has structure, one folder of immutable objects
//! for bytes.
//!
//! The order of writes is what makes a crash harmless: bytes become a durable object first, then one database
//! transaction points at it. An object that nothing points at is swept later, if the database and the folder belong
//! together: `identity` says so before either is opened for work.

pub mod association;
mod catalogue;
pub mod connections;
pub mod detach;
pub mod endpoints;
pub mod files;
mod folder;
pub mod grants;
pub mod identity;
pub mod managed;
pub mod objects;
pub mod plans;
pub mod rollback;
pub mod runs;
pub mod standings;
mod strays;
pub mod sweep;
pub mod trash;
pub mod undo;
pub mod users;

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, SqlitePool};

use crate::Result;

/// The scripts that lead from an empty database to the present one. A script is never changed once it has been
/// released: a new one is added.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/1_first.sql"),
    include_str!("migrations/3_sync.sql"),
    include_str!("migrations/4_sign_in.sql"),
    include_str!("migrations/6_endpoints.sql"),
    include_str!("migrations/7_association.sql"),
    include_str!("migrations/8_places.sql"),
    include_str!("migrations/9_identity.sql"),
];

/// How long a question waits for one of this process's own connections.
const TURN: Duration = Duration::from_secs(10);

/// Opens the database in `data`, making or bringing up to date what is missing. `patience` is how long a writer waits
/// for another process that holds the database.
///
/// # Errors
///
/// `Error::Storage` if the file can't be opened, is no database, or was written by a newer version.
pub async fn open(data: &Path, patience: Duration) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(data.join("clientpoint.db"))
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(patience);
    let pool = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(TURN.max(patience))
        .connect_with(options)
        .await?;
    migrate(&pool).await?;
    Ok(pool)
}

async fn migrate(pool: &SqlitePool) -> Result<()> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let (version,): (i64,) = sqlx::query_as("PRAGMA user_version")
        .fetch_one(&mut *transaction)
        .await?;
    let done = usize::try_from(version).unwrap_or(0);
    if MIGRATIONS.len() < done {
        return Err(crate::Error::Storage(format!(
            "the data folder was written by a newer version (schema {done}, this program knows {}): use the newer program",
            MIGRATIONS.len()
        )));
    }
    for script in MIGRATIONS.iter().skip(done) {
        sqlx::raw_sql(*script).execute(&mut *transaction).await?;
    }
    let now = MIGRATIONS.len();
    sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA user_version = {now}")))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let pool = open(folder.path(), Duration::from_secs(1)).await.unwrap();
        sqlx::raw_sql("PRAGMA user_version = 999").execute(&pool).await.unwrap();
        pool.close().await;

        let error = open(folder.path(), Duration::from_secs(1))
            .await
            .unwrap_err()
            .to_string();

        assert!(error.contains("newer version"), "{error}");
    }
}
