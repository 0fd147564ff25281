//! Opening the database: to work with it, or only to read it where the disk takes no writes.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sqlx::{
    Connection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Store, db::Pool};
use crate::{Error, Result};

/// The name of the database in the data folder.
pub(crate) const DATABASE: &str = "clientpoint.db";

/// How long a question waits for one of this process's own connections.
const TURN: Duration = Duration::from_secs(10);

/// How long a connection that nobody uses stays, with the pages that it remembers: a program that waits for the night has
/// one.
const IDLE: Duration = Duration::from_secs(60);

/// How long who finds the file between two states waits before they look again.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Connects to the database in `data`, which is made if it is missing. `patience` is how long a writer waits for another
/// process that holds the database.
///
/// # Errors
///
/// The database's.
pub(crate) async fn connect(data: &Path, patience: Duration) -> Result<Store> {
    let options = SqliteConnectOptions::new()
        .filename(data.join(DATABASE))
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(patience);
    let start = Instant::now();
    loop {
        // SQLite waits for whoever writes, but not for whoever makes the file's log or puts it away just now.
        match pool(patience).connect_with(options.clone()).await.map_err(Error::from) {
            Err(Error::Busy { .. }) if start.elapsed() < patience => tokio::time::sleep(LOOK_AGAIN).await,
            answer => return answer.map(|pool| Store::over(Pool::Lite(pool))),
        }
    }
}

/// Connects to a database on a disk that takes no writes, not even those that readers make beside it. Whoever calls holds
/// the folder alone: nothing tells such a reader that somebody else writes.
///
/// # Errors
///
/// The database's.
pub(crate) async fn connect_to_read(data: &Path, patience: Duration) -> Result<Store> {
    Ok(Store::over(Pool::Lite(
        pool(patience).connect_with(reading(data)).await?,
    )))
}

/// How a database is read without a write beside it.
pub(super) fn reading(data: &Path) -> SqliteConnectOptions {
    let file = data.join(DATABASE);
    let log = file.with_file_name(format!("{DATABASE}-wal"));
    let options = SqliteConnectOptions::new().filename(&file).read_only(true);
    if std::fs::metadata(log).is_ok_and(|log| 0 < log.len()) {
        // What a program that died has left in the log belongs to the database; the index of it fits into memory.
        options.vfs("unix-none").locking_mode(SqliteLockingMode::Exclusive)
    } else {
        options.immutable(true)
    }
}

fn pool(patience: Duration) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(4)
        .min_connections(1)
        .idle_timeout(IDLE)
        .acquire_timeout(TURN.max(patience))
        // A connection whose transaction has ended otherwise than it was told to (a full disk ends it by itself) would
        // refuse every transaction from then on. At this point a rollback that was queued has been carried out.
        .before_acquire(|connection, _| Box::pin(std::future::ready(Ok(!connection.is_in_transaction()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{self, db};

    const PATIENCE: Duration = Duration::from_secs(1);

    async fn write(store: &Store) -> Result<()> {
        let mut transaction = store.write().await?;
        db::query("INSERT INTO switches VALUES ('x') ON CONFLICT DO NOTHING")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    #[tokio::test]
    async fn a_transaction_that_the_database_has_ended_by_itself_poisons_no_connection() {
        let data = tempfile::tempdir().unwrap();
        let store = store::open(data.path(), PATIENCE).await.unwrap();
        for _ in 0..8 {
            let mut transaction = store.write().await.unwrap();
            // As SQLite does where the disk is full in the middle: nobody else hears of it.
            db::trial::raw("ROLLBACK", &mut *transaction).await.unwrap();
            drop(transaction);
        }
        for _ in 0..30 {
            write(&store).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_database_is_read_without_a_write_beside_it_whatever_its_last_program_has_left() {
        for dies in [false, true] {
            let (data, left) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let store = store::open(data.path(), PATIENCE).await.unwrap();
            write(&store).await.unwrap();
            if !dies {
                store.close().await;
            }
            for name in [DATABASE, "clientpoint.db-wal"] {
                let file = data.path().join(name);
                if file.exists() {
                    std::fs::copy(file, left.path().join(name)).unwrap();
                }
            }
            let names = || std::fs::read_dir(left.path()).unwrap().count();
            let before = names();
            assert_eq!(before, if dies { 2 } else { 1 });

            let reading = connect_to_read(left.path(), PATIENCE).await.unwrap();

            let rows: Vec<(String,)> = db::query_as("SELECT name FROM switches")
                .fetch_all(reading.pool())
                .await
                .unwrap();
            assert_eq!(rows, [("x".to_string(),)]);
            assert_eq!(write(&reading).await.unwrap_err().code(), "read-only");
            reading.close().await;
            assert_eq!(names(), before);
        }
    }
}
