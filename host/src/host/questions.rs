//! What the host asks the engine, in its own words.

use std::collections::BTreeMap;

use clientpoint_engine::{
    Connection as OfEngine,
    contract::{
        clientpoint::content_source::types::Policy,
        exports::clientpoint::content_source::source::{Description, Mode as ContractMode, SettingsError},
    },
    oauth::TokenError,
    planned::Planned,
};

use crate::{
    Error, Result,
    host::Host,
    store::connections::{Connection, Mode},
};

impl Host {
    /// What the plugin says of itself: it is asked once, as long as it is loaded.
    ///
    /// # Errors
    ///
    /// Without a plugin, or if it is stopped.
    pub async fn describe(&self) -> Result<Description> {
        Ok(self.engine()?.describe().await?.clone())
    }

    /// The policy in force: the plugin's default with this host's changes.
    ///
    /// # Errors
    ///
    /// As [`Host::describe`].
    pub async fn policy(&self) -> Result<Policy> {
        Ok(self.engine()?.policy().await?)
    }

    /// How tokens are obtained with these settings, and where they may go.
    pub(crate) async fn authorization(
        &self,
        mode: Mode,
        settings: &BTreeMap<String, String>,
    ) -> Result<Result<Planned, SettingsError>> {
        Ok(self.engine()?.authorization(mode.into(), settings).await?)
    }

    /// Why there is no token, in the plugin's words.
    pub(crate) async fn explained(
        &self,
        mode: Mode,
        settings: &BTreeMap<String, String>,
        refused: TokenError,
    ) -> Result<Error> {
        let explained = self.engine()?.explained(mode.into(), settings, &refused).await;
        Ok(explained.into())
    }
}

impl Connection {
    /// As the engine knows it.
    pub(crate) fn of_engine(&self) -> OfEngine {
        OfEngine {
            id: self.id.clone(),
            mode: self.mode.into(),
            settings: self.settings.clone(),
            drive: self.drive.as_ref().map(|drive| drive.id.clone()),
        }
    }
}

impl From<Mode> for ContractMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Organization => Self::Organization,
            Mode::User => Self::User,
        }
    }
}
