//! Files that stop following, and follow again: when a connection changes its drive or is given up, nothing of the
//! library is lost (rule 30).

use clientpoint_engine::library::KEY_AT_MOST;

use super::{
    Store, company_tokens,
    connections::ChosenDrive,
    db::{self, Transaction},
    files::{self, LibraryFile, number},
    links,
};
use crate::{Error, Result};

/// What became of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Moved {
    /// How many do not follow their source any more.
    pub detached: u64,
    /// How many that were detached follow it again, from the next sync on.
    pub attached: u64,
}

/// Chooses the drive of a connection. Files of its other drives are detached; detached files of this one follow it again,
/// whichever connection they came through.
///
/// # Errors
///
/// `Error::Settings` for a drive whose id is too long for files to be found by; the database's.
pub async fn choose_drive(store: &Store, connection: &str, drive: &ChosenDrive) -> Result<Moved> {
    if KEY_AT_MOST < drive.id.len() {
        return Err(Error::Settings(format!(
            "the drive `{}` has an id of {} bytes, and none of more than {KEY_AT_MOST} can be followed: choose another drive",
            drive.name,
            drive.id.len()
        )));
    }
    let mut transaction = store.write().await?;
    db::query("UPDATE connections SET drive_id = ?, drive_name = ? WHERE id = ?")
        .bind(&drive.id)
        .bind(&drive.name)
        .bind(connection)
        .execute(&mut *transaction)
        .await?;
    let detached = links::detach(&mut transaction, connection, Some(&drive.id)).await?;
    let attached = links::attach(&mut transaction, connection, &drive.id).await?;
    transaction.commit().await?;
    Ok(Moved { detached, attached })
}

/// Leaves a connection without a drive: its files are detached.
///
/// # Errors
///
/// The database's.
pub async fn leave_drive(store: &Store, connection: &str) -> Result<u64> {
    let mut transaction = store.write().await?;
    db::query("UPDATE connections SET drive_id = NULL, drive_name = NULL WHERE id = ?")
        .bind(connection)
        .execute(&mut *transaction)
        .await?;
    let detached = links::detach(&mut transaction, connection, None).await?;
    transaction.commit().await?;
    Ok(detached)
}

/// Gives a connection up: its secrets are wiped, its files stay, detached.
///
/// # Errors
///
/// The database's.
pub async fn disconnect(store: &Store, connection: &str, now: &str) -> Result<Moved> {
    let mut transaction = store.write().await?;
    let moved = give_up(&mut transaction, connection, now).await?;
    transaction.commit().await?;
    Ok(moved)
}

/// The same, as a part of something larger.
///
/// # Errors
///
/// The database's.
pub(super) async fn give_up(transaction: &mut Transaction, connection: &str, now: &str) -> Result<Moved> {
    let detached = links::detach(transaction, connection, None).await?;
    company_tokens::forget(transaction).await?;
    db::query("DELETE FROM grants WHERE connection = ?")
        .bind(connection)
        .execute(&mut **transaction)
        .await?;
    db::query(
        "UPDATE connections SET secret = x'', disconnected_at = ?, drive_id = NULL, drive_name = NULL, account = NULL, \
             account_name = NULL, broken_since = NULL, broken_problem = NULL, broken_message = NULL WHERE id = ?",
    )
    .bind(now)
    .bind(connection)
    .execute(&mut **transaction)
    .await?;
    Ok(Moved { detached, attached: 0 })
}

/// Makes a file that does not follow its item one that nobody manages, whose content people may replace: one that is
/// detached, whose item is gone, or that waits for a person for another reason.
///
/// # Errors
///
/// `Error::NotFound`, `Error::Settings` for a file that follows its item or is about to be looked at, or the database's.
pub async fn unlock(store: &Store, id: &str) -> Result<LibraryFile> {
    let row = number(id)?;
    let file = files::get(store, id).await?;
    let mut transaction = store.write().await?;
    if links::unlock(&mut transaction, row).await? {
        transaction.commit().await?;
        return files::get(store, id).await;
    }
    Err(Error::Settings(match file.link {
        None => format!(
            "file {id} (`{}`) follows nothing: it is the library's own already",
            file.name
        ),
        Some(_) => format!(
            "file {id} (`{}`) follows its item, or is looked at in the next sync: only files that do not follow any more \
             (detached, source-gone, given up and the like) can be unlocked",
            file.name
        ),
    }))
}
