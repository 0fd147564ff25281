//! What the instances of a host have come to, for people who measure.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use crate::traffic::{Passed, To, Traffic};

/// Counts of one host's instances, and of what they send and get. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Counts(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    instances: AtomicU64,
    peak_memory: AtomicUsize,
    present: AtomicUsize,
    most_present: AtomicUsize,
    /// Linear memory of those that are there, in bytes.
    memory: AtomicUsize,
    traffic: Traffic,
    /// Of files, from plugins.
    pieces: AtomicU64,
    /// By the export's name, of which there are as many as the contract has.
    calls: Mutex<BTreeMap<&'static str, u64>>,
}

/// An instance that is there.
#[derive(Debug)]
pub(crate) struct Present(Counts);

/// Linear memory that an instance has, until it is dropped.
#[derive(Debug)]
pub(crate) struct Memory {
    bytes: usize,
    counts: Counts,
}

impl Memory {
    /// How much it is, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// It is so much now; an instance's never shrinks.
    pub(crate) fn grows_to(&mut self, bytes: usize) {
        let more = bytes.saturating_sub(self.bytes);
        self.bytes += more;
        self.counts.0.memory.fetch_add(more, Ordering::Relaxed);
        self.counts.0.peak_memory.fetch_max(self.bytes, Ordering::Relaxed);
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.counts.0.memory.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

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

    /// How many instances there are now.
    pub fn at_once(&self) -> usize {
        self.0.present.load(Ordering::Relaxed)
    }

    /// The linear memory of the instances that there are now, in bytes.
    pub fn memory(&self) -> usize {
        self.0.memory.load(Ordering::Relaxed)
    }

    /// What has gone to the API and come back.
    pub fn api(&self) -> Passed {
        self.0.traffic.passed(To::Api)
    }

    /// What has gone to where the bytes of files are, and come back.
    pub fn content(&self) -> Passed {
        self.0.traffic.passed(To::Content)
    }

    /// How many pieces the bytes of files were taken in from plugins: each costs a crossing and a copy.
    pub fn pieces(&self) -> u64 {
        self.0.pieces.load(Ordering::Relaxed)
    }

    /// How many requests were refused, because the plugin may not send them.
    pub fn refused(&self) -> u64 {
        self.0.traffic.refusals()
    }

    /// Where requests are counted.
    pub(crate) fn traffic(&self) -> &Traffic {
        &self.0.traffic
    }

    /// Of an instance that has no memory yet.
    pub(crate) fn no_memory(&self) -> Memory {
        Memory {
            bytes: 0,
            counts: self.clone(),
        }
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

    pub(crate) fn took_piece(&self) {
        self.0.pieces.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn made(&self) {
        self.0.instances.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn called(&self, export: &'static str) {
        let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.entry(export).or_default() += 1;
    }
}
