//! `state-store`: small durable values, one space a connection, changed by compare-and-swap.

use std::sync::Arc;

use sqlx::{Sqlite, SqlitePool, Transaction};
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::{Accessor, HasData, Linker};

use super::calls::Calls;
use crate::contract::clientpoint::content_source::state_store::{self, Entry, Error, Host, HostWithStore, Swapped};

const KEY_AT_MOST: usize = 256;
const VALUE_AT_MOST: usize = 64 << 10;
/// How many keys a connection may ever use.
const KEYS_AT_MOST: i64 = 1_000;

/// The values of one connection.
#[derive(Clone)]
pub struct StateStoreCtx {
    /// The database.
    pub pool: SqlitePool,
    /// The connection's id.
    pub connection: Arc<str>,
    /// Places for calls.
    pub calls: Calls,
    /// Whether it is withheld: everything is answered with `other`.
    pub withheld: bool,
}

/// Lends the context.
pub trait StateStoreProvider: Send {
    /// The context of this instance.
    fn state_store(&mut self) -> &mut StateStoreCtx;
}

/// Marks the view for the linker.
pub struct HasStateStore;

impl HasData for HasStateStore {
    type Data<'a> = &'a mut StateStoreCtx;
}

/// Gives the plugin this interface.
///
/// # Errors
///
/// If the linker has it already.
pub fn add_to_linker<T: StateStoreProvider + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    state_store::add_to_linker::<T, HasStateStore>(linker, T::state_store)
}

impl Host for StateStoreCtx {}

impl<T: StateStoreProvider> HostWithStore<T> for HasStateStore {
    async fn get(accessor: &Accessor<T, Self>, key: String) -> wasmtime::Result<Result<Option<Entry>, Error>> {
        let ctx = accessor.with(|mut access| access.get().clone());
        Ok(ctx.get(&key).await)
    }

    async fn swap(
        accessor: &Accessor<T, Self>,
        key: String,
        expected: Option<u64>,
        value: Option<Vec<u8>>,
    ) -> wasmtime::Result<Result<Swapped, Error>> {
        let ctx = accessor.with(|mut access| access.get().clone());
        Ok(ctx.swap(&key, expected, value).await)
    }
}

impl StateStoreCtx {
    /// See `state-store.get`.
    async fn get(&self, key: &str) -> Result<Option<Entry>, Error> {
        let _place = self.admit(key)?;
        let mut transaction = self.pool.begin().await?;
        self.read(&mut transaction, key).await
    }

    /// See `state-store.swap`.
    async fn swap(&self, key: &str, expected: Option<u64>, value: Option<Vec<u8>>) -> Result<Swapped, Error> {
        let _place = self.admit(key)?;
        if value.as_ref().is_some_and(|value| VALUE_AT_MOST < value.len()) {
            return Err(Error::TooLarge);
        }
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let present = self.read(&mut transaction, key).await?;
        if present.as_ref().map(|entry| entry.version) != expected {
            return Ok(Swapped::Stale(present));
        }
        // Removed values leave their count behind, so that a mark never comes back.
        let last = self.last_version(&mut transaction, key).await?;
        if last == 0 && KEYS_AT_MOST <= self.keys(&mut transaction).await? {
            return Err(Error::Other(format!("more than {KEYS_AT_MOST} keys")));
        }
        let version = last + 1;
        sqlx::query(
            "INSERT INTO state (connection, key, value, version) VALUES (?, ?, ?, ?) \
             ON CONFLICT (connection, key) DO UPDATE SET value = excluded.value, version = excluded.version",
        )
        .bind(&*self.connection)
        .bind(key)
        .bind(value)
        .bind(version)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Swapped::Stored(version.unsigned_abs()))
    }

    /// Judges a call before it waits for anything, and gives it its place.
    fn admit(&self, key: &str) -> Result<OwnedSemaphorePermit, Error> {
        if self.withheld {
            return Err(Error::Other("this host keeps no state for this plugin".into()));
        }
        if KEY_AT_MOST < key.len() {
            return Err(Error::TooLarge);
        }
        self.calls.one_more().map_err(Error::Other)
    }

    async fn read(&self, transaction: &mut Transaction<'_, Sqlite>, key: &str) -> Result<Option<Entry>, Error> {
        let row: Option<(Vec<u8>, i64)> =
            sqlx::query_as("SELECT value, version FROM state WHERE connection = ? AND key = ? AND value IS NOT NULL")
                .bind(&*self.connection)
                .bind(key)
                .fetch_optional(&mut **transaction)
                .await?;
        Ok(row.map(|(value, version)| Entry {
            value,
            version: version.unsigned_abs(),
        }))
    }

    async fn keys(&self, transaction: &mut Transaction<'_, Sqlite>) -> Result<i64, Error> {
        let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM state WHERE connection = ?")
            .bind(&*self.connection)
            .fetch_one(&mut **transaction)
            .await?;
        Ok(count)
    }

    async fn last_version(&self, transaction: &mut Transaction<'_, Sqlite>, key: &str) -> Result<i64, Error> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT version FROM state WHERE connection = ? AND key = ?")
            .bind(&*self.connection)
            .bind(key)
            .fetch_optional(&mut **transaction)
            .await?;
        Ok(row.map_or(0, |(version,)| version))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(crate::Error::from(error).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn store(data: &std::path::Path) -> StateStoreCtx {
        let pool = crate::store::open(data, std::time::Duration::from_secs(1))
            .await
            .unwrap();
        sqlx::raw_sql(
            "INSERT OR IGNORE INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
             VALUES ('c1', 'p', 'organization', '{}', x'00', '', 'admin')",
        )
        .execute(&pool)
        .await
        .unwrap();
        StateStoreCtx {
            pool,
            connection: "c1".into(),
            calls: Calls::default(),
            withheld: false,
        }
    }

    #[tokio::test]
    async fn a_swap_stores_only_over_the_state_that_was_expected() {
        let data = tempfile::tempdir().unwrap();
        let store = store(data.path()).await;
        assert!(store.get("cursor").await.unwrap().is_none());

        let Swapped::Stored(first) = store.swap("cursor", None, Some(b"one".to_vec())).await.unwrap() else {
            panic!("the first value must be stored");
        };
        let Swapped::Stale(Some(present)) = store.swap("cursor", None, Some(b"two".to_vec())).await.unwrap() else {
            panic!("a value is there, so none was not to be expected");
        };
        assert_eq!((present.value.as_slice(), present.version), (b"one".as_slice(), first));

        let Swapped::Stored(removed) = store.swap("cursor", Some(first), None).await.unwrap() else {
            panic!("the mark was right");
        };
        assert!(store.get("cursor").await.unwrap().is_none());
        let Swapped::Stored(again) = store.swap("cursor", None, Some(b"one".to_vec())).await.unwrap() else {
            panic!("there is no value, as expected");
        };
        assert!(first < removed && removed < again, "a mark never comes back");
    }

    #[tokio::test]
    async fn what_is_too_large_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let store = store(data.path()).await;
        let long = store.swap(&"k".repeat(KEY_AT_MOST + 1), None, None).await;
        assert!(matches!(long, Err(Error::TooLarge)));
        let asked = store.get(&"k".repeat(KEY_AT_MOST + 1)).await;
        assert!(matches!(asked, Err(Error::TooLarge)));
        let large = store.swap("k", None, Some(vec![0; VALUE_AT_MOST + 1])).await;
        assert!(matches!(large, Err(Error::TooLarge)));
    }
}
