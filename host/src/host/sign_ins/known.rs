//! What is known of one sign-in, and how many there may be.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use clientpoint_engine::{
    clock::stamp, contract::exports::clientpoint::content_source::source::SignInPage, oauth::pending::Pending,
    planned::Planned,
};

use super::words::{given_up, late, too_many};
use crate::{
    Error, Result,
    host::Filled,
    store::{applications::Application, connections::Connection},
};

/// How many of one person there may be; of those that have ended, the oldest gives way.
pub(super) const OF_A_PERSON: usize = 5;

/// How many of all people together.
pub(super) const IN_ALL: usize = 64;

/// What a sign-in is made of.
pub(crate) struct UnderWay {
    /// The plugin's id.
    pub plugin: String,
    /// How tokens are obtained.
    pub planned: Planned,
    /// The page, as the plugin names it.
    pub page: SignInPage,
    /// Where somebody with the rights approves the application.
    pub approval: Option<String>,
    /// What was filled in.
    pub filled: Filled,
    /// Whether the application of it is the registered one.
    pub is_registered: bool,
    /// The application, where it is to be registered.
    pub registers: Option<Application>,
    /// What is waited for.
    pub pending: Pending,
}

/// How a sign-in has ended.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The connection was made.
    Connected(Box<Connection>),
    /// It was not.
    Refused(Error),
    /// Nobody came in time.
    Late,
    /// Whoever waited for it waits no more.
    GivenUp,
}

/// How a sign-in stands.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// Its answer is waited for, or being looked at.
    Pending,
    /// The connection was made.
    Connected(Box<Connection>),
    /// It was not, and why.
    Refused(Error),
}

pub(super) enum State {
    /// For its person.
    Waiting(Box<UnderWay>),
    /// The answer is there, and somebody makes something of it.
    AtWork,
    /// It is over, since `at` by the clock's time that never goes back.
    Ended { end: End, at: Duration },
}

/// What is known of one.
pub(super) struct Known {
    /// The user who has begun it, and alone may end it.
    pub by: String,
    pub begun: DateTime<Utc>,
    /// Until when it is waited for; for people.
    pub ends: DateTime<Utc>,
    /// The same by the clock's time that never goes back.
    pub ends_at: Duration,
    pub approval: Option<String>,
    pub state: State,
}

impl Known {
    pub(super) fn stage(&self) -> Stage {
        match &self.state {
            State::Waiting(_) | State::AtWork => Stage::Pending,
            State::Ended {
                end: End::Connected(connection),
                ..
            } => Stage::Connected(connection.clone()),
            State::Ended {
                end: End::Refused(why), ..
            } => Stage::Refused(why.clone()),
            State::Ended { end: End::Late, .. } => Stage::Refused(late(self.approval.as_deref())),
            State::Ended { end: End::GivenUp, .. } => Stage::Refused(given_up()),
        }
    }

    /// Why its answer is not taken any more, where none was there before.
    pub(super) fn over(&self) -> Option<Error> {
        match &self.state {
            State::Ended { end: End::Late, .. } => Some(late(self.approval.as_deref())),
            State::Ended { end: End::GivenUp, .. } => Some(given_up()),
            _ => None,
        }
    }

    fn ended(&self) -> Option<Duration> {
        match self.state {
            State::Ended { at, .. } => Some(at),
            _ => None,
        }
    }
}

/// Makes room for one more of this person: of those that have ended, the oldest are forgotten.
///
/// # Errors
///
/// `Error::SignIn` (`too-many-sign-ins`) where none has ended.
pub(super) fn make_room(known: &mut BTreeMap<String, Known>, by: &str) -> Result<()> {
    make_room_of(known, "of yours", OF_A_PERSON, |one| one.by == by)?;
    make_room_of(known, "of all people here", IN_ALL, |_| true)
}

fn make_room_of(
    known: &mut BTreeMap<String, Known>,
    whose: &str,
    most: usize,
    counts: impl Fn(&Known) -> bool,
) -> Result<()> {
    while most <= known.values().filter(|one| counts(one)).count() {
        let of_these = known.iter().filter(|(_, one)| counts(one));
        let oldest = of_these.filter_map(|(id, one)| Some((one.ended()?, id.clone()))).min();
        let Some((_, oldest)) = oldest else {
            let first = known.values().filter(|one| counts(one)).map(|one| one.ends).min();
            return Err(too_many(whose, most, &first.map(stamp).unwrap_or_default()));
        };
        known.remove(&oldest);
    }
    Ok(())
}
