//! Rights in the database: how often each was taken and, on a server, who has it and until when, by the server's clock.
//!
//! These statements are within no fence: they say what a fence is held against.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Store,
    db::{Pool, Post},
};
use crate::{Error, Result, fences::Fence};

/// The statements that only a server understands.
pub(super) const TAKE: &str = "INSERT INTO clientpoint.leases AS l (name, holder, epoch, expires) \
         VALUES ($1, $2, 1, clock_timestamp() + make_interval(secs => $3)) \
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = l.epoch + 1, \
         expires = clock_timestamp() + make_interval(secs => $3) \
     WHERE l.expires < clock_timestamp() RETURNING l.epoch";
/// The names are asked for as well as joined with: so they are looked for one by one, however many rights there are.
pub(super) const RENEW: &str = "UPDATE clientpoint.leases l \
         SET expires = clock_timestamp() + make_interval(secs => $4), holder = o.holder \
     FROM unnest($1::text[], $2::bigint[], $3::text[]) AS o (name, epoch, holder) \
     WHERE l.name = ANY($1) AND l.name = o.name AND l.epoch = o.epoch AND '-infinity' < l.expires RETURNING l.name";
pub(super) const GIVE_BACK: &str = "UPDATE clientpoint.leases l SET expires = '-infinity' \
     FROM unnest($1::text[], $2::bigint[]) AS o (name, epoch) \
     WHERE l.name = ANY($1) AND l.name = o.name AND l.epoch = o.epoch";
pub(super) const HOLDER: &str =
    "SELECT holder FROM clientpoint.leases WHERE name = $1 AND clock_timestamp() <= expires";
const LACKING: &str = "SELECT h.holder FROM clientpoint.leases h \
     WHERE starts_with(h.name, $1) AND clock_timestamp() <= h.expires \
         AND NOT EXISTS (SELECT 1 FROM clientpoint.leases k WHERE k.name = $2 || substr(h.name, length($1) + 1) \
                         AND clock_timestamp() <= k.expires) \
     ORDER BY h.name LIMIT 20";
const FORGET: &str = "DELETE FROM clientpoint.leases \
     WHERE starts_with(name, $1) AND expires < clock_timestamp() - interval '1 day'";

/// A right that somebody has on a server, as it is renewed and given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// Its name, with the account in it.
    pub(crate) name: String,
    /// The number that it was taken with.
    pub(crate) epoch: i64,
    /// Who has it, as JSON.
    pub(crate) holder: String,
}

/// The next epoch of a right, for whoever has just taken it by a lock file of the data folder.
///
/// # Errors
///
/// `Error::Busy` if somebody else writes for too long; the database's.
pub(crate) async fn rise(store: &Store, name: String) -> Result<Fence> {
    let Pool::Lite(pool) = store.pool() else {
        return Err(Error::Storage(
            "the rights of a library on a server are not kept by lock files".into(),
        ));
    };
    let rows: Vec<(i64,)> = sqlx::query_as(
        "INSERT INTO leases (name, epoch) VALUES (?, 1) \
         ON CONFLICT (name) DO UPDATE SET epoch = leases.epoch + 1 RETURNING epoch",
    )
    .bind(&name)
    .fetch_all(pool)
    .await?;
    let (epoch,) = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok(Fence { name, epoch: *epoch })
}

/// The account that the database is open for, where it is on a server.
pub(crate) fn account(store: &Store) -> Option<&str> {
    server(store).ok().map(|server| &*server.account)
}

/// Takes a right for so long: the epoch, or none if somebody has it. Who takes it over from somebody who has not renewed it
/// waits for what they are writing under it.
///
/// # Errors
///
/// `Error::Server` (`database-busy`) if they write for too long; the database's.
pub(crate) async fn take(store: &Store, name: &str, holder: &str, time: Duration) -> Result<Option<i64>> {
    let server = server(store)?;
    let taking = async {
        let asked = sqlx::query_as(TAKE).bind(name).bind(holder).bind(time.as_secs_f64());
        match asked.fetch_all(&server.pool).await {
            // Of two who take one at once that nobody has ever had, the second may find the number of the first.
            Err(sqlx::Error::Database(said)) if said.is_unique_violation() => Ok(Vec::new()),
            rows => rows,
        }
    };
    let rows: Vec<(i64,)> = server.within(taking).await?;
    Ok(rows.first().map(|(epoch,)| *epoch))
}

/// Renews rights for so long, all by one statement. Gives the names of those that nobody else has taken meanwhile.
///
/// # Errors
///
/// The database's.
pub(crate) async fn renew(store: &Store, leases: &[Lease], time: Duration) -> Result<BTreeSet<String>> {
    let server = server(store)?;
    let holders: Vec<&str> = leases.iter().map(|lease| lease.holder.as_str()).collect();
    let (names, epochs) = named(leases);
    let rows: Vec<(String,)> = server
        .within(
            sqlx::query_as(RENEW)
                .bind(names)
                .bind(epochs)
                .bind(holders)
                .bind(time.as_secs_f64())
                .fetch_all(&server.rights),
        )
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Gives rights back, as far as nobody else has taken them. Their rows stay: an epoch never comes again.
///
/// # Errors
///
/// The database's.
pub(crate) async fn give_back(store: &Store, leases: &[Lease]) -> Result<()> {
    let server = server(store)?;
    let (names, epochs) = named(leases);
    server
        .within(sqlx::query(GIVE_BACK).bind(names).bind(epochs).execute(&server.rights))
        .await?;
    Ok(())
}

/// Who has a right now, as they have written themselves down.
///
/// # Errors
///
/// The database's.
pub(crate) async fn holder(store: &Store, name: &str) -> Result<Option<String>> {
    let server = server(store)?;
    let rows: Vec<(String,)> = server
        .within(sqlx::query_as(HOLDER).bind(name).fetch_all(&server.pool))
        .await?;
    Ok(rows.into_iter().next().map(|(holder,)| holder))
}

/// Who has rights whose names begin like the first, and none of the same name that begins like the second; twenty at most.
///
/// # Errors
///
/// The database's.
pub(crate) async fn lacking(store: &Store, rights: &str, others: &str) -> Result<Vec<String>> {
    let server = server(store)?;
    let rows: Vec<(String,)> = server
        .within(
            sqlx::query_as(LACKING)
                .bind(rights)
                .bind(others)
                .fetch_all(&server.pool),
        )
        .await?;
    Ok(rows.into_iter().map(|(holder,)| holder).collect())
}

/// Lets rights go whose names begin like this and that ended a day ago: those of which nobody asks for an epoch.
///
/// # Errors
///
/// The database's.
pub(crate) async fn forget(store: &Store, beginning: &str) -> Result<()> {
    let server = server(store)?;
    server
        .within(sqlx::query(FORGET).bind(beginning).execute(&server.pool))
        .await?;
    Ok(())
}

fn server(store: &Store) -> Result<&Post> {
    match store.pool() {
        Pool::Post(server) => Ok(server),
        Pool::Lite(_) => Err(Error::Storage(
            "the rights of a data folder are kept by its lock files".into(),
        )),
    }
}

fn named(leases: &[Lease]) -> (Vec<&str>, Vec<i64>) {
    leases.iter().map(|lease| (lease.name.as_str(), lease.epoch)).unzip()
}

#[cfg(test)]
pub(crate) mod tests;
