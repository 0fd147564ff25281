//! `state-store`: small durable values, one space a connection, changed by compare-and-swap.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::{Accessor, HasData, Linker};

use super::calls::Calls;
use crate::{
    contract::{
        StateError,
        clientpoint::content_source::state_store::{self, Entry, Error, Host, HostWithStore, Swapped},
    },
    library::StateStore,
};

const KEY_AT_MOST: usize = 256;
const VALUE_AT_MOST: usize = 64 << 10;

/// The values of one connection.
#[derive(Clone)]
pub struct StateStoreCtx {
    /// Where they are kept.
    pub store: Arc<dyn StateStore>,
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

impl Host for StateStoreCtx {
    fn convert_error(&mut self, error: StateError) -> wasmtime::Result<Error> {
        error.downcast()
    }
}

impl<T: StateStoreProvider> HostWithStore<T> for HasStateStore {
    async fn get(accessor: &Accessor<T, Self>, key: String) -> Result<Option<Entry>, StateError> {
        let ctx = accessor.with(|mut access| access.get().clone());
        Ok(ctx.get(&key).await?)
    }

    async fn swap(
        accessor: &Accessor<T, Self>,
        key: String,
        expected: Option<u64>,
        value: Option<Vec<u8>>,
    ) -> Result<Swapped, StateError> {
        let ctx = accessor.with(|mut access| access.get().clone());
        Ok(ctx.swap(&key, expected, value).await?)
    }
}

impl StateStoreCtx {
    /// See `state-store.get`.
    async fn get(&self, key: &str) -> Result<Option<Entry>, Error> {
        let _place = self.admit(key)?;
        self.store.get(&self.connection, key).await
    }

    /// See `state-store.swap`.
    async fn swap(&self, key: &str, expected: Option<u64>, value: Option<Vec<u8>>) -> Result<Swapped, Error> {
        let _place = self.admit(key)?;
        if value.as_ref().is_some_and(|value| VALUE_AT_MOST < value.len()) {
            return Err(Error::TooLarge);
        }
        self.store.swap(&self.connection, key, expected, value).await
    }

    /// Judges a call before it waits for anything, and gives it its place.
    fn admit(&self, key: &str) -> Result<OwnedSemaphorePermit, Error> {
        if self.withheld {
            return Err(Error::Other("this host keeps no state for this plugin".into()));
        }
        if KEY_AT_MOST < key.len() {
            return Err(Error::TooLarge);
        }
        if key.contains('\0') {
            return Err(Error::Other("a key has a NUL in it".into()));
        }
        self.calls.one_more().map_err(Error::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Answering;

    /// A store that nothing may come to.
    struct Unasked;

    impl StateStore for Unasked {
        fn get<'a>(&'a self, _: &'a str, _: &'a str) -> Answering<'a, Option<Entry>, Error> {
            unreachable!("it was to be refused before")
        }

        fn swap<'a>(
            &'a self,
            _: &'a str,
            _: &'a str,
            _: Option<u64>,
            _: Option<Vec<u8>>,
        ) -> Answering<'a, Swapped, Error> {
            unreachable!("it was to be refused before")
        }
    }

    #[tokio::test]
    async fn what_is_too_large_is_refused_and_so_is_a_key_with_a_nul() {
        let ctx = StateStoreCtx {
            store: Arc::new(Unasked),
            connection: "c1".into(),
            calls: Calls::default(),
            withheld: false,
        };
        let long = ctx.swap(&"k".repeat(KEY_AT_MOST + 1), None, None).await;
        assert!(matches!(long, Err(Error::TooLarge)));
        let asked = ctx.get(&"k".repeat(KEY_AT_MOST + 1)).await;
        assert!(matches!(asked, Err(Error::TooLarge)));
        let large = ctx.swap("k", None, Some(vec![0; VALUE_AT_MOST + 1])).await;
        assert!(matches!(large, Err(Error::TooLarge)));
        let hostile = ctx.get("k\0").await;
        assert!(matches!(hostile, Err(Error::Other(why)) if why.contains("NUL")));
    }
}
