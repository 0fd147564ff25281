//! Addresses of Graph: by id, and by path between colons.

use axum::http::StatusCode;

use super::shares;
use crate::{
    company::{Company, Site, User},
    drive::{Drive, Item, segments},
    reply::GraphError,
    text::decoded,
};

/// What a path below the version's prefix leads to.
#[derive(Debug, PartialEq)]
pub(crate) enum Address {
    Me,
    /// `/me/drives`.
    MyDrives,
    Users,
    User(String),
    UserDrives(String),
    /// `/sites`, searched or not.
    Sites,
    /// `/sites/getAllSites`.
    AllSites,
    Site(String),
    SiteDrives(String),
    /// `/sites/{key}/permissions`.
    SitePermissions(String),
    /// `/groups`.
    Groups,
    Drive(DriveKey),
    Item {
        drive: DriveKey,
        place: ItemKey,
        verb: Verb,
    },
    /// `/shares/{token}/driveItem`.
    Shared(String),
    /// `/$batch`.
    Batch,
    Unknown,
}

/// How a drive is named.
#[derive(Debug, PartialEq)]
pub(crate) enum DriveKey {
    /// That of whoever signed in: `/me/drive`.
    Mine,
    Id(String),
    OfUser(String),
    OfSite(String),
}

/// How an item is named: by an id, `root` being one, and a path from there.
#[derive(Debug, PartialEq)]
pub(crate) struct ItemKey {
    pub id: String,
    pub path: Vec<String>,
}

/// What is asked of an item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verb {
    Get,
    Children,
    Content,
    Delta,
}

/// Names that the API has parts of (onedrive-api-docs#1020).
const PARTS: [&str; 6] = ["photo", "children", "content", "delta", "thumbnails", "versions"];

/// Takes a path apart that is still percent-encoded, and has lost the version's prefix.
pub(crate) fn parse(path: &str) -> Address {
    let (head, rest) = segment(path.trim_matches('/'));
    match head {
        "me" => me(rest),
        "users" => user(rest),
        "sites" => site(rest),
        "groups" if rest.is_empty() => Address::Groups,
        "drives" => {
            let (id, rest) = segment(rest);
            in_drive(DriveKey::Id(decoded(id)), rest)
        }
        "shares" => match rest.split_once('/') {
            Some((token, "driveItem")) => Address::Shared(decoded(token)),
            _ => Address::Unknown,
        },
        "$batch" | "%24batch" => Address::Batch,
        _ => Address::Unknown,
    }
}

fn me(path: &str) -> Address {
    match segment(path) {
        ("", _) => Address::Me,
        ("drives", "") => Address::MyDrives,
        ("drive", rest) => in_drive(DriveKey::Mine, rest),
        _ => Address::Unknown,
    }
}

fn user(path: &str) -> Address {
    let (id, rest) = segment(path);
    let (verb, rest) = segment(rest);
    match (id, verb) {
        ("", _) => Address::Users,
        (id, "") => Address::User(decoded(id)),
        (id, "drives") => Address::UserDrives(decoded(id)),
        (id, "drive") => in_drive(DriveKey::OfUser(decoded(id)), rest),
        _ => Address::Unknown,
    }
}

fn site(path: &str) -> Address {
    let (key, rest) = match path.split_once(":/") {
        // `{host}:/{path}` or `{host}:/{path}:/drives`.
        Some((host, rest)) => {
            let (path, rest) = rest.split_once(':').unwrap_or((rest, ""));
            (format!("{host}:/{path}"), rest.trim_start_matches('/'))
        }
        None => {
            let (key, rest) = segment(path);
            (key.to_owned(), rest)
        }
    };
    let key = decoded(&key);
    let (verb, rest) = segment(rest);
    match (key.as_str(), verb) {
        ("", "") => Address::Sites,
        ("getAllSites" | "oneDrive.getAllSites", "") => Address::AllSites,
        (_, "") => Address::Site(key),
        (_, "drives") => Address::SiteDrives(key),
        (_, "permissions") if rest.is_empty() => Address::SitePermissions(key),
        (_, "drive") => in_drive(DriveKey::OfSite(key), rest),
        _ => Address::Unknown,
    }
}

fn in_drive(drive: DriveKey, path: &str) -> Address {
    let (id, rest) = match path.strip_prefix("items/") {
        Some(path) => path.split_at(path.find(['/', ':']).unwrap_or(path.len())),
        None if path.is_empty() => return Address::Drive(drive),
        None => match path.strip_prefix("root") {
            Some(rest) => ("root", rest),
            None => return Address::Unknown,
        },
    };
    // What follows is `/verb`, or `:/path`, or `:/path:/verb`; the colon at the end may stand alone. An encoded colon is read
    // like a plain one, and a name at the end of an open path may be taken for a part of the API.
    let rest = rest.replace("%3A", ":").replace("%3a", ":");
    let (path, verb) = match rest.strip_prefix(':') {
        Some(rest) => match rest.split_once(':') {
            Some(parts) => parts,
            None if rest.rsplit('/').next().is_some_and(|last| PARTS.contains(&last)) => return Address::Unknown,
            None => (rest, ""),
        },
        None => ("", rest.as_str()),
    };
    let verb = match verb.trim_matches('/') {
        "" => Verb::Get,
        "children" => Verb::Children,
        "content" => Verb::Content,
        "delta" => Verb::Delta,
        verb if verb.starts_with("delta(") => Verb::Delta,
        _ => return Address::Unknown,
    };
    let place = ItemKey {
        id: decoded(id),
        path: segments(path).map(decoded).collect(),
    };
    Address::Item { drive, place, verb }
}

impl Address {
    /// How the drive is named that is addressed.
    pub fn drive_key(&self) -> Option<&DriveKey> {
        match self {
            Self::Drive(key) | Self::Item { drive: key, .. } => Some(key),
            _ => None,
        }
    }

    /// The drive that is addressed, or that the item is in.
    pub fn drive<'c>(&self, company: &'c Company) -> Option<&'c Drive> {
        match self {
            Self::Shared(_) => self.item(company).ok().map(|(drive, _)| drive),
            _ => self.drive_key()?.resolve(company).ok(),
        }
    }

    /// Whether it is only for people who signed in.
    pub fn is_personal(&self) -> bool {
        matches!(self, Self::Me | Self::MyDrives) || self.drive_key() == Some(&DriveKey::Mine)
    }

    /// Puts a person's own drive in the place of `/me/drive`.
    pub fn name_mine(&mut self, id: &str) {
        if let Self::Drive(key) | Self::Item { drive: key, .. } = self
            && *key == DriveKey::Mine
        {
            *key = DriveKey::Id(id.to_owned());
        }
    }

    /// The item that is addressed.
    pub fn item<'c>(&self, company: &'c Company) -> Result<(&'c Drive, &'c Item), GraphError> {
        let (drive, place) = match self {
            Self::Item { drive, place, .. } => (drive, place),
            Self::Shared(token) => return shares::find(company, token),
            _ => return Err(GraphError::item_not_found()),
        };
        let drive = drive.resolve(company)?;
        let item = drive
            .find_below(&place.id, place.path.iter().map(String::as_str))
            .ok_or_else(GraphError::item_not_found)?;
        Ok((drive, item))
    }
}

impl DriveKey {
    pub fn resolve<'c>(&self, company: &'c Company) -> Result<&'c Drive, GraphError> {
        let id = match self {
            // Known by its id as soon as it is known who asks.
            Self::Mine => return Err(no_drive()),
            Self::Id(id) => Some(id),
            Self::OfUser(key) => Some(user_drive(find_user(company, key)?)?),
            Self::OfSite(key) => find_site(company, key)?.drives.first(),
        };
        id.and_then(|id| company.drive(id))
            .ok_or_else(GraphError::item_not_found)
    }
}

pub(crate) fn find_user<'c>(company: &'c Company, key: &str) -> Result<&'c User, GraphError> {
    company.user(key).ok_or_else(|| {
        GraphError::new(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            format!("Resource '{key}' does not exist."),
        )
    })
}

pub(crate) fn user_drive(user: &User) -> Result<&String, GraphError> {
    user.drive.as_ref().ok_or_else(no_drive)
}

/// What is said of a person who never had a OneDrive.
pub(crate) fn no_drive() -> GraphError {
    GraphError::new(StatusCode::NOT_FOUND, "ResourceNotFound", "User's mysite not found.")
}

pub(crate) fn find_site<'c>(company: &'c Company, key: &str) -> Result<&'c Site, GraphError> {
    company.site(key).ok_or_else(|| {
        GraphError::new(
            StatusCode::NOT_FOUND,
            "itemNotFound",
            "Requested site could not be found",
        )
    })
}

fn segment(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or((path, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, path: &[&str], verb: Verb) -> Address {
        Address::Item {
            drive: DriveKey::Id("b!x".to_owned()),
            place: ItemKey {
                id: id.to_owned(),
                path: path.iter().map(|name| (*name).to_owned()).collect(),
            },
            verb,
        }
    }

    #[test]
    fn items_are_addressed_by_id_and_by_path() {
        let cases = [
            ("/drives/b!x/root", item("root", &[], Verb::Get)),
            ("/drives/b!x/root/children", item("root", &[], Verb::Children)),
            ("/drives/b%21x/items/01A", item("01A", &[], Verb::Get)),
            ("/drives/b!x/items/01A/content", item("01A", &[], Verb::Content)),
            (
                "/drives/b!x/root:/A%20b/c%23.docx",
                item("root", &["A b", "c#.docx"], Verb::Get),
            ),
            ("/drives/b!x/root:/A:/children", item("root", &["A"], Verb::Children)),
            (
                "/drives/b!x/root:/A/b.pdf:/content",
                item("root", &["A", "b.pdf"], Verb::Content),
            ),
            ("/drives/b!x/root/delta", item("root", &[], Verb::Delta)),
            ("/drives/b!x/items/01A/delta(token='x')", item("01A", &[], Verb::Delta)),
            (
                "/drives/b!x/items/01A:/sub%20dir:",
                item("01A", &["sub dir"], Verb::Get),
            ),
            (
                "/drives/b!x/items/01A:/100%25.pdf",
                item("01A", &["100%.pdf"], Verb::Get),
            ),
        ];
        for (path, address) in cases {
            assert_eq!(parse(path), address, "{path}");
        }
    }

    #[test]
    fn sites_and_users_lead_to_drives() {
        let of_site = |key: &str| DriveKey::OfSite(key.to_owned());
        assert_eq!(parse("/sites"), Address::Sites);
        assert_eq!(parse("/sites/getAllSites"), Address::AllSites);
        assert_eq!(parse("/sites/a,b,c/drives"), Address::SiteDrives("a,b,c".to_owned()));
        assert_eq!(parse("/sites/h.x:/sites/T"), Address::Site("h.x:/sites/T".to_owned()));
        assert_eq!(
            parse("/sites/h.x:/sites/T:/drives"),
            Address::SiteDrives("h.x:/sites/T".to_owned())
        );
        assert_eq!(parse("/sites/a/drive"), Address::Drive(of_site("a")));
        assert_eq!(
            parse("/users/7/drive"),
            Address::Drive(DriveKey::OfUser("7".to_owned()))
        );
        assert_eq!(parse("/users"), Address::Users);
        assert_eq!(parse("/me"), Address::Me);
        assert_eq!(parse("/me/drive"), Address::Drive(DriveKey::Mine));
        assert_eq!(parse("/me/drives"), Address::MyDrives);
        assert_eq!(parse("/shares/u!aHR0/driveItem"), Address::Shared("u!aHR0".to_owned()));
        assert_eq!(parse("/$batch"), Address::Batch);
        assert_eq!(parse("/teams"), Address::Unknown);
    }
}
