//! A connection belongs to the plugin that it was made with: another one knows nothing of its settings, its files and its
//! notes, and gets none of them to see.

use crate::{Error, Result, host::Host, store::connections::Connection};

impl Host {
    /// Refuses the connection of another plugin.
    ///
    /// # Errors
    ///
    /// `Error::OtherPlugin`; that there is no plugin.
    pub(in crate::service) async fn require_of_this_plugin(&self, connection: &Connection) -> Result<()> {
        let present = self.describe().await?.id;
        if connection.plugin == present {
            return Ok(());
        }
        Err(Error::OtherPlugin {
            made_with: connection.plugin.clone(),
            present,
        })
    }
}
