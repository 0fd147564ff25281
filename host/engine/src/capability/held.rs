//! What a draft's handle stands for: bytes in the making, and what is to become of them.

use crate::{
    capability::draft::OpenDraft, contract::clientpoint::content_source::content_library::Error, library::Draft,
};

/// A draft that the plugin has a handle for.
pub(super) struct Held {
    pub(super) name: String,
    /// None while a `write` is under way, and after one that failed.
    pub(super) draft: Option<Box<dyn Draft>>,
    /// The file whose content it is to be, and that file's revision; none for a new file.
    pub(super) replaces: Option<(String, u64)>,
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

pub(super) fn not_there() -> Error {
    Error::Other("the draft is being written, or has failed".into())
}
