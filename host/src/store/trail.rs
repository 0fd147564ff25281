//! The trail: who did what, when and from where. Nothing is ever changed in it.

use serde::Serialize;

use super::{
    Store, db,
    page::{Page, Part},
};
use crate::Result;

/// What cursors of the list are known by.
const LIST: &str = "trail, newest first";

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Step {
    /// Counts from 1.
    pub id: i64,
    /// RFC 3339.
    pub at: String,
    /// Who; what was typed, where nobody of that name could log in.
    pub user: String,
    /// A word: `logged-in`, `login-refused`, `password-set`, `logged-out`, …
    pub what: String,
    /// What it was about, in a name; may be empty.
    pub about: String,
    /// The address of the other end.
    pub address: String,
}

/// Adds one.
///
/// # Errors
///
/// The database's.
pub async fn add(store: &Store, at: &str, user: &str, what: &str, about: &str, address: &str) -> Result<()> {
    db::query("INSERT INTO trail (at, user, what, about, address) VALUES (?, ?, ?, ?, ?)")
        .bind(at)
        .bind(user)
        .bind(what)
        .bind(about)
        .bind(address)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Which steps are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailFilter {
    /// Those of this name.
    pub user: Option<String>,
    /// Those of this word.
    pub what: Option<String>,
}

/// A page of those that fit, the newest first.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn page(store: &Store, filter: &TrailFilter, part: &Part) -> Result<Page<Step>> {
    let list = format!("{LIST} {filter:?}");
    let before: Option<i64> = part.key(&list)?;
    let query = match (&filter.user, &filter.what) {
        (None, None) => "SELECT id, at, user, what, about, address FROM trail WHERE id < ? ORDER BY id DESC LIMIT ?",
        (Some(_), None) => {
            "SELECT id, at, user, what, about, address FROM trail WHERE user = ? AND id < ? ORDER BY id DESC LIMIT ?"
        }
        (None, Some(_)) => {
            "SELECT id, at, user, what, about, address FROM trail WHERE what = ? AND id < ? ORDER BY id DESC LIMIT ?"
        }
        (Some(_), Some(_)) => {
            "SELECT id, at, user, what, about, address FROM trail WHERE user = ? AND what = ? AND id < ? \
             ORDER BY id DESC LIMIT ?"
        }
    };
    let mut query = db::query_as(query);
    for wanted in [&filter.user, &filter.what].into_iter().flatten() {
        query = query.bind(wanted);
    }
    let rows: Vec<Step> = query
        .bind(before.unwrap_or(i64::MAX))
        .bind(part.reads())
        .fetch_all(store.pool())
        .await?;
    Page::cut(rows, part, &list, |step| step.id)
}
