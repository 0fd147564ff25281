//! What whoever watches a host is told: numbers and moments, and no name of a person, a company or a file.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use clientpoint_engine::traffic::Passed;
use serde::Serialize;

use crate::meters::Runs;

/// Why a host can't work, in words that are good for anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotReady {
    /// It is about to end.
    Ending,
    /// The database does not answer.
    Database,
    /// The object store that the bytes lie on can't be reached, or has lost what says whose it is.
    ObjectStore,
    /// The disk has no room.
    DiskFull,
    /// The disk takes no writes.
    DiskReadOnly,
    /// The disk fails, or does not answer.
    Disk,
    /// There is no plugin.
    Plugin,
}

impl NotReady {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ending => "ending",
            Self::Database => "database",
            Self::ObjectStore => "object-store",
            Self::DiskFull => "disk-full",
            Self::DiskReadOnly => "disk-read-only",
            Self::Disk => "disk",
            Self::Plugin => "plugin",
        }
    }
}

/// A connection, by a number that was drawn once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedConnection {
    /// The number.
    pub number: i64,
    /// Whether it is accepted.
    pub is_accepted: bool,
    /// When its last run ended that has a line for every file.
    pub last_good: Option<DateTime<Utc>>,
    /// When its client secret or certificate ends, where that is known.
    pub expires: Option<DateTime<Utc>>,
}

/// The numbers of a host. Those that only grow begin with its process.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What it is.
    pub version: &'static str,
    /// Runs that have ended.
    pub runs: Runs,
    /// Connections that are due and wait for a place.
    pub due: usize,
    /// Connections that are at work, or wait for their source.
    pub at_work: usize,
    /// What went to the API, and what to where the bytes of files are.
    pub passed: [Passed; 2],
    /// Requests that the plugin may not send.
    pub refused: u64,
    /// Instances of the plugin that there are now.
    pub instances: usize,
    /// Instances that were made.
    pub instances_made: u64,
    /// Calls, by their name in the contract.
    pub calls: BTreeMap<&'static str, u64>,
    /// Linear memory of the instances that there are now, in bytes.
    pub memory: usize,
    /// The most linear memory that an instance has used, in bytes.
    pub memory_peak: usize,
    /// Connections, a thousand at most.
    pub connections: Vec<WatchedConnection>,
    /// How much is not as it should be, by its kind and by whether a person is needed.
    pub troubles: BTreeMap<(&'static str, bool), u64>,
    /// Revisions of files whose bytes are damaged.
    pub damaged: u64,
    /// What the disk under the data folder has left, in bytes; none where the system does not say.
    pub disk_free: Option<u64>,
    /// The size of that disk, in bytes.
    pub disk_size: Option<u64>,
    /// The size of the database, in bytes: with its log that of a folder, with all accounts that of a server.
    pub database: u64,
}
