//! A draft whose file is made with its first bytes, by the thread that writes them: making one takes the disk's time, and
//! whoever begins a draft does other people's work too.

use crate::{
    Result,
    store::objects::{Draft, Objects, Settled},
};

/// A draft, and its file once there is one.
pub(super) struct Late {
    begun: Option<Draft>,
    objects: Objects,
    limit: u64,
}

impl Late {
    /// One of at most `limit` bytes.
    pub(super) fn new(objects: Objects, limit: u64) -> Self {
        Self {
            begun: None,
            objects,
            limit,
        }
    }

    /// The draft with its file. Blocks while the disk works.
    pub(super) fn begun(&mut self) -> Result<&mut Draft> {
        match &mut self.begun {
            Some(draft) => Ok(draft),
            none => Ok(none.insert(self.objects.draft(self.limit)?)),
        }
    }

    /// How many bytes it holds.
    pub(super) fn size(&self) -> u64 {
        self.begun.as_ref().map_or(0, Draft::size)
    }

    /// As [`Draft::settle`]; one without a byte has its file now.
    pub(super) fn settle(self) -> Result<Settled> {
        match self.begun {
            Some(draft) => draft.settle(),
            None => self.objects.draft(self.limit)?.settle(),
        }
    }
}
