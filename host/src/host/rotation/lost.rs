//! When no host has the key of a database any more: what nobody can open is wiped, and a new key begins.

use std::path::Path;

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
        DEFAULT_ACCOUNT, Store, accounts,
        seal::{self, Wiped},
        server::Server,
        users,
    },
    way_out::WayOut,
};

/// Wipes all stored secrets and sign-ins of all accounts of a database whose key is lost, and makes a new key in this data
/// folder. `file` has the address of the database. What was broken off goes on when it is called again.
///
/// # Errors
///
/// `Error::Forbidden` for who is no Administrator of the account `default`; `Error::Settings` where the key is there and opens
/// them, and while hosts are at work, which are named: one of them has it; the database's and the disk's.
pub async fn forget_secrets_of_hosts(data: &Path, file: &Path, user: &str) -> Result<Wiped> {
    opening::make(data)?;
    private::data_folder(data)?;
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
    let sealed = seal::sealed_with(store).await?;
    let opens =
        |sealed: &SealedWith| Ok::<_, Error>(key_files::hosts::all(data)?.iter().any(|key| key.id() == sealed.id));
    let nothing = sealed.map(|sealed| SealedWith {
        is_used: false,
        ..sealed
    });
    let is_known = nothing.as_ref().map(opens).transpose()?.unwrap_or_default();
    // Those that were not wiped yet have the lost one still.
    let others = match &nothing {
        Some(sealed) if is_known => accounts::sealed_with(store, &sealed.id).await?.1,
        _ => 0,
    };
    if is_known && others == 0 {
        return Err(Error::Settings(format!(
            "the key of this database is in `{}`, and opens its secrets",
            data.display()
        ))
        .with([WayOut::Disconnect]));
    }
    let key = key_files::in_force(data, nothing.as_ref())?;
    let (mut all, mut after, now) = (Wiped::default(), String::new(), stamp(Utc::now()));
    // The account that tells new ones which key they begin with comes first.
    let mut some = vec![DEFAULT_ACCOUNT.to_owned()];
    loop {
        for account in &some {
            let of = store.of(account);
            let is_done = seal::sealed_with(&of)
                .await?
                .is_some_and(|sealed| sealed.id == key.id());
            if !is_done {
                let Wiped { secrets, applications } = seal::forget_all(&of, &key, &now).await?;
                all.secrets += secrets;
                all.applications += applications;
            }
        }
        let next = accounts::after(store, &after, accounts::PAGE).await?;
        let Some(last) = next.last() else { return Ok(all) };
        after.clone_from(&last.id);
        some = next.into_iter().map(|account| account.id).collect();
    }
}
