//! A connection belongs to the plugin that it was made with: another one knows nothing of its settings, its files and its
//! notes, and gets none of them to see.

use crate::{Error, Result, host::Host, store::connections::Connection};

/// Why the plugin of this id has nothing to do with a connection; none if it was made with this one.
pub(super) fn other(connection: &Connection, present: &str) -> Option<Error> {
    (connection.plugin != present).then(|| Error::OtherPlugin {
        made_with: connection.plugin.clone(),
        present: present.to_owned(),
    })
}

impl Host {
    /// Refuses the connection of another plugin.
    ///
    /// # Errors
    ///
    /// `Error::OtherPlugin`; that there is no plugin.
    pub(in crate::service) async fn require_of_this_plugin(&self, connection: &Connection) -> Result<()> {
        let present = self.describe().await?.id;
        other(connection, &present).map_or(Ok(()), Err)
    }
}
