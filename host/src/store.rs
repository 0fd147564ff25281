//! What outlives the process: one SQLite database for everything that has structure, one folder of immutable objects
//! for bytes.
//!
//! The order of writes is what makes a crash harmless: bytes become a durable object first, then one database
//! transaction points at it. An object that nothing points at is swept later, if the database and the folder belong
//! together: `identity` says so before either is opened for work.

mod access;
pub mod accounts;
pub mod applications;
pub mod asked_once;
pub mod association;
pub mod backups;
pub mod bin;
pub(crate) mod bytes_at;
pub(crate) mod cached;
mod catalogue;
pub mod company_tokens;
pub mod connections;
pub(crate) mod copied;
pub(crate) mod copies;
pub mod damage;
mod db;
pub mod detach;
pub mod due;
pub mod files;
mod folder;
mod going;
pub mod grants;
mod handle;
pub mod identities;
pub mod identity;
mod in_contract;
pub mod invitations;
pub mod known_places;
pub(crate) mod leases;
pub mod leaving;
mod library_file;
pub mod library_list;
pub mod link_counts;
mod links;
pub mod logins;
pub mod look;
pub mod looking;
pub mod managed;
pub(crate) mod migrations;
pub mod moved;
pub mod moving;
pub mod objects;
pub(crate) mod offers;
pub(crate) mod opening;
pub mod operations;
pub mod page;
pub mod passwords;
pub mod people;
pub mod pinned_endpoints;
pub mod plans;
#[cfg(test)]
mod query_plans;
pub mod reach;
pub mod reference;
pub mod retention;
pub mod revisions;
pub mod rollback;
pub mod run_list;
pub mod runs;
pub(crate) mod seal;
pub mod search;
pub mod seen;
pub(crate) mod sending;
pub(crate) mod server;
#[cfg(test)]
mod server_plans;
pub mod settings;
pub mod sheet_rows;
pub(crate) mod sign_ins;
pub mod sizes;
pub mod states;
mod strays;
pub mod sweep;
pub mod telling;
pub mod tokens;
pub mod trail;
pub mod trash;
#[cfg(test)]
mod two_hosts;
pub mod undo;
pub(crate) mod unfinished;
pub mod users;
pub mod watching;
pub mod words;

use std::{path::Path, time::Duration};

use crate::Result;

pub(crate) use db::DEFAULT_ACCOUNT;
pub use handle::Store;
pub(crate) use opening::DATABASE;

/// Opens the database in `data`, making or bringing up to date what is missing. Nobody else may be at work with it.
/// `patience` is how long a writer waits for another process that holds the database.
///
/// # Errors
///
/// `Error::Storage` if the file can't be opened, is no database, or was written by a newer version.
pub async fn open(data: &Path, patience: Duration) -> Result<Store> {
    #[cfg(test)]
    if let Some(server) = server::trial::of_folder(data).await {
        return server.open(DEFAULT_ACCOUNT, patience).await;
    }
    migrations::run(data, patience, chrono::Utc::now()).await?;
    opening::connect(data, patience).await
}

/// Opens a database that is up to date, beside others who are at work with it.
///
/// # Errors
///
/// The database's.
pub async fn join(data: &Path, patience: Duration) -> Result<Store> {
    #[cfg(test)]
    if let Some(server) = server::trial::of_folder(data).await {
        return server.open(DEFAULT_ACCOUNT, patience).await;
    }
    opening::connect(data, patience).await
}
