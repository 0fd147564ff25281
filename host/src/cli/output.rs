//! What a command has to say, for people and for programs.

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
