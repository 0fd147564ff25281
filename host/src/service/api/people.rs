//! The host's own users, where they are logged in, and what they have done.

use serde::Serialize;
use utoipa::ToSchema;

use super::connections::{Connection, Moved};
use crate::store::{
    people, trail,
    users::{self, Role},
};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// Unique, at most 64 characters.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// A person, as an Administrator looks at them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Who.
    #[serde(flatten)]
    pub user: User,
    /// When they asked for something in the console last, to a minute; RFC 3339. None if they never did.
    pub seen_at: Option<String>,
    /// Whether they have a password.
    pub has_password: bool,
    /// Whether an account of a sign-in service is theirs.
    pub has_account: bool,
    /// Their own connection.
    pub connection: Option<Connection>,
    /// How many library files follow something through that.
    pub files: u64,
}

/// What it would come to if somebody was removed, or became something else.
#[derive(Clone, Debug, Serialize)]
pub struct Leaving {
    /// Who, as they are.
    pub person: Person,
    /// Their role from then on; none for somebody who is removed.
    pub to: Option<Role>,
    /// Whether nothing can come of it, as nobody else is an Administrator.
    pub is_last: bool,
    /// Where they are logged in; all of these end.
    pub logins: u64,
    /// Whether their own connection would be given up.
    pub gives_up: bool,
    /// The connections that could take the files of theirs over.
    pub heirs: Vec<Heir>,
    /// What happens then, in sentences.
    pub consequences: Vec<String>,
}

/// A connection that could take files over: it has their drive.
#[derive(Clone, Debug, Serialize)]
pub struct Heir {
    /// The connection.
    #[serde(flatten)]
    pub connection: Connection,
    /// How many files would follow through it, those included that are detached already.
    pub files: u64,
}

/// What became of somebody who was removed, or became something else.
#[derive(Clone, Debug, Serialize)]
pub struct Left {
    /// Their name.
    pub name: String,
    /// Their role now; none for somebody who was removed.
    pub role: Option<Role>,
    /// How many logins were ended.
    pub logins: u64,
    /// What it meant for files.
    pub files: Moved,
}

/// A browser in which somebody is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Login {
    /// Tells it apart from others of the same person; opens nothing.
    pub id: String,
    /// Since when; RFC 3339.
    pub made_at: String,
    /// When something was asked for last, to a minute; RFC 3339.
    pub seen_at: String,
    /// When it ends whatever happens; RFC 3339.
    pub ends_at: String,
    /// The address of the other end.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Counts from 1.
    pub id: i64,
    /// RFC 3339.
    pub at: String,
    /// Who; what was typed, where nobody of that name could log in.
    pub user: String,
    /// A word: `logged-in`, `user-removed` and so on.
    pub what: String,
    /// What it was about, in a name; may be empty.
    pub about: String,
    /// The address of the other end; empty for what was done on the host's own machine.
    pub address: String,
}

impl From<users::User> for User {
    fn from(of: users::User) -> Self {
        Self {
            name: of.name,
            role: of.role,
        }
    }
}

impl Person {
    pub(crate) fn new(of: people::Person, connection: Option<Connection>, files: u64) -> Self {
        Self {
            user: of.user.into(),
            seen_at: of.seen_at,
            has_password: of.has_password,
            has_account: of.has_identity,
            connection,
            files,
        }
    }
}

impl From<trail::Step> for Step {
    fn from(of: trail::Step) -> Self {
        Self {
            id: of.id,
            at: of.at,
            user: of.user,
            what: of.what,
            about: of.about,
            address: of.address,
        }
    }
}
