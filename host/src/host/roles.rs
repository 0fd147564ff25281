//! What a host does, of those that share a database.

/// What this process does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Whether it offers what is due, and looks after the libraries.
    pub timer: bool,
    /// Whether it carries out what is due.
    pub worker: bool,
}

impl Default for Roles {
    fn default() -> Self {
        Self {
            timer: true,
            worker: true,
        }
    }
}

impl Roles {
    /// Whether it does anything by itself.
    pub(crate) const fn work_by_themselves(self) -> bool {
        self.timer || self.worker
    }
}
