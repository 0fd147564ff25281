//! Passwords of the host's own people, as argon2id has them.

use super::Store;
use crate::Result;

/// What is kept of a person's password, in the PHC form; none for who has none yet.
///
/// # Errors
///
/// The database's.
pub async fn get(store: &Store, user: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as("SELECT hash FROM passwords WHERE user = ?")
        .bind(user)
        .fetch_optional(store.pool())
        .await?;
    Ok(row.map(|(hash,)| hash))
}

/// Whether any Administrator has one: until then nobody can come in without a link.
///
/// # Errors
///
/// The database's.
pub async fn has_administrator(store: &Store) -> Result<bool> {
    let (has,): (bool,) = sqlx::query_as(
        "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'administrator' AND name IN (SELECT user FROM passwords))",
    )
    .fetch_one(store.pool())
    .await?;
    Ok(has)
}
