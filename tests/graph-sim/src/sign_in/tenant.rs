//! What the tenant's administrators have decided: what the application is registered with, and what it was granted.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::Value;

use crate::{
    config::{Config, Consent, Platform, Redirect},
    sign_in::scope::Scopes,
};

/// The delegated permissions that people can't give themselves any more by Microsoft's default, since July 2025
/// (MC1097272; <https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies>).
const FOR_ADMINISTRATORS: [&str; 4] = [
    "Files.Read.All",
    "Files.ReadWrite.All",
    "Sites.Read.All",
    "Sites.ReadWrite.All",
];

/// The delegated permissions that were always an administrator's to give.
const ALWAYS_FOR_ADMINISTRATORS: [&str; 4] = [
    "User.Read.All",
    "Directory.Read.All",
    "Sites.FullControl.All",
    "Sites.Selected",
];

/// The registration, and the tenant's mind about it.
pub(crate) struct Tenant {
    /// The application permissions that were granted: what tokens say from now on.
    pub roles: Vec<String>,
    /// The ids of the sites that the application was granted one by one.
    pub granted_sites: BTreeSet<String>,
    /// Who may approve what.
    pub consent: Consent,
    /// Whether an administrator has approved the application for everybody.
    pub approved: bool,
    /// The redirect addresses, each on its platform.
    pub redirects: Vec<Redirect>,
    /// How long a sign-in is good by a policy; `None`: as long as it is used.
    pub sign_in_every: Option<TimeDelta>,
    /// Drives of sites with an authentication context, and what asks for it: 401 or 403.
    pub contexts: BTreeMap<String, StatusCode>,
    /// Whether assertions are taken at the address of all organizations.
    pub assertions_anywhere: bool,
    /// What `expires_in` says in the place of the truth.
    pub told_life: Option<Value>,
}

impl Tenant {
    pub fn new(config: &Config) -> Self {
        let exact = config.redirect_uris.iter().map(|uri| Redirect {
            uri: uri.clone(),
            platform: Platform::Web,
        });
        Self {
            roles: config.roles.clone(),
            granted_sites: BTreeSet::new(),
            consent: config.consent,
            approved: config.approved,
            redirects: config.redirects.iter().cloned().chain(exact).collect(),
            sign_in_every: None,
            contexts: BTreeMap::new(),
            assertions_anywhere: true,
            told_life: None,
        }
    }

    /// Whether a person may say yes to these scopes without an administrator.
    pub fn lets_people_approve(&self, scopes: &Scopes) -> bool {
        let asks_for = |list: &[&str]| list.iter().any(|scope| scopes.has(scope));
        self.approved
            || match self.consent {
                Consent::Managed => !asks_for(&FOR_ADMINISTRATORS) && !asks_for(&ALWAYS_FOR_ADMINISTRATORS),
                Consent::Legacy => !asks_for(&ALWAYS_FOR_ADMINISTRATORS),
                Consent::Administrators => false,
            }
    }

    /// The platform that a redirect address is registered on. Addresses of this machine are registered without a port, as
    /// any counts; the path is taken to the letter.
    pub fn platform(&self, redirect_uri: &str) -> Option<Platform> {
        let without_port = on_this_machine(redirect_uri);
        let found = self.redirects.iter().find(|known| {
            known.uri == redirect_uri || without_port.is_some() && on_this_machine(&known.uri) == without_port
        });
        found.map(|known| known.platform)
    }
}

/// An address of this machine without its port; none for others. `127.0.0.1` and `localhost` are two.
fn on_this_machine(uri: &str) -> Option<(&'static str, String)> {
    let (host, rest) = ["localhost", "127.0.0.1"]
        .into_iter()
        .find_map(|host| Some((host, uri.strip_prefix("http://")?.strip_prefix(host)?)))?;
    let path = match rest.strip_prefix(':') {
        Some(rest) => rest.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let sound = path.is_empty() || path.starts_with('/') && !path.contains(['@', '#']);
    sound.then(|| (host, path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_does_not_count_on_this_machine_and_all_else_does() {
        let tenant = Tenant::new(&Config::default());
        for good in ["http://localhost/connect", "http://localhost:4711/connect"] {
            assert_eq!(tenant.platform(good), Some(Platform::Web), "{good}");
        }
        for bad in [
            "http://localhost:4711/Connect",
            "http://localhost:4711/connect/",
            "http://localhost:4711/",
            "http://127.0.0.1:4711/connect",
            "https://localhost/connect",
            "http://localhost.evil.example/connect",
            "http://localhost:1@evil.example/connect",
            "http://localhost/connect#part",
        ] {
            assert_eq!(tenant.platform(bad), None, "{bad}");
        }
    }
}
