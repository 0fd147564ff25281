//! Roles as they are typed and printed.

use clap::ValueEnum;
use clientpoint_host::store::users::Role;
use serde::Serialize;
use serde_json::Value;

/// The words for roles.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleWord {
    /// May connect, browse, import and associate
    Administrator,
    /// May use what is in the library
    Member,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Administrator => Self::Administrator,
            RoleWord::Member => Self::Member,
        }
    }
}

/// The word of a role.
pub(super) fn word<T: Serialize>(of: T) -> String {
    match serde_json::to_value(of) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}
