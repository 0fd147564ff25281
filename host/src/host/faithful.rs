//! Holding a plugin to the endpoints with which a connection was made. Another plugin in its place, or a newer one, may
//! name others: neither the stored credentials nor a token go there before an Administrator has connected anew.

use super::Host;
use crate::egress::rules::origin;
use crate::store::connections::Connection;
use crate::store::endpoints::{self, Endpoints};
use crate::{Error, Result};

impl Host {
    /// Notes the endpoints that the plugin names now.
    pub(super) async fn settle_endpoints(&self, connection: &Connection) -> Result<()> {
        match self.named(connection).await? {
            Some(named) => endpoints::put(&self.pool, &connection.id, &named).await,
            None => Ok(()),
        }
    }

    /// # Errors
    ///
    /// `Error::PluginStopped` if they are others than those that were noted.
    pub(super) async fn hold_to_endpoints(&self, connection: &Connection) -> Result<()> {
        let Some(named) = self.named(connection).await? else {
            return Ok(());
        };
        let settled = endpoints::settled(&self.pool, &connection.id, &named).await?;
        if settled == named {
            return Ok(());
        }
        Err(Error::PluginStopped(format!(
            "it would sign in at {} and call {}, but this connection was made for {} and {}; if that is right, connect again",
            named.login, named.api, settled.login, settled.api
        )))
    }

    /// What the plugin names, before tests put their own in its place; none if the settings can't be right.
    async fn named(&self, connection: &Connection) -> Result<Option<Endpoints>> {
        let plan = self.planned(connection.mode, &connection.settings).await?;
        let origin = |address: &str| address.parse().ok().as_ref().and_then(origin).unwrap_or_default();
        Ok(plan.ok().map(|plan| Endpoints {
            login: origin(&plan.token_url),
            api: origin(&plan.egress.api_origin),
        }))
    }
}
