//! Opening a data folder: who else is there, the database, the key, the bytes; in this order.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use clientpoint_engine::secrets::SecretKey;

use super::folder::Folder;
use crate::{
    Error, Result, disk,
    key_files::{self, SealedWith},
    private,
    store::{
        DEFAULT_ACCOUNT, Store, accounts, copies, migrations,
        objects::{Objects, Remote},
        opening, seal,
        server::Server,
    },
    way_out::{Notice, WayOut},
};

/// How long who wants to bring the database up to date waits before they look whether somebody else has.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// A data folder that is open.
pub(super) struct Opened {
    pub(super) folder: Folder,
    pub(super) store: Store,
    pub(super) key: SecretKey,
    pub(super) objects: Objects,
    /// Whether its disk takes writes.
    pub(super) is_writable: bool,
    /// What the person should know, in sentences.
    pub(super) notices: Vec<Notice>,
}

/// Opens the folder for a program of that name, with the database and the objects where they lie if that is elsewhere. What
/// is missing is made, and what is older is brought up to date.
///
/// # Errors
///
/// `Error::Busy` that says who is in the way; `Error::Settings` for a folder or a key that can't be used; the disk's.
pub(super) async fn open(
    data: &Path,
    name: &str,
    (server, remote): (Option<&Server>, Option<Remote>),
    (patience, now): (Duration, DateTime<Utc>),
) -> Result<Opened> {
    make(data)?;
    private::data_folder(data)?;
    let mut folder = Folder::enter(data, name, patience).await?;
    let mut notices = Vec::new();
    let found = match server {
        Some(server) => Ok(Found::Elsewhere(server.open(DEFAULT_ACCOUNT, patience).await?)),
        None => opening::connect(data, patience).await.map(Found::Here),
    };
    let (store, is_writable) = match found {
        Ok(Found::Elsewhere(store)) => (store, true),
        Ok(Found::Here(store)) => (up_to_date(&mut folder, store, patience, now, &mut notices).await?, true),
        Err(error) => (only_to_read(&mut folder, error, patience).await?, false),
    };
    let key = match server {
        Some(_) => key_of_hosts(data, &store).await?,
        None => key(&mut folder, &store, is_writable).await?,
    };
    if is_writable {
        copies::forget_old(data, now)?;
    }
    Ok(Opened {
        objects: match remote {
            Some(remote) => Objects::open_with(data, remote)?,
            None => Objects::open(data)?,
        },
        folder,
        store,
        key,
        is_writable,
        notices,
    })
}

/// Where the database is.
enum Found {
    /// In the folder.
    Here(Store),
    /// On a server, with the present schema.
    Elsewhere(Store),
}

/// A folder and its database, whatever has become of the key.
///
/// # Errors
///
/// As [`open`].
pub(super) async fn without_key(
    data: &Path,
    name: &str,
    (patience, now): (Duration, DateTime<Utc>),
    notices: &mut Vec<Notice>,
) -> Result<(Folder, Store)> {
    make(data)?;
    private::data_folder(data)?;
    let mut folder = Folder::enter(data, name, patience).await?;
    let store = opening::connect(data, patience).await?;
    let store = up_to_date(&mut folder, store, patience, now, notices).await?;
    Ok((folder, store))
}

/// The database with the present schema. It is changed with nobody else in the folder.
async fn up_to_date(
    folder: &mut Folder,
    store: Store,
    patience: Duration,
    now: DateTime<Utc>,
    notices: &mut Vec<Notice>,
) -> Result<Store> {
    if !migrations::is_due(&store).await? {
        return Ok(store);
    }
    store.close().await;
    let start = Instant::now();
    while let Err(refused) = folder.alone("it can't be brought up to date", LOOK_AGAIN).await {
        // Somebody who is there now may have done it.
        let store = opening::connect(folder.path(), patience).await?;
        if !migrations::is_due(&store).await? {
            return Ok(store);
        }
        store.close().await;
        if patience / 2 < start.elapsed() {
            return Err(refused);
        }
    }
    let done = migrations::run(folder.path(), patience / 2, now).await;
    folder.together().await?;
    if let Some(done) = done? {
        let until = (now + copies::KEPT).date_naive();
        let told = format!(
            "the data folder was brought up to date (schema {} to {}): programs older than this one refuse it now. The database \
             as it was is kept until {until} as `{}`",
            done.from,
            done.to,
            folder.path().join(&done.copy).display()
        );
        notices.push(told.into());
    }
    opening::connect(folder.path(), patience).await
}

/// The database on a disk that takes no writes; `error` is why it could not be opened otherwise.
async fn only_to_read(folder: &mut Folder, error: Error, patience: Duration) -> Result<Store> {
    let takes_none = disk::refusal(folder.path()).is_some_and(|why| disk::takes_no_writes(&why));
    if !takes_none {
        return Err(error);
    }
    folder
        .alone(
            "while its disk takes no writes, one program at a time reads it",
            patience / 2,
        )
        .await?;
    // What can't be read either is told as what it was at first.
    let store = opening::connect_to_read(folder.path(), patience)
        .await
        .map_err(|_| error)?;
    if migrations::is_due(&store).await? {
        return Err(Error::ReadOnly(folder.path().display().to_string()));
    }
    Ok(store)
}

/// The key that everything is sealed with. What a change of it has left behind is tidied if nobody else is there; else it
/// waits for a time when nobody is.
async fn key(folder: &mut Folder, store: &Store, is_writable: bool) -> Result<SecretKey> {
    let sealed = seal::sealed_with(store).await?;
    let key = key_files::in_force(folder.path(), sealed.as_ref())?;
    if !is_writable {
        return Ok(key);
    }
    if sealed.is_none_or(|sealed| !sealed.is_used && sealed.id != key.id()) {
        seal::will_seal_with(store, &key).await?;
    }
    if !key_files::is_untidy(folder.path()) {
        return Ok(key);
    }
    let alone = folder.alone("its key is being changed", Duration::ZERO).await.is_ok();
    // Whoever was alone in between may have changed it.
    let sealed = seal::sealed_with(store).await?;
    let key = key_files::in_force(folder.path(), sealed.as_ref())?;
    if alone {
        let is_right = sealed.is_some_and(|sealed| sealed.id == key.id());
        let tidied = if is_right {
            key_files::tidy(&key, folder.path())
        } else {
            Ok(())
        };
        folder.together().await?;
        // What lies about harms nobody: a change of the key says what is in its way.
        if let Err(error) = tidied {
            tracing::warn!("what a change of the key has left behind stays: {error}");
        }
    }
    Ok(key)
}

/// The key that everything in the database of many hosts is sealed with. What lies beside it is the next one, which waits for
/// its time. Nobody comes in with another one, or makes one, while somebody needs the one that is there.
async fn key_of_hosts(data: &Path, store: &Store) -> Result<SecretKey> {
    let another = || seal::another_key_of(store.account());
    let Some(sealed) = seal::sealed_with(store).await? else {
        let key = key_files::in_force(data, None)?;
        let noted = seal::settle(store, &key).await?;
        return if noted.is_some_and(|id| id == key.id()) {
            Ok(key)
        } else {
            Err(another())
        };
    };
    let is_used = accounts::need_their_key(store).await?;
    if is_used && key_files::hosts::all(data)?.is_empty() {
        return Err(another());
    }
    let key = key_files::in_force(
        data,
        Some(&SealedWith {
            is_used,
            ..sealed.clone()
        }),
    )?;
    if key.id() != sealed.id {
        if is_used {
            return Err(another());
        }
        seal::will_seal_with(store, &key).await?;
    }
    Ok(key)
}

/// Makes the data folder, if it is missing.
///
/// # Errors
///
/// `Error::Settings` if that can't be.
pub(super) fn make(data: &Path) -> Result<()> {
    if data.to_str().is_none() {
        return Err(Error::Settings(format!(
            "`{}` has a name that is no text (UTF-8), which the database can't open",
            data.display()
        ))
        .with([WayOut::OtherDataFolder]));
    }
    if data.is_dir() {
        return Ok(());
    }
    private::folder(data).map_err(|error| {
        Error::Settings(format!("the data folder `{}` can't be used ({error})", data.display()))
            .with([WayOut::OtherDataFolder])
    })
}
