//! Backups: a folder with copies of the library's database, and once each object that one of them names.
//!
//! ```text
//! BACKUP/backup.json         what this folder is, and of which library
//! BACKUP/copies/000012.db    the database as it was at one moment
//! BACKUP/copies/000012.key   the key of its secrets, where somebody wanted it there
//! BACKUP/copies/000012.json  the manifest, which comes last: without it, the copy does not count
//! BACKUP/objects/ab/abcdef…  whole, durable, never changed
//! BACKUP/half/…              being written: the next backup takes it away
//! BACKUP/damaged/abcdef…     what a look has found not to be that object
//! BACKUP/backup.lock         held by who backs up, looks, or restores
//! ```
//!
//! A backup that was killed leaves its objects: the next one has the fewer to copy. A restore marks its folder before it
//! begins, and takes the mark away when all of it is durable: between the two, no host opens that folder.

pub(crate) mod copying;
pub(crate) mod folder;
mod manifest;
pub(crate) mod nesting;
mod restoring;
pub(crate) mod tidying;
mod verifying;

pub(crate) use manifest::{DatabaseCopy, FORMAT, Manifest};
pub use restoring::{Restore, Restored, restore};
pub use verifying::{BackupDamage, VerifiedBackup, VerifiedCopy, verify};
