//! The company's access tokens, for all hosts and processes of a library: each is asked for once. They are sealed, and good
//! for an hour or so; whatever becomes of a row, the worst is that somebody asks again.

use chrono::{DateTime, Utc};
use clientpoint_engine::{clock::stamp, oauth::CompanyToken, secrets::SecretKey};

use super::{
    Store,
    db::{self, Transaction},
    seal,
};
use crate::Result;

/// The connection that a token was asked for through, as it was connected then.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Its id.
    pub connection: String,
    /// RFC 3339.
    pub connected_at: String,
}

/// The token of that name. What was sealed with another key, or can't be read, is as good as none.
///
/// # Errors
///
/// The database's.
pub async fn get(store: &Store, key: &SecretKey, name: &str) -> Result<Option<CompanyToken>> {
    let row: Option<(Vec<u8>,)> = db::query_as("SELECT sealed FROM company_tokens WHERE name = ?")
        .bind(name)
        .fetch_optional(store.pool())
        .await?;
    let opened = row.and_then(|(sealed,)| key.open(&seal::of_company_token(name), &sealed).ok());
    Ok(opened.as_ref().and_then(CompanyToken::parse))
}

/// Puts a token in the place of the one that has its name, and does away with those that are over. Where the connection was
/// given up or made anew meanwhile, nothing is kept: what it may do now, only a new token says.
///
/// # Errors
///
/// `Error::Settings` if the key was changed meanwhile; the database's.
pub async fn put(
    store: &Store,
    key: &SecretKey,
    (name, asker): (&str, &Asker),
    token: &CompanyToken,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut transaction = store.write().await?;
    seal::refuse_old_key(&mut transaction, key).await?;
    let there: Option<(i64,)> =
        db::query_as("SELECT 1 FROM connections WHERE id = ? AND connected_at = ? AND disconnected_at IS NULL")
            .bind(&asker.connection)
            .bind(&asker.connected_at)
            .fetch_optional(&mut *transaction)
            .await?;
    if there.is_none() {
        return Ok(());
    }
    db::query("DELETE FROM company_tokens WHERE renew_at < ?")
        .bind(stamp(now))
        .execute(&mut *transaction)
        .await?;
    db::query(
        "INSERT INTO company_tokens (name, sealed, renew_at) VALUES (?, ?, ?) \
         ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, renew_at = excluded.renew_at",
    )
    .bind(name)
    .bind(key.seal(&seal::of_company_token(name), &token.written())?)
    .bind(stamp(token.renew_at))
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// Forgets all of them: whoever works next asks anew.
pub(super) async fn forget(transaction: &mut Transaction) -> Result<()> {
    db::query("DELETE FROM company_tokens")
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{path::Path, time::Duration};

    use clientpoint_engine::secrets::Secret;

    use crate::store::{company_tokens::*, open};

    const NIGHT: &str = "2026-03-02T05:30:00Z";

    fn token(access: &str, renew_at: &str) -> CompanyToken {
        CompanyToken {
            access: Secret::new(access.into()),
            renew_at: renew_at.parse().unwrap(),
            scope: None,
        }
    }

    fn asker(connected_at: &str) -> Asker {
        Asker {
            connection: "organization".into(),
            connected_at: connected_at.into(),
        }
    }

    /// A library with a connection, which was made on the first of March.
    async fn stage(data: &Path) -> (Store, SecretKey) {
        let store = open(data, Duration::from_secs(5)).await.unwrap();
        let key = SecretKey::made().0;
        seal::will_seal_with(&store, &key).await.unwrap();
        db::query(
            "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
             VALUES ('organization', 'p', 'organization', '{}', x'', '2026-03-01', 'admin')",
        )
        .execute(store.pool())
        .await
        .unwrap();
        (store, key)
    }

    async fn put(store: &Store, key: &SecretKey, name: &str, token: &CompanyToken) {
        let asker = asker("2026-03-01");
        super::put(store, key, (name, &asker), token, NIGHT.parse().unwrap())
            .await
            .unwrap();
    }

    async fn access(store: &Store, key: &SecretKey, name: &str) -> Option<String> {
        let kept = get(store, key, name).await.unwrap();
        kept.map(|token| token.access.expose().to_owned())
    }

    #[tokio::test]
    async fn a_token_is_kept_sealed_under_its_name_and_the_next_one_takes_its_place() {
        let data = tempfile::tempdir().unwrap();
        let (store, key) = stage(data.path()).await;
        assert_eq!(access(&store, &key, "a").await, None);

        put(&store, &key, "a", &token("first", "2026-03-02T06:25:00Z")).await;
        put(&store, &key, "a", &token("hush-hush", "2026-03-02T06:26:00Z")).await;

        assert_eq!(access(&store, &key, "a").await.as_deref(), Some("hush-hush"));
        assert_eq!(access(&store, &key, "b").await, None);
        let (sealed,): (Vec<u8>,) = db::query_as("SELECT sealed FROM company_tokens")
            .fetch_one(store.pool())
            .await
            .unwrap();
        assert!(!sealed.windows(9).any(|part| part == b"hush-hush"));
    }

    #[tokio::test]
    async fn what_another_key_has_sealed_or_what_has_moved_to_another_name_is_as_good_as_none() {
        let data = tempfile::tempdir().unwrap();
        let (store, key) = stage(data.path()).await;
        put(&store, &key, "a", &token("first", "2026-03-02T06:25:00Z")).await;

        let other = SecretKey::made().0;
        assert_eq!(access(&store, &other, "a").await, None);
        let (asker, second) = (asker("2026-03-01"), token("second", "2026-03-02T06:25:00Z"));
        let refused = super::put(&store, &other, ("a", &asker), &second, NIGHT.parse().unwrap());
        assert!(refused.await.is_err(), "nobody could open it");
        db::query("UPDATE company_tokens SET name = 'b'")
            .execute(store.pool())
            .await
            .unwrap();
        assert_eq!(access(&store, &key, "b").await, None);
    }

    #[tokio::test]
    async fn a_change_of_the_key_and_its_loss_do_away_with_all_tokens_and_count_none_of_them() {
        let data = tempfile::tempdir().unwrap();
        let (store, key) = stage(data.path()).await;
        put(&store, &key, "a", &token("first", "2026-03-02T06:25:00Z")).await;
        assert!(!seal::sealed_with(&store).await.unwrap().unwrap().is_used);

        let next = SecretKey::made().0;
        assert_eq!(seal::change_key(&store, &key, &next).await.unwrap(), 0);

        assert_eq!(rows(&store).await, 0);
        put(&store, &next, "a", &token("second", "2026-03-02T06:25:00Z")).await;
        assert_eq!(rows(&store).await, 1);
        let wiped = seal::forget_all(&store, &SecretKey::made().0, NIGHT).await.unwrap();
        assert_eq!((wiped.secrets, rows(&store).await), (0, 0));
    }

    #[tokio::test]
    async fn what_is_over_goes_with_the_next_one_and_a_connection_that_was_made_anew_begins_without() {
        let data = tempfile::tempdir().unwrap();
        let (store, key) = stage(data.path()).await;
        put(&store, &key, "over", &token("first", "2026-03-02T05:29:59Z")).await;
        put(&store, &key, "a", &token("second", "2026-03-02T06:25:00Z")).await;
        assert_eq!(rows(&store).await, 1, "what is over is no more");

        let (before, late) = (asker("2026-02-01"), token("late", "2026-03-02T06:25:00Z"));
        super::put(&store, &key, ("b", &before), &late, NIGHT.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(access(&store, &key, "b").await, None, "it is from before");

        crate::store::detach::disconnect(&store, "organization", NIGHT)
            .await
            .unwrap();
        assert_eq!(rows(&store).await, 0);
        put(&store, &key, "a", &token("third", "2026-03-02T06:25:00Z")).await;
        assert_eq!(rows(&store).await, 0, "the connection was given up");
    }

    async fn rows(store: &Store) -> i64 {
        let (rows,): (i64,) = db::query_as("SELECT count(*) FROM company_tokens")
            .fetch_one(store.pool())
            .await
            .unwrap();
        rows
    }
}
