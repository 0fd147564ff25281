//! The drive behind an address that has no path in it: of a page that shows a file, or a sharing link. Only Microsoft can
//! resolve them.

use serde::de::DeserializeOwned;

use super::described;
use crate::{
    ask::{self, Fault},
    contract::{CallError, Drive},
    graph::{self, GraphDrive, Request},
    ports::Ports,
    retry::Budget,
};

const PAGE: &str = "this is the address of an open file, and Microsoft does not tell this connection which library it is in: \
    open the library in a browser and copy the address from there";

/// Whether an address names a file without telling where it lies: `…/_layouts/15/Doc.aspx?sourcedoc={GUID}`.
fn is_page(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    let has_id = ["sourcedoc=%7b", "sourcedoc={", "uniqueid="]
        .iter()
        .any(|id| url.contains(id));
    url.contains("/_layouts/") && has_id
}

/// Whether it is a sharing link: `https://contoso.sharepoint.com/:w:/s/Team/…`.
fn is_link(url: &str) -> bool {
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    let mut parts = path.map_or("", |(_, path)| path).split('/');
    let is_kind = |part: &str| matches!(part.as_bytes(), [b':', letter, b':'] if letter.is_ascii_alphabetic());
    parts.next().is_some_and(is_kind) && parts.next().is_some_and(|how| !how.eq_ignore_ascii_case("r"))
}

/// The drive. None where the address tells it by itself, or where it says what to do instead.
///
/// # Errors
/// When Microsoft does not tell it for a page, or does not answer.
pub(super) async fn drive<P: Ports>(ports: &P, url: &str) -> Result<Option<Drive>, CallError> {
    let page = is_page(url);
    if !page && !is_link(url) {
        return Ok(None);
    }
    let api = ports.connection().api_origin;
    let mut budget = Budget::page();
    let request = graph::single(&api, &graph::shared(url));
    let place = match ask::json(ports, &request, &mut budget, graph::told).await {
        Ok(place) => place,
        Err(Fault::Answered(_) | Fault::Unusable(_)) if page => return Err(CallError::WrongAddress(PAGE.to_owned())),
        Err(Fault::Answered(_) | Fault::Unusable(_)) => return Ok(None),
        Err(fault) => return Err(ask::call_error(fault, PAGE)),
    };
    let Some(id) = place.drive().filter(|id| graph::is_id(id)) else {
        return Err(CallError::WrongAddress(PAGE.to_owned()));
    };
    let request = graph::drive(&api, id);
    let drive: GraphDrive = object(ports, &request, &mut budget)
        .await
        .map_err(|fault| ask::call_error(fault, PAGE))?;
    let owner = drive.web_url.clone().unwrap_or_else(|| "unknown".to_owned());
    Ok(Some(described(drive, &owner).ok_or(CallError::NotFound)?))
}

/// What is at an address of Graph.
///
/// # Errors
/// As [`ask::json`].
pub(super) async fn object<P: Ports, T: DeserializeOwned>(
    ports: &P,
    request: &Request,
    budget: &mut Budget,
) -> Result<T, Fault> {
    ask::json(ports, request, budget, graph::object).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_without_a_path_are_told_from_those_with_one() {
        for url in [
            "https://contoso.sharepoint.com/:x:/r/sites/M/_layouts/15/Doc.aspx?sourcedoc=%7B0F3C%7D&file=a.xlsx",
            "https://contoso.sharepoint.com/sites/M/_layouts/15/doc2.aspx?SourceDoc={0F3C}",
            "https://contoso.sharepoint.com/sites/M/_layouts/15/embed.aspx?UniqueId=0F3C",
        ] {
            assert!(is_page(url) && !is_link(url), "{url}");
        }
        assert!(is_link("https://contoso.sharepoint.com/:f:/s/M/EaBcD?e=1"));
        for url in [
            "https://contoso.sharepoint.com/:f:/r/sites/M/Brand",
            "https://contoso.sharepoint.com/sites/M/_layouts/15/viewlsts.aspx",
            "https://contoso.sharepoint.com/sites/M/Brand/Forms/AllItems.aspx?id=/sites/M/Brand",
        ] {
            assert!(!is_page(url) && !is_link(url), "{url}");
        }
    }
}
