//! From the schema that a database has to the one that this program knows.
//!
//! A migration is done by one connection that has the database to itself: `foreign_keys` is off (a table may be built
//! anew), all scripts are one transaction, and its end is refused if a row points at nothing. The number of the schema
//! rises by one with each script, so every older program refuses a newer database. Before the first statement the
//! database is copied.

use std::{path::Path, time::Duration};

use chrono::{DateTime, Utc};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous},
};

use super::{Store, copies, db, opening::DATABASE};
use crate::{Error, Result};

/// The scripts that lead from an empty database to the present one. A script is never changed once it has been
/// released: a new one is added. Each statement ends with a `;` at the end of a line; a trigger is one line.
pub(super) const SCRIPTS: &[&str] = &[
    include_str!("migrations/1_first.sql"),
    include_str!("migrations/3_sync.sql"),
    include_str!("migrations/4_sign_in.sql"),
    include_str!("migrations/6_endpoints.sql"),
    include_str!("migrations/7_association.sql"),
    include_str!("migrations/8_places.sql"),
    include_str!("migrations/9_identity.sql"),
    include_str!("migrations/10_bin.sql"),
    include_str!("migrations/11_damaged.sql"),
    include_str!("migrations/12_limits.sql"),
    include_str!("migrations/13_pages.sql"),
    include_str!("migrations/14_plugins.sql"),
    include_str!("migrations/15_counts.sql"),
    include_str!("migrations/16_settings.sql"),
    include_str!("migrations/17_operations.sql"),
    include_str!("migrations/18_application.sql"),
    include_str!("migrations/19_console.sql"),
    include_str!("migrations/20_plans.sql"),
    include_str!("migrations/21_tokens.sql"),
    include_str!("migrations/22_backups.sql"),
    include_str!("migrations/23_put_back.sql"),
    include_str!("migrations/24_watching.sql"),
    include_str!("migrations/25_people.sql"),
    include_str!("migrations/26_telling.sql"),
    include_str!("migrations/27_prunes.sql"),
    include_str!("migrations/28_leases.sql"),
    include_str!("migrations/29_objects.sql"),
    include_str!("migrations/30_workers.sql"),
    include_str!("migrations/31_company_tokens.sql"),
    include_str!("migrations/32_sign_ins.sql"),
    include_str!("migrations/33_counting.sql"),
    include_str!("migrations/34_of_accounts.sql"),
];

/// What was done.
#[derive(Debug)]
pub(crate) struct Migrated {
    /// The number of the schema that the database had.
    pub(crate) from: usize,
    /// The number that it has now.
    pub(crate) to: usize,
    /// The name of the copy of the database as it was.
    pub(crate) copy: String,
}

/// Whether the database is to be brought up to date.
///
/// # Errors
///
/// `Error::Storage` if it was written by a newer version; the database's.
pub(crate) async fn is_due(store: &Store) -> Result<bool> {
    let (version,): (i64,) = db::query_as("PRAGMA user_version").fetch_one(store.pool()).await?;
    Ok(known(version)? < SCRIPTS.len())
}

/// Brings the database up to date, or makes it; whoever calls holds the folder alone. None if nothing was to be done, or
/// there was nothing before.
///
/// # Errors
///
/// `Error::Storage` if it was written by a newer version, or a row would point at nothing; the database's, which is as it
/// was then.
pub(crate) async fn run(data: &Path, patience: Duration, now: DateTime<Utc>) -> Result<Option<Migrated>> {
    let mut connection = alone(data, patience).await?;
    let done = migrated(&mut connection, data, now).await;
    let closed = connection.close().await;
    let done = done?;
    closed?;
    Ok(done)
}

/// A connection that has the database to itself: programs that are too old to hold the folder keep it away, too.
async fn alone(data: &Path, patience: Duration) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(data.join(DATABASE))
        .create_if_missing(true)
        .foreign_keys(false)
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(patience);
    Ok(options.connect().await?)
}

async fn migrated(connection: &mut SqliteConnection, data: &Path, now: DateTime<Utc>) -> Result<Option<Migrated>> {
    let (version,): (i64,) = sqlx::query_as("PRAGMA user_version")
        .fetch_one(&mut *connection)
        .await?;
    let (from, to) = (known(version)?, SCRIPTS.len());
    if from == to {
        return Ok(None);
    }
    let copy = match from {
        0 => None,
        _ => Some(copies::make(connection, data, to, now).await?),
    };
    apply(connection, from, &mut || ()).await?;
    Ok(copy.map(|copy| Migrated { from, to, copy }))
}

/// Carries out the scripts that are missing, all or none. `step` hears of each statement that was carried out.
async fn apply(connection: &mut SqliteConnection, from: usize, step: &mut (dyn FnMut() + Send)) -> Result<()> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for (number, script) in (1..).zip(SCRIPTS).skip(from) {
        for statement in statements(script) {
            sqlx::raw_sql(statement).execute(&mut *transaction).await?;
            step();
        }
        let rise = AssertSqlSafe(format!("PRAGMA user_version = {number}"));
        sqlx::raw_sql(rise).execute(&mut *transaction).await?;
        step();
    }
    let dangling: Option<(String,)> = sqlx::query_as("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1")
        .fetch_optional(&mut *transaction)
        .await?;
    if let Some((table,)) = dangling {
        return Err(Error::Storage(format!(
            "the database can't be brought up to date: a row of `{table}` points at nothing; it is left as it was, so use \
             the program that you had before, and tell its makers"
        )));
    }
    transaction.commit().await?;
    Ok(())
}

/// The statements of a script, one by one: nobody has to wait for the end of all to be heard of.
fn statements(script: &'static str) -> impl Iterator<Item = &'static str> {
    script
        .split_inclusive(";\n")
        .filter(|statement| !statement.trim().is_empty())
}

/// Whether this program knows the schema of that number.
pub(crate) fn is_known(schema: u64) -> bool {
    usize::try_from(schema).is_ok_and(|schema| schema <= SCRIPTS.len())
}

/// The number of a schema, if this program knows it.
fn known(version: i64) -> Result<usize> {
    match usize::try_from(version) {
        Ok(version) if version <= SCRIPTS.len() => Ok(version),
        _ => Err(Error::Storage(format!(
            "the data folder was written by a newer version (schema {version}, this program knows {}): use the newer program",
            SCRIPTS.len()
        ))),
    }
}

#[cfg(test)]
mod tests;
