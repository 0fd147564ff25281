//! Runs that are offered to whichever host has a place, in the database that hosts share. What is due is planned by one
//! statement, and the run of a day is in the table once; who takes one up has the right to its connection. So what is here
//! decides when and where a run is tried, and never whether it is done twice.
//!
//! A run that is offered has a time from which on it may be taken (`run_at`), by the database's clock. Who takes it puts that
//! off for a minute; who begins with it clears it. A run without one that nobody has the right to was left by a host that is
//! gone, and is offered again.

use std::time::Duration;

use super::{
    Store,
    db::{self, Pool, Post},
    due::Moment,
    runs::Run,
};
use crate::{Error, Result};

/// How many runs of one tenant of the source begin in a minute: half of what the strictest source that is known lets its
/// smallest customers ask in that time (1,200 requests of a quiet run's kind), so that people and large runs have the rest.
const RUNS_A_MINUTE: u32 = 600;

/// For how long a run that was taken is nobody else's to take, unless it is begun.
const TAKEN: Duration = Duration::from_secs(60);

/// What is due for the plugin `$1`, at the moments `$2`, is planned; by now (`$3`), with the options `$4`. The settings of a
/// connection that the keys `$5` name tell its tenant; people, who name none, are taken for those of their account's. Where a
/// setting has a NUL in it, PostgreSQL reads none of them. `$6` is the time between two runs of one tenant, in milliseconds.
///
/// The last run of a connection is asked for, and not whether there is none: for that the planner would read all runs that
/// there ever were, each minute.
pub(super) const OFFER: &str = r#"
WITH due AS (
    SELECT c.account_id, c.id, c.plugin, c.drive_id, m.value ->> 0 AS schedule, m.value ->> 2 AS day,
           CAST(m.value ->> 4 AS bigint) AS late,
           CASE WHEN c.mode = 'user' THEN c.account_id || ' ' ELSE '' END
               || coalesce((SELECT string_agg(c.settings::json ->> k.key, ' ' ORDER BY k.n)
                            FROM json_array_elements_text($5::json) WITH ORDINALITY k (key, n)
                            WHERE position('\u0000' IN c.settings) = 0), '') AS tenant
    FROM clientpoint.connections c CROSS JOIN json_array_elements($2::json) m
    WHERE c.plugin = $1 AND c.disconnected_at IS NULL AND c.drive_id IS NOT NULL AND c.connected_at <= m.value ->> 1
      AND (SELECT max(r.due) FROM clientpoint.runs r WHERE r.connection = c.id AND r.schedule = m.value ->> 0
           AND r.due >= m.value ->> 2 AND r.due <= m.value ->> 3) IS NULL
)
INSERT INTO clientpoint.runs (account_id, connection, plugin, drive, kind, schedule, due, late, started_by, started_at, options,
                              inputs, tenant, run_at)
SELECT d.account_id, d.id, d.plugin, d.drive_id, 'scheduled', d.schedule, d.day, d.late, 'timer', $3, $4,
       coalesce((SELECT k.links FROM clientpoint.link_counts k WHERE k.connection = d.id AND k.drive = d.drive_id), 0),
       d.tenant,
       statement_timestamp() + (row_number() OVER (PARTITION BY d.tenant ORDER BY d.id) - 1) * $6 * interval '1 millisecond'
FROM due d ON CONFLICT DO NOTHING"#;

/// Runs that nobody carries out any more. Nobody else changes them until the transaction ends; those that somebody changes just
/// now are left to them, and beyond ten thousand the rest to the next look.
pub(super) const LEFT: &str = r#"
SELECT r.id FROM clientpoint.runs r
WHERE r.state = 'running' AND r.subject = 'sync' AND r.run_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM clientpoint.leases l
                  WHERE l.name = r.account_id || '/sync/' || r.connection AND clock_timestamp() <= l.expires)
ORDER BY r.id LIMIT 10000 FOR UPDATE OF r SKIP LOCKED"#;

/// Those of the runs `$2` that are left are offered again, with the tenant of their connection. Their rows are locked by now,
/// and the rights are looked at anew: before it had its row, somebody may have taken one up whom [`LEFT`] did not see.
pub(super) const RETURN: &str = r#"
UPDATE clientpoint.runs r SET run_at = clock_timestamp(),
    tenant = coalesce(r.tenant, (SELECT CASE WHEN c.mode = 'user' THEN c.account_id || ' ' ELSE '' END
            || coalesce(string_agg(c.settings::json ->> k.key, ' ' ORDER BY k.n), '')
        FROM clientpoint.connections c, json_array_elements_text($1::json) WITH ORDINALITY k (key, n)
        WHERE c.id = r.connection AND position('\u0000' IN c.settings) = 0 GROUP BY c.mode, c.account_id), '')
WHERE r.id = ANY($2)
  AND NOT EXISTS (SELECT 1 FROM clientpoint.leases l
                  WHERE l.name = r.account_id || '/sync/' || r.connection AND clock_timestamp() <= l.expires)"#;

/// Takes at most `$1` runs of the plugin `$3` whose time has come, for `$2` milliseconds.
pub(super) const CLAIM: &str = r#"
UPDATE clientpoint.runs r SET run_at = clock_timestamp() + $2 * interval '1 millisecond'
FROM (SELECT o.id FROM clientpoint.runs o
      WHERE o.state = 'running' AND o.plugin = $3 AND o.run_at IS NOT NULL AND o.run_at <= clock_timestamp()
        AND NOT EXISTS (SELECT 1 FROM clientpoint.gates g WHERE g.tenant = o.tenant AND clock_timestamp() < g.closed_until)
      ORDER BY o.run_at, o.id LIMIT $1 FOR UPDATE OF o SKIP LOCKED) c
WHERE r.id = c.id RETURNING r.account_id, r.connection"#;

/// Whether a run waits for a host to take it up.
///
/// # Errors
///
/// The database's.
pub(crate) async fn is_offered(store: &Store, run: i64) -> Result<bool> {
    if !store.is_on_a_server() {
        return Ok(false);
    }
    let offered: Option<(i64,)> =
        db::query_as("SELECT 1 FROM runs WHERE id = ? AND state = 'running' AND run_at IS NOT NULL")
            .bind(run)
            .fetch_optional(store.pool())
            .await?;
    Ok(offered.is_some())
}

/// How long it is until the next run of the plugin `$1` may be taken, in milliseconds; none if none is offered.
pub(super) const NEXT: &str = r#"
SELECT CAST(extract(epoch FROM min(greatest(o.run_at, coalesce(g.closed_until, o.run_at))) - clock_timestamp()) * 1000 AS bigint)
FROM clientpoint.runs o LEFT JOIN clientpoint.gates g ON g.tenant = o.tenant
WHERE o.state = 'running' AND o.plugin = $1 AND o.run_at IS NOT NULL"#;

/// Closes the gate of the tenant of run `$1` for `$2` milliseconds. It is never opened sooner than somebody else has asked for:
/// no row is changed then. In either case nobody else closes it until the transaction ends.
pub(super) const CLOSE: &str = r#"
INSERT INTO clientpoint.gates AS g (tenant, closed_until)
SELECT tenant, clock_timestamp() + $2 * interval '1 millisecond' FROM clientpoint.runs WHERE id = $1 AND tenant <> ''
ON CONFLICT (tenant) DO UPDATE SET closed_until = excluded.closed_until WHERE g.closed_until < excluded.closed_until"#;

/// What waits before a gate comes one after the other once it opens, and not all at once: `$2` milliseconds apart. Run `$1`
/// itself, which was put down for its own time, is left as it is. The rows are locked in the order of their numbers.
pub(super) const QUEUE: &str = r#"
UPDATE clientpoint.runs r SET run_at = q.from_then
FROM (SELECT w.id, w.closed_until + row_number() OVER (ORDER BY w.run_at, w.id) * $2 * interval '1 millisecond' AS from_then
      FROM (SELECT o.id, o.run_at, g.closed_until
            FROM clientpoint.runs o JOIN clientpoint.gates g ON g.tenant = o.tenant
            WHERE o.tenant = (SELECT tenant FROM clientpoint.runs WHERE id = $1) AND o.id <> $1 AND o.state = 'running'
              AND o.run_at < g.closed_until
            ORDER BY o.id FOR NO KEY UPDATE OF o) w) q
WHERE r.id = q.id AND r.run_at < q.from_then"#;

/// What is to be offered: for which plugin, at which times, and how it is written down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer<'a> {
    /// The plugin's id.
    pub(crate) plugin: &'a str,
    /// The latest time of each schedule, and whether a run of it is late by now.
    pub(crate) moments: &'a [(Moment, bool)],
    /// The settings of a connection that tell whose tenant it is at the source.
    pub(crate) tenant: &'a [String],
    /// RFC 3339.
    pub(crate) now: &'a str,
    /// What the runs may do.
    pub(crate) options: &'a str,
}

/// A run that was taken: whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub(crate) struct Taken {
    /// The account's id.
    #[sqlx(rename = "account_id")]
    pub(crate) account: String,
    /// The connection's id.
    pub(crate) connection: String,
}

/// Plans what is due, for all accounts, and offers again what was left. How many runs were planned, and how many were left.
///
/// # Errors
///
/// The database's.
pub(crate) async fn offer(store: &Store, offer: Offer<'_>) -> Result<(u64, u64)> {
    let post = server(store)?;
    let moment = |(moment, is_late): &(Moment, bool)| {
        let late = if *is_late { "1" } else { "0" };
        serde_json::json!([moment.schedule, moment.latest, moment.day, moment.horizon, late])
    };
    let moments: Vec<_> = offer.moments.iter().map(moment).collect();
    let tenant = serde_json::json!(offer.tenant).to_string();
    let planned = post
        .within(
            sqlx::query(OFFER)
                .bind(offer.plugin)
                .bind(serde_json::json!(moments).to_string())
                .bind(offer.now)
                .bind(offer.options)
                .bind(&tenant)
                .bind(between())
                .execute(&post.pool),
        )
        .await?;
    let left = to_its_end(returned(post.clone(), tenant)).await?;
    Ok((planned.rows_affected(), left))
}

/// Offers again what was left: how many runs.
async fn returned(post: Post, tenant: String) -> sqlx::Result<u64> {
    let mut transaction = post.within(post.pool.begin()).await?;
    let way = post.addresses.way_of_lent();
    let left: Vec<(i64,)> = way.within(sqlx::query_as(LEFT).fetch_all(&mut *transaction)).await?;
    let left: Vec<i64> = left.into_iter().map(|(id,)| id).collect();
    let returned = way
        .within(sqlx::query(RETURN).bind(tenant).bind(left).execute(&mut *transaction))
        .await?;
    way.within(transaction.commit()).await?;
    Ok(returned.rows_affected())
}

/// Takes at most so many runs of a plugin whose time has come.
///
/// # Errors
///
/// The database's.
pub(crate) async fn claim(store: &Store, plugin: &str, at_most: usize) -> Result<Vec<Taken>> {
    let post = server(store)?;
    let taken = post
        .within(
            sqlx::query_as(CLAIM)
                .bind(i64::try_from(at_most).unwrap_or(i64::MAX))
                .bind(millis(TAKEN))
                .bind(plugin)
                .fetch_all(&post.pool),
        )
        .await?;
    Ok(taken)
}

/// How long it is until the next run of a plugin may be taken; none if none is offered.
///
/// # Errors
///
/// The database's.
pub(crate) async fn next(store: &Store, plugin: &str) -> Result<Option<Duration>> {
    let post = server(store)?;
    let (next,): (Option<i64>,) = post
        .within(sqlx::query_as(NEXT).bind(plugin).fetch_one(&post.pool))
        .await?;
    Ok(next.map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or(0))))
}

/// Puts a run down that its source asks to wait with: it is offered again after so much time. How long it has waited in all.
///
/// # Errors
///
/// `Error::Sync` (`right-lost`) where the fence that is in force does not hold; the database's.
pub(crate) async fn later(store: &Store, run: &Run, time: Duration) -> Result<Duration> {
    let (waited,): (i64,) = db::query_as(
        "UPDATE runs SET worker = NULL, waited = waited + CAST(?1 AS INTEGER), \
             run_at = clock_timestamp() + CAST(?1 AS INTEGER) * interval '1 millisecond' WHERE id = ?2 RETURNING waited",
    )
    .bind(millis(time))
    .bind(run.id)
    .fetch_one(store.pool())
    .await?;
    Ok(Duration::from_millis(waited.unsigned_abs()))
}

/// Offers again what is open of a connection, after so much time: for who could not carry it out now.
///
/// # Errors
///
/// The database's.
pub(crate) async fn put_off(store: &Store, connection: &str, time: Duration) -> Result<()> {
    db::query(
        "UPDATE runs SET run_at = clock_timestamp() + CAST(? AS INTEGER) * interval '1 millisecond' \
         WHERE connection = ? AND state = 'running' AND subject = 'sync' AND run_at IS NOT NULL",
    )
    .bind(millis(time))
    .bind(connection)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Keeps all hosts from beginning with runs of the tenant of this one for so much time; they come one after the other then.
///
/// # Errors
///
/// The database's.
pub(crate) async fn close_gate(store: &Store, run: &Run, time: Duration) -> Result<()> {
    Ok(to_its_end(closed(server(store)?.clone(), run.id, millis(time))).await?)
}

/// One transaction: whoever closes the same gate waits for its end, and then finds all rows as they are. Else two of them would
/// have some each of the rows that the other waits for.
async fn closed(post: Post, run: i64, millis: i64) -> sqlx::Result<()> {
    let mut transaction = post.within(post.pool.begin()).await?;
    let way = post.addresses.way_of_lent();
    let closed = way
        .within(sqlx::query(CLOSE).bind(run).bind(millis).execute(&mut *transaction))
        .await?;
    // Before a gate that was closed for as long already, they stand in their order.
    if 0 < closed.rows_affected() {
        way.within(sqlx::query(QUEUE).bind(run).bind(between()).execute(&mut *transaction))
            .await?;
    }
    way.within(transaction.commit()).await
}

/// Carries a transaction to its end also where whoever asks gives up in the middle: else the connection might go back with it,
/// and its locks.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = sqlx::Result<T>> + Send + 'static,
) -> sqlx::Result<T> {
    tokio::spawn(work).await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

/// The time between the beginnings of two runs of one tenant, in milliseconds.
fn between() -> i64 {
    i64::from(60_000 / RUNS_A_MINUTE)
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

fn server(store: &Store) -> Result<&Post> {
    match store.pool() {
        Pool::Post(post) => Ok(post),
        Pool::Lite(_) => Err(Error::Storage("runs are offered to hosts that share a database".into())),
    }
}

#[cfg(test)]
mod tests;
