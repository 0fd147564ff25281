//! Whose store it is: one place in one bucket belongs to one library.

use futures::StreamExt;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, path::Path};
use serde::{Deserialize, Serialize};

use super::{Remote, trouble};
use crate::{Error, Result};

/// What lies at `PREFIX/identity`.
#[derive(Serialize, Deserialize)]
struct Identity {
    /// The library's id.
    id: String,
}

impl Remote {
    /// Sees to it that this place is the library's of that id, which has put objects there if `is_known`. Into a place that
    /// is empty it writes so, unless it may not write.
    ///
    /// # Errors
    ///
    /// `Error::Catalogue` where it is another's, or has lost what it had; `Error::ObjectStore`.
    pub(in crate::store) async fn settle(&self, id: &str, is_known: bool, may_write: bool) -> Result<()> {
        // Whoever is refused here does not work with it.
        let _ = self.library.set(id.to_owned());
        match self.identity().await? {
            Some(present) if present == id => return Ok(()),
            Some(_) => return Err(self.foreign("holds the bytes of another library")),
            None if is_known => return Err(trouble::lost(&self.name)),
            None if !self.is_empty().await? => return Err(self.foreign("holds things that are no library's")),
            None if !may_write => return Ok(()),
            None => {}
        }
        let mut text = serde_json::to_vec(&Identity { id: id.to_owned() }).map_err(std::io::Error::from)?;
        text.push(b'\n');
        let put = self.store.put(&self.identity_place(), text.into()).await;
        put.map_err(|error| self.unreachable(&error))?;
        // Another library may have written its own in the same moment.
        match self.identity().await? {
            Some(present) if present == id => Ok(()),
            _ => Err(self.foreign("was taken by another library just now")),
        }
    }

    /// As [`Remote::settle`], for a library that is on its way there.
    ///
    /// # Errors
    ///
    /// As [`Remote::settle`].
    pub(crate) async fn belongs_to(&self, id: &str, is_known: bool) -> Result<()> {
        self.settle(id, is_known, true).await
    }

    /// Asks it for the little that it always has: who can read that can reach it. It has to be the id of the library that it
    /// was settled for.
    ///
    /// # Errors
    ///
    /// `Error::ObjectStore` where it does not answer, refuses, has lost what it had, or has become another library's.
    pub(crate) async fn answers(&self) -> Result<()> {
        match self.identity().await? {
            Some(present) if self.library.get().is_none_or(|ours| *ours == present) => Ok(()),
            _ => Err(trouble::lost(&self.name)),
        }
    }

    /// The id that is written there.
    pub(super) async fn identity(&self) -> Result<Option<String>> {
        let found = match self.store.get(&self.identity_place()).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(text) => {
                let read: Result<Identity, _> = serde_json::from_slice(&text);
                read.map(|identity| Some(identity.id))
                    .map_err(|_| self.foreign("has an `identity` that can't be read"))
            }
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.unreachable(&error)),
        }
    }

    async fn is_empty(&self) -> Result<bool> {
        match self.store.list(Some(&self.prefix)).next().await {
            None => Ok(true),
            Some(Ok(_)) => Ok(false),
            Some(Err(error)) => Err(self.unreachable(&error)),
        }
    }

    fn identity_place(&self) -> Path {
        self.prefix.clone().join("identity")
    }

    fn foreign(&self, why: &str) -> Error {
        Error::Catalogue {
            code: "foreign-objects",
            message: format!(
                "the object store `{self}` {why}, and a place there is one library's; nothing was changed. Name another bucket \
                 or prefix in `objects.url`, or start with the data folder that belongs to it"
            ),
        }
    }
}
