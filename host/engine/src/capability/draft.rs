//! A draft as the contract's handle, and the places for drafts. The generated contract names this file, so it names nothing
//! of the contract: what the handle stands for is in `held`.

use std::{any::Any, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many drafts an instance may have at a time. Each is an open file.
pub(super) const DRAFTS_AT_MOST: usize = 16;

/// A draft in the hands of the plugin.
pub struct OpenDraft(Box<dyn Any + Send>);

impl OpenDraft {
    /// A handle for this.
    pub(super) fn of<T: Send + 'static>(held: T) -> Self {
        Self(Box::new(held))
    }

    /// What it stands for.
    pub(super) fn held<T: 'static>(&mut self) -> Option<&mut T> {
        self.0.downcast_mut()
    }

    /// What it stands for, and nothing does any more.
    pub(super) fn into_held<T: 'static>(self) -> Option<T> {
        self.0.downcast().ok().map(|held| *held)
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
    pub(super) fn one(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().try_acquire_owned().ok()
    }
}
