//! Changing the key while other hosts are at work with the same database: first all of them have the next key beside the
//! present one, then the secrets of one account after the other are sealed with it, then each host lets the old one go. Every
//! step may be broken off and done again; at each moment every host has what opens everything.

use std::sync::Arc;

use clientpoint_engine::secrets::SecretKey;

use super::Host;
use crate::{
    Error, Result,
    key_files::{self, NextKey, hosts},
    store::{DEFAULT_ACCOUNT, accounts, copies, seal},
    way_out::WayOut,
};

/// How often it is looked for accounts that were sealed with the old key while the others were sealed anew.
const ROUNDS: usize = 3;

impl Host {
    /// Makes the key to change to, if there is none: where it is, for who gives it to the other hosts.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a library in a folder, and where the environment has to say which key; the file system's.
    pub(crate) async fn prepare_key(&self) -> Result<NextKey> {
        if !self.store.is_on_a_server() {
            return Err(Error::Settings(
                "the next key is for hosts that share a database, and this library is in a folder: its key is changed at once".into(),
            )
            .with([WayOut::ChangeKey]));
        }
        let present = self.keys.of(&self.store).await?;
        let prepared = hosts::prepare(&present, self.folder_of_process())?;
        self.tell_of_next_key().await?;
        Ok(prepared)
    }

    /// Lets other hosts know that this one is there, and has the key to change to, if it has; and lets the old key go once no secret is
    /// sealed with it any more. For a host that goes on for days, again and again.
    ///
    /// # Errors
    ///
    /// The database's and the file system's; `Error::Settings` for a file that holds no key.
    pub(crate) async fn tell_of_next_key(&self) -> Result<()> {
        if !self.store.is_on_a_server() {
            return Ok(());
        }
        let Some(next) = hosts::next(self.folder_of_process())? else {
            return self.show_again(None).await;
        };
        let id = next.id();
        let (with_next, with_others) = accounts::sealed_with(&self.store, &id).await?;
        if 0 < with_next && with_others == 0 {
            self.let_the_old_key_go(next)?;
            return self.show_again(None).await;
        }
        // What was said stays true, whatever becomes of the file.
        if self.keys.named(&id).is_none() {
            return self.show_again(None).await;
        }
        self.show_again(Some(id)).await
    }

    /// As [`Host::tell_of_next_key`]; trouble with it keeps nobody from working.
    pub(crate) async fn look_for_the_next_key(&self) {
        if let Err(error) = self.tell_of_next_key().await {
            tracing::warn!("the next key could not be looked for: {error}");
        }
    }

    /// Seals the secrets of all accounts with the next key, and puts it in force on this host. Gives their number.
    ///
    /// # Errors
    ///
    /// `Error::Settings` where there is no next key, or that names hosts which have it not; the database's. What was
    /// sealed anew by then stays so, and the same call goes on from there.
    pub(super) async fn change_key_of_hosts(&self) -> Result<u64> {
        let Some(next) = hosts::next(self.folder_of_process())? else {
            let present = self.keys.of(&self.store).await?;
            let is_done = accounts::sealed_with(&self.store, &present.id()).await?.1 == 0;
            return Err(hosts::none(is_done));
        };
        self.tell_of_next_key().await?;
        let lacking = self.rights.without_key(&next.id()).await?;
        if !lacking.is_empty() {
            return Err(Error::Settings(format!(
                "not all who are at work with this database have this host's next key yet: {}. A host takes it up within a \
                 minute once it is in its data folder, in the place of any other; what is not needed can be stopped",
                lacking.join(", ")
            )));
        }
        let mut changed = 0;
        // The account that tells new ones which key they begin with comes first.
        changed += self.seal_account(DEFAULT_ACCOUNT, &next).await?;
        for _ in 0..ROUNDS {
            let mut after = String::new();
            loop {
                let some = accounts::after(&self.store, &after, accounts::PAGE).await?;
                let Some(last) = some.last() else { break };
                after.clone_from(&last.id);
                for account in &some {
                    changed += self.seal_account(&account.id, &next).await?;
                }
            }
            if accounts::sealed_with(&self.store, &next.id()).await?.1 == 0 {
                self.let_the_old_key_go(next)?;
                return Ok(changed);
            }
        }
        Err(Error::Storage(
            "accounts were added while the secrets of the others were sealed with the next key: run this again".into(),
        ))
    }

    /// Seals the secrets of an account with the next key, unless they are.
    async fn seal_account(&self, account: &str, next: &SecretKey) -> Result<u64> {
        let store = self.store.of(account);
        let Some(sealed) = seal::sealed_with(&store).await? else {
            return Ok(0);
        };
        if sealed.id == next.id() {
            return Ok(0);
        }
        if !sealed.is_used && account != DEFAULT_ACCOUNT {
            accounts::seal_as_the_first(&store).await?;
            return Ok(0);
        }
        let present = self
            .keys
            .named(&sealed.id)
            .ok_or_else(|| seal::another_key_of(account))?;
        seal::change_key(&store, &present, next).await
    }

    /// Nothing is sealed with the old key any more.
    fn let_the_old_key_go(&self, next: SecretKey) -> Result<()> {
        let next = Arc::new(next);
        self.keys.put(next.clone());
        key_files::put_in_force(&next, self.folder_of_process())?;
        copies::forget_all(self.folder_of_process())
    }
}
