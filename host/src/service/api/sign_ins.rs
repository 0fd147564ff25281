//! Sign-ins of people, from the address to what came of them.

use std::fmt;

use clientpoint_engine::secrets::Secret;
use serde::{Deserialize, Serialize};

use super::{ApplicationUse, Connection};
use crate::{Error, way_out::WayOut};

/// A sign-in that was begun, for the one who has begun it. Printed, it shows neither its state nor its address.
#[derive(Clone, Serialize)]
pub struct SignInBegun {
    /// What it is asked for by. It tells nothing of the state, and may stand in an address.
    pub id: String,
    /// What comes back with the answer, and binds it to who began it. For no page, log or address of the host's own.
    #[serde(skip)]
    pub state: Secret,
    /// Where the person goes with a browser. The state is in it.
    pub address: String,
    /// Where the browser comes back to.
    pub redirect_uri: String,
    /// Where somebody with the rights approves the application for everybody: the page that asks for an approval does not
    /// send the browser back.
    pub approval_url: Option<String>,
    /// Where its application comes from.
    pub application: ApplicationUse,
    /// The Administrator who has begun it, and alone can finish it.
    pub begun_by: String,
    /// Until when its answer is waited for; RFC 3339.
    pub ends_at: String,
}

/// How a sign-in stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignInStanding {
    /// Its id.
    pub id: String,
    /// RFC 3339.
    pub begun_at: String,
    /// Until when its answer is waited for; RFC 3339.
    pub ends_at: String,
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
}

/// Whether a sign-in has come to something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum Standing {
    /// Its answer is waited for, or being looked at.
    Pending,
    /// The connection was made.
    Connected {
        /// This one.
        connection: Box<Connection>,
    },
    /// It was not, and nothing was stored.
    Refused(Refusal),
}

/// Why something was not done, as it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The stable word for programs.
    pub code: String,
    /// What is the case, without the ways out.
    pub message: String,
    /// What can be done about it, the likeliest first.
    pub ways_out: Vec<WayOut>,
}

impl fmt::Debug for SignInBegun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInBegun")
            .field("id", &self.id)
            .field("redirect_uri", &self.redirect_uri)
            .field("begun_by", &self.begun_by)
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.fact(),
            ways_out: error.ways_out(),
        }
    }
}
