//! Changing the key that secrets are sealed with. It is done with nobody else in the data folder, from the moment at which
//! the next key is written down until it is in force: a program that came in meanwhile would have the old one.

mod hosts;
mod lost;

use std::{path::Path, sync::Arc};

use chrono::Utc;
use clientpoint_engine::clock::stamp;

use super::{Host, Limits, opening};
use crate::{
    Error, Result, disk,
    key_files::{self, SealedWith},
    store::{
        copies, identity,
        seal::{self, Wiped},
        users,
    },
    way_out::WayOut,
};

pub use lost::forget_secrets_of_hosts;

impl Host {
    /// Seals every secret with another key. Gives their number.
    ///
    /// # Errors
    ///
    /// `Error::Busy` while other programs are at work in the folder: they would go on with the old key. Then, and after
    /// any other error, nothing was changed, unless it says so.
    pub(crate) async fn change_key(&self) -> Result<u64> {
        if let Some(why) = disk::refusal(&self.data) {
            return Err(self.about(why.into()));
        }
        if self.store.is_on_a_server() {
            return self.change_key_of_hosts().await;
        }
        let mut folder = self.folder.lock().await;
        folder
            .alone("the key of its secrets can't be changed", self.limits.database / 2)
            .await?;
        let changed = self.change_key_alone().await;
        folder.together().await?;
        changed
    }

    async fn change_key_alone(&self) -> Result<u64> {
        let present = self.key();
        // With another one in force, what lies beside it may be the right one.
        if seal::sealed_with(&self.store)
            .await?
            .is_some_and(|sealed| sealed.id != present.id())
        {
            return Err(seal::another_key());
        }
        key_files::tidy(&present, &self.data)?;
        let next = key_files::next(&present, &self.data)?;
        let changed = match seal::change_key(&self.store, &present, &next).await {
            Ok(changed) => changed,
            // An error of the last moment may hide that it was done.
            Err(error) => match seal::sealed_with(&self.store).await {
                Ok(Some(sealed)) if sealed.id == next.id() => 0,
                // Nobody knows: whoever starts next finds both keys, and sees.
                Err(_) => return Err(error),
                Ok(_) => {
                    key_files::tidy(&present, &self.data)?;
                    return Err(error);
                }
            },
        };
        let next = Arc::new(next);
        self.keys.put(next.clone());
        self.known_tokens().clear();
        key_files::put_in_force(&next, &self.data)?;
        copies::forget_all(&self.data)?;
        Ok(changed)
    }
}

/// Wipes all stored secrets and sign-ins of a folder whose key is lost, and makes a new key.
/// `name` is what others are told of this program meanwhile, as in [`HostBuilder::name`](super::HostBuilder::name).
///
/// # Errors
///
/// `Error::Forbidden`; `Error::Catalogue` for a database that is not the one of its folder; `Error::Busy` while other
/// programs are at work in the folder; `Error::Settings` where the key is there and opens them.
pub async fn forget_secrets(data: &Path, user: &str, name: &str) -> Result<Wiped> {
    identity::look(data).await?.settled()?;
    let (patience, now) = (Limits::default().database, Utc::now());
    let (mut folder, store) = opening::without_key(data, name, (patience, now), &mut Vec::new()).await?;
    users::get(&store, user)
        .await?
        .require_administrator("forget secrets")?;
    folder.alone("its secrets can't be forgotten", patience / 2).await?;
    let sealed = seal::sealed_with(&store).await?;
    let key = key_files::in_force(data, sealed.as_ref());
    let forgotten = match (key, sealed) {
        (Ok(key), Some(sealed)) if key.id() == sealed.id => Err(Error::Settings(format!(
            "the key of `{}` is there and opens its secrets",
            data.display()
        ))
        .with([WayOut::Disconnect])),
        (_, sealed) => {
            let nothing = sealed.map(|sealed| SealedWith {
                is_used: false,
                ..sealed
            });
            let key = key_files::in_force(data, nothing.as_ref())?;
            seal::forget_all(&store, &key, &stamp(now)).await
        }
    };
    store.close().await;
    folder.together().await?;
    forgotten
}
