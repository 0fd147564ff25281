//! The examination: everything that work takes is looked at, from the plugin's file to the bytes of a small file, each step
//! where the one before it holds. It only looks. Nothing in the library, in links or in what the plugin keeps is other
//! afterwards, and whether a connection is accepted is not written down either; only a person's token that has ended is
//! renewed, as whoever works next would.
//!
//! - `checks`: those that were not asked; `here`: plugin, folder and key, and where else the library
//!   lies; `network`: the way to the source, and its clock; `source`: signing in, and what the
//!   plugin finds behind that; `unopened`: a host that can't be opened at all.

mod checks;
mod here;
mod network;
mod source;
mod unopened;

use checks::from_here_on;

use crate::{
    Result,
    service::{Session, api::Examination},
    store::words::{CheckStanding, CheckSubject},
};

pub use unopened::unopened;

impl Session<'_> {
    /// Looks at everything that work takes, through the connection that this person works with. It takes some seconds, and
    /// some minutes where nothing answers.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; without a plugin, or if it is stopped; the database's.
    pub async fn doctor(&self) -> Result<Examination> {
        self.user.require_administrator("look at what work takes")?;
        let description = self.host.describe().await?;
        let plugin = format!("{} {}", description.id, description.version);
        let mut checks = vec![self.plugin_of(&description)?, self.folder().await];
        let database = self.database().await;
        let is_away = database
            .as_ref()
            .is_some_and(|check| check.standing == CheckStanding::Failed);
        checks.extend(database);
        checks.extend(self.object_store().await);
        if is_away {
            checks.extend(from_here_on(CheckSubject::Key, "the database can't be worked with"));
            return Ok(Examination::new(Some(plugin), None, checks));
        }
        checks.push(self.key_opens().await);
        let Some(connection) = self.present_connection().await? else {
            checks.extend(source::not_connected(&description.title));
            return Ok(Examination::new(Some(plugin), None, checks));
        };
        checks.extend(self.at_the_source(&connection).await);
        Ok(Examination::new(Some(plugin), Some(connection.mode), checks))
    }
}
