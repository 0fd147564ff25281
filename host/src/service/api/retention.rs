//! What was let go, and what the library takes up.

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::sizes;

/// What was let go, or would be, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pruned {
    /// Content that files had before.
    pub revisions: u64,
    /// The bytes of these revisions. Those that another revision has as well stay on the disk.
    pub revision_bytes: u64,
    /// Runs.
    pub runs: u64,
    /// Their lines, and rows of sheets.
    pub lines: u64,
    /// Files in the bin.
    pub binned: u64,
    /// The bytes of their revisions.
    pub binned_bytes: u64,
    /// Compiled forms of plugins.
    pub compiled: u64,
    /// Their bytes.
    pub compiled_bytes: u64,
}

/// What the library takes up, in numbers and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sizes {
    /// The database with its log, in bytes; none of one on a server, which has more in it than this library.
    pub database_bytes: Option<u64>,
    /// Objects that some revision names: equal bytes are one.
    pub objects: u64,
    /// Their bytes.
    pub object_bytes: u64,
    /// Revisions that are not their file's present one.
    pub earlier_revisions: u64,
    /// Their bytes.
    pub earlier_bytes: u64,
    /// Files in the bin.
    pub binned: u64,
    /// The bytes of their revisions.
    pub binned_bytes: u64,
    /// Objects in the trash.
    pub trashed: u64,
    /// Their bytes.
    pub trashed_bytes: u64,
}

/// What the library takes up, and what of it is over its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Keeping {
    /// What it takes up.
    pub sizes: Sizes,
    /// What would be let go now.
    pub over: Pruned,
}

impl Pruned {
    /// Whether there is nothing.
    pub fn is_nothing(&self) -> bool {
        self.revisions + self.runs + self.binned + self.compiled == 0
    }
}

impl From<sizes::Sizes> for Sizes {
    fn from(sizes: sizes::Sizes) -> Self {
        Self {
            database_bytes: sizes.database,
            objects: sizes.objects,
            object_bytes: sizes.object_bytes,
            earlier_revisions: sizes.earlier,
            earlier_bytes: sizes.earlier_bytes,
            binned: sizes.binned,
            binned_bytes: sizes.binned_bytes,
            trashed: sizes.trashed,
            trashed_bytes: sizes.trashed_bytes,
        }
    }
}
