//! What a run of the sync may do, as it is kept with the run.

use serde::{Deserialize, Serialize};

/// What a run may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SyncOptions {
    /// Lets any number of files turn `source-gone`.
    pub accept_gone: bool,
    /// Carries out this plan, exactly or not at all.
    pub plan: Option<String>,
}

impl SyncOptions {
    /// As it is kept with the run.
    pub(crate) fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
