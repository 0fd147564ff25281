//! Addresses as people copy them from a browser.

use percent_encoding::percent_decode_str;

use super::{http::address, segment};

/// An address of SharePoint or OneDrive, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress {
    /// The host's name, in lower case.
    pub host: String,
    /// The path's names, decoded.
    pub path: Vec<String>,
}

/// Longest path that is looked into, in names.
const DEEPEST: usize = 64;

/// Takes an address apart.
///
/// # Errors
/// Why it can't lead to a drive, and which address would.
pub fn web_address(url: &str) -> Result<WebAddress, &'static str> {
    let url = url.trim().replace(' ', "%20");
    let parts = address(&url).filter(|parts| parts.scheme == "https").ok_or(
        "this is no address that begins with https://: open the site or the library in a browser and copy the address \
         from there",
    )?;
    let host = parts.authority.to_ascii_lowercase();
    if host.contains(':') || !host.contains('.') {
        return Err("this is not an address of SharePoint or OneDrive: copy it from a browser that shows the library");
    }
    if ["onedrive.live.com", "1drv.ms"]
        .iter()
        .any(|personal| host == *personal || host.ends_with(&format!(".{personal}")))
    {
        return Err("this is an address of a personal OneDrive, and personal OneDrive accounts are not supported");
    }
    let (path, query) = parts.path.split_once('?').unwrap_or((parts.path, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let names = |path: &str| -> Vec<String> {
        let names = path.split('/').filter(|name| !name.is_empty());
        names.map(decoded).take(DEEPEST).collect()
    };
    let mut path = match shown(query) {
        // The page of a OneDrive has what it shows in its options, encoded as a whole.
        Some(shown) => decoded(shown)
            .split('/')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        None => names(path),
    };
    // `/:f:/r/…` has the plain path behind its two marks.
    if let [kind, how, ..] = path.as_slice()
        && kind.starts_with(':')
        && how.eq_ignore_ascii_case("r")
    {
        path.drain(..2);
    }
    if path.first().is_some_and(|first| first.starts_with(':')) {
        return Err(
            "this is a sharing link: open it, go up to the library that the file is in, and copy the address from there",
        );
    }
    if path
        .iter()
        .any(|name| name.contains('/') || name == "." || name == "..")
    {
        return Err("this address can be read in two ways: copy it from a browser that shows the library");
    }
    Ok(WebAddress { host, path })
}

/// The path in the options of a page that shows a folder: `id=%2Fpersonal%2Fada%2FDocuments`.
fn shown(query: &str) -> Option<&str> {
    let options = query.split('&').filter_map(|option| option.split_once('='));
    let mut ids = options
        .filter(|(name, _)| name.eq_ignore_ascii_case("id"))
        .map(|(_, value)| value);
    ids.find(|value| value.starts_with('/') || value.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("%2f")))
}

impl WebAddress {
    /// How many names the path of the site has that it is in for certain: of the host's root site, none.
    #[must_use]
    pub fn site_length(&self) -> usize {
        // Sites stand below one of these; everything else belongs to the host's root site, or to one below that.
        let managed = ["sites", "teams", "personal", "portals"];
        let is_managed = |name: &String| managed.contains(&name.to_ascii_lowercase().as_str());
        match self.path.as_slice() {
            [first, _, ..] if is_managed(first) => 2,
            _ => 0,
        }
    }

    /// The paths of the sites that it can be in: the one it is in for certain first, and then those below it.
    pub fn sites(&self) -> impl Iterator<Item = &[String]> {
        let shortest = self.site_length();
        let longest = self.path.len().min(shortest + 3);
        (shortest..=longest).filter_map(|length| self.path.get(..length))
    }

    /// Addresses of libraries that it may lie in, or may mean: itself, without the page that shows it, and where it is no
    /// more than a site's, those of that site with these names.
    #[must_use]
    pub fn libraries(&self, names: &[&str]) -> Vec<String> {
        let is_page = |name: &String| name.to_ascii_lowercase().ends_with(".aspx");
        let mut path = self.path.as_slice();
        if let [before @ .., forms, page] = path
            && is_page(page)
        {
            let of_library = forms.eq_ignore_ascii_case("forms");
            path = if of_library {
                before
            } else {
                path.get(..self.site_length()).unwrap_or_default()
            };
        }
        let here: Vec<&str> = path.iter().map(String::as_str).collect();
        let address = |last: Option<&str>| {
            let names = here.iter().copied().chain(last);
            let path: String = names.map(|name| format!("/{}", segment(name))).collect();
            format!("https://{}{path}", self.host)
        };
        if path.len() > self.site_length() {
            return vec![address(None)];
        }
        names.iter().map(|name| address(Some(name))).collect()
    }

    /// Whether it lies in a drive with this address, and how many names that one's path has.
    #[must_use]
    pub fn in_drive(&self, drive: &str) -> Option<usize> {
        let drive = web_address(drive).ok()?;
        let same = |one: &String, other: &String| one.to_lowercase() == other.to_lowercase();
        let inside = drive.host == self.host
            && drive.path.len() <= self.path.len()
            && drive.path.iter().zip(&self.path).all(|(one, other)| same(one, other));
        inside.then_some(drive.path.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn sites(url: &str) -> Vec<String> {
        web_address(url).unwrap().sites().map(|path| path.join("/")).collect()
    }

    #[test]
    fn an_address_of_anything_in_a_site_leads_to_the_site() {
        assert_eq!(
            sites("https://contoso.sharepoint.com/sites/Marketing"),
            ["sites/Marketing"]
        );
        assert_eq!(
            sites("https://Contoso.sharepoint.com/teams/A%20B/Shared%20Documents/Forms/AllItems.aspx?id=x"),
            [
                "teams/A B",
                "teams/A B/Shared Documents",
                "teams/A B/Shared Documents/Forms",
                "teams/A B/Shared Documents/Forms/AllItems.aspx"
            ]
        );
        assert_eq!(
            sites("https://contoso.sharepoint.com/Shared Documents"),
            ["", "Shared Documents"]
        );
        assert_eq!(
            sites("https://contoso.sharepoint.com/hr/Policies/Forms/AllItems.aspx"),
            ["", "hr", "hr/Policies", "hr/Policies/Forms"]
        );
        assert_eq!(sites("https://contoso.sharepoint.com"), [""]);
        assert_eq!(
            sites("https://contoso-my.sharepoint.com/personal/ada_contoso_com")[0],
            "personal/ada_contoso_com"
        );
    }

    #[test]
    fn a_page_that_shows_a_folder_leads_to_what_it_shows() {
        for url in [
            "https://contoso-my.sharepoint.com/my?id=%2Fpersonal%2Fada%2FDocuments%2FA%20B&view=0",
            "https://contoso-my.sharepoint.com/personal/ada/_layouts/15/onedrive.aspx?id=%2Fpersonal%2Fada%2FDocuments%2FA%20B",
            "https://contoso-my.sharepoint.com/:f:/r/personal/ada/Documents/A%20B?csf=1",
        ] {
            assert_eq!(
                web_address(url).unwrap().path.join("/"),
                "personal/ada/Documents/A B",
                "{url}"
            );
        }
    }

    #[test]
    fn what_can_not_lead_to_a_drive_is_told_why() {
        for (url, why) in [
            ("contoso", "https://"),
            ("http://contoso.sharepoint.com/sites/a", "https://"),
            ("https://localhost/sites/a", "not an address"),
            ("https://contoso.sharepoint.com:8443/", "not an address"),
            ("https://onedrive.live.com/?id=1", "personal"),
            ("https://1drv.ms/f/s!abc", "personal"),
            ("https://contoso.sharepoint.com/:w:/s/Team/abc?e=1", "sharing link"),
            ("https://contoso.sharepoint.com/sites/a%2Fb", "two ways"),
            ("https://contoso.sharepoint.com/sites/../x", "two ways"),
            ("https://contoso.sharepoint.com@evil.example/", "https://"),
        ] {
            let error = web_address(url).unwrap_err();
            assert!(error.contains(why), "{url}: {error}");
        }
    }

    #[test]
    fn an_address_lies_in_the_library_with_the_same_beginning_whatever_its_case() {
        let address = web_address("https://contoso.sharepoint.com/sites/M/shared%20documents/Plans/A.docx").unwrap();
        assert_eq!(
            address.in_drive("https://contoso.sharepoint.com/sites/M/Shared%20Documents"),
            Some(3)
        );
        assert_eq!(address.in_drive("https://contoso.sharepoint.com/sites/M/Shared"), None);
        assert_eq!(
            address.in_drive("https://other.sharepoint.com/sites/M/Shared%20Documents"),
            None
        );
    }
}
