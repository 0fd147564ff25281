//! The policy in force: the plugin's own, as far as it may go, with what the embedder decides differently.

use crate::contract::clientpoint::content_source::types::{Policy, Subfolders};

/// The largest file that a plugin may propose, in bytes. Who embeds the engine may allow more.
const FILE_AT_MOST: u64 = 4 << 30;

/// What is decided differently from the plugin's default policy.
#[derive(Clone, Debug, Default)]
pub struct PolicyChanges {
    /// The largest file, in bytes.
    pub max_file_bytes: Option<u64>,
    /// Files a call.
    pub max_files_per_import: Option<u32>,
    /// Endings without the dot.
    pub file_types: Option<Vec<String>>,
    /// What folders are good for.
    pub subfolders: Option<Subfolders>,
    /// The largest sheet for associating files, in bytes.
    pub max_sheet_bytes: Option<u64>,
    /// The most rows of such a sheet.
    pub max_sheet_rows: Option<u32>,
}

impl PolicyChanges {
    /// These, and where they say nothing, others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            max_file_bytes: self.max_file_bytes.or(others.max_file_bytes),
            max_files_per_import: self.max_files_per_import.or(others.max_files_per_import),
            file_types: self.file_types.or(others.file_types),
            subfolders: self.subfolders.or(others.subfolders),
            max_sheet_bytes: self.max_sheet_bytes.or(others.max_sheet_bytes),
            max_sheet_rows: self.max_sheet_rows.or(others.max_sheet_rows),
        }
    }

    /// What a plugin proposes, with these changes.
    pub fn to(&self, proposed: Policy) -> Policy {
        let changes = self.clone();
        let file = proposed.max_file_bytes.min(FILE_AT_MOST);
        Policy {
            max_file_bytes: changes.max_file_bytes.unwrap_or(file),
            max_files_per_import: changes.max_files_per_import.unwrap_or(proposed.max_files_per_import),
            file_types: changes.file_types.unwrap_or(proposed.file_types),
            subfolders: changes.subfolders.unwrap_or(proposed.subfolders),
            max_sheet_bytes: changes.max_sheet_bytes.unwrap_or(proposed.max_sheet_bytes),
            max_sheet_rows: changes.max_sheet_rows.unwrap_or(proposed.max_sheet_rows),
        }
    }
}
