//! Objects elsewhere: on an object store that more than one host reaches, in the place of the folder `objects`.
//!
//! ```text
//! PREFIX/identity             the id of the library whose store this is
//! PREFIX/objects/ab/abcdef…   whole, never changed
//! PREFIX/accounts/ID/…        the same of other accounts than the default one
//! PREFIX/probe-…              put to try the store, and deleted at once
//! ```
//!
//! Equal names are equal bytes, so an object is always put over one that is there. What is not there is missing only where
//! the store is this library's for certain: a bucket that is gone and a share that is not mounted say nothing of an object.
//! Nothing leaves a store for being in a listing: see `sweep::elsewhere`.

use std::{
    fmt,
    ops::Range,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, path::Path};
use tokio::sync::Semaphore;

use crate::{Error, Result, store::DEFAULT_ACCOUNT};

mod address;
mod identity;
mod putting;
mod reading;
mod trouble;
mod trying;

pub(in crate::store) use reading::Fetching;
pub(in crate::store) use trouble::Amiss;

/// How many objects are put at the same time: each has a piece or two of its bytes in memory.
const PUTTING: usize = 4;

/// An object store, and the place in it that is this library's. Clones are the same one.
#[derive(Clone)]
pub struct Remote {
    store: Arc<dyn ObjectStore>,
    /// The place of the account that is there from the beginning, below which all others are.
    root: Path,
    prefix: Path,
    /// Whether it is a folder, which may be seen empty: where it is not mounted.
    is_folder: bool,
    /// The id of the library that this place belongs to, once that is known.
    library: Arc<OnceLock<String>>,
    /// How people call it: an address without anything secret.
    name: Arc<str>,
    putting: Arc<Semaphore>,
}

impl Remote {
    /// The store at an address, `s3://bucket/prefix`, `az://container/prefix` or `file:///folder`, with the credentials
    /// that these environment variables name, or else the machine's own. Nothing is asked of it yet.
    ///
    /// # Errors
    ///
    /// `Error::Settings` that names `objects.url`: for an address that can't be one, or that has credentials in it, and for
    /// variables that don't fit.
    pub fn at(url: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let address::Place { store, prefix, name } = address::open(url, variables)?;
        let is_folder = name.starts_with("file:");
        Ok(Self {
            is_folder,
            ..Self::over(store, prefix, &name)
        })
    }

    /// A store that is open already, and what all names in it begin with; `name` is how people call it.
    pub fn over(store: Arc<dyn ObjectStore>, prefix: Path, name: &str) -> Self {
        Self {
            store,
            root: prefix.clone(),
            prefix,
            is_folder: false,
            library: Arc::default(),
            name: name.into(),
            putting: Arc::new(Semaphore::new(PUTTING)),
        }
    }

    /// The place of an account in the same store, whichever account this is the place of: no two have objects in common,
    /// though their bytes may be equal.
    pub(crate) fn of_account(&self, account: &str) -> Self {
        let prefix = match account {
            DEFAULT_ACCOUNT => self.root.clone(),
            account => self.root.clone().join("accounts").join(account),
        };
        Self {
            prefix,
            library: Arc::default(),
            ..self.clone()
        }
    }

    /// Deletes an object. One that is not there is as good as deleted.
    ///
    /// # Errors
    ///
    /// `Error::ObjectStore`: then it may be there or not.
    pub(in crate::store) async fn delete(&self, sha256: &str) -> Result<()> {
        match self.store.delete(&self.place(sha256)).await {
            Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.unreachable(&error)),
        }
    }

    /// The error of a store that takes too long.
    pub(crate) fn too_slow(&self) -> Error {
        trouble::unreachable(&self.name, "no answer in time")
    }

    /// The error of a store that may be about to delete what is to be put.
    pub(in crate::store) fn is_deleting(&self) -> Error {
        trouble::is_deleting(&self.name)
    }

    /// How many bytes an object has.
    ///
    /// # Errors
    ///
    /// See [`Amiss`].
    pub(in crate::store) async fn size(&self, sha256: &str) -> Result<u64, Amiss> {
        match self.store.head(&self.place(sha256)).await {
            Ok(found) => Ok(found.size),
            Err(error) => Err(self.amiss(&error).await),
        }
    }

    /// A part of an object's bytes; less than that where it ends before.
    ///
    /// # Errors
    ///
    /// See [`Amiss`].
    async fn part(&self, sha256: &str, part: Range<u64>) -> Result<Bytes, Amiss> {
        match self.store.get_range(&self.place(sha256), part).await {
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(self.amiss(&error).await),
        }
    }

    /// Where the object of that name is, whether it exists or not.
    fn place(&self, sha256: &str) -> Path {
        let shard: String = sha256.chars().take(2).collect();
        self.prefix.clone().join("objects").join(shard).join(sha256)
    }

    /// What an error says of an object. One that is said not to be there is missing only if the store is as it was.
    async fn amiss(&self, error: &StoreError) -> Amiss {
        if !matches!(error, StoreError::NotFound { .. }) {
            return Amiss::Unreachable(self.unreachable(error));
        }
        match self.answers().await {
            Ok(()) => Amiss::Missing,
            Err(error) => Amiss::Unreachable(error),
        }
    }

    fn unreachable(&self, error: &StoreError) -> Error {
        trouble::told(&self.name, error)
    }
}

impl fmt::Debug for Remote {
    /// Its name alone: what is below may hold credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Remote").field(&self.name).finish()
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
pub(in crate::store) mod faulty;
#[cfg(test)]
mod tests;
