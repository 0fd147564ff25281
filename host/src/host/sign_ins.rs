//! Sign-ins that were begun: who begins one need not be who ends it. A page begins it with one request and ends it with
//! another; the command line listens for the browser itself.
//!
//! Each is known by a name that is made of its state, and tells nothing of it. What comes back is taken once, from the same
//! person, in time; then its end is kept for a while, for who asks how it stands. None outlasts the process.

mod known;
mod words;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::{
    clock::Clock,
    oauth::pending::{Answer, LIFE, state_of},
    secrets::Secret,
    text::hex,
};
use known::{Known, State, make_room};
use sha2::{Digest, Sha256};
use words::{broken_off, foreign, stray, unknown, used};

use crate::Result;

pub(crate) use known::{End, Stage, UnderWay};
pub(crate) use words::{given_up, late};

/// For how long the end of a sign-in is known.
const KEPT: Duration = LIFE;

/// A sign-in that has had its answer, in the hands of who makes something of it. Dropped before it was settled, it is
/// broken off: its answer is good for nobody any more.
pub(crate) struct Claimed {
    /// What it is made of.
    pub under_way: UnderWay,
    /// What came back; none once somebody has taken it.
    pub answer: Option<Answer>,
    id: String,
    sign_ins: Arc<SignIns>,
}

/// The sign-ins of one host.
pub(crate) struct SignIns {
    clock: Arc<dyn Clock>,
    known: Mutex<BTreeMap<String, Known>>,
}

impl SignIns {
    /// None yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            known: Mutex::default(),
        }
    }

    /// One more waits for its person, who has begun it. Gives its name, and until when it is waited for.
    ///
    /// # Errors
    ///
    /// `Error::SignIn` (`too-many-sign-ins`) where as many wait as may.
    pub fn keep(&self, by: &str, under_way: UnderWay) -> Result<(String, DateTime<Utc>)> {
        let id = id_of(under_way.pending.state());
        let begun = self.clock.utc();
        let life = TimeDelta::from_std(LIFE).unwrap_or_default();
        let ends = begun.checked_add_signed(life).unwrap_or(begun);
        let mut known = self.known();
        make_room(&mut known, by)?;
        let one = Known {
            by: by.to_owned(),
            begun,
            ends,
            ends_at: self.clock.elapsed() + LIFE,
            approval: under_way.approval.clone(),
            state: State::Waiting(Box::new(under_way)),
        };
        known.insert(id.clone(), one);
        Ok((id, ends))
    }

    /// Takes the query of a redirect, once: with the state of a sign-in that is waited for, from the person who began it.
    ///
    /// # Errors
    ///
    /// `Error::SignIn`: `sign-in-unknown`, `sign-in-foreign`, `sign-in-used`, `too-late`, `stopped`; and, for an answer that
    /// is none, `sign-in-issuer` and `sign-in-empty`, after which it is waited for as before.
    pub fn claim(self: &Arc<Self>, query: &str, by: &str) -> Result<Claimed> {
        let id = state_of(query).map(|state| id_of(&state)).unwrap_or_default();
        let mut known = self.known();
        let one = known.get_mut(&id).ok_or_else(unknown)?;
        if one.by != by {
            return Err(foreign());
        }
        let answer = match &one.state {
            State::Waiting(under_way) => under_way.pending.accept(query).map_err(stray)?,
            State::AtWork => return Err(used()),
            State::Ended { .. } => return Err(one.over().unwrap_or_else(used)),
        };
        match std::mem::replace(&mut one.state, State::AtWork) {
            State::Waiting(under_way) => Ok(Claimed {
                under_way: *under_way,
                answer: Some(answer),
                id,
                sign_ins: self.clone(),
            }),
            before => {
                one.state = before;
                Err(used())
            }
        }
    }

    /// As [`SignIns::claim`], for who listens for this one alone.
    ///
    /// # Errors
    ///
    /// As [`SignIns::claim`].
    pub fn claim_one(self: &Arc<Self>, id: &str, query: &str, by: &str) -> Result<Claimed> {
        match state_of(query) {
            Some(state) if id_of(&state) == id => self.claim(query, by),
            _ => Err(unknown()),
        }
    }

    /// Nobody waits for it any more. One that has had its answer is not given up.
    pub fn give_up(&self, id: &str, by: &str) {
        let at = self.clock.elapsed();
        if let Some(one) = self.known().get_mut(id)
            && one.by == by
            && matches!(one.state, State::Waiting(_))
        {
            one.state = State::Ended { end: End::GivenUp, at };
        }
    }

    /// How it stands, for who has begun it.
    ///
    /// # Errors
    ///
    /// `Error::SignIn` (`sign-in-unknown`), also for everybody else.
    pub fn stage(&self, id: &str, by: &str) -> Result<(DateTime<Utc>, DateTime<Utc>, Stage)> {
        let known = self.known();
        let one = known.get(id).filter(|one| one.by == by).ok_or_else(unknown)?;
        Ok((one.begun, one.ends, one.stage()))
    }

    fn settle(&self, id: &str, end: End) {
        let at = self.clock.elapsed();
        if let Some(one) = self.known().get_mut(id)
            && matches!(one.state, State::AtWork)
        {
            one.state = State::Ended { end, at };
        }
    }

    /// All that are known, as they stand now: whose time is over has ended, and what ended long ago is forgotten.
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        let now = self.clock.elapsed();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for one in known.values_mut() {
            if one.ends_at <= now && matches!(one.state, State::Waiting(_)) {
                one.state = State::Ended {
                    end: End::Late,
                    at: one.ends_at,
                };
            }
        }
        known.retain(|_, one| !matches!(one.state, State::Ended { at, .. } if at + KEPT <= now));
        known
    }
}

impl Claimed {
    /// It has come to this.
    pub fn settle(self, end: End) {
        self.sign_ins.settle(&self.id, end);
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        // Of one that is settled, this changes nothing.
        self.sign_ins.settle(&self.id, End::Refused(broken_off()));
    }
}

/// What a sign-in is known by wherever its state may not stand.
fn id_of(state: &Secret) -> String {
    let mut id = hex(&Sha256::digest(state.expose().as_bytes()));
    id.truncate(32);
    id
}

#[cfg(test)]
mod tests;
