//! The host's own users and their roles.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Store, db};
use crate::{Error, Result, way_out::WayOut};

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// May connect, browse, import and associate.
    Administrator,
    /// May use what is in the library.
    Member,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// Unique, at most 64 characters.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl User {
    /// Refuses everybody but Administrators (rule 2). `what` finishes the sentence "only Administrators may …".
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`.
    pub fn require_administrator(&self, what: &'static str) -> Result<()> {
        match self.role {
            Role::Administrator => Ok(()),
            Role::Member => Err(Error::Forbidden {
                user: self.name.clone(),
                what,
            }),
        }
    }
}

impl Role {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Member => "member",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        // The database admits two words only; what is not the one has fewer rights.
        if word == "administrator" {
            Self::Administrator
        } else {
            Self::Member
        }
    }
}

/// The user of that name.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn get(store: &Store, name: &str) -> Result<User> {
    let row: Option<(String, String)> =
        db::query_as("SELECT name, role FROM users WHERE name = ? AND removed_at IS NULL")
            .bind(name)
            .fetch_optional(store.pool())
            .await?;
    match row {
        Some((name, role)) => Ok(User {
            name,
            role: Role::from_word(&role),
        }),
        None => Err(unknown(name)),
    }
}

/// That nobody has that name.
pub(super) fn unknown(name: &str) -> Error {
    Error::NotFound {
        what: "user",
        name: name.into(),
        way_out: WayOut::ShowUsers,
    }
}

/// The Administrator whose name comes first.
///
/// # Errors
///
/// The database's.
pub async fn first_administrator(store: &Store) -> Result<Option<String>> {
    let row: Option<(String,)> = db::query_as(
        "SELECT name FROM users WHERE role = 'administrator' AND removed_at IS NULL ORDER BY name LIMIT 1",
    )
    .fetch_optional(store.pool())
    .await?;
    Ok(row.map(|(name,)| name))
}

/// Adds a user. Whoever was removed can come back under their name: with nothing that they had, but for what they have done.
///
/// # Errors
///
/// `Error::Settings` for a name that can't be one or is taken.
pub async fn add(store: &Store, name: &str, role: Role) -> Result<User> {
    let fits = !name.is_empty() && name.chars().count() <= 64 && !name.chars().any(char::is_control);
    if !fits || name.trim() != name {
        return Err(Error::Settings(format!(
            "`{}` can't be a user's name: give 1 to 64 characters without spaces around them",
            name.escape_debug()
        ))
        .at("name"));
    }
    let added = db::query(
        "INSERT INTO users (name, role) VALUES (?, ?) ON CONFLICT (name) DO UPDATE \
         SET role = excluded.role, removed_at = NULL, seen_at = NULL WHERE users.removed_at IS NOT NULL",
    )
    .bind(name)
    .bind(role.word())
    .execute(store.pool())
    .await?;
    if added.rows_affected() == 0 {
        return Err(Error::Settings(format!("there is a user `{name}` already: choose another name")).at("name"));
    }
    Ok(User {
        name: name.into(),
        role,
    })
}
