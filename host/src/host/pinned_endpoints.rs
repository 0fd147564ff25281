//! Holding a plugin to the endpoints with which a connection was made. Another plugin in its place, a newer one, or the
//! same one at another time may name others: neither the stored credentials nor a token go there before an Administrator
//! has connected anew.

use clientpoint_engine::{contract::exports::clientpoint::content_source::source::AuthorizationPlan, planned::Planned};

use crate::{
    Error, Result,
    host::Host,
    store::{connections::Connection, pinned_endpoints, settings},
};

impl Host {
    /// Whether a plan is one for the same application at the same endpoints as the one that a connection was made with: then
    /// its credential may be used again.
    pub(crate) async fn is_same_application(
        &self,
        connection: &Connection,
        planned: &Planned,
        before: &Planned,
    ) -> Result<bool> {
        let settled = pinned_endpoints::settled(&self.store, &connection.id, &before.named).await?;
        Ok(settled == planned.named && planned.plan.client_id == before.plan.client_id)
    }

    /// Notes the endpoints that a connection was made with.
    pub(super) async fn settle_endpoints(&self, connection: &Connection, planned: &Planned) -> Result<()> {
        if self.engine()?.is_real() {
            settings::is_real(&self.store).await?;
        }
        pinned_endpoints::put(&self.store, &connection.id, &planned.named).await
    }

    /// The plan, if it names the endpoints that the connection was made with.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped` if it names others.
    pub(crate) async fn held_to_endpoints(
        &self,
        connection: &Connection,
        planned: Planned,
    ) -> Result<AuthorizationPlan> {
        let Planned { plan, named } = planned;
        let settled = pinned_endpoints::settled(&self.store, &connection.id, &named).await?;
        if settled == named {
            return Ok(plan);
        }
        Err(Error::PluginStopped(format!(
            "it would sign in at {} and call {}, but this connection was made for {} and {}; if that is right, connect again",
            named.login, named.api, settled.login, settled.api
        )))
    }
}
