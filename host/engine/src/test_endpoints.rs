//! Other endpoints than the plugin's own, for tests and demonstrations.

use crate::{Error, contract::exports::clientpoint::content_source::source::AuthorizationPlan, origin::origin};

/// Endpoints in the place of the plugin's own, for tests and demonstrations: plain http and loopback are allowed then.
#[derive(Clone, Debug)]
pub struct InsecureEndpoints {
    /// The origin in the place of the API's.
    pub api: String,
    /// The origin in the place of the sign-in service's.
    pub login: String,
}

impl InsecureEndpoints {
    /// The same as origins in their one spelling.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for each that is no origin.
    pub fn checked(self) -> Result<Self, Vec<Error>> {
        let mut problems = Vec::new();
        let mut checked = |whose: &str, endpoint: String| {
            bare_origin(&endpoint).unwrap_or_else(|| {
                problems.push(Error::Settings(format!(
                    "the address `{endpoint}` of the {whose} is no origin: write `http://127.0.0.1:PORT`, without a path"
                )));
                endpoint
            })
        };
        let (api, login) = (checked("API", self.api), checked("sign-in", self.login));
        if problems.is_empty() {
            Ok(Self { api, login })
        } else {
            Err(problems)
        }
    }

    /// The plan with these origins in it.
    pub fn in_place_of(&self, mut plan: AuthorizationPlan) -> AuthorizationPlan {
        plan.token_url = self.at_login(&plan.token_url);
        if let Some(page) = &mut plan.sign_in {
            page.url = self.at_login(&page.url);
            page.issuer = self.at_login(&page.issuer);
        }
        plan.egress.api_origin.clone_from(&self.api);
        plan
    }

    /// Byte for byte but for the origin: an issuer is a template, and no URL yet.
    pub fn at_login(&self, address: &str) -> String {
        let after = address.split_once("://").map_or("", |(_, after)| after);
        let path = after.find('/').and_then(|start| after.get(start..)).unwrap_or_default();
        format!("{}{path}", self.login)
    }
}

fn bare_origin(endpoint: &str) -> Option<String> {
    let uri: http::Uri = endpoint.parse().ok()?;
    let bare = uri.path() == "/" && uri.query().is_none();
    origin(&uri).filter(|_| bare)
}

#[cfg(test)]
mod tests {
    use super::*;

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
