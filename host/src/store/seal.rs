//! The key that everything is sealed with, and what each sealed value is bound to.

use clientpoint_engine::secrets::SecretKey;

use super::{
    Store,
    db::{self, Transaction},
};
use crate::{Error, Result, key_files::SealedWith, way_out::WayOut};

/// The key that everything is sealed with, and whether anything is.
pub(super) const SEALED_WITH: &str = "SELECT key_id, EXISTS (SELECT 1 FROM connections WHERE length(secret) > 0) OR EXISTS (SELECT 1 FROM grants) \
         OR EXISTS (SELECT 1 FROM applications) \
     FROM sealed_with";

const WILL_SEAL: &str = "INSERT INTO sealed_with (one, key_id) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET key_id = excluded.key_id \
         WHERE NOT EXISTS (SELECT 1 FROM connections WHERE length(secret) > 0) AND NOT EXISTS (SELECT 1 FROM grants) \
             AND NOT EXISTS (SELECT 1 FROM applications)";

/// What the database says of the key that everything is sealed with. None in a new one.
///
/// # Errors
///
/// The database's.
pub(crate) async fn sealed_with(store: &Store) -> Result<Option<SealedWith>> {
    let row: Option<(String, bool)> = db::query_as(SEALED_WITH).fetch_optional(store.pool()).await?;
    Ok(row.map(|(id, is_used)| SealedWith { id, is_used }))
}

/// Notes the key that everything will be sealed with, unless something is sealed with another one.
///
/// # Errors
///
/// The database's.
pub(crate) async fn will_seal_with(store: &Store, key: &SecretKey) -> Result<()> {
    db::query(WILL_SEAL).bind(key.id()).execute(store.pool()).await?;
    Ok(())
}

/// Notes the name of the key that everything of an account will be sealed with, unless something is sealed already.
pub(super) async fn note(transaction: &mut Transaction, key: &str) -> Result<()> {
    db::query(WILL_SEAL).bind(key).execute(&mut **transaction).await?;
    Ok(())
}

/// Notes the key of a database of many hosts at its first start, unless another host has been faster: the name of the one
/// that is noted then.
///
/// # Errors
///
/// The database's.
pub(crate) async fn settle(store: &Store, key: &SecretKey) -> Result<Option<String>> {
    db::query("INSERT INTO sealed_with (one, key_id) VALUES (1, ?) ON CONFLICT (one) DO NOTHING")
        .bind(key.id())
        .execute(store.pool())
        .await?;
    Ok(sealed_with(store).await?.map(|sealed| sealed.id))
}

/// What was wiped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wiped {
    /// How many secrets in all.
    pub secrets: u64,
    /// How many registered applications are among them: without its secret, nothing is left of one.
    pub applications: u64,
}

/// Wipes everything that is sealed, for nobody can open it any more, and notes the key for what comes. The connections
/// need their people.
///
/// # Errors
///
/// The database's.
pub(crate) async fn forget_all(store: &Store, key: &SecretKey, now: &str) -> Result<Wiped> {
    let mut transaction = store.write().await?;
    forget_sign_ins(&mut transaction).await?;
    let grants = db::query("DELETE FROM grants").execute(&mut *transaction).await?;
    db::query("DELETE FROM company_tokens")
        .execute(&mut *transaction)
        .await?;
    let applications = db::query("DELETE FROM applications")
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    let connections = db::query(
        "UPDATE connections SET secret = x'', broken_since = coalesce(broken_since, ?), broken_problem = 'secret-lost', \
             broken_message = 'The key of its stored secret was lost, and the secret was wiped: connect again.' \
         WHERE length(secret) > 0",
    )
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    db::query(
        "INSERT INTO sealed_with (one, key_id) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET key_id = excluded.key_id",
    )
    .bind(key.id())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Wiped {
        secrets: grants.rows_affected() + connections.rows_affected() + applications,
        applications,
    })
}

/// Seals everything anew, with another key: all or nothing. Gives the number of secrets.
///
/// # Errors
///
/// `Error::Settings` if something was sealed with another key than this; the database's.
pub async fn change_key(store: &Store, from: &SecretKey, to: &SecretKey) -> Result<u64> {
    let mut transaction = store.write().await?;
    refuse_old_key(&mut transaction, from).await?;
    forget_sign_ins(&mut transaction).await?;
    let mut changed = 0;
    for (select, update, owner) in [
        (
            "SELECT id, secret FROM connections WHERE length(secret) > 0",
            "UPDATE connections SET secret = ? WHERE id = ?",
            of_credential as fn(&str) -> String,
        ),
        (
            "SELECT connection, sealed FROM grants",
            "UPDATE grants SET sealed = ? WHERE connection = ?",
            of_grant,
        ),
        (
            "SELECT mode || ' ' || plugin, secret FROM applications",
            "UPDATE applications SET secret = ? WHERE mode || ' ' || plugin = ?",
            of_application,
        ),
    ] {
        let rows: Vec<(String, Vec<u8>)> = db::query_as(select).fetch_all(&mut *transaction).await?;
        for (id, sealed) in rows {
            let secret = from.open(&owner(&id), &sealed)?;
            db::query(update)
                .bind(to.seal(&owner(&id), &secret)?)
                .bind(&id)
                .execute(&mut *transaction)
                .await?;
            changed += 1;
        }
    }
    // What can be asked for again is not worth a new seal, and has another name under another key.
    db::query("DELETE FROM company_tokens")
        .execute(&mut *transaction)
        .await?;
    db::query("UPDATE sealed_with SET key_id = ?")
        .bind(to.id())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Forgets the sign-ins that are waited for: what they are made of lives for minutes, and is sealed with the key before.
async fn forget_sign_ins(transaction: &mut Transaction) -> Result<()> {
    db::query("DELETE FROM sign_ins WHERE length(sealed) > 0")
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Nothing may be sealed with a key that was changed: nobody could open it.
pub(super) async fn refuse_old_key(transaction: &mut Transaction, key: &SecretKey) -> Result<()> {
    let row: Option<(String,)> = db::query_as("SELECT key_id FROM sealed_with")
        .fetch_optional(&mut **transaction)
        .await?;
    match row {
        Some((id,)) if id != key.id() => Err(another_key()),
        _ => Ok(()),
    }
}

/// That the key in hand is not the one that everything is sealed with.
pub(crate) fn another_key() -> Error {
    Error::Settings(
        "the secrets of this data folder are sealed with another key: if the key was changed just now, start this program \
         again; otherwise put the right key back"
            .into(),
    )
}

/// That this host has not the key that the secrets of an account are sealed with.
pub(crate) fn another_key_of(account: &str) -> Error {
    Error::Settings(format!(
        "the secrets of the account `{account}` are sealed with another key than this host has (`secret.key`, and \
         `secret.key.next` beside it), if it has any: copy the key from a host that is at work with this database, or has been"
    ))
    .with([WayOut::ForgetSecrets])
}

/// What a connection's credential is bound to when it is sealed.
pub(super) fn of_credential(id: &str) -> String {
    format!("connection {id}")
}

/// What a person's grant is bound to when it is sealed.
pub(super) fn of_grant(connection: &str) -> String {
    format!("sign-in {connection}")
}

/// What the company's token of that name is bound to when it is sealed.
pub(super) fn of_company_token(name: &str) -> String {
    format!("company token {name}")
}

/// What a registered application's credential is bound to when it is sealed. `id` is its mode and its plugin's id, with a
/// blank between.
pub(super) fn of_application(id: &str) -> String {
    format!("application {id}")
}

/// What a sign-in that is waited for is bound to when it is sealed.
pub(super) fn of_sign_in(id: &str) -> String {
    format!("waiting sign-in {id}")
}
