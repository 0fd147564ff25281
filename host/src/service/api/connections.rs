//! Connections, without their secrets, and what choosing another drive means for files.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::{
    connections::{self, CredentialKind, Mode},
    detach,
};

/// A connection without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Connection {
    /// Stable as long as the connection lives.
    pub id: String,
    /// The plugin's id.
    pub plugin: String,
    /// `organization` or `user`.
    pub mode: Mode,
    /// The Administrator whose own it is; none for the company's.
    pub owner: Option<String>,
    /// Who has signed in; none for the company's.
    pub account: Option<Account>,
    /// What was filled in, by the keys that the plugin's description names; secrets are not among them.
    pub settings: BTreeMap<String, String>,
    /// How the application shows that it is itself.
    pub credential: CredentialKind,
    /// When the client secret or the certificate ends, where that is known; RFC 3339.
    pub expires_at: Option<String>,
    /// The one drive, once it was chosen.
    pub drive: Option<ChosenDrive>,
    /// RFC 3339.
    pub connected_at: String,
    /// The Administrator who did it.
    pub connected_by: String,
    /// When its credentials were last accepted; RFC 3339.
    pub checked_at: Option<String>,
    /// Since when, and why, it is not accepted any more.
    pub needs_reconnect: Option<Broken>,
}

/// Who has signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Account {
    /// The plugin's key: the same for the same account.
    pub id: String,
    /// For people.
    pub name: String,
}

/// A drive that was chosen for a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChosenDrive {
    /// The source's id.
    pub id: String,
    /// For people.
    pub name: String,
}

/// Why a connection is not accepted any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Broken {
    /// When that was first seen; RFC 3339.
    pub since: String,
    /// The plugin's word for the problem.
    pub problem: String,
    /// What happened and what to do.
    pub message: String,
    /// Whether connecting again is what mends it.
    #[serde(skip)]
    pub wants_reconnecting: bool,
}

/// What became of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Moved {
    /// How many do not follow their source any more.
    pub detached: u64,
    /// How many that were detached follow it again, from the next sync on.
    pub attached: u64,
}

impl From<connections::Connection> for Connection {
    fn from(of: connections::Connection) -> Self {
        Self {
            id: of.id,
            plugin: of.plugin,
            mode: of.mode,
            owner: of.owner,
            account: of.account.map(Account::from),
            settings: of.settings,
            credential: of.credential,
            expires_at: of.expires_at,
            drive: of.drive.map(ChosenDrive::from),
            connected_at: of.connected_at,
            connected_by: of.connected_by,
            checked_at: of.checked_at,
            needs_reconnect: of.needs_reconnect.map(Broken::from),
        }
    }
}

impl From<connections::Account> for Account {
    fn from(of: connections::Account) -> Self {
        Self {
            id: of.id,
            name: of.name,
        }
    }
}

impl From<connections::ChosenDrive> for ChosenDrive {
    fn from(of: connections::ChosenDrive) -> Self {
        Self {
            id: of.id,
            name: of.name,
        }
    }
}

impl From<connections::Broken> for Broken {
    fn from(of: connections::Broken) -> Self {
        Self {
            wants_reconnecting: of.wants_reconnecting(),
            since: of.since,
            problem: of.problem,
            message: of.message,
        }
    }
}

impl From<detach::Moved> for Moved {
    fn from(of: detach::Moved) -> Self {
        Self {
            detached: of.detached,
            attached: of.attached,
        }
    }
}
