//! A draft as an instance holds it: bytes, and a place among those that it may have.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    contract::clientpoint::content_source::content_library::Error,
    library::{Draft, Library},
};

/// How many drafts an instance may have at a time. Each is an open file.
pub(super) const DRAFTS_AT_MOST: usize = 16;

/// A draft in the hands of the plugin.
pub struct OpenDraft {
    pub(super) name: String,
    /// None while a `write` is under way, and after one that failed.
    pub(super) draft: Option<Placed>,
    /// The file whose content it is to be, and that file's revision; none for a new file.
    pub(super) replaces: Option<(String, u64)>,
}

/// A draft, and its place among those that the instance may have. The two go everywhere together, into a thread as well:
/// who gives up a call and its handle has not given back the file and the thread.
pub(super) struct Placed {
    pub(super) draft: Box<dyn Draft>,
    pub(super) place: OwnedSemaphorePermit,
}

impl Placed {
    /// An empty draft for at most `limit` bytes; none if there is no place.
    ///
    /// # Errors
    ///
    /// The library's.
    pub(super) fn new(places: &Places, library: &dyn Library, limit: u64) -> Result<Option<Self>, Error> {
        let Some(place) = places.one() else {
            return Ok(None);
        };
        let draft = library.draft(limit)?;
        Ok(Some(Self { draft, place }))
    }
}

/// The places for drafts of one instance. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(DRAFTS_AT_MOST)))
    }
}

impl Places {
    fn one(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().try_acquire_owned().ok()
    }
}
