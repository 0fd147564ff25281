//! How often the disk is asked to keep what was written: that is what many small files cost.

use std::{
    fs::File,
    io::Result,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Counts what it asks for. Clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Syncs(Arc<AtomicUsize>);

impl Syncs {
    /// Has the disk keep a file's bytes and size, or a folder's names. Blocks while it works.
    pub(super) fn all(&self, file: &File) -> Result<()> {
        self.0.fetch_add(1, Ordering::Relaxed);
        file.sync_all()
    }

    /// How often it was asked.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
