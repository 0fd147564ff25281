//! The rights that an upload takes while it is carried out: files that follow something through other connections are tied
//! anew only while no sync of those runs. Which files these are is known once the plugin has read the sheet.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    Result,
    rights::{Held, Holder, Right, Rights, Taken},
    store::{Store, reach},
};

/// The uploads that are under way in this process.
pub struct Uploads {
    rights: Arc<dyn Rights>,
    /// By upload: whose sync is in its way.
    refused: Mutex<BTreeMap<i64, Refused>>,
}

/// A sync that is in the way of an upload.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The connection.
    pub connection: String,
    /// Who has the right to its sync, if that is known.
    pub holder: Option<Holder>,
}

impl Uploads {
    /// With these rights.
    pub fn new(rights: Arc<dyn Rights>) -> Self {
        Self {
            rights,
            refused: Mutex::default(),
        }
    }

    /// The rights to the sync of all connections but this one that these files follow something through; none if somebody
    /// has one of them.
    ///
    /// # Errors
    ///
    /// The database's, or the storage's.
    pub(super) async fn rights(
        &self,
        store: &Store,
        upload: (i64, &Holder),
        own: &str,
        files: &[&str],
    ) -> Result<Option<Vec<Held>>> {
        let (id, holder) = upload;
        let mut held = BTreeMap::new();
        // Once the rights are there, nobody else changes what these files follow: then nothing is missing.
        loop {
            let mut missing = reach::of_files(store, files.iter().copied()).await?;
            missing.retain(|connection| connection != own && !held.contains_key(connection));
            if missing.is_empty() {
                return Ok(Some(held.into_values().collect()));
            }
            for connection in missing {
                let right = Right::Sync(connection.clone());
                match self.rights.take(&right, holder, Duration::ZERO).await? {
                    Taken::Yours(right) => held.insert(connection, right),
                    Taken::Others(holder) => {
                        self.known().insert(id, Refused { connection, holder });
                        return Ok(None);
                    }
                };
            }
        }
    }

    /// Whose sync was in the way of an upload that is over now.
    pub fn refused(&self, upload: i64) -> Option<Refused> {
        self.known().remove(&upload)
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<i64, Refused>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
