//! People who go, or become something else: their rights, what they come in by, and what came through their own sign-in, all
//! in one step, in which somebody else is an Administrator still.

use super::{
    Store, connections,
    db::{self, Transaction},
    detach::{self, Moved},
    links,
    users::{self, Role},
};
use crate::{Error, Result};

/// What is to become of somebody.
#[derive(Clone, Copy, Debug)]
pub struct Leaving<'a> {
    /// Who wants that: an Administrator still at the moment at which it is done.
    pub by: &'a str,
    /// Of whom.
    pub user: &'a str,
    /// Their role from then on; none for somebody who is removed.
    pub to: Option<Role>,
    /// The id of their own connection, which is given up.
    pub connection: Option<&'a str>,
    /// The connection that takes the files of this drive over.
    pub heir: Option<Heir<'a>>,
}

/// A connection that takes files over.
#[derive(Clone, Copy, Debug)]
pub struct Heir<'a> {
    /// Its id.
    pub connection: &'a str,
    /// The drive, which it has as well.
    pub drive: &'a str,
}

/// What became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// How many logins were ended.
    pub logins: u64,
    /// What it meant for files.
    pub files: Moved,
}

/// Does all of it, or nothing.
///
/// # Errors
///
/// `Error::Forbidden` if whoever wants it is no Administrator any more; `Error::NotFound`; `Error::People`
/// (`last-administrator`) if nobody would be one; `Error::Outdated` if the heir has another drive by now; the database's.
pub async fn leave(store: &Store, leaving: Leaving<'_>, now: &str) -> Result<Left> {
    let mut transaction = store.write().await?;
    require_administrator(&mut transaction, leaving.by).await?;
    let row: Option<(String,)> = db::query_as("SELECT role FROM users WHERE name = ? AND removed_at IS NULL")
        .bind(leaving.user)
        .fetch_optional(&mut *transaction)
        .await?;
    let Some((role,)) = row else {
        return Err(users::unknown(leaving.user));
    };
    let was_administrator = Role::from_word(&role) == Role::Administrator;
    if was_administrator && leaving.to != Some(Role::Administrator) && !others(&mut transaction, leaving.user).await? {
        return Err(last(leaving.user));
    }
    let mut left = Left::default();
    match leaving.to {
        Some(role) => become_one(&mut transaction, leaving.user, role).await?,
        None => go(&mut transaction, leaving.user, now).await?,
    }
    // Who may do more now is not asked to come in again.
    if leaving.to != Some(Role::Administrator) {
        let ended = db::query("DELETE FROM logins WHERE user = ?")
            .bind(leaving.user)
            .execute(&mut *transaction)
            .await?;
        left.logins = ended.rows_affected();
    }
    if let Some(connection) = leaving.connection {
        left.files = detach::give_up(&mut transaction, connection, now).await?;
    }
    if let Some(heir) = leaving.heir {
        if !connections::has_drive(&mut transaction, heir.connection, heir.drive).await? {
            return Err(Error::Outdated(
                "the connection that was to take the files over has another drive by now: nothing was changed".into(),
            ));
        }
        left.files.attached = links::attach(&mut transaction, heir.connection, heir.drive).await?;
    }
    transaction.commit().await?;
    Ok(left)
}

/// That nobody would be left who may look after people.
pub fn last(user: &str) -> Error {
    Error::People {
        code: "last-administrator",
        message: format!(
            "`{user}` is the only Administrator, and somebody must be one: make somebody else an Administrator first"
        ),
    }
}

async fn require_administrator(transaction: &mut Transaction, name: &str) -> Result<()> {
    let (is_one,): (bool,) = db::query_as(
        "SELECT EXISTS (SELECT 1 FROM users WHERE name = ? AND role = 'administrator' AND removed_at IS NULL)",
    )
    .bind(name)
    .fetch_one(&mut **transaction)
    .await?;
    if is_one {
        return Ok(());
    }
    Err(Error::Forbidden {
        user: name.into(),
        what: "change users",
    })
}

async fn others(transaction: &mut Transaction, but: &str) -> Result<bool> {
    let (are_there,): (bool,) = db::query_as(
        "SELECT EXISTS (SELECT 1 FROM users WHERE name <> ? AND role = 'administrator' AND removed_at IS NULL)",
    )
    .bind(but)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(are_there)
}

async fn become_one(transaction: &mut Transaction, user: &str, role: Role) -> Result<()> {
    db::query("UPDATE users SET role = ? WHERE name = ?")
        .bind(role.word())
        .bind(user)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Takes away everything that somebody can come in by.
async fn go(transaction: &mut Transaction, user: &str, now: &str) -> Result<()> {
    db::query("UPDATE users SET removed_at = ? WHERE name = ?")
        .bind(now)
        .bind(user)
        .execute(&mut **transaction)
        .await?;
    for gone in [
        "DELETE FROM passwords WHERE user = ?",
        "DELETE FROM invitations WHERE user = ?",
        "DELETE FROM identities WHERE user = ?",
        "DELETE FROM tokens WHERE user = ?",
        "DELETE FROM asked_once WHERE user = ?",
    ] {
        db::query(gone).bind(user).execute(&mut **transaction).await?;
    }
    Ok(())
}
