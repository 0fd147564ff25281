//! Whether what a host is to work with belongs together: the data folder, the database, the bytes.

use std::path::PathBuf;

use super::HostBuilder;
use crate::{
    Result,
    host::{elsewhere, opening},
    store::{
        Store, identity,
        objects::{Objects, Remote},
        server::{self, Server},
        trash, unfinished,
    },
};

impl HostBuilder {
    /// Refuses a database that is not the one of its folder, unless it is to be adopted. Gives the server, where the database
    /// is on one, and the store of objects, where one is set. Nothing is asked of either yet.
    pub(super) async fn standing(&self) -> Result<(Option<Server>, Option<Remote>)> {
        opening::make(&self.data)?;
        let set = self.layers.get(server::SETTING).map(PathBuf::from);
        let file = self.database.clone().or(set);
        let server = file.map(|file| Server::of_file(&file)).transpose()?;
        if self.adopt || server.is_some() {
            unfinished::refuse(&self.data)?;
        } else {
            identity::look(&self.data).await?.settled()?;
        }
        if server.is_some() {
            identity::shared::refuse_another(&self.data).await?;
        }
        let remote = match &self.objects {
            Some(remote) => Some(remote.clone()),
            None => elsewhere::named(&self.layers)?,
        };
        Ok((server, remote))
    }

    /// Writes down that database and folder belong together.
    pub(super) async fn settled(&self, store: &Store, objects: &Objects) -> Result<()> {
        if store.is_on_a_server() {
            return identity::shared::settle(store, &self.data, objects.remote().is_some()).await;
        }
        if !self.adopt {
            return identity::settle(store, &self.data).await;
        }
        identity::adopt(store, &self.data, self.clock.utc().date_naive()).await?;
        trash::reclaim(store, objects).await?;
        Ok(())
    }
}
