//! Trying whether a store does all that a library needs of it.

use bytes::Bytes;
use clientpoint_engine::oauth::unguessable;
use object_store::{Error as StoreError, ObjectStoreExt};

use super::Remote;
use crate::{Error, Result};

impl Remote {
    /// Puts a few bytes there, reads them and deletes them: all that this program must be let do.
    ///
    /// # Errors
    ///
    /// `Error::ObjectStore` where it does not answer, refuses, is not this library's any more, or gives other bytes back. Then
    /// what was put may stay, which nothing takes for an object.
    pub(crate) async fn tried(&self) -> Result<()> {
        self.answers().await?;
        let name = unguessable::<16>().map_err(Error::Storage)?;
        let bytes = Bytes::copy_from_slice(name.expose().as_bytes());
        let place = self.prefix.clone().join(format!("probe-{}", name.expose()));
        let put = self.store.put(&place, bytes.clone().into()).await;
        put.map_err(|error| self.unreachable(&error))?;
        let back = match self.store.get(&place).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        // It is deleted whatever came back.
        let deleted = self.store.delete(&place).await;
        match back {
            Ok(back) if back == bytes => deleted.map_err(|error| self.unreachable(&error)),
            Ok(_) => Err(self.not_kept("what was put does not come back as it was given")),
            Err(StoreError::NotFound { .. }) => Err(self.not_kept("what was put is not there")),
            Err(error) => Err(self.unreachable(&error)),
        }
    }
}
