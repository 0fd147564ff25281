//! Tokens, by which programs come in. Each is known by its hash.

use sqlx::FromRow;

use super::{
    Store, db,
    page::{Page, Part},
    users::Role,
};
use crate::{Error, Result};

/// The most that one person has at a time.
const AT_MOST: i64 = 50;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Counts from 1, and is never given twice.
    pub id: i64,
    /// Whose it is.
    pub user: String,
    /// What it is for, in their words.
    pub label: String,
    /// What it may do at most.
    pub role: Role,
    /// RFC 3339.
    pub made_at: String,
    /// Who has made it.
    pub made_by: String,
    /// When it ends; RFC 3339.
    pub ends_at: String,
    /// When something was asked for with it last, to a minute; RFC 3339.
    pub used_at: Option<String>,
}

/// One that is to be.
#[derive(Clone, Debug)]
pub struct NewToken<'a> {
    /// The SHA-256 of the token, in hexadecimal.
    pub hash: &'a str,
    /// Whose it is.
    pub user: &'a str,
    /// What it is for.
    pub label: &'a str,
    /// What it may do at most.
    pub role: Role,
    /// Who makes it.
    pub made_by: &'a str,
    /// When it ends; RFC 3339.
    pub ends_at: &'a str,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    user: String,
    label: String,
    role: String,
    made_at: String,
    made_by: String,
    ends_at: String,
    used_at: Option<String>,
}

impl From<Row> for Token {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            user: row.user,
            label: row.label,
            role: Role::from_word(&row.role),
            made_at: row.made_at,
            made_by: row.made_by,
            ends_at: row.ends_at,
            used_at: row.used_at,
        }
    }
}

/// Keeps one. Those of the same person that ended before `forgotten` (RFC 3339) go.
///
/// # Errors
///
/// `Error::Settings` if the person has as many as there may be; the database's.
pub async fn add(store: &Store, new: &NewToken<'_>, now: &str, forgotten: &str) -> Result<Token> {
    let mut transaction = store.write().await?;
    db::query("DELETE FROM tokens WHERE user = ? AND ends_at <= ?")
        .bind(new.user)
        .bind(forgotten)
        .execute(&mut *transaction)
        .await?;
    let (count,): (i64,) = db::query_as("SELECT count(*) FROM tokens WHERE user = ?")
        .bind(new.user)
        .fetch_one(&mut *transaction)
        .await?;
    if AT_MOST <= count {
        return Err(Error::Settings(format!(
            "{} has {AT_MOST} tokens, and there can be no more: end one that is not needed any longer",
            new.user
        )));
    }
    let (id,): (i64,) = db::query_as(
        "INSERT INTO tokens (hash, user, label, role, made_at, made_by, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(new.hash)
    .bind(new.user)
    .bind(new.label)
    .bind(new.role.word())
    .bind(now)
    .bind(new.made_by)
    .bind(new.ends_at)
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Token {
        id,
        user: new.user.into(),
        label: new.label.into(),
        role: new.role,
        made_at: now.into(),
        made_by: new.made_by.into(),
        ends_at: new.ends_at.into(),
        used_at: None,
    })
}

/// The one with that hash; none if there is none, or it has ended.
///
/// # Errors
///
/// The database's.
pub async fn by_hash(store: &Store, hash: &str, now: &str) -> Result<Option<Token>> {
    let row: Option<Row> = db::query_as(
        "SELECT id, user, label, role, made_at, made_by, ends_at, used_at FROM tokens WHERE hash = ? AND ends_at > ?",
    )
    .bind(hash)
    .bind(now)
    .fetch_optional(store.pool())
    .await?;
    Ok(row.map(Token::from))
}

/// The one of that number.
///
/// # Errors
///
/// The database's.
pub async fn get(store: &Store, id: i64) -> Result<Option<Token>> {
    let row: Option<Row> =
        db::query_as("SELECT id, user, label, role, made_at, made_by, ends_at, used_at FROM tokens WHERE id = ?")
            .bind(id)
            .fetch_optional(store.pool())
            .await?;
    Ok(row.map(Token::from))
}

/// Notes that something was asked for with it.
///
/// # Errors
///
/// The database's.
pub async fn used(store: &Store, id: i64, now: &str) -> Result<()> {
    db::query("UPDATE tokens SET used_at = ? WHERE id = ?")
        .bind(now)
        .bind(id)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// A page of them, the newest first: those of one person, or all.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn page(store: &Store, user: Option<&str>, part: &Part) -> Result<Page<Token>> {
    let list = format!("tokens of {user:?}");
    let before = part.key::<i64>(&list)?.unwrap_or(i64::MAX);
    let rows: Vec<Row> = match user {
        Some(user) => {
            db::query_as(
                "SELECT id, user, label, role, made_at, made_by, ends_at, used_at FROM tokens \
                 WHERE user = ? AND id < ? ORDER BY id DESC LIMIT ?",
            )
            .bind(user)
            .bind(before)
            .bind(part.reads())
            .fetch_all(store.pool())
            .await?
        }
        None => {
            db::query_as(
                "SELECT id, user, label, role, made_at, made_by, ends_at, used_at FROM tokens \
                 WHERE id < ? ORDER BY id DESC LIMIT ?",
            )
            .bind(before)
            .bind(part.reads())
            .fetch_all(store.pool())
            .await?
        }
    };
    Page::cut(rows.into_iter().map(Token::from).collect(), part, &list, |token| {
        token.id
    })
}

/// Ends one. False if there is none.
///
/// # Errors
///
/// The database's.
pub async fn remove(store: &Store, id: i64) -> Result<bool> {
    let done = db::query("DELETE FROM tokens WHERE id = ?")
        .bind(id)
        .execute(store.pool())
        .await?;
    Ok(done.rows_affected() == 1)
}
