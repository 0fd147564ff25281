//! What the instances of a host have come to, for people who measure.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

/// Counts of one host's instances. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Counts(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    instances: AtomicU64,
    peak_memory: AtomicUsize,
    present: AtomicUsize,
    most_present: AtomicUsize,
    /// By the export's name, of which there are as many as the contract has.
    calls: Mutex<BTreeMap<&'static str, u64>>,
}

/// An instance that is there.
#[derive(Debug)]
pub(crate) struct Present(Counts);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.0.present.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Counts {
    /// How many instances were made, whatever for.
    pub fn instances(&self) -> u64 {
        self.0.instances.load(Ordering::Relaxed)
    }

    /// How often each export was called, by its name in the contract: `import-files`.
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The most linear memory that an instance has used, in bytes.
    pub fn peak_memory(&self) -> usize {
        self.0.peak_memory.load(Ordering::Relaxed)
    }

    /// How many instances there were at a time, at the most.
    pub fn most_at_once(&self) -> usize {
        self.0.most_present.load(Ordering::Relaxed)
    }

    /// One more is there until what comes back is dropped.
    pub(crate) fn present(&self) -> Present {
        let present = self.0.present.fetch_add(1, Ordering::Relaxed) + 1;
        self.0.most_present.fetch_max(present, Ordering::Relaxed);
        Present(self.clone())
    }

    pub(crate) fn made(&self) {
        self.0.instances.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn called(&self, export: &'static str) {
        let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.entry(export).or_default() += 1;
    }

    pub(crate) fn used(&self, memory: usize) {
        self.0.peak_memory.fetch_max(memory, Ordering::Relaxed);
    }
}
