//! What can be set.

use serde::Serialize;
use utoipa::ToSchema;

use crate::settings::Origin;

/// A setting, and where its value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Setting {
    /// Its name: `policy.max-file-bytes`.
    pub key: &'static str,
    /// The value that counts, in its one spelling: sizes in bytes, endings parted by commas. None where there is none.
    pub value: Option<String>,
    /// Where that comes from.
    pub origin: Origin,
    /// What would count if nobody had set it: the plugin's proposal.
    pub default: Option<String>,
    /// What an Administrator has set, where something else has the word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// Who has set it, where it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_by: Option<String>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_at: Option<String>,
    /// Whether it can be set for good. All else is for whoever starts the host.
    pub may_be_kept: bool,
    /// What it is for.
    pub help: &'static str,
}
