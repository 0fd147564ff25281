//! The drive behind an address: for connections that may read single sites only, and can't list them.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use super::{behind, described, page};
use crate::{
    call::{self, Fault},
    graph::{self, GraphDrive, Meaning, Page, Request, Site, WebAddress},
    model::{CallError, Drive, Role},
    paths,
    ports::Ports,
    retry::Budget,
};

const WAY_OUT: &str = "Microsoft does not let this connection read that site: an administrator of Microsoft 365 can grant it \
    (Sites.Selected with the role read for this site, or Sites.Read.All for all)";

/// The drive that an address which a person has copied leads to.
///
/// # Errors
/// As [`resolve`], and where the person may not ask.
pub async fn resolve_drive<P: Ports>(ports: &P, role: Role, url: &str) -> Result<Drive, CallError> {
    if role != Role::Administrator {
        return Err(CallError::Forbidden);
    }
    resolve(ports, url).await
}

/// The drive behind an address, which may be wrapped in another one.
///
/// # Errors
/// When the address can't lead to one, there is none, or the connection may not see it.
pub async fn resolve<P: Ports>(ports: &P, url: &str) -> Result<Drive, CallError> {
    let url = paths::unwrapped(url.trim());
    if let Some(drive) = behind::drive(ports, &url).await? {
        return Ok(drive);
    }
    let mut refused = None;
    for spelling in spellings(&url) {
        match one(ports, &spelling).await {
            Err(error @ (CallError::WrongAddress(_) | CallError::NotFound)) => _ = refused.get_or_insert(error),
            answer => return answer,
        }
    }
    Err(refused.unwrap_or(CallError::NotFound))
}

/// What an address may mean: a `#` may be part of a name, and what is encoded twice may be meant once.
fn spellings(url: &str) -> Vec<Cow<'_, str>> {
    let path = url.split('?').next().unwrap_or_default();
    let mut spellings = vec![Cow::Borrowed(url)];
    if path.contains('#') {
        spellings.push(Cow::Owned(url.replace('#', "%23")));
    }
    if path.contains("%25") {
        spellings.push(Cow::Owned(url.replace("%25", "%")));
    }
    spellings
}

async fn one<P: Ports>(ports: &P, url: &str) -> Result<Drive, CallError> {
    let address = graph::web_address(url).map_err(|why| CallError::WrongAddress(why.to_owned()))?;
    let connection = ports.connection();
    let api = connection.api_origin.as_str();
    let mut budget = Budget::page();
    let mut seen = None;
    for path in address.sites() {
        let request = graph::site_at(api, &address.host, path);
        let site = match object::<P, Site>(ports, &request, &mut budget).await {
            Ok(site) if graph::is_id(&site.id) => site,
            Ok(_) => return Err(CallError::NotFound),
            // What follows is no site below it, but something in the one before.
            Err(Fault::Answered(error)) if error.meaning() == Meaning::NotFound => break,
            Err(fault) => return Err(call::call_error(fault, WAY_OUT)),
        };
        let request = graph::site_drives(api, &site.id);
        let page: Page<GraphDrive> = page(ports, api, &request, &mut budget)
            .await
            .map_err(|fault| call::call_error(fault, WAY_OUT))?;
        if let Some(drive) = closest(&address, &page.value) {
            return described(drive.clone(), site.title()).ok_or(CallError::NotFound);
        }
        seen = Some((site, page.value, path.len()));
    }
    let (site, libraries, length) = seen.ok_or(CallError::NotFound)?;
    if !is_the_site(address.path.get(length..).unwrap_or_default()) {
        return Err(no_such_library(&site, &libraries));
    }
    let request = graph::site_library(api, &site.id);
    let drive: GraphDrive = object(ports, &request, &mut budget)
        .await
        .map_err(|fault| call::call_error(fault, WAY_OUT))?;
    described(drive, site.title()).ok_or(CallError::NotFound)
}

/// Whether what follows a site's own address still means the site: nothing, or one of its pages.
fn is_the_site(rest: &[String]) -> bool {
    let lower = |name: &String| name.to_ascii_lowercase();
    match (rest.first().map(lower), rest.last().map(lower)) {
        (Some(first), Some(last)) => {
            matches!(first.as_str(), "sitepages" | "pages" | "_layouts") || (rest.len() == 1 && last.ends_with(".aspx"))
        }
        _ => true,
    }
}

fn no_such_library(site: &Site, libraries: &[GraphDrive]) -> CallError {
    let names: Vec<&str> = libraries.iter().map(|drive| drive.name.as_str()).take(20).collect();
    CallError::WrongAddress(format!(
        "the site {} has no library at this address; its libraries are: {}",
        site.title(),
        names.join(", ")
    ))
}

/// The drive that the address lies in; of several, the one that is nested deepest.
fn closest<'d>(address: &WebAddress, drives: &'d [GraphDrive]) -> Option<&'d GraphDrive> {
    let inside = drives.iter().filter_map(|drive| {
        let length = address.in_drive(drive.web_url.as_deref()?)?;
        Some((length, drive))
    });
    inside.max_by_key(|(length, _)| *length).map(|(_, drive)| drive)
}

pub(super) async fn object<P: Ports, T: DeserializeOwned>(
    ports: &P,
    request: &Request,
    budget: &mut Budget,
) -> Result<T, Fault> {
    call::json(ports, request, budget, graph::object).await
}
