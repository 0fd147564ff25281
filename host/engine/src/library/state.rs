//! What becomes of small values when they are replaced.

use std::collections::BTreeMap;

use crate::contract::clientpoint::content_source::state_store::{Entry, Error, Swapped};

/// How many keys a connection may ever use.
pub const KEYS_AT_MOST: i64 = 1_000;

/// The small values of one connection, for a library that has them in memory.
#[derive(Clone, Debug, Default)]
pub struct States(BTreeMap<String, State>);

/// The state of a key: a value, unless it was removed, and the mark of it. A removed value leaves its mark behind, so that
/// none is ever given twice.
#[derive(Clone, Debug, Default)]
struct State {
    mark: u64,
    value: Option<Vec<u8>>,
}

impl States {
    /// The value of a key and its mark, as the plugin sees them; none where there is no value.
    pub fn get(&self, key: &str) -> Option<Entry> {
        let state = self.0.get(key)?;
        Some(Entry {
            value: state.value.clone()?,
            version: state.mark,
        })
    }

    /// Puts a value, or none, in the place of the one with that mark; without one, where there is no value.
    ///
    /// # Errors
    ///
    /// `other` for one key more than [`KEYS_AT_MOST`].
    pub fn swap(&mut self, key: &str, expected: Option<u64>, value: Option<Vec<u8>>) -> Result<Swapped, Error> {
        let present = self.get(key);
        if present.as_ref().map(|entry| entry.version) != expected {
            return Ok(Swapped::Stale(present));
        }
        let keys = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
        if KEYS_AT_MOST <= keys && !self.0.contains_key(key) {
            return Err(Error::Other(format!("more than {KEYS_AT_MOST} keys")));
        }
        let state = self.0.entry(key.into()).or_default();
        state.mark += 1;
        state.value = value;
        Ok(Swapped::Stored(state.mark))
    }
}
