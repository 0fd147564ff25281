//! The drive behind an address: for connections that may read single sites only, and can't list them.

use std::borrow::Cow;

use super::{
    behind::{self, object},
    described, page,
};
use crate::{
    ask::{self, Fault},
    contract::{CallError, Drive, Role},
    graph::{self, GraphDrive, Meaning, Page, Site, WebAddress},
    paths,
    ports::Ports,
    retry::Budget,
};

const WAY_OUT: &str = "Microsoft does not let this connection read that site: an administrator of Microsoft 365 can grant it \
    (Sites.Selected with the role read for this site, or Sites.Read.All for all)";

/// How the ids of drives at work begin.
const AT_WORK: &str = "b!";
/// What the first library of a site, or the one of a OneDrive, has in its address.
const FIRST_LIBRARIES: [&str; 2] = ["Shared Documents", "Documents"];

/// The drive that an address which a person has copied leads to, or the one of that id.
///
/// # Errors
/// As [`resolve`], and where the person may not ask.
pub async fn resolve_drive<P: Ports>(ports: &P, role: Role, url: &str) -> Result<Drive, CallError> {
    if role != Role::Administrator {
        return Err(CallError::Forbidden);
    }
    resolve(ports, url).await
}

/// The drive behind an address, which may be wrapped in another one. An id of a drive is as good, whether a listing shows
/// it or not.
///
/// # Errors
/// When the address can't lead to one, there is none, or the connection may not see it.
pub async fn resolve<P: Ports>(ports: &P, url: &str) -> Result<Drive, CallError> {
    let url = url.trim();
    if url.starts_with(AT_WORK) && graph::is_id(url) {
        return by_id(ports, url, &mut Budget::page()).await;
    }
    let url = paths::unwrapped(url);
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
    let mut budget = Budget::page();
    let address = graph::web_address(url).map_err(|why| CallError::WrongAddress(why.to_owned()))?;
    let connection = ports.connection();
    let api = connection.api_origin.as_str();
    let mut seen = None;
    let mut denied = None;
    for path in address.sites() {
        let (site, libraries) = match site(ports, api, &address, path, &mut budget).await {
            Ok(found) => found,
            // A site below may be open where the one above is not.
            Err(Fault::Answered(error)) if error.meaning() == Meaning::Denied => {
                denied = Some(Fault::Answered(error));
                continue;
            }
            Err(Fault::Answered(error)) if error.meaning() == Meaning::NotFound && path.is_empty() => continue,
            // What follows is no site below it, but something in the one before.
            Err(Fault::Answered(error)) if error.meaning() == Meaning::NotFound => break,
            Err(fault) => return Err(ask::call_error(fault, WAY_OUT)),
        };
        if let Some(drive) = closest(&address, &libraries) {
            return described(drive.clone(), site.title()).ok_or(CallError::NotFound);
        }
        seen = Some((site, libraries, path.len()));
    }
    let Some((site, libraries, length)) = seen else {
        let Some(denied) = denied else {
            return Err(CallError::NotFound);
        };
        let shared = through_shares(ports, api, &address, &mut budget).await;
        return shared.ok_or_else(|| ask::call_error(denied, WAY_OUT));
    };
    if !is_the_site(address.path.get(length..).unwrap_or_default()) {
        return Err(no_such_library(&site, &libraries));
    }
    let request = graph::site_library(api, &site.id);
    let drive: GraphDrive = object(ports, &request, &mut budget)
        .await
        .map_err(|fault| ask::call_error(fault, WAY_OUT))?;
    described(drive, site.title()).ok_or(CallError::NotFound)
}

/// A site, and its libraries.
async fn site<P: Ports>(
    ports: &P,
    api: &str,
    address: &WebAddress,
    path: &[String],
    budget: &mut Budget,
) -> Result<(Site, Vec<GraphDrive>), Fault> {
    let site: Site = object(ports, &graph::site_at(api, &address.host, path), budget).await?;
    if !graph::is_id(&site.id) {
        return Err(Fault::Unusable("Microsoft named a site without an id".to_owned()));
    }
    let libraries: Page<GraphDrive> = page(ports, api, &graph::site_drives(api, &site.id), budget).await?;
    Ok((site, libraries.value))
}

/// A drive by its id.
async fn by_id<P: Ports>(ports: &P, id: &str, budget: &mut Budget) -> Result<Drive, CallError> {
    let connection = ports.connection();
    let request = graph::drive_by_id(&connection.api_origin, id);
    let drive: GraphDrive = match object(ports, &request, budget).await {
        Ok(drive) => drive,
        // An id that can't be one is answered like this.
        Err(Fault::Answered(error)) if error.status == 400 => return Err(CallError::NotFound),
        Err(fault) => return Err(ask::call_error(fault, super::way_out(connection.mode))),
    };
    named(drive)
}

/// With the name of its owner, or else with its address.
fn named(drive: GraphDrive) -> Result<Drive, CallError> {
    let owner = drive
        .owner()
        .or(drive.web_url.as_deref())
        .unwrap_or("unknown")
        .to_owned();
    described(drive, &owner).ok_or(CallError::NotFound)
}

/// A connection that may read all files, and no site by its address, can still read what is behind the address of a library:
/// the one that was given, or else the first one of the site.
async fn through_shares<P: Ports>(ports: &P, api: &str, address: &WebAddress, budget: &mut Budget) -> Option<Drive> {
    for library in address.libraries(&FIRST_LIBRARIES) {
        let request = graph::single(api, &graph::shared(&library));
        let Ok(place) = ask::json(ports, &request, budget, graph::told).await else {
            continue;
        };
        let Some(id) = place.drive().filter(|id| graph::is_id(id)) else {
            continue;
        };
        let drive = object(ports, &graph::drive_by_id(api, id), budget).await.ok()?;
        return named(drive).ok();
    }
    None
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
    let shown = libraries.iter().filter(|drive| !drive.of_the_system());
    let names: Vec<&str> = shown.map(|drive| drive.name.as_str()).take(20).collect();
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
