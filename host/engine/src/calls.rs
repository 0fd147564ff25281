//! What a plugin can be asked, call by call. Nothing else names its exports; what a call is lent is said beside it.
//!
//! An instance is made for one call, which uses it up. Each call is stopped when its time is over, and answers what the
//! plugin has answered: whoever asks holds that against what has happened.

mod association;
mod import;
mod pages;
mod source;
mod sync;

use std::time::Duration;

use crate::contract::exports::clientpoint::content_source::content_import;

pub use association::Sheet;
pub use pages::Drives;

/// What the plugin answers to a call that it carries out, or why it does not.
pub type Answer<T, E = content_import::Error> = Result<T, E>;

/// How long the pure functions of a plugin may take.
const PURE_WITHIN: Duration = Duration::from_secs(5);
