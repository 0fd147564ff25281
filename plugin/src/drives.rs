//! All drives that a connection can see: first people's, then sites'.
//!
//! With the company's credentials these are all people's and all sites', and it is never asked who "me" is, as there is
//! nobody (rule 14). A signed-in person sees their own drive, and the sites that they can find.
//!
//! A list of sites is as long as Microsoft likes, some six hundred a page whatever was asked for, and the drives of each
//! cost two units of the minute's 1,250. So a call looks at some owners only and says where it stopped, and what was
//! found before Microsoft asks for patience is given.

mod behind;
mod resolve;

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    ask::{self, Fault},
    contract::{CallError, Connection, Drive, DriveKind, DrivePage, Mode, Role},
    graph::{self, GraphDrive, GraphError, Meaning, Page, Request, Site, User},
    ports::Ports,
    retry::Budget,
};

pub use resolve::{resolve, resolve_drive};

/// Owners that are asked about at the same time.
const AT_ONCE: usize = 4;
/// Owners a call.
const OWNERS: usize = 25;

const WAY_OUT: &str = "Microsoft lets this connection list neither people nor sites: an administrator of Microsoft 365 \
    can grant the application User.Read.All (for people's drives) or Sites.Read.All (for sites' libraries)";
const NO_PEOPLE: &str = "people's drives are left out: Microsoft does not let this connection list people; an \
    administrator of Microsoft 365 can grant the application User.Read.All";
const NO_MORE_SITES: &str = "the libraries of sites are left out: this sign-in reaches the person's own OneDrive only; connect \
    again with the reach `sites` to see them";
const NOT_MINE: &str = "Microsoft does not let this sign-in see any drive: connect again, and accept the permissions";
const NO_SITES: &str = "sites' libraries are left out: Microsoft does not let this connection list sites; an \
    administrator of Microsoft 365 can grant the application Sites.Read.All";

/// Where a listing stands. People get it as opaque text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    phase: Phase,
    /// The following page of this phase, as its link stands; none for its first one.
    link: Option<String>,
    /// Whether people could not be listed.
    without_people: bool,
    /// How many owners of that page were looked at before.
    #[serde(default)]
    place: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    #[default]
    People,
    Sites,
}

/// Somebody or something that has drives.
struct Owner {
    title: String,
    drives: Request,
    /// A person has one drive, and is asked for that alone: among all drives of a person there are hidden ones of the
    /// system, some of the same name (dotnet#1062).
    is_person: bool,
}

/// What looking at some owners came to.
#[derive(Default)]
struct Looked {
    page: DrivePage,
    /// How many were looked at.
    owners: usize,
}

/// A page of all drives (rule 17).
///
/// # Errors
/// When neither people nor sites can be listed, or Microsoft does not answer.
pub async fn drives<P: Ports>(ports: &P, role: Role, next: Option<&str>) -> Result<DrivePage, CallError> {
    if role != Role::Administrator {
        return Err(CallError::Forbidden);
    }
    let connection = ports.connection();
    let cursor = match next {
        Some(text) => read_cursor(text, &connection.api_origin).ok_or(CallError::NotFound)?,
        None => Cursor::default(),
    };
    let first = cursor.link.is_none();
    match owners(ports, &connection, &cursor).await {
        Ok((owners, link)) => {
            let left = owners.len().saturating_sub(cursor.place);
            let some = owners.into_iter().skip(cursor.place).take(OWNERS).collect();
            let Looked { mut page, owners } = drives_of(ports, &connection, some).await?;
            let next = match owners < left {
                true => Some(Cursor {
                    place: cursor.place.saturating_add(owners),
                    ..cursor
                }),
                false => following(&cursor, link),
            };
            page.next = next.as_ref().map(write_cursor);
            Ok(page)
        }
        Err(Fault::Answered(error)) if first && error.meaning() == Meaning::Denied => without(connection.mode, &cursor),
        Err(fault) => Err(ask::call_error(fault, way_out(connection.mode))),
    }
}

/// One of the two lists is out of reach: the other one may do.
fn without(mode: Mode, cursor: &Cursor) -> Result<DrivePage, CallError> {
    let (note, next) = match cursor.phase {
        // A person's own drives are asked for owner by owner, so this is about sites.
        _ if mode == Mode::User => (NO_MORE_SITES, None),
        Phase::People => {
            let sites = Cursor {
                phase: Phase::Sites,
                without_people: true,
                ..Cursor::default()
            };
            (NO_PEOPLE, Some(write_cursor(&sites)))
        }
        Phase::Sites if cursor.without_people => {
            return Err(CallError::AccessDenied(WAY_OUT.to_owned()));
        }
        Phase::Sites => (NO_SITES, None),
    };
    Ok(DrivePage {
        drives: Vec::new(),
        next,
        notes: vec![note.to_owned()],
    })
}

fn following(cursor: &Cursor, link: Option<String>) -> Option<Cursor> {
    match (cursor.phase, link) {
        (Phase::Sites, None) => None,
        (Phase::People, None) => Some(Cursor {
            phase: Phase::Sites,
            ..Cursor::default()
        }),
        (phase, link) => Some(Cursor {
            phase,
            link,
            place: 0,
            ..cursor.clone()
        }),
    }
}

/// A page of people or of sites.
async fn owners<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &Cursor,
) -> Result<(Vec<Owner>, Option<String>), Fault> {
    let api = connection.api_origin.as_str();
    let following = cursor.link.as_deref().map(graph::list);
    match cursor.phase {
        Phase::People if connection.mode == Mode::User => {
            let me = Owner {
                title: "your own".to_owned(),
                drives: graph::my_drive(api),
                is_person: true,
            };
            Ok((vec![me], None))
        }
        Phase::People => {
            let request = following.unwrap_or_else(|| graph::users(api));
            let page: Page<User> = page(ports, api, &request, &mut Budget::page()).await?;
            let person = |user: &User| Owner {
                title: user.title().to_owned(),
                drives: graph::user_drive(api, &user.id),
                is_person: true,
            };
            let people = page.value.iter().filter(|user| graph::is_id(&user.id));
            Ok((people.map(person).collect(), page.next))
        }
        Phase::Sites => {
            let request = following.unwrap_or_else(|| match connection.mode {
                Mode::Organization => graph::sites(api),
                Mode::User => graph::found_sites(api),
            });
            let page: Page<Site> = page(ports, api, &request, &mut Budget::page()).await?;
            let site = |site: &Site| Owner {
                title: site.title().to_owned(),
                drives: graph::site_drives(api, &site.id),
                is_person: false,
            };
            let shared = page
                .value
                .iter()
                .filter(|site| graph::is_id(&site.id) && !site.personal() && !site.of_the_system());
            Ok((shared.map(site).collect(), page.next))
        }
    }
}

/// The drives of these owners, a few of them at a time, as far as Microsoft has patience. Who can't be read is noted, and
/// a person who has none is passed over.
async fn drives_of<P: Ports>(ports: &P, connection: &Connection, owners: Vec<Owner>) -> Result<Looked, CallError> {
    let api = connection.api_origin.as_str();
    let mut answers = stream::iter(owners)
        .map(|owner| async move {
            let drives = owner_drives(ports, api, &owner).await;
            (owner, drives)
        })
        .buffered(AT_ONCE);
    let mut looked = Looked::default();
    let mut seen = BTreeSet::new();
    let mut signed_out = 0;
    let page = &mut looked.page;
    while let Some((owner, answer)) = answers.next().await {
        match answer {
            Ok(found) => {
                let new = found.into_iter().filter(|drive| seen.insert(drive.id.clone()));
                page.drives
                    .extend(new.filter_map(|drive| described(drive, &owner.title)));
            }
            Err(Fault::Answered(error)) if owner.is_person && error.no_drive_here() => {}
            Err(Fault::Answered(error)) if error.meaning() != Meaning::Throttled => {
                signed_out += usize::from(error.meaning() == Meaning::SignIn);
                page.notes.push(left_out(&owner.title, &error));
            }
            // What has come is given; the next call begins with this owner.
            Err(_) if looked.owners > 0 => break,
            Err(fault) => return Err(ask::call_error(fault, way_out(connection.mode))),
        }
        looked.owners += 1;
    }
    // SharePoint says 401 of single sites, too: only where it says nothing else, the sign-in is over.
    if signed_out > 0 && signed_out == looked.owners {
        return Err(CallError::SignInNeeded(ask::SIGN_IN_OVER.to_owned()));
    }
    Ok(looked)
}

fn left_out(owner: &str, error: &GraphError) -> String {
    let why = match error.meaning() {
        Meaning::Closed | Meaning::Locked => "the site is locked or archived by an administrator",
        Meaning::Moved => "the site was moved to another address",
        Meaning::Denied | Meaning::SignIn => "Microsoft does not let this connection read them",
        _ => "Microsoft does not give them",
    };
    format!("the drives of {owner} can't be read: {why} (status {})", error.status)
}

async fn owner_drives<P: Ports>(ports: &P, api: &str, owner: &Owner) -> Result<Vec<GraphDrive>, Fault> {
    let mut budget = Budget::page();
    if owner.is_person {
        let drive = ask::json(ports, &owner.drives, &mut budget, graph::object).await?;
        return Ok(vec![drive]);
    }
    let mut found = Vec::new();
    let mut request = owner.drives.clone();
    // Nobody has thousands of libraries; a list of pages that never ends must end.
    for _ in 0..100 {
        let page: Page<GraphDrive> = page(ports, api, &request, &mut budget).await?;
        found.extend(page.value);
        match page.next {
            Some(next) => request = graph::list(&next),
            None => break,
        }
    }
    Ok(found)
}

async fn page<P: Ports, T: DeserializeOwned>(
    ports: &P,
    api: &str,
    request: &Request,
    budget: &mut Budget,
) -> Result<Page<T>, Fault> {
    ask::json(ports, request, budget, |body| graph::page(body, api)).await
}

const fn way_out(mode: Mode) -> &'static str {
    match mode {
        Mode::Organization => WAY_OUT,
        Mode::User => NOT_MINE,
    }
}

/// None for drives of personal accounts, which are not supported (rule 21), and for those that the system hides.
pub(crate) fn described(drive: GraphDrive, owner: &str) -> Option<Drive> {
    if drive.of_the_system() {
        return None;
    }
    let kind = match drive.drive_type.as_str() {
        "business" => DriveKind::PersonalWork,
        "documentLibrary" => DriveKind::SiteLibrary,
        _ => return None,
    };
    let name = if drive.name.is_empty() { "Drive" } else { &drive.name };
    Some(Drive {
        name: format!("{name} ({owner})"),
        id: drive.id,
        kind,
        web_url: drive.web_url,
    })
}

fn write_cursor(cursor: &Cursor) -> String {
    // A record of two texts and a flag can always be written.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(cursor).unwrap_or_default())
}

/// None if the text is no cursor of this listing, or leads away from the API.
fn read_cursor(text: &str, api_origin: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let cursor: Cursor = serde_json::from_slice(&bytes).ok()?;
    let stays = cursor
        .link
        .as_deref()
        .is_none_or(|link| graph::same_origin(link, api_origin));
    stays.then_some(cursor)
}

#[cfg(test)]
mod tests;
