//! What a command has to say, for people and for programs.

use clientpoint_host::{
    Error, Result,
    rows::{Lists, Rows},
    service::Ended,
};
use serde::Serialize;
use serde_json::Value;

use super::show::Page;

/// What a command has to say.
pub struct Output {
    /// For programs.
    pub json: Value,
    /// The long lists in that, each at its place.
    pub lists: Lists,
    /// For people.
    pub text: Page,
    /// How that ended which was asked for.
    pub ended: Ended,
}

impl Output {
    /// What a command has to say that has done all that was asked for.
    pub fn done(json: Value, text: Page) -> Self {
        Self {
            json,
            lists: Lists::new(),
            text,
            ended: Ended::Well,
        }
    }

    /// The same, of which not everything was done that was asked for.
    pub fn unless(self, complete: bool) -> Self {
        match complete {
            true => self,
            false => self.ended(Ended::NotDone),
        }
    }

    /// The same, which ended so.
    pub fn ended(self, ended: Ended) -> Self {
        Self { ended, ..self }
    }

    /// The same, with a long list at this place of the document.
    pub fn with_list(mut self, place: &str, rows: Rows) -> Self {
        self.lists.insert(place.into(), rows);
        self
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
