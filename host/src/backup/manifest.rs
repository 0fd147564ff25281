//! What each copy says of itself, as JSON.

use serde::{Deserialize, Serialize};

/// The number of this form of backups. It rises when an older program would misread a newer backup.
pub(crate) const FORMAT: u32 = 1;

/// What a folder says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The number of its form.
    pub(super) format: u32,
    /// The id of the library that it is of.
    pub(super) library: String,
}

/// What a copy of the database, and the objects that it names, were when they were made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The number of its form.
    pub(crate) format: u32,
    /// Counts from 1 in each folder.
    pub(crate) number: u32,
    /// The id of the library.
    pub(crate) library: String,
    /// The number of the database's schema.
    pub(crate) schema: u64,
    /// The moment that the copy is of; RFC 3339.
    pub(crate) made_at: String,
    /// Who has made it.
    pub(crate) made_by: String,
    /// The version of the program.
    pub(crate) program: String,
    /// The copy of the database.
    pub(crate) database: DatabaseCopy,
    /// How many objects it names.
    pub(crate) objects: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// How many of them are not in the backup, since the library had lost them.
    pub(crate) lacking: u64,
    /// The names of the first of those.
    pub(crate) lacks: Vec<String>,
    /// The name of the key that its secrets are sealed with; none where nothing is sealed.
    pub(crate) sealed_with: Option<String>,
    /// Whether the key lies beside it.
    pub(crate) with_key: bool,
}

/// A copy of the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DatabaseCopy {
    /// Lower-case hexadecimal.
    pub(crate) sha256: String,
    /// In bytes.
    pub(crate) size: u64,
}
