//! What a sign-in is made of, and how one stands.

use clientpoint_engine::{
    contract::exports::clientpoint::content_source::source::SignInPage, oauth::pending::Pending, planned::Planned,
};
use serde::{Deserialize, Serialize};

use super::words::{broken_off, given_up, late};
use crate::{
    Error,
    host::Filled,
    service::api::Refusal,
    store::{
        applications::Application,
        connections::Connection,
        sign_ins::{Most, SignIn, State, over_since},
    },
};

/// How many of one person there may be, and of all people together; of those that have ended, the oldest gives way.
pub(super) const MOST: Most = Most {
    of_a_person: 5,
    in_all: 64,
};

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

/// How a sign-in has ended, as it is written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "kebab-case")]
pub(crate) enum End {
    /// The connection was made.
    Connected {
        /// As it was then.
        connection: Box<Connection>,
    },
    /// It was not.
    Refused {
        /// As that was told.
        why: Refusal,
    },
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
    Refused(Refusal),
}

impl End {
    /// That it came to nothing, and why.
    pub(crate) fn refused(why: &Error) -> Self {
        Self::Refused { why: why.into() }
    }

    pub(super) fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// How one stands at `now`.
pub(super) fn stage(one: &SignIn, now: &str) -> Stage {
    if over_since(one, now).is_none() {
        return Stage::Pending;
    }
    match (one.state(), end(one)) {
        (State::Ended, Some(End::Connected { connection })) => Stage::Connected(connection),
        (State::Ended, Some(End::Refused { why })) => Stage::Refused(why),
        (State::Ended, Some(End::GivenUp)) => Stage::Refused((&given_up()).into()),
        (State::Waiting, _) => Stage::Refused((&late(one.approval.as_deref())).into()),
        // Whoever had its answer is gone, or has told what came of it in words that are not known here.
        (State::AtWork | State::Ended, _) => Stage::Refused((&broken_off()).into()),
    }
}

/// Why the answer of one is not taken any more at `now`, where none was there before.
pub(super) fn over(one: &SignIn, now: &str) -> Option<Error> {
    over_since(one, now)?;
    match (one.state(), end(one)) {
        (State::Waiting, _) => Some(late(one.approval.as_deref())),
        (State::Ended, Some(End::GivenUp)) => Some(given_up()),
        _ => None,
    }
}

fn end(one: &SignIn) -> Option<End> {
    serde_json::from_str(one.ended.as_deref()?).ok()
}
