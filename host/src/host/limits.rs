//! What a plugin may take, and how long is waited.

use std::time::Duration;

/// Limits on a plugin, and on waiting. The defaults are for production.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Linear memory of one instance, in bytes.
    pub memory: usize,
    /// Linear memory of an instance that reads a sheet, in bytes.
    pub sheet_memory: usize,
    /// How long a call may take that moves no file.
    pub call: Duration,
    /// How long a call may take that moves files.
    pub transfer: Duration,
    /// How long a run of the sync may take in all. What is left then is first in the next one.
    pub run: Duration,
    /// Steps of one run of the sync: far more than the largest drive has pages.
    pub steps: u32,
    /// How long to wait for another process that holds the database.
    pub database: Duration,
    /// How fast the nightly look reads the objects, in bytes a second.
    pub look: u64,
    /// How many connections are at work at a time where runs go by themselves; at least one.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            sheet_memory: 256 << 20,
            call: Duration::from_secs(5 * 60),
            transfer: Duration::from_secs(6 * 60 * 60),
            run: Duration::from_secs(20 * 60 * 60),
            steps: 200_000,
            database: Duration::from_secs(10),
            look: 50_000_000,
            at_once: 8,
        }
    }
}
