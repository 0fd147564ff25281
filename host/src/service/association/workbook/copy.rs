//! What a report is made of.

use crate::service::association::{answer::Association, cells::Lines};

/// The longest text of a cell, in characters.
const CELL_AT_MOST: usize = 32_767;

/// An upload, for the report of it.
pub(in crate::service) struct Copy<'a> {
    /// What the source calls this.
    pub(in crate::service) title: &'a str,
    pub(in crate::service) association: &'a Association,
    pub(in crate::service) lines: Lines,
    pub(in crate::service) by: &'a str,
    pub(in crate::service) at: String,
}

/// As much of a text as a cell holds.
pub(super) fn short(text: &str) -> String {
    text.chars().take(CELL_AT_MOST).collect()
}
