//! The host's own users and their roles.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Store,
    page::{Page, Part},
};
use crate::{Error, Result, way_out::WayOut};

/// What cursors of the list are known by.
const LIST: &str = "users by name";

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
    let row: Option<(String, String)> = sqlx::query_as("SELECT name, role FROM users WHERE name = ?")
        .bind(name)
        .fetch_optional(store.pool())
        .await?;
    match row {
        Some((name, role)) => Ok(User {
            name,
            role: Role::from_word(&role),
        }),
        None => Err(Error::NotFound {
            what: "user",
            name: name.into(),
            way_out: WayOut::ShowUsers,
        }),
    }
}

/// The Administrator whose name comes first.
///
/// # Errors
///
/// The database's.
pub async fn first_administrator(store: &Store) -> Result<Option<String>> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT name FROM users WHERE role = 'administrator' ORDER BY name LIMIT 1")
            .fetch_optional(store.pool())
            .await?;
    Ok(row.map(|(name,)| name))
}

/// A page of the users, by name.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn page(store: &Store, part: &Part) -> Result<Page<User>> {
    let after: Option<String> = part.key(LIST)?;
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT name, role FROM users WHERE name > ? ORDER BY name LIMIT ?")
            .bind(after.unwrap_or_default())
            .bind(part.reads())
            .fetch_all(store.pool())
            .await?;
    let user = |(name, role): (String, String)| User {
        name,
        role: Role::from_word(&role),
    };
    let users: Vec<User> = rows.into_iter().map(user).collect();
    Page::cut(users, part, LIST, |user| user.name.clone())
}

/// Adds a user.
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
        )));
    }
    let added = sqlx::query("INSERT INTO users (name, role) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(name)
        .bind(role.word())
        .execute(store.pool())
        .await?;
    if added.rows_affected() == 0 {
        return Err(Error::Settings(format!(
            "there is a user `{name}` already: choose another name"
        )));
    }
    Ok(User {
        name: name.into(),
        role,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn pages_of_users_of_any_length_have_each_once_by_name() {
        let data = tempfile::tempdir().unwrap();
        let store = crate::store::open(data.path(), Duration::from_secs(1)).await.unwrap();
        for number in 0..20 {
            let name = format!("{} person", number * 7 % 20);
            add(&store, &name, Role::Member).await.unwrap();
        }
        let whole = page(&store, &Part::whole(None)).await.unwrap().rows;
        assert_eq!(whole.len(), 21);
        assert!(whole.is_sorted_by(|one, other| one.name < other.name));
        for limit in [1, 7, 1_000] {
            let (mut rows, mut after) = (Vec::new(), None);
            loop {
                let page = page(&store, &Part::new(limit, after).unwrap()).await.unwrap();
                rows.extend(page.rows);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(rows, whole, "{limit} a page");
        }
    }
}
