//! People, sites, and the drives that they have.

use serde::Deserialize;

/// A drive.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GraphDrive {
    /// Opaque, case-sensitive.
    pub id: String,
    /// `OneDrive`, `Documents` and the like.
    pub name: String,
    /// `business`, `documentLibrary` or `personal`.
    pub drive_type: String,
    /// Where a person can look at it.
    pub web_url: Option<String>,
    owner: Option<Identities>,
}

/// Who owns something: a person, or the group behind a site.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identities {
    user: Option<Identity>,
    group: Option<Identity>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identity {
    display_name: Option<String>,
}

impl GraphDrive {
    /// For people: whose it is, where that is told.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        let owner = self.owner.as_ref()?;
        let names = [&owner.user, &owner.group].into_iter().flatten();
        names
            .filter_map(|identity| identity.display_name.as_deref())
            .find(|name| !name.is_empty())
    }

    /// Whether it is one that SharePoint keeps for itself, and hides from people: what was withheld from deletion, or a
    /// cache. Some of them are called like the real one.
    #[must_use]
    pub fn of_the_system(&self) -> bool {
        const NAMES: [&str; 2] = ["PersonalCacheLibrary", "PreservationHoldLibrary"];
        let address = self.web_url.as_deref().unwrap_or_default();
        let address = address.split(['?', '#']).next().unwrap_or_default();
        let last = address.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let last = last.replace("%20", "");
        NAMES.iter().any(|name| last.eq_ignore_ascii_case(name))
    }
}

/// A person of the organization.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct User {
    /// Opaque.
    pub id: String,
    display_name: Option<String>,
    user_principal_name: Option<String>,
}

impl User {
    /// For people.
    #[must_use]
    pub fn title(&self) -> &str {
        let names = [&self.display_name, &self.user_principal_name];
        names
            .into_iter()
            .flatten()
            .find(|name| !name.is_empty())
            .unwrap_or(&self.id)
    }
}

/// A SharePoint site.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Site {
    /// Three parts, separated by commas.
    pub id: String,
    display_name: Option<String>,
    name: Option<String>,
    web_url: Option<String>,
    is_personal_site: Option<bool>,
}

impl Site {
    /// For people.
    #[must_use]
    pub fn title(&self) -> &str {
        let names = [&self.display_name, &self.name, &self.web_url];
        names
            .into_iter()
            .flatten()
            .find(|name| !name.is_empty())
            .unwrap_or(&self.id)
    }

    /// Whether the site only holds one person's OneDrive, which is listed with the people already.
    #[must_use]
    pub fn personal(&self) -> bool {
        let (host, path) = self.host_and_path();
        // `contoso-my.sharepoint.com`, and `contoso-my.dps.mil` and the like in the clouds of governments.
        let is_my_host = host.split('.').next().is_some_and(|first| first.ends_with("-my"));
        self.is_personal_site == Some(true) || (is_my_host && path.starts_with("/personal/"))
    }

    /// Whether the site is one that the system keeps for itself: the search centre, and containers of other programs.
    #[must_use]
    pub fn of_the_system(&self) -> bool {
        let (_, path) = self.host_and_path();
        path == "/search" || path.starts_with("/contentstorage/")
    }

    fn host_and_path(&self) -> (String, String) {
        let address = self.web_url.as_deref().unwrap_or_default().to_ascii_lowercase();
        let rest = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        (host.to_owned(), path.trim_end_matches('/').to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::graph::object;

    #[test]
    fn personal_sites_are_known_by_flag_or_address() {
        let site = |json: &str| object::<Site>(json.as_bytes()).unwrap();
        assert!(site(r#"{"isPersonalSite":true}"#).personal());
        assert!(site(r#"{"webUrl":"https://contoso-my.sharepoint.com/personal/a_b"}"#).personal());
        assert!(site(r#"{"webUrl":"https://Contoso-my.sharepoint-mil.us/personal/a_b"}"#).personal());
        assert!(site(r#"{"webUrl":"https://contoso-my.dps.mil/personal/a_b/"}"#).personal());
        assert!(!site(r#"{"webUrl":"https://contoso.sharepoint.com/sites/personal"}"#).personal());
        assert!(!site(r#"{"webUrl":"https://contoso.sharepoint.com/sites/-my/personal/a"}"#).personal());
    }

    #[test]
    fn what_the_system_keeps_for_itself_is_known_by_its_address() {
        let drive = |url: &str| object::<GraphDrive>(format!(r#"{{"webUrl":"{url}"}}"#).as_bytes()).unwrap();
        let one = "https://contoso-my.sharepoint.com/personal/ada";
        assert!(drive(&format!("{one}/PersonalCacheLibrary")).of_the_system());
        assert!(drive(&format!("{one}/preservationholdlibrary/")).of_the_system());
        assert!(drive(&format!("{one}/Preservation%20Hold%20Library")).of_the_system());
        assert!(!drive(&format!("{one}/Documents")).of_the_system());
        let site = |url: &str| object::<Site>(format!(r#"{{"webUrl":"{url}"}}"#).as_bytes()).unwrap();
        assert!(site("https://contoso.sharepoint.com/search").of_the_system());
        assert!(site("https://contoso.sharepoint.com/contentstorage/CSP_1").of_the_system());
        assert!(!site("https://contoso.sharepoint.com/sites/search").of_the_system());
    }
}
