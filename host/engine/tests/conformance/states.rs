//! The small values of the library in memory.

use clientpoint_engine::{
    contract::clientpoint::content_source::state_store::{self, Entry, Swapped},
    library::{Answering, KEYS_AT_MOST, StateStore},
};

use super::memory::{Memory, answer};

impl StateStore for Memory {
    fn get<'a>(&'a self, connection: &'a str, key: &'a str) -> Answering<'a, Option<Entry>, state_store::Error> {
        answer(move || {
            let shelves = self.shelves();
            let (value, version) = match shelves.states.get(&(connection.to_owned(), key.to_owned())) {
                Some((Some(value), version)) => (value.clone(), *version),
                _ => return Ok(None),
            };
            Ok(Some(Entry { value, version }))
        })
    }

    fn swap<'a>(
        &'a self,
        connection: &'a str,
        key: &'a str,
        expected: Option<u64>,
        value: Option<Vec<u8>>,
    ) -> Answering<'a, Swapped, state_store::Error> {
        answer(move || {
            let states = &mut self.shelves().states;
            let at = (connection.to_owned(), key.to_owned());
            let present = states.get(&at).cloned();
            let version = present.as_ref().map_or(0, |(_, version)| *version);
            let entry = present.as_ref().and_then(|(value, _)| {
                Some(Entry {
                    value: value.clone()?,
                    version,
                })
            });
            if entry.as_ref().map(|entry| entry.version) != expected {
                return Ok(Swapped::Stale(entry));
            }
            let keys = states.keys().filter(|(of, _)| of == connection).count();
            if present.is_none() && KEYS_AT_MOST <= keys as i64 {
                return Err(state_store::Error::Other("one key too many".into()));
            }
            states.insert(at, (value, version + 1));
            Ok(Swapped::Stored(version + 1))
        })
    }
}
