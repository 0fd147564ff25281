//! Items by their web addresses and by sharing links, written as sharing tokens.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    company::Company,
    drive::{Drive, Item, segments},
    reply::GraphError,
    text::decoded,
};

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
    let path = decoded(path);
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
}
