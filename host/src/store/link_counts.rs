//! How many files follow something through a connection: numbers that repeat what the table `links` says, so that no run
//! has to count a large one. The database's own triggers keep them, in the transaction of whoever changes `links` and
//! whatever the statement is; the program only reads them, and holds them against the links now and then.

use sqlx::{AssertSqlSafe, FromRow};

use super::{
    Store,
    db::{self, Transaction},
};
use crate::Result;

/// The most numbers that are set right at once, and told.
const AT_ONCE: i64 = 1_000;

/// The number of the files of connection `?1` in drive `?2`, as a part of other statements.
pub(super) const OF: &str = "coalesce((SELECT links FROM link_counts WHERE connection = ?1 AND drive = ?2), 0)";

/// What is kept of the files of a connection in a drive, and what there is.
#[derive(Debug, FromRow)]
struct Compared {
    connection: String,
    drive: String,
    kept: i64,
    kept_detached: i64,
    links: i64,
    detached: i64,
}

/// How many files of a connection are tied to items of a drive, those included that are detached.
///
/// # Errors
///
/// The database's.
pub(super) async fn of(database: impl db::Executor<'_>, connection: &str, drive: &str) -> Result<u64> {
    let (links,): (i64,) = db::query_as(AssertSqlSafe(format!("SELECT {OF}")))
        .bind(connection)
        .bind(drive)
        .fetch_one(database)
        .await?;
    Ok(links.unsigned_abs())
}

/// How many files follow something through a connection, whatever the drive.
///
/// # Errors
///
/// The database's.
pub async fn following(store: &Store, connection: &str) -> Result<u64> {
    let (links,): (i64,) =
        db::query_as("SELECT coalesce(sum(links - detached), 0) FROM link_counts WHERE connection = ?")
            .bind(connection)
            .fetch_one(store.pool())
            .await?;
    Ok(links.unsigned_abs())
}

/// The same, in one drive.
///
/// # Errors
///
/// The database's.
pub async fn following_in(store: &Store, connection: &str, drive: &str) -> Result<u64> {
    let (links,): (i64,) =
        db::query_as("SELECT coalesce(sum(links - detached), 0) FROM link_counts WHERE connection = ? AND drive = ?")
            .bind(connection)
            .bind(drive)
            .fetch_one(store.pool())
            .await?;
    Ok(links.unsigned_abs())
}

/// How many files are detached, whatever they came through.
///
/// # Errors
///
/// The database's.
pub async fn detached(store: &Store) -> Result<u64> {
    let (detached,): (i64,) = db::query_as("SELECT coalesce(sum(detached), 0) FROM link_counts")
        .fetch_one(store.pool())
        .await?;
    Ok(detached.unsigned_abs())
}

/// How many files of a drive do not follow it any more, whichever connection they came through.
///
/// # Errors
///
/// The database's.
pub async fn detached_of(store: &Store, drive: &str) -> Result<u64> {
    let (detached,): (i64,) = db::query_as("SELECT coalesce(sum(detached), 0) FROM link_counts WHERE drive = ?")
        .bind(drive)
        .fetch_one(store.pool())
        .await?;
    Ok(detached.unsigned_abs())
}

/// Holds the numbers against the links, all of which it reads, and sets right what is wrong. Gives what that was, in
/// words; nobody is kept waiting while it reads.
///
/// # Errors
///
/// The database's. That something can't be set right is no error: it is among the words.
pub async fn mend(store: &Store) -> Result<Vec<String>> {
    let wrong: Vec<Compared> = db::query_as(
        "SELECT connection, drive, sum(kept) AS kept, sum(kept_detached) AS kept_detached, sum(links) AS links, \
             sum(detached) AS detached \
         FROM (SELECT connection, drive, links AS kept, detached AS kept_detached, 0 AS links, 0 AS detached FROM link_counts \
             UNION ALL SELECT connection, drive, 0, 0, count(*), count(CASE WHEN state = 'detached' THEN 1 END) FROM links \
                 GROUP BY connection, drive) c \
         GROUP BY connection, drive HAVING sum(kept) <> sum(links) OR sum(kept_detached) <> sum(detached) \
         ORDER BY connection, drive LIMIT ?",
    )
    .bind(AT_ONCE)
    .fetch_all(store.pool())
    .await?;
    let mut words = Vec::new();
    for wrong in wrong {
        let became = match set_right(store, &wrong).await {
            Ok(()) => "it was set right".to_owned(),
            Err(error) => format!("it could not be set right: {error}"),
        };
        words.push(format!("{}: {became}", wrong.told()));
    }
    Ok(words)
}

async fn set_right(store: &Store, wrong: &Compared) -> Result<()> {
    let mut transaction = store.write().await?;
    count_anew(&mut transaction, &wrong.connection, &wrong.drive).await?;
    transaction.commit().await?;
    Ok(())
}

/// Holds one number against the links, all of which it reads, and sets it right. What was wrong, in words; none if it was
/// right.
pub(super) async fn mend_one(transaction: &mut Transaction, connection: &str, drive: &str) -> Result<Option<String>> {
    let compared: Compared = db::query_as(
        "SELECT ?1 AS connection, ?2 AS drive, count(*) AS links, count(CASE WHEN state = 'detached' THEN 1 END) AS detached, \
             coalesce((SELECT links FROM link_counts WHERE connection = ?1 AND drive = ?2), 0) AS kept, \
             coalesce((SELECT detached FROM link_counts WHERE connection = ?1 AND drive = ?2), 0) AS kept_detached \
         FROM links WHERE connection = ?1 AND drive = ?2",
    )
    .bind(connection)
    .bind(drive)
    .fetch_one(&mut **transaction)
    .await?;
    if (compared.kept, compared.kept_detached) == (compared.links, compared.detached) {
        return Ok(None);
    }
    count_anew(transaction, connection, drive).await?;
    Ok(Some(compared.told()))
}

async fn count_anew(transaction: &mut Transaction, connection: &str, drive: &str) -> Result<()> {
    db::query(
        "INSERT INTO link_counts (connection, drive, links, detached) \
         SELECT ?1, ?2, count(*), count(CASE WHEN state = 'detached' THEN 1 END) FROM links \
             WHERE connection = ?1 AND drive = ?2 \
         ON CONFLICT (connection, drive) DO UPDATE SET links = excluded.links, detached = excluded.detached",
    )
    .bind(connection)
    .bind(drive)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

impl Compared {
    fn told(&self) -> String {
        format!(
            "the number of files of the connection `{}` in the drive `{}` was kept as {} ({} detached) and is {} ({} detached)",
            self.connection, self.drive, self.kept, self.kept_detached, self.links, self.detached
        )
    }
}

#[cfg(test)]
mod tests;
