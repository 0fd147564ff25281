//! Items by their web addresses and by sharing links, written as sharing tokens.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::query::option;
use crate::{
    company::Company,
    drive::{Drive, Item, segments},
    reply::GraphError,
    text::decoded,
};

/// The options in which pages have the GUID of the file that they show.
const GUIDS: [&str; 2] = ["sourcedoc", "UniqueId"];

/// The item that a sharing token stands for: `u!` and the web address in base64url.
pub(super) fn find<'c>(company: &'c Company, token: &str) -> Result<(&'c Drive, &'c Item), GraphError> {
    let url = token
        .strip_prefix("u!")
        .and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| {
            GraphError::new(
                StatusCode::BAD_REQUEST,
                "invalidRequest",
                "The sharing token is not valid.",
            )
        })?;
    let path = url.split(['?', '#']).next().unwrap_or_default();
    if let Some((drive, item)) = company.links.get(path) {
        let drive = company.drives.get(drive).ok_or_else(GraphError::item_not_found)?;
        return Ok((drive, drive.get(item).ok_or_else(GraphError::item_not_found)?));
    }
    let path = without_marker(&decoded(path));
    if let Some((site, _)) = split_at_layouts(&path) {
        return page(company, site, url.split_once('?').map_or("", |(_, query)| query));
    }
    company
        .drives
        .values()
        .find_map(|drive| {
            let below = below(&path, &decoded(&drive.web_url))?;
            let item = drive.find_below("root", segments(below))?;
            Some((drive, item))
        })
        .ok_or_else(GraphError::item_not_found)
}

/// The file that a page of a site shows, as in `…/_layouts/15/Doc.aspx?sourcedoc={GUID}&file=a.docx`.
fn page<'c>(company: &'c Company, site: &str, query: &str) -> Result<(&'c Drive, &'c Item), GraphError> {
    match company.pages_refused.map(StatusCode::from_u16) {
        Some(Ok(StatusCode::FORBIDDEN)) => {
            return Err(GraphError::new(StatusCode::FORBIDDEN, "accessDenied", "Access denied"));
        }
        Some(_) => {
            let message = "The site in the encoded share URI is invalid.";
            return Err(GraphError::new(StatusCode::BAD_REQUEST, "invalidRequest", message));
        }
        None => {}
    }
    let guid = GUIDS.iter().find_map(|name| option_in_any_case(query, name));
    let guid = guid.ok_or_else(GraphError::item_not_found)?;
    let guid = guid.trim_matches(['{', '}']);
    let of_site = |drive: &&Drive| {
        let (its_site, _) = drive.web_url.rsplit_once('/').unwrap_or_default();
        decoded(its_site).eq_ignore_ascii_case(site)
    };
    let mut drives = company.drives.values().filter(of_site);
    drives
        .find_map(|drive| Some((drive, drive.identified(guid)?)))
        .ok_or_else(GraphError::item_not_found)
}

fn option_in_any_case(query: &str, name: &str) -> Option<String> {
    let lower = query.split('&').filter_map(|option| option.split_once('='));
    let lower: Vec<String> = lower
        .map(|(name, value)| format!("{}={value}", name.to_ascii_lowercase()))
        .collect();
    option(&lower.join("&"), &name.to_ascii_lowercase())
}

/// An address without the kind of file in it: `/:w:/r/sites/…`.
fn without_marker(url: &str) -> String {
    let Some((host, path)) = url.split_once("/:") else {
        return url.to_owned();
    };
    match path.split_once(":/r/") {
        Some((_, path)) => format!("{host}/{path}"),
        None => url.to_owned(),
    }
}

/// The address of the site, and what follows `/_layouts/`.
fn split_at_layouts(url: &str) -> Option<(&str, &str)> {
    const LAYOUTS: &str = "/_layouts/";
    let at = url.to_ascii_lowercase().find(LAYOUTS)?;
    Some((url.get(..at)?, url.get(at + LAYOUTS.len()..)?))
}

/// What comes after a drive's address; letter case is of no matter.
fn below<'p>(path: &'p str, drive: &str) -> Option<&'p str> {
    let (start, rest) = path.split_at_checked(drive.len())?;
    let whole = rest.is_empty() || rest.starts_with('/');
    (start.eq_ignore_ascii_case(drive) && whole).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_is_not_mistaken_for_one_with_a_longer_name() {
        assert_eq!(below("https://x/Docs/a b.pdf", "https://x/docs"), Some("/a b.pdf"));
        assert_eq!(below("https://x/Docs", "https://x/Docs"), Some(""));
        assert_eq!(below("https://x/Docs 2/a.pdf", "https://x/Docs"), None);
        assert_eq!(below("https://x", "https://x/Docs"), None);
    }

    #[test]
    fn a_page_is_known_by_its_site() {
        let url = without_marker("https://x/:w:/r/sites/T/_layouts/15/Doc.aspx");
        assert_eq!(split_at_layouts(&url), Some(("https://x/sites/T", "15/Doc.aspx")));
        assert_eq!(without_marker("https://x/:w:/s/T/EaBc"), "https://x/:w:/s/T/EaBc");
        assert_eq!(
            option_in_any_case("a=1&SourceDoc=%7Bx%7D", "sourcedoc").as_deref(),
            Some("{x}")
        );
    }
}
