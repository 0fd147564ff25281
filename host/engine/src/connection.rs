//! A connection, as far as a plugin knows it.

use std::collections::BTreeMap;

use crate::contract::exports::clientpoint::content_source::source::Mode;

/// A connection to the plugin's source. Who it belongs to, and where it is kept, is its embedder's.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Names its files, notes and links: the same for as long as it lives, and never another's.
    pub id: String,
    /// Whether it works with the company's credentials or by a person's own sign-in.
    pub mode: Mode,
    /// By the keys of the plugin's form. No secrets.
    pub settings: BTreeMap<String, String>,
    /// The drive that was chosen.
    pub drive: Option<String>,
}

impl Connection {
    /// A connection without a drive.
    pub fn new(id: &str, mode: Mode, settings: BTreeMap<String, String>) -> Self {
        Self {
            id: id.into(),
            mode,
            settings,
            drive: None,
        }
    }
}
