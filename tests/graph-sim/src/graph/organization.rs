//! The organization: its users, its sites, and whose drives are where.

use serde_json::{Value, json};

use super::{
    Answer, Call,
    address::{Address, DriveKey, find_site, find_user, no_drive, user_drive},
    query::{Options, option},
};
use crate::{
    clock,
    company::{Company, Site, User},
    item_json::drive_json,
    reply::GraphError,
    sign_in::people::Account,
    world::World,
};

pub(super) fn users(world: &World, call: &Call) -> Answer {
    let options = Options::new(world, call)?;
    let state = world.state();
    let users = state.company.users.iter();
    Ok(options.page(call, numbered(users, &options), user_json))
}

pub(super) fn user(world: &World, call: &Call, key: &str) -> Answer {
    let options = Options::new(world, call)?;
    let state = world.state();
    Ok(options.object(call, user_json(find_user(&state.company, key)?)))
}

pub(super) fn me(world: &World, call: &Call) -> Answer {
    let options = Options::new(world, call)?;
    let Account { person, .. } = account(call)?;
    let json = json!({
        "id": person.oid,
        "displayName": person.name,
        "userPrincipalName": account(call)?.principal_name(),
        "mail": person.mail,
    });
    Ok(options.object(call, json))
}

pub(super) fn my_drives(world: &World, call: &Call) -> Answer {
    let state = world.state();
    let mine = state.company.drive_of(account(call)?).ok_or_else(no_drive)?;
    drives(world, call, &state.company, &state.company.with_hidden(&mine.id))
}

/// A list with nothing in it.
pub(super) fn none(world: &World, call: &Call) -> Answer {
    let options = Options::new(world, call)?;
    Ok(options.page(call, std::iter::empty::<(String, &User)>(), user_json))
}

/// Who asks. An application doesn't come so far.
fn account<'c>(call: &'c Call) -> Result<&'c Account, GraphError> {
    call.account.as_ref().ok_or_else(GraphError::item_not_found)
}

pub(super) fn user_drives(world: &World, call: &Call, key: &str) -> Answer {
    let state = world.state();
    let user = find_user(&state.company, key)?;
    let ids = state.company.with_hidden(user_drive(user)?);
    drives(world, call, &state.company, &ids)
}

/// How many sites a page of all has, whatever `$top` says (msgraph-sdk-powershell#3404).
const ALL_SITES_PAGE: usize = 600;

/// All sites, or those with the searched text in their names. Searches find no personal sites and no names where fields are
/// selected (microsoft-graph-docs#13345), and only the list of all says which sites are personal.
pub(super) fn sites(world: &World, call: &Call) -> Answer {
    let options = Options::new(world, call)?;
    let search = option(call.query, "search").map(|text| text.trim_matches(['*', '"']).to_lowercase());
    let state = world.state();
    let sites = state.company.sites.iter().filter(|site| match &search {
        Some(text) => !site.personal && site.name.to_lowercase().contains(text.as_str()),
        None => true,
    });
    if call.address == Address::AllSites {
        let options = options.with_pages_of(ALL_SITES_PAGE);
        return Ok(options.page(call, numbered(sites, &options), |site| {
            with(site_json(site), "isPersonalSite", Some(site.personal.into()))
        }));
    }
    let nameless = search.is_some() && options.selects();
    Ok(options.page(call, numbered(sites, &options), |site| match nameless {
        true => with(site_json(site), "displayName", None),
        false => site_json(site),
    }))
}

/// The same object with another value of a field, or without it.
fn with(mut object: Value, name: &str, value: Option<Value>) -> Value {
    if let Some(fields) = object.as_object_mut() {
        match value {
            Some(value) => fields.insert(name.to_owned(), value),
            None => fields.remove(name),
        };
    }
    object
}

pub(super) fn site(world: &World, call: &Call, key: &str) -> Answer {
    let options = Options::new(world, call)?;
    let state = world.state();
    Ok(options.object(call, site_json(find_site(&state.company, key)?)))
}

pub(super) fn site_drives(world: &World, call: &Call, key: &str) -> Answer {
    let state = world.state();
    let site = find_site(&state.company, key)?;
    let first = site.drives.first().map_or("", String::as_str);
    let hidden = state.company.with_hidden(first);
    let ids: Vec<String> = hidden.into_iter().chain(site.drives.iter().skip(1).cloned()).collect();
    drives(world, call, &state.company, &ids)
}

pub(super) fn drive(world: &World, call: &Call, key: &DriveKey) -> Answer {
    let options = Options::new(world, call)?;
    let state = world.state();
    Ok(options.object(call, drive_json(key.resolve(&state.company)?)))
}

fn drives(world: &World, call: &Call, company: &Company, ids: &[String]) -> Answer {
    let options = Options::new(world, call)?;
    let drives = ids.iter().filter_map(|id| company.drive(id));
    Ok(options.page(call, numbered(drives, &options), drive_json))
}

/// Entries with their numbers as keys, beginning after the one that ended the page before.
fn numbered<T>(entries: impl Iterator<Item = T>, options: &Options) -> impl Iterator<Item = (String, T)> {
    let start = options
        .after
        .as_ref()
        .map_or(0, |after| after.parse::<usize>().map_or(usize::MAX, |last| last + 1));
    entries
        .enumerate()
        .skip(start)
        .map(|(number, entry)| (number.to_string(), entry))
}

fn user_json(user: &User) -> Value {
    json!({
        "id": user.id,
        "displayName": user.name,
        "userPrincipalName": user.mail,
        "mail": user.mail,
        "userType": "Member",
        "accountEnabled": true,
    })
}

fn site_json(site: &Site) -> Value {
    json!({
        "id": site.id,
        "name": site.path.rsplit('/').next(),
        "displayName": site.name,
        "webUrl": site.web_url,
        "createdDateTime": clock::in_json(site.created),
        "siteCollection": { "hostname": site.id.split(',').next() },
    })
}
