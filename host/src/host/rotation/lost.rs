//! When no host has the key of a database any more: what nobody can open is wiped, and a new key begins.

use std::{path::Path, sync::Arc};

use chrono::Utc;
use clientpoint_engine::clock::stamp;

use crate::{
    Error, Result,
    host::{Limits, opening},
    key_files::{self, SealedWith},
    private,
    rights::{
        Rights,
        leases::{LASTS, Leases},
    },
    store::{
        DEFAULT_ACCOUNT, Store, accounts, identity,
        seal::{self, Wiped},
        server::Server,
        users,
    },
    way_out::WayOut,
};

/// Wipes all stored secrets and sign-ins that no key of this data folder opens, of all accounts of a database whose key is lost,
/// and makes a new key in the folder. `file` has the address of the database. What was broken off goes on when it is called again.
///
/// # Errors
///
/// `Error::Catalogue` for a folder that has a library of its own; `Error::Forbidden` for who is no Administrator of the account `default`; `Error::Settings` where the key is there and opens
/// them, and while hosts are at work, which are named: one of them has it; the database's and the disk's.
pub async fn forget_secrets_of_hosts(data: &Path, file: &Path, user: &str) -> Result<Wiped> {
    opening::make(data)?;
    private::data_folder(data)?;
    identity::shared::refuse_another(data).await?;
    let store = Server::of_file(file)?
        .open(DEFAULT_ACCOUNT, Limits::default().database)
        .await?;
    let wiped = wiped(data, &store, user).await;
    store.close().await;
    wiped
}

async fn wiped(data: &Path, store: &Store, user: &str) -> Result<Wiped> {
    users::get(store, user).await?.require_administrator("forget secrets")?;
    let at_work = match Leases::over(store, LASTS) {
        // All lack the key that there is not.
        Some(leases) => leases.without_key("").await?,
        None => Vec::new(),
    };
    if !at_work.is_empty() {
        return Err(Error::Settings(format!(
            "hosts are at work with this database, so its key is there: {}. Copy it from one of them; or stop them all, wait a \
             minute, and try again",
            at_work.join(", ")
        )));
    }
    let keys = key_files::hosts::all(data)?;
    let first = seal::sealed_with(store).await?;
    let its_own = |sealed: &SealedWith| keys.iter().find(|key| key.id() == sealed.id).cloned();
    let key = match first.as_ref().and_then(its_own) {
        Some(key) => key,
        None => {
            let nothing = first.map(|sealed| SealedWith {
                is_used: false,
                ..sealed
            });
            Arc::new(key_files::in_force(data, nothing.as_ref())?)
        }
    };
    let (mut all, mut is_lost, now) = (Wiped::default(), false, stamp(Utc::now()));
    // The account that tells new ones which key they begin with comes first.
    let (mut some, mut after) = (vec![DEFAULT_ACCOUNT.to_owned()], String::new());
    while let Some(last) = some.last() {
        let last = last.clone();
        for account in &some {
            let of = store.of(account);
            // What any key of this host opens is not lost: a change of the key may have been broken off between two accounts.
            let sealed = seal::sealed_with(&of).await?;
            if sealed.is_none_or(|sealed| sealed.id == key.id() || its_own(&sealed).is_some()) {
                continue;
            }
            is_lost = true;
            let Wiped { secrets, applications } = seal::forget_all(&of, &key, &now).await?;
            all.secrets += secrets;
            all.applications += applications;
        }
        let next = accounts::after(store, &after, accounts::PAGE).await?;
        some = next.into_iter().map(|account| account.id).collect();
        after = some.last().cloned().unwrap_or(last);
    }
    if is_lost {
        return Ok(all);
    }
    Err(Error::Settings(format!(
        "the key of this database is in `{}`, and opens its secrets",
        data.display()
    ))
    .with([WayOut::Disconnect]))
}
