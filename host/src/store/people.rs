//! The users as an Administrator looks at them: how each comes in, and when they were here last.

use sqlx::FromRow;

use super::{
    Store, db,
    page::{Page, Part},
    users::{self, Role, User},
};
use crate::Result;

/// What cursors of the list are known by.
const LIST: &str = "people by name";

/// A user, and what is known of their coming in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: User,
    /// When they asked for something in the console last, to a minute; RFC 3339. None if they never did.
    pub seen_at: Option<String>,
    /// Whether they have a password.
    pub has_password: bool,
    /// Whether an account of a sign-in service is theirs.
    pub has_identity: bool,
}

const SELECT: &str = "SELECT name, role, seen_at, EXISTS (SELECT 1 FROM passwords WHERE user = name) AS has_password, \
     EXISTS (SELECT 1 FROM identities WHERE user = name) AS has_identity FROM users";

#[derive(FromRow)]
struct Row {
    name: String,
    role: String,
    seen_at: Option<String>,
    has_password: bool,
    has_identity: bool,
}

impl From<Row> for Person {
    fn from(row: Row) -> Self {
        Self {
            user: User {
                role: Role::from_word(&row.role),
                name: row.name,
            },
            seen_at: row.seen_at,
            has_password: row.has_password,
            has_identity: row.has_identity,
        }
    }
}

/// A page of them, by name.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn page(store: &Store, part: &Part) -> Result<Page<Person>> {
    let after: Option<String> = part.key(LIST)?;
    let query = format!("{SELECT} WHERE name > ? AND removed_at IS NULL ORDER BY name LIMIT ?");
    let rows: Vec<Row> = db::query_as(sqlx::AssertSqlSafe(query))
        .bind(after.unwrap_or_default())
        .bind(part.reads())
        .fetch_all(store.pool())
        .await?;
    let rows = rows.into_iter().map(Person::from).collect();
    Page::cut(rows, part, LIST, |person: &Person| person.user.name.clone())
}

/// One of them.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn get(store: &Store, name: &str) -> Result<Person> {
    let query = format!("{SELECT} WHERE name = ? AND removed_at IS NULL");
    let row: Option<Row> = db::query_as(sqlx::AssertSqlSafe(query))
        .bind(name)
        .fetch_optional(store.pool())
        .await?;
    row.map(Person::from).ok_or_else(|| users::unknown(name))
}

/// Whether that one is the only Administrator.
///
/// # Errors
///
/// The database's.
pub async fn is_last_administrator(store: &Store, name: &str) -> Result<bool> {
    let (is_last,): (bool,) = db::query_as(
        "SELECT EXISTS (SELECT 1 FROM users WHERE name = ?1 AND role = 'administrator' AND removed_at IS NULL) \
         AND NOT EXISTS (SELECT 1 FROM users WHERE name <> ?1 AND role = 'administrator' AND removed_at IS NULL)",
    )
    .bind(name)
    .fetch_one(store.pool())
    .await?;
    Ok(is_last)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::{
        leaving::{Leaving, leave},
        tokens::{self, NewToken},
        users::add,
    };

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
        assert!(whole.is_sorted_by(|one, other| one.user.name < other.user.name));
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

    #[tokio::test]
    async fn somebody_who_was_removed_comes_back_with_nothing_but_the_name() {
        let data = tempfile::tempdir().unwrap();
        let store = crate::store::open(data.path(), Duration::from_secs(1)).await.unwrap();
        add(&store, "mia", Role::Administrator).await.unwrap();
        let token = NewToken {
            hash: "a hash",
            user: "mia",
            label: "nightly",
            role: Role::Administrator,
            made_by: "admin",
            ends_at: "2026-12-31T00:00:00Z",
        };
        tokens::add(&store, &token, "2026-03-01T05:00:00Z", "2026-01-01T00:00:00Z")
            .await
            .unwrap();
        let go = |by, user| Leaving {
            by,
            user,
            to: None,
            connection: None,
            heir: None,
        };
        leave(&store, go("admin", "mia"), "2026-03-02T05:00:00Z").await.unwrap();
        assert_eq!(get(&store, "mia").await.unwrap_err().code(), "not-found");
        let gone = leave(&store, go("mia", "admin"), "2026-03-02T05:00:00Z").await;
        assert_eq!(gone.unwrap_err().code(), "forbidden", "who is gone changes nobody");
        add(&store, "mia", Role::Member).await.unwrap();
        let mia = get(&store, "mia").await.unwrap();
        assert_eq!((mia.user.role, mia.seen_at), (Role::Member, None));
        let opens = tokens::by_hash(&store, "a hash", "2026-03-02T05:00:00Z").await.unwrap();
        assert!(
            opens.is_none(),
            "a token of before opens nothing for whoever has the name now"
        );
        let last = leave(&store, go("admin", "admin"), "2026-03-02T05:00:00Z").await;
        assert_eq!(last.unwrap_err().code(), "last-administrator");
    }
}
