//! What a plugin can be asked, call by call. Nothing else names its exports; what a call is lent is said beside it.
//!
//! An instance is made for one call, which uses it up. Each call is stopped when its time is over, and answers what the
//! plugin has answered: whoever asks holds that against what has happened.

mod association;
mod examination;
mod import;
mod pages;
mod source;
mod sync;

use std::time::Duration;

pub use self::{association::Sheet, pages::Drives};
pub use crate::contract::{
    clientpoint::content_source::types::{Actor, Role},
    exports::clientpoint::content_source::{
        association::Row,
        content_import::{self, Entry, ItemOutcome, Verdict},
        examination::{Finding, Remedy, Standing, Subject},
        source::Mode,
        sync::Options,
    },
};

/// What the plugin answers to a call that it carries out, or why it does not.
pub type Answer<T, E = content_import::Error> = Result<T, E>;

impl Actor {
    /// An Administrator of the embedder's, by the id that logs are to name.
    pub fn administrator(id: &str) -> Self {
        Self {
            id: id.into(),
            role: Role::Administrator,
        }
    }
}

/// How long the pure functions of a plugin may take.
const PURE_WITHIN: Duration = Duration::from_secs(5);
