//! What a command has to say, for people and for programs.

use clientpoint_host::{Error, Result};
use serde::Serialize;
use serde_json::Value;

use super::show::Page;

/// What a command has to say.
pub struct Output {
    /// For programs.
    pub json: Value,
    /// For people.
    pub text: Page,
    /// Whether everything that was asked for was done.
    pub complete: bool,
}

impl Output {
    /// What a command has to say that has done all that was asked for.
    pub fn done(json: Value, text: Page) -> Self {
        Self {
            json,
            text,
            complete: true,
        }
    }
}

/// A document of its own, for programs.
///
/// # Errors
///
/// `Error::Storage`; it does not happen with what commands have to say.
pub fn document<T: Serialize>(of: &T) -> Result<Value> {
    serde_json::to_value(of).map_err(|error| Error::Storage(error.to_string()))
}
