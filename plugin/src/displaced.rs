//! S3: another item has the place at which people tied a file to its own. The file stays with its own, and says so.

use crate::{contract::Line, reason::Reason, wording};

/// Another item, that is where a file's own was when people tied the file to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Its name.
    pub name: String,
    /// Its id; none where a note of an earlier version does not tell.
    pub item: Option<String>,
}

impl Line {
    /// S3: with the warning that another item is where this one was when people tied the file to it.
    #[must_use]
    pub fn displaced_by(mut self, other: Option<&Other>) -> Self {
        let Some(other) = other else { return self };
        self.message
            .push_str(&wording::displaced(&other.name, other.item.as_deref()));
        // What says more than that goes first.
        if self.reason.is_empty() || self.reason == Reason::Renamed.word() {
            Reason::PathNowOtherItem.word().clone_into(&mut self.reason);
        }
        self
    }
}
