//! What this process has done, as numbers for whoever watches it. They begin with nothing when it begins.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// The upper bounds of the classes of runs by how long they took, in seconds.
pub const RUN_BOUNDS: [u64; 9] = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400];

/// Runs of a kind, by how long they took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    /// How many took at most each bound of [`RUN_BOUNDS`], and more than the one before it; last, those beyond all.
    pub counts: [u64; RUN_BOUNDS.len() + 1],
    /// In all.
    pub sum: Duration,
}

/// Runs that have ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    /// How many, by kind and by how they ended.
    pub ended: BTreeMap<(&'static str, &'static str), u64>,
    /// How long they took, by kind.
    pub took: BTreeMap<&'static str, Durations>,
    /// What became of their files, by outcome. Words of the contract, and the host's own.
    pub outcomes: BTreeMap<String, u64>,
}

/// The numbers of a process.
#[derive(Debug, Default)]
pub struct Meters {
    runs: Mutex<Runs>,
    due: AtomicUsize,
    at_work: AtomicUsize,
}

impl Meters {
    /// A run has ended, with these outcomes.
    pub(crate) fn run_ended(
        &self,
        (kind, end): (&'static str, &'static str),
        took: Duration,
        outcomes: &BTreeMap<String, u64>,
    ) {
        let mut runs = self.lock();
        *runs.ended.entry((kind, end)).or_default() += 1;
        let durations = runs.took.entry(kind).or_default();
        let class = RUN_BOUNDS.partition_point(|bound| Duration::from_secs(*bound) < took);
        if let Some(count) = durations.counts.get_mut(class) {
            *count += 1;
        }
        durations.sum = durations.sum.saturating_add(took);
        for (outcome, files) in outcomes {
            *runs.outcomes.entry(outcome.clone()).or_default() += files;
        }
    }

    /// So many connections are due and wait for a place, and so many are at work or wait for their source.
    pub(crate) fn queue(&self, due: usize, at_work: usize) {
        self.due.store(due, Ordering::Relaxed);
        self.at_work.store(at_work, Ordering::Relaxed);
    }

    /// Runs by now.
    pub fn runs(&self) -> Runs {
        self.lock().clone()
    }

    /// Connections that are due and wait for a place.
    pub fn due(&self) -> usize {
        self.due.load(Ordering::Relaxed)
    }

    /// Connections that are at work, or wait for their source.
    pub fn at_work(&self) -> usize {
        self.at_work.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
