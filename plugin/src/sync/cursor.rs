//! Where a run stands, as it is kept between two steps.

use serde::{Deserialize, Serialize};

use crate::{call, model::CallError};

const WAY_OUT: &str = "Microsoft does not let this connection read the drive any more: an administrator of Microsoft \
    365 can grant the application Files.Read.All again";

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    pub(super) drive: String,
    pub(super) phase: Phase,
    /// How many files follow an item of the drive.
    pub(super) managed: u64,
    /// What asking has cost so far, in Microsoft's units.
    pub(super) units: u64,
    /// How often the round had to begin anew.
    pub(super) restarts: u8,
    /// Files whose item is gone, confirmed one by one.
    pub(super) gone: u64,
    /// Whether the source has asked for patience at this place before.
    pub(super) paused: bool,
    /// Whether an entry came of which nobody knows whom it is about.
    #[serde(default)]
    pub(super) unsure: bool,
    /// Whether any entry came.
    #[serde(default)]
    pub(super) told: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    /// Reading pages of changes. `full`: of a listing of the whole drive.
    Pages { link: String, full: bool },
    /// Looking at each managed file after this one, since that is cheaper, or all there is; `next_round` was taken
    /// before. An empty one is none.
    Looks { after: Option<String>, next_round: String },
    /// Looking at each suspected file after this one.
    Confirm { after: Option<String> },
    /// Looking at those files that are due after this one, and whose items nobody has listed.
    Ask { known: Option<(u64, String)> },
    /// Ending the files that are due after this one.
    Work { known: Option<(u64, String)> },
    /// Nothing left.
    Over,
}

/// A cursor of another drive is one of the time before a switch.
pub(super) fn read(text: &str, drive: &str) -> Result<Cursor, CallError> {
    let cursor: Option<Cursor> = serde_json::from_str(text).ok();
    cursor
        .filter(|cursor| cursor.drive == drive)
        .ok_or_else(|| CallError::Other("the run began with another drive: begin a new one".to_owned()))
}

/// What a fault means for a run.
pub(super) fn call_error(fault: call::Fault) -> CallError {
    call::call_error(fault, WAY_OUT)
}
