//! What programs have asked for once, however often they send it: by a key of their own, with the operation that came of
//! it. Kept for a day, and for as long as the operation itself goes on.

use super::{Store, db};
use crate::Result;

/// What is known by a key of a person.
const KNOWN: &str = "SELECT request, operation FROM asked_once WHERE user = ? AND key = ?";

/// Of so many operations at the end of the list of them something is kept: those before are not told of any more.
const KEPT: i64 = 1_000;

/// What was asked for by a key.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Asked {
    /// The SHA-256 of the request, in hexadecimal.
    pub request: String,
    /// The operation that came of it.
    pub operation: i64,
}

/// What that person has asked for by that key, if it is known.
///
/// # Errors
///
/// The database's.
pub async fn get(store: &Store, user: &str, key: &str) -> Result<Option<Asked>> {
    let found = db::query_as(KNOWN)
        .bind(user)
        .bind(key)
        .fetch_optional(store.pool())
        .await?;
    Ok(found)
}

/// Keeps what came of it, and forgets what was asked for before that moment (RFC 3339) and has come to its end. What somebody
/// else has kept by that key meanwhile stays, and is given; none if it is this.
///
/// # Errors
///
/// The database's.
pub async fn put(
    store: &Store,
    (user, key): (&str, &str),
    asked: &Asked,
    now: &str,
    before: &str,
) -> Result<Option<Asked>> {
    let mut transaction = store.write().await?;
    db::query(
        "DELETE FROM asked_once WHERE at < ? AND operation NOT IN \
         (SELECT id FROM operations INDEXED BY operations_open WHERE state = 'running')",
    )
    .bind(before)
    .execute(&mut *transaction)
    .await?;
    db::query(
        "DELETE FROM asked_once WHERE operation <= (SELECT id FROM operations ORDER BY id DESC LIMIT 1 OFFSET ?)",
    )
    .bind(KEPT)
    .execute(&mut *transaction)
    .await?;
    let kept = db::query(
        "INSERT INTO asked_once (user, key, request, operation, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (user, key) DO NOTHING",
    )
    .bind(user)
    .bind(key)
    .bind(&asked.request)
    .bind(asked.operation)
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    let theirs = match kept.rows_affected() {
        0 => {
            let known = db::query_as(KNOWN).bind(user).bind(key);
            Some(known.fetch_one(&mut *transaction).await?)
        }
        _ => None,
    };
    transaction.commit().await?;
    Ok(theirs)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store;

    const NOW: &str = "2026-03-02T05:00:00Z";

    #[tokio::test]
    async fn of_two_hosts_that_keep_something_by_one_key_at_once_the_second_is_told_of_the_first() {
        let (data, patience) = (tempfile::tempdir().unwrap(), Duration::from_secs(20));
        let one = store::open(data.path(), patience).await.unwrap();
        let other = store::join(data.path(), patience).await.unwrap();
        let asked = |operation| Asked {
            request: "x".into(),
            operation,
        };
        for round in 0..20 {
            let key = round.to_string();
            let (mine, theirs) = (asked(2 * round + 1), asked(2 * round + 2));

            let (put, also) = tokio::join!(
                put(&one, ("admin", &key), &mine, NOW, NOW),
                put(&other, ("admin", &key), &theirs, NOW, NOW),
            );

            let kept = match (put.unwrap(), also.unwrap()) {
                (None, Some(told)) => {
                    assert_eq!(told, mine);
                    mine
                }
                (Some(told), None) => {
                    assert_eq!(told, theirs);
                    theirs
                }
                both => panic!("{both:?}"),
            };
            assert_eq!(get(&one, "admin", &key).await.unwrap(), Some(kept));
        }
    }

    #[tokio::test]
    async fn a_key_of_long_ago_is_anybody_s_again() {
        let data = tempfile::tempdir().unwrap();
        let store = store::open(data.path(), Duration::from_secs(20)).await.unwrap();
        let asked = |operation| Asked {
            request: "x".into(),
            operation,
        };
        let key = ("admin", "key");
        assert_eq!(put(&store, key, &asked(1), NOW, NOW).await.unwrap(), None);
        assert_eq!(put(&store, key, &asked(2), NOW, NOW).await.unwrap(), Some(asked(1)));

        let later = "2026-03-03T05:00:01Z";
        assert_eq!(put(&store, key, &asked(3), later, later).await.unwrap(), None);

        assert_eq!(get(&store, "admin", "key").await.unwrap(), Some(asked(3)));
    }
}
