//! What the plugin has answered to the question how tokens are obtained, judged.
//!
//! The plugin may answer otherwise each time that it is asked. So a plan is judged once and then used, that very one, and
//! none is asked for a second time.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, contract::exports::clientpoint::content_source::source::AuthorizationPlan, egress::rules,
    origin::origin_of, test_endpoints::InsecureEndpoints,
};

/// Two origins: where the credentials and the tokens of a connection go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// That of the token endpoint: it gets the credentials.
    pub login: String,
    /// That of the API: it gets the tokens.
    pub api: String,
}

/// What the plugin has answered, judged.
pub struct Planned {
    /// How tokens are obtained, and where they may go.
    pub plan: AuthorizationPlan,
    /// The endpoints that the plugin named, before tests put their own in their place. Whoever keeps a connection keeps
    /// them, and gives another plugin, or another answer, no credential of it.
    pub named: Endpoints,
}

impl Planned {
    /// Judges an answer, and puts the endpoints of tests into it where there are some.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped` if it names what is no endpoint, or one that may not be called.
    pub fn new(plan: AuthorizationPlan, tests: Option<&InsecureEndpoints>) -> Result<Self> {
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
    pub fn is_at_login(&self, address: &str) -> bool {
        origin_of(address).is_some_and(|origin| origin == self.named.login)
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
    use super::*;
    use crate::contract::exports::clientpoint::content_source::source::Egress;

    #[test]
    fn an_approval_anywhere_else_than_at_the_sign_in_service_is_not_shown() {
        let plan = AuthorizationPlan {
            token_url: "https://login.example.com/t/token".into(),
            client_id: "c".into(),
            scopes: Vec::new(),
            egress: Egress {
                api_origin: "https://api.example.com".into(),
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
