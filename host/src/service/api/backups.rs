//! Backups, as people hear of them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::backups;

/// What a backup has come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackedUp {
    /// Which copy of its folder it is: counts from 1.
    pub copy: u32,
    /// The moment that it is of; RFC 3339.
    pub made_at: String,
    /// The size of the copy of the database, in bytes.
    pub database_bytes: u64,
    /// How many objects belong to it: equal bytes are one.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many of them were not there from an earlier backup.
    pub copied: u64,
    /// Their bytes.
    pub copied_bytes: u64,
    /// How many objects were deleted from the folder, since none of its copies needs them any more.
    pub let_go: u64,
    /// Whether the key lies beside it.
    pub with_key: bool,
    /// How many copies the folder has now.
    pub copies: u64,
    /// How many objects it lacks, because the library has lost them.
    pub lacking: u64,
    /// The revisions that they are the content of, a thousand at most.
    pub lacks: Vec<LackingRevision>,
}

/// A revision that a backup has no bytes of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LackingRevision {
    /// The File ID.
    pub file: String,
    /// The file's name in the library.
    pub name: String,
    /// Counts from 1.
    pub revision: u64,
    /// `missing`, `empty`, `cut-short`, `too-long`, `changed` or `unreadable`.
    pub what: &'static str,
    /// The same as the end of a sentence about the bytes.
    pub message: String,
}

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LastBackup {
    /// The moment that it is of; RFC 3339.
    pub made_at: String,
    /// Who has made it.
    pub made_by: String,
    /// The folder that it is in.
    pub folder: String,
    /// Which copy of that folder it is.
    pub copy: u64,
    /// The size of the copy of the database, in bytes.
    pub database_bytes: u64,
    /// How many objects belong to it.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many of them were not there from an earlier one.
    pub copied: u64,
    /// Their bytes.
    pub copied_bytes: u64,
    /// How many objects it lacks, because the library had lost them.
    pub lacking: u64,
    /// Whether the key lies beside it.
    pub with_key: bool,
}

impl BackedUp {
    /// Whether all of the library is in it.
    pub fn is_complete(&self) -> bool {
        self.lacking == 0
    }
}

impl From<backups::Backup> for LastBackup {
    fn from(backup: backups::Backup) -> Self {
        Self {
            made_at: backup.made_at,
            made_by: backup.made_by,
            folder: backup.folder,
            copy: backup.number,
            database_bytes: backup.database_size,
            objects: backup.objects,
            bytes: backup.bytes,
            copied: backup.copied,
            copied_bytes: backup.copied_bytes,
            lacking: backup.lacking,
            with_key: backup.with_key.0,
        }
    }
}
