//! Which browser has begun which sign-in: what comes back is taken from that one alone. Kept in memory, as long as the
//! sign-in itself.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use clientpoint_engine::{oauth::pending::state_of, secrets::Secret, text::hex};
use sha2::{Digest, Sha256};

/// So many are known at a time: more than may be under way. With another one, the oldest goes.
const KNOWN_AT_MOST: usize = 256;

struct Begun {
    cookie: String,
    state: String,
    id: String,
}

/// The sign-ins that were begun by pages of this process.
#[derive(Default)]
pub(super) struct SignIns(Mutex<VecDeque<Begun>>);

impl SignIns {
    /// This browser has begun one.
    pub(super) fn put(&self, cookie: Option<&Secret>, state: &Secret, id: &str) {
        let Some(cookie) = cookie else { return };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if KNOWN_AT_MOST <= known.len() {
            known.pop_front();
        }
        known.push_back(Begun {
            cookie: hashed(cookie),
            state: hashed(state),
            id: id.to_owned(),
        });
    }

    /// The id of the sign-in that such a query belongs to, if this browser has begun it.
    pub(super) fn of(&self, cookie: Option<&Secret>, query: &str) -> Option<String> {
        let (cookie, state) = (hashed(cookie?), hashed(&state_of(query)?));
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = known.iter();
        let one = all.find(|one| one.cookie == cookie && one.state == state);
        one.map(|one| one.id.clone())
    }
}

fn hashed(secret: &Secret) -> String {
    hex(&Sha256::digest(secret.expose()))
}
