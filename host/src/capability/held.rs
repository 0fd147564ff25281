//! What a draft's handle stands for: bytes in the making, and what is to become of them.

use tokio::sync::OwnedSemaphorePermit;

use crate::{
    capability::draft::{OpenDraft, Places},
    contract::clientpoint::content_source::content_library::Error,
    library::{Draft, Library},
};

/// A draft that the plugin has a handle for.
pub(super) struct Held {
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

impl Held {
    /// A handle for it.
    pub(super) fn open(self) -> OpenDraft {
        OpenDraft::of(self)
    }

    /// What a handle stands for.
    ///
    /// # Errors
    ///
    /// It does not happen: there are no other drafts.
    pub(super) fn of(open: OpenDraft) -> Result<Self, Error> {
        open.into_held().ok_or_else(not_there)
    }
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

pub(super) fn not_there() -> Error {
    Error::Other("the draft is being written, or has failed".into())
}
