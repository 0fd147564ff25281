//! Other endpoints than the plugin's own, for tests and demonstrations.

use clientpoint_engine::contract::exports::clientpoint::content_source::source::AuthorizationPlan;

/// Endpoints in the place of the plugin's own, for tests and demonstrations: plain http and loopback are allowed then.
#[derive(Clone, Debug)]
pub struct InsecureEndpoints {
    /// The origin in the place of the API's.
    pub api: String,
    /// The origin in the place of the sign-in service's.
    pub login: String,
}

impl InsecureEndpoints {
    /// The plan with these origins in it.
    pub(super) fn in_place_of(&self, mut plan: AuthorizationPlan) -> AuthorizationPlan {
        plan.token_url = self.at_login(&plan.token_url);
        if let Some(page) = &mut plan.sign_in {
            page.url = self.at_login(&page.url);
            page.issuer = self.at_login(&page.issuer);
        }
        plan.egress.api_origin.clone_from(&self.api);
        plan
    }

    /// Byte for byte but for the origin: an issuer is a template, and no URL yet.
    pub(super) fn at_login(&self, address: &str) -> String {
        let after = address.split_once("://").map_or("", |(_, after)| after);
        let path = after.find('/').and_then(|start| after.get(start..)).unwrap_or_default();
        format!("{}{path}", self.login)
    }
}

#[cfg(test)]
mod tests {
    use crate::host::test_endpoints::*;

    #[test]
    fn only_the_origin_is_another_one() {
        let endpoints = InsecureEndpoints {
            api: String::new(),
            login: "http://127.0.0.1:1".into(),
        };
        assert_eq!(
            endpoints.at_login("https://login.example/{tid}/v2.0"),
            "http://127.0.0.1:1/{tid}/v2.0"
        );
        assert_eq!(endpoints.at_login("https://login.example"), "http://127.0.0.1:1");
    }
}
