//! Sheets in the small; those that programs have written are read end to end.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
