//! The host's own users.

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::users::{self, Role};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// Unique, at most 64 characters.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl From<users::User> for User {
    fn from(of: users::User) -> Self {
        Self {
            name: of.name,
            role: of.role,
        }
    }
}
