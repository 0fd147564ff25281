//! Accounts of a sign-in service, and whose each is here.

use super::{
    Store,
    db::{self, Transaction},
};
use crate::Result;

/// An account of a sign-in service: the service's own address, and what it calls the account for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The issuer.
    pub issuer: String,
    /// The subject.
    pub subject: String,
}

/// Whose account that is; none if it is nobody's.
///
/// # Errors
///
/// The database's.
pub async fn user_of(store: &Store, identity: &Identity) -> Result<Option<String>> {
    let row: Option<(String,)> = db::query_as("SELECT user FROM identities WHERE issuer = ? AND subject = ?")
        .bind(&identity.issuer)
        .bind(&identity.subject)
        .fetch_optional(store.pool())
        .await?;
    Ok(row.map(|(user,)| user))
}

/// Ties an account to a person, in the place of the one that they had with that issuer. False, and nothing is changed, if it
/// is somebody else's.
///
/// # Errors
///
/// The database's.
pub(super) async fn tie(transaction: &mut Transaction, identity: &Identity, user: &str, now: &str) -> Result<bool> {
    db::query("DELETE FROM identities WHERE user = ? AND issuer = ?")
        .bind(user)
        .bind(&identity.issuer)
        .execute(&mut **transaction)
        .await?;
    let tied =
        db::query("INSERT INTO identities (issuer, subject, user, tied_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(user)
            .bind(now)
            .execute(&mut **transaction)
            .await?;
    Ok(tied.rows_affected() == 1)
}
