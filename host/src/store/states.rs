//! Small values that a plugin keeps, one space a connection, changed by compare-and-swap.

use super::{
    Store,
    db::{self, Transaction},
};
use crate::Result;

pub use clientpoint_engine::library::KEYS_AT_MOST;

/// A value, and the mark of its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The bytes.
    pub value: Vec<u8>,
    /// A number that no other state of this key has ever had.
    pub version: u64,
}

/// What has become of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Swap {
    /// It is stored, under this mark.
    Stored(u64),
    /// Something else was there; nothing has changed.
    Stale(Option<Kept>),
    /// The connection has used [`KEYS_AT_MOST`] keys, and this is another one.
    TooManyKeys,
}

/// The value under a key.
///
/// # Errors
///
/// The database's.
pub async fn get(store: &Store, connection: &str, key: &str) -> Result<Option<Kept>> {
    read(&mut store.snapshot().await?, connection, key).await
}

/// Puts a value, or none, in the place of the state with the mark `expected`; without one, where there is no value.
///
/// # Errors
///
/// The database's.
pub async fn swap(
    store: &Store,
    connection: &str,
    key: &str,
    expected: Option<u64>,
    value: Option<Vec<u8>>,
) -> Result<Swap> {
    let mut transaction = store.write().await?;
    let present = read(&mut transaction, connection, key).await?;
    if present.as_ref().map(|kept| kept.version) != expected {
        return Ok(Swap::Stale(present));
    }
    // Removed values leave their count behind, so that a mark never comes back.
    let last = last_version(&mut transaction, connection, key).await?;
    if last == 0 && KEYS_AT_MOST <= keys(&mut transaction, connection).await? {
        return Ok(Swap::TooManyKeys);
    }
    let version = last + 1;
    db::query(
        "INSERT INTO state (connection, plugin, key, value, version) \
             VALUES (?1, (SELECT plugin FROM connections WHERE id = ?1), ?2, ?3, ?4) \
         ON CONFLICT (connection, key) DO UPDATE SET value = excluded.value, version = excluded.version",
    )
    .bind(connection)
    .bind(key)
    .bind(value)
    .bind(version)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Swap::Stored(version.unsigned_abs()))
}

async fn read(transaction: &mut Transaction, connection: &str, key: &str) -> Result<Option<Kept>> {
    let row: Option<(Vec<u8>, i64)> =
        db::query_as("SELECT value, version FROM state WHERE connection = ? AND key = ? AND value IS NOT NULL")
            .bind(connection)
            .bind(key)
            .fetch_optional(&mut **transaction)
            .await?;
    Ok(row.map(|(value, version)| Kept {
        value,
        version: version.unsigned_abs(),
    }))
}

async fn keys(transaction: &mut Transaction, connection: &str) -> Result<i64> {
    let (count,): (i64,) = db::query_as("SELECT count(*) FROM state WHERE connection = ?")
        .bind(connection)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(count)
}

async fn last_version(transaction: &mut Transaction, connection: &str, key: &str) -> Result<i64> {
    let row: Option<(i64,)> = db::query_as("SELECT version FROM state WHERE connection = ? AND key = ?")
        .bind(connection)
        .bind(key)
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(row.map_or(0, |(version,)| version))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn opened(data: &std::path::Path) -> Store {
        let store = crate::store::open(data, std::time::Duration::from_secs(1))
            .await
            .unwrap();
        db::trial::raw(
            "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
             VALUES ('c1', 'p', 'organization', '{}', x'00', '', 'admin') ON CONFLICT DO NOTHING",
            store.pool(),
        )
        .await
        .unwrap();
        store
    }

    #[tokio::test]
    async fn a_swap_stores_only_over_the_state_that_was_expected() {
        let data = tempfile::tempdir().unwrap();
        let store = opened(data.path()).await;
        let put = |expected, value: Option<&'static str>| {
            swap(
                &store,
                "c1",
                "cursor",
                expected,
                value.map(|text| text.as_bytes().to_vec()),
            )
        };
        assert_eq!(get(&store, "c1", "cursor").await.unwrap(), None);

        assert_eq!(put(None, Some("one")).await.unwrap(), Swap::Stored(1));
        let there = Kept {
            value: b"one".to_vec(),
            version: 1,
        };
        assert_eq!(put(None, Some("two")).await.unwrap(), Swap::Stale(Some(there)));

        assert_eq!(put(Some(1), None).await.unwrap(), Swap::Stored(2));
        assert_eq!(get(&store, "c1", "cursor").await.unwrap(), None);
        assert_eq!(
            put(None, Some("one")).await.unwrap(),
            Swap::Stored(3),
            "a mark never comes back"
        );
        assert_eq!(
            put(Some(1), Some("two")).await.unwrap(),
            Swap::Stale(get(&store, "c1", "cursor").await.unwrap())
        );
    }

    #[tokio::test]
    async fn a_connection_may_use_so_many_keys_and_no_more() {
        let data = tempfile::tempdir().unwrap();
        let store = opened(data.path()).await;
        db::query(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) \
             INSERT INTO state (connection, key, value, version) SELECT 'c1', 'k' || i, x'00', 1 FROM n",
        )
        .bind(KEYS_AT_MOST)
        .execute(store.pool())
        .await
        .unwrap();

        let one_more = swap(&store, "c1", "more", None, Some(vec![1])).await.unwrap();
        assert_eq!(one_more, Swap::TooManyKeys);
        let known = swap(&store, "c1", "k1", Some(1), Some(vec![1])).await.unwrap();
        assert_eq!(known, Swap::Stored(2));
    }
}
