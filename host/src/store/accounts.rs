//! Accounts: the customers of ClientPoint whose libraries are in one database. Each sees its own rows alone; File IDs are
//! unique in the database. A library in a folder has one account.

use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::{
    Store,
    db::{Connection, DEFAULT_ACCOUNT, Pool},
    seal,
};
use crate::{Error, Result, way_out::WayOut};

/// How many are read at once.
pub(crate) const PAGE: i64 = 1_000;

/// The longest id.
const LONGEST: usize = 63;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct Account {
    /// Lower-case letters, digits and hyphens.
    pub id: String,
    /// RFC 3339; none of the one that a folder has.
    pub made_at: Option<String>,
}

/// Makes an account, with one Administrator, `admin`.
///
/// # Errors
///
/// `Error::Settings` for an id that can't be one, one that is there, and a library in a folder; the database's.
pub async fn add(store: &Store, id: &str, now: &str) -> Result<Account> {
    let is_plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
    if id.is_empty() || LONGEST < id.len() || id.starts_with('-') || !id.chars().all(is_plain) {
        return Err(Error::Settings(format!(
            "`{}` can't be the id of an account: take lower-case letters, digits and hyphens, at most {LONGEST}, with a letter \
             or a digit first",
            id.escape_debug()
        )));
    }
    let Pool::Post(post) = store.pool() else {
        return Err(Error::Settings(
            "a library in a folder has one account: more than one is for a database on a server (`database.url-file`)"
                .into(),
        )
        .with([WayOut::ShowSettings]));
    };
    let made: Vec<Account> = post.within(sqlx::query_as(
        "INSERT INTO clientpoint.accounts (id, made_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id, made_at",
    )
    .bind(id)
    .bind(now).fetch_all(&post.pool)).await?;
    let is_there = || {
        let message = format!("there is an account `{id}` already");
        Error::Settings(message).with([WayOut::ShowAccounts])
    };
    made.into_iter().next().ok_or_else(is_there)
}

/// The next accounts after that id, in the order of their ids, a thousand at most.
///
/// # Errors
///
/// The database's.
pub async fn after(store: &Store, id: &str, limit: i64) -> Result<Vec<Account>> {
    let Pool::Post(post) = store.pool() else {
        let only = Account {
            id: DEFAULT_ACCOUNT.into(),
            made_at: None,
        };
        return Ok(Some(only).filter(|only| id < only.id.as_str()).into_iter().collect());
    };
    let accounts = post
        .within(
            sqlx::query_as("SELECT id, made_at FROM clientpoint.accounts WHERE $1 < id ORDER BY id LIMIT $2")
                .bind(id)
                .bind(limit.clamp(1, PAGE))
                .fetch_all(&post.pool),
        )
        .await?;
    Ok(accounts)
}

/// How many accounts there are.
///
/// # Errors
///
/// The database's.
pub async fn count(store: &Store) -> Result<i64> {
    let Pool::Post(post) = store.pool() else { return Ok(1) };
    let (count,): (i64,) = post
        .within(sqlx::query_as("SELECT count(*) FROM clientpoint.accounts").fetch_one(&post.pool))
        .await?;
    Ok(count)
}

/// How many accounts of a server's database have their secrets sealed with the key of this name, and how many with another.
///
/// # Errors
///
/// The database's.
pub(crate) async fn sealed_with(store: &Store, key: &str) -> Result<(i64, i64)> {
    let Pool::Post(post) = store.pool() else {
        return Ok((0, 0));
    };
    let counts = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE key_id = $1), count(*) FILTER (WHERE key_id <> $1) FROM clientpoint.sealed_with",
    );
    Ok(post.within(counts.bind(key).fetch_one(&post.pool)).await?)
}

/// Whether a new key would leave somebody without theirs: a secret of any account is sealed, or a host is at work.
///
/// # Errors
///
/// The database's.
pub(crate) async fn need_their_key(store: &Store) -> Result<bool> {
    let Pool::Post(post) = store.pool() else {
        return Ok(false);
    };
    let asked = sqlx::query_as(
        "SELECT EXISTS (SELECT 1 FROM clientpoint.connections WHERE length(secret) > 0) \
             OR EXISTS (SELECT 1 FROM clientpoint.grants) OR EXISTS (SELECT 1 FROM clientpoint.applications) \
             OR EXISTS (SELECT 1 FROM clientpoint.leases \
                        WHERE starts_with(name, $1) AND clock_timestamp() <= expires)",
    );
    let asked = asked.bind(format!("{DEFAULT_ACCOUNT}/host/"));
    let (need,): (bool,) = post.within(asked.fetch_one(&post.pool)).await?;
    Ok(need)
}

/// Notes of an account that has nothing sealed that it will be with the key that the first account is sealed with: its name.
/// What is sealed of the first one with another key is so before or after this.
///
/// # Errors
///
/// The database's.
pub(crate) async fn seal_as_the_first(store: &Store) -> Result<Option<String>> {
    let mut transaction = store.write().await?;
    let Connection::Post(held) = &mut *transaction else {
        return Ok(None);
    };
    let first: Option<(String,)> =
        sqlx::query_as("SELECT key_id FROM clientpoint.sealed_with WHERE account_id = $1 FOR SHARE")
            .bind(DEFAULT_ACCOUNT)
            .fetch_optional(&mut **held)
            .await?;
    let Some((key,)) = first else { return Ok(None) };
    seal::note(&mut transaction, &key).await?;
    transaction.commit().await?;
    Ok(Some(key))
}

/// Refuses an account that is not there. Inside of what the server says is that.
pub(super) async fn require(connection: &mut PgConnection, id: &str) -> sqlx::Result<Result<()>> {
    let (is_there,): (bool,) = sqlx::query_as("SELECT EXISTS (SELECT 1 FROM clientpoint.accounts WHERE id = $1)")
        .bind(id)
        .fetch_one(connection)
        .await?;
    Ok(if is_there { Ok(()) } else { Err(missing(id)) })
}

/// Refuses an account that is not there, on a server or in a folder.
///
/// # Errors
///
/// `Error::NotFound`; the database's.
pub(crate) async fn known(store: &Store, id: &str) -> Result<()> {
    match store.pool() {
        Pool::Lite(_) if id == DEFAULT_ACCOUNT => Ok(()),
        Pool::Lite(_) => Err(missing(id)),
        Pool::Post(post) => {
            let asked = async { require(&mut *post.pool.acquire().await?, id).await };
            post.within(asked).await?
        }
    }
}

fn missing(id: &str) -> Error {
    Error::NotFound {
        what: "account",
        name: id.escape_debug().to_string(),
        way_out: WayOut::ShowAccounts,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store;

    async fn open(folder: &tempfile::TempDir) -> Store {
        store::open(folder.path(), Duration::from_secs(20)).await.unwrap()
    }

    #[tokio::test]
    async fn a_folder_has_one_account_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        if store.is_on_a_server() {
            return;
        }
        let refused = add(&store, "acme", "2026-03-01T00:00:00Z")
            .await
            .unwrap_err()
            .to_string();
        assert!(refused.contains("on a server"), "{refused}");
        assert_eq!(after(&store, "", PAGE).await.unwrap().len(), 1);
        assert!(after(&store, DEFAULT_ACCOUNT, PAGE).await.unwrap().is_empty());
        assert!(known(&store, "acme").await.is_err());
    }

    #[tokio::test]
    async fn an_account_sees_its_own_rows_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        if !store.is_on_a_server() {
            return;
        }
        for bad in ["", "Acme", "-a", "a b", "a/b", &"a".repeat(64), "a'b"] {
            assert!(add(&store, bad, "2026-03-01T00:00:00Z").await.is_err(), "{bad}");
        }
        add(&store, "acme", "2026-03-01T00:00:00Z").await.unwrap();
        let twice = add(&store, "acme", "2026-03-01T00:00:00Z").await.unwrap_err();
        assert!(twice.to_string().contains("already"), "{twice}");
        let acme = store.of("acme");

        let put = async |store: &Store, value: &str| {
            let kept = store::settings::Kept {
                key: "keep.bin".into(),
                value: value.into(),
                set_by: "admin".into(),
                set_at: "2026-03-01T00:00:00Z".into(),
            };
            store::settings::put(store, &[kept]).await.unwrap();
        };
        put(&store, "1").await;
        put(&acme, "2").await;

        let value = async |store: &Store| store::settings::all(store).await.unwrap()[0].value.clone();
        assert_eq!((value(&store).await, value(&acme).await), ("1".into(), "2".into()));
        let again = store.of("acme");
        assert_eq!((value(&again).await, value(&store).await), ("2".into(), "1".into()));
        assert_eq!(after(&store, "", PAGE).await.unwrap().len(), 2);
        assert!(known(&store, "acme").await.is_ok() && known(&store, "other").await.is_err());
    }
}
