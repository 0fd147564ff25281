//! Holding a plugin to the endpoints with which a connection was made. Another plugin in its place, a newer one, or the
//! same one at another time may name others: neither the stored credentials nor a token go there before an Administrator
//! has connected anew.
//!
//! The plugin may answer otherwise each time that it is asked. So a plan is judged once and then used, that very one, and
//! none is asked for a second time.

use clientpoint_engine::{
    contract::exports::clientpoint::content_source::source::AuthorizationPlan, egress::rules, origin::origin_of,
};

use crate::{
    Error, Result,
    host::{Host, InsecureEndpoints},
    store::{
        connections::Connection,
        pinned_endpoints::{self, Endpoints},
    },
};

/// What the plugin has answered, judged.
pub(crate) struct Planned {
    /// How tokens are obtained, and where they may go.
    pub(crate) plan: AuthorizationPlan,
    /// The endpoints that the plugin named, before tests put their own in their place.
    named: Endpoints,
}

impl Planned {
    /// Judges an answer, and puts the endpoints of tests into it where there are some.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped` if it names what is no endpoint, or one that may not be called.
    pub(super) fn new(plan: AuthorizationPlan, tests: Option<&InsecureEndpoints>) -> Result<Self> {
        let named = Endpoints {
            login: origin(&plan.token_url)?,
            api: origin(&plan.egress.api_origin)?,
        };
        let plan = match tests {
            Some(endpoints) => endpoints.in_place_of(plan),
            None => plan,
        };
        let page = plan.sign_in.as_ref().map(|page| &page.url);
        for endpoint in [&plan.token_url, &plan.egress.api_origin].into_iter().chain(page) {
            rules::endpoint(endpoint, tests.is_some()).map_err(refused)?;
        }
        Ok(Self { plan, named })
    }

    /// Whether an address is at the sign-in service that the plugin named.
    pub(super) fn is_at_login(&self, address: &str) -> bool {
        origin_of(address).is_some_and(|origin| origin == self.named.login)
    }
}

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

fn origin(endpoint: &str) -> Result<String> {
    origin_of(endpoint).ok_or_else(|| refused(rules::Denied::Destination))
}

fn refused(denied: rules::Denied) -> Error {
    Error::PluginStopped(format!(
        "it wants to sign in or to call where that is not allowed: {}",
        denied.reason()
    ))
}

#[cfg(test)]
mod tests {
    use clientpoint_engine::contract::exports::clientpoint::content_source::source::Egress;

    use crate::host::pinned_endpoints::*;

    #[test]
    fn an_approval_anywhere_else_than_at_the_sign_in_service_is_not_shown() {
        let plan = AuthorizationPlan {
            token_url: "https://login.example.com/t/token".into(),
            client_id: "c".into(),
            scopes: Vec::new(),
            egress: Egress {
                api_origin: "https://graph.example.com".into(),
                post_paths: Vec::new(),
                redirects: true,
            },
            sign_in: None,
        };
        let planned = Planned::new(plan, None).unwrap();
        assert!(planned.is_at_login("https://login.example.com/t/adminconsent?client_id=c"));
        for elsewhere in [
            "https://evil.example/t/adminconsent",
            "https://login.example.com@evil.example/",
            "https://login.example.com.evil.example/",
            "http://login.example.com/t/adminconsent",
            "javascript:alert(1)",
            "",
        ] {
            assert!(!planned.is_at_login(elsewhere), "{elsewhere}");
        }
    }
}
