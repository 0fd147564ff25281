//! What people were told of, and what is on its way to them.

use sqlx::FromRow;

use super::{Store, db};
use crate::Result;

/// The most troubles that are remembered.
const TROUBLES: u32 = 1_000;

/// The most digests that wait, whatever way they go. The oldest go first.
const DIGESTS: u32 = 100;

/// How many are taken up at a time.
const AT_A_TIME: u32 = 10;

/// A trouble that people were told of.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Told {
    /// The word of its kind.
    pub kind: String,
    /// What it is about.
    pub about: String,
    /// What made it that trouble.
    pub state: String,
    /// When; RFC 3339.
    pub told_at: String,
}

/// What is new to people, and what is no more.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    /// What they are told of now.
    pub told: &'a [Told],
    /// What is over.
    pub over: &'a [Told],
    /// The digest, by each way that was set.
    pub digests: &'a [(&'a str, String)],
}

/// A digest on its way.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OnItsWay {
    /// Counts up.
    pub id: i64,
    /// `webhook` or `mail`.
    pub way: String,
    /// As JSON.
    pub digest: String,
    /// How often it was tried.
    #[sqlx(try_from = "i64")]
    pub tries: u64,
}

/// What could not be delivered by a way as yet.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Undelivered {
    /// `webhook` or `mail`.
    pub way: String,
    /// How many digests.
    #[sqlx(try_from = "i64")]
    pub count: u64,
    /// When the oldest was made; RFC 3339.
    pub since: String,
    /// Why not, the last time.
    pub why: String,
}

/// What people were told of.
///
/// # Errors
///
/// The database's.
pub async fn told(store: &Store) -> Result<Vec<Told>> {
    told_now(store.pool()).await
}

async fn told_now(database: impl db::Executor<'_>) -> Result<Vec<Told>> {
    let rows = db::query_as("SELECT kind, about, state, told_at FROM told ORDER BY kind, about LIMIT ?")
        .bind(TROUBLES)
        .fetch_all(database)
        .await?;
    Ok(rows)
}

/// Remembers what people are told now, forgets what is over, and sends a digest on its way, by each of these: all or
/// nothing. Nothing, and false, if people were told of anything since whoever calls has `seen` what they were told of.
///
/// # Errors
///
/// The database's.
pub async fn tell(store: &Store, seen: &[Told], news: News<'_>, now: &str) -> Result<bool> {
    let mut transaction = store.write().await?;
    // Two hosts that have seen the same have the same news: the second would tell them again.
    if told_now(&mut *transaction).await? != seen {
        return Ok(false);
    }
    let News { told, over, digests } = news;
    for one in over {
        db::query("DELETE FROM told WHERE kind = ? AND about = ?")
            .bind(&one.kind)
            .bind(&one.about)
            .execute(&mut *transaction)
            .await?;
    }
    for one in told {
        db::query("INSERT INTO told (kind, about, state, told_at) VALUES (?, ?, ?, ?) ON CONFLICT (kind, about) DO UPDATE SET state = excluded.state, told_at = excluded.told_at")
            .bind(&one.kind)
            .bind(&one.about)
            .bind(&one.state)
            .bind(&one.told_at)
            .execute(&mut *transaction)
            .await?;
    }
    for (way, digest) in digests {
        db::query("INSERT INTO digests (way, digest, made_at, next_at) VALUES (?, ?, ?, ?)")
            .bind(*way)
            .bind(digest)
            .bind(now)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
    }
    db::query("DELETE FROM digests WHERE id <= (SELECT id FROM digests ORDER BY id DESC LIMIT 1 OFFSET ?)")
        .bind(DIGESTS)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Digests whose time has come, the oldest first.
///
/// # Errors
///
/// The database's.
pub async fn due(store: &Store, now: &str) -> Result<Vec<OnItsWay>> {
    let rows = db::query_as("SELECT id, way, digest, tries FROM digests WHERE next_at <= ? ORDER BY id LIMIT ?")
        .bind(now)
        .bind(AT_A_TIME)
        .fetch_all(store.pool())
        .await?;
    Ok(rows)
}

/// Takes one up, so that no other program does until then. False if one has.
///
/// # Errors
///
/// The database's.
pub async fn take(store: &Store, id: i64, now: &str, until: &str) -> Result<bool> {
    let done = db::query("UPDATE digests SET next_at = ?, tries = tries + 1 WHERE id = ? AND next_at <= ?")
        .bind(until)
        .bind(id)
        .bind(now)
        .execute(store.pool())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// It has arrived, or nobody is to have it any more.
///
/// # Errors
///
/// The database's.
pub async fn is_over(store: &Store, id: i64) -> Result<()> {
    db::query("DELETE FROM digests WHERE id = ?")
        .bind(id)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// It has not arrived, for this reason, and is tried again then.
///
/// # Errors
///
/// The database's.
pub async fn failed(store: &Store, id: i64, why: &str, next: &str) -> Result<()> {
    db::query("UPDATE digests SET failed = ?, next_at = ? WHERE id = ?")
        .bind(why)
        .bind(next)
        .bind(id)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// What could not be delivered as yet, by each way.
///
/// # Errors
///
/// The database's.
pub async fn undelivered(store: &Store) -> Result<Vec<Undelivered>> {
    let rows = db::query_as(
        "SELECT way, count(*) AS count, min(made_at) AS since, max(failed) AS why FROM digests WHERE failed IS NOT NULL \
         GROUP BY way ORDER BY way",
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::store;

    const NOW: &str = "2026-03-02T05:00:00Z";

    /// A library as two hosts have it open.
    async fn two() -> (Store, Store, TempDir) {
        let (data, patience) = (tempfile::tempdir().unwrap(), Duration::from_secs(20));
        let one = store::open(data.path(), patience).await.unwrap();
        let other = store::join(data.path(), patience).await.unwrap();
        (one, other, data)
    }

    fn trouble(about: &str) -> Told {
        Told {
            kind: "connection".into(),
            about: about.into(),
            state: "broken".into(),
            told_at: NOW.into(),
        }
    }

    async fn telling(store: &Store, seen: &[Told], news: &[Told]) -> bool {
        let news = News {
            told: news,
            over: &[],
            digests: &[("webhook", "{}".into())],
        };
        tell(store, seen, news, NOW).await.unwrap()
    }

    #[tokio::test]
    async fn of_two_hosts_that_find_the_same_at_once_one_tells_people() {
        let (one, other, _data) = two().await;
        for round in 1..=8 {
            let seen = told(&one).await.unwrap();
            let news = [trouble(&round.to_string())];

            let (first, second) = tokio::join!(telling(&one, &seen, &news), telling(&other, &seen, &news));

            assert!(first != second, "{first} and {second}");
            assert_eq!(due(&other, NOW).await.unwrap().len(), round);
        }
    }

    #[tokio::test]
    async fn who_has_seen_less_than_people_were_told_of_tells_nothing_and_finds_the_rest_by_looking_anew() {
        let (one, other, _data) = two().await;
        let (a, b) = (trouble("a"), trouble("b"));
        let seen = told(&one).await.unwrap();
        assert!(telling(&other, &seen, std::slice::from_ref(&a)).await);

        assert!(!telling(&one, &seen, &[a.clone(), b.clone()]).await);

        assert_eq!(
            told(&one).await.unwrap(),
            std::slice::from_ref(&a),
            "nothing of it was kept"
        );
        let seen = told(&one).await.unwrap();
        assert!(telling(&one, &seen, std::slice::from_ref(&b)).await);
        assert_eq!(told(&other).await.unwrap(), [a, b]);
        assert_eq!(due(&other, NOW).await.unwrap().len(), 2);
    }
}
