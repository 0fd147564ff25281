//! The company behind the simulated tenant: its users, its sites, and their drives.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    drive::{Drive, Owner},
    ids,
    sign_in::people::{self, Account},
};

/// The host name of the sites.
const SITES_HOST: &str = "contoso.sharepoint.com";

/// The host name of the users' OneDrives.
const MY_HOST: &str = "contoso-my.sharepoint.com";

pub(crate) struct Company {
    pub users: Vec<User>,
    pub sites: Vec<Site>,
    pub drives: BTreeMap<String, Drive>,
    /// Libraries that the system keeps for itself in people's sites, by their ids.
    pub hidden: BTreeMap<String, Drive>,
    /// Sharing links, without their options, and what they lead to: drive and item.
    pub links: BTreeMap<String, (String, String)>,
    /// The status by which Graph refuses to resolve the addresses of pages that show a file; `None`: it resolves them.
    /// Both are reported of the service.
    pub pages_refused: Option<u16>,
    /// The id of the drive that is seeded, and that calls are about where no drive is named.
    pub main: String,
}

pub(crate) struct User {
    pub id: String,
    pub name: String,
    pub mail: String,
    /// The id of the OneDrive, if one was ever set up.
    pub drive: Option<String>,
}

pub(crate) struct Site {
    /// Host name and two GUIDs.
    pub id: String,
    pub name: String,
    /// From the host's root: `/sites/Marketing`.
    pub path: String,
    pub web_url: String,
    pub created: DateTime<Utc>,
    /// The ids of its libraries, the default one first.
    pub drives: Vec<String>,
    /// Whether it is the site behind a user's OneDrive.
    pub personal: bool,
}

impl Company {
    /// Contoso: three users with a OneDrive and one without, and two sites with three libraries.
    /// All drives are empty; the main one is the first user's.
    pub fn contoso(domain: &str, now: DateTime<Utc>) -> Self {
        let mut company = Self {
            users: vec![],
            sites: vec![],
            drives: BTreeMap::new(),
            hidden: BTreeMap::new(),
            links: BTreeMap::new(),
            pages_refused: None,
            main: String::new(),
        };
        company.main = company.add_user("Ada Winter", domain, now);
        company.add_user("Ben Okafor", domain, now);
        company.add_user("Chloé Martin", domain, now);
        company.users.push(User::new("Room 12", domain));
        company.add_site("Marketing", &["Documents", "Brand Assets"], now);
        company.add_site("Sales Team", &["Documents"], now);
        company.add_consumer(now);
        company
    }

    /// A drive by its id, whether people see it or not.
    pub fn drive(&self, id: &str) -> Option<&Drive> {
        self.drives.get(id).or_else(|| self.hidden.get(id))
    }

    /// The ids of the hidden libraries beside a drive, which come first, and its own.
    pub fn with_hidden(&self, id: &str) -> Vec<String> {
        let owner = self.drives.get(id).map(|drive| drive.owner.id());
        let beside = self.hidden.values().filter(|drive| Some(drive.owner.id()) == owner);
        beside.map(|drive| drive.id.clone()).chain([id.to_owned()]).collect()
    }

    /// The drives that are the company's own: all but that of the personal account.
    pub fn own_drives(&self) -> impl Iterator<Item = &Drive> {
        self.drives.values().filter(|drive| !drive.is_personal())
    }

    /// The drive of somebody who signed in.
    pub fn drive_of(&self, account: &Account) -> Option<&Drive> {
        let id = &account.person.oid;
        let consumer = || {
            self.drives
                .values()
                .find(|drive| drive.is_personal() && drive.owner.id() == id)
        };
        match self.user(id).and_then(|user| user.drive.as_ref()) {
            Some(drive) => self.drives.get(drive),
            None => consumer(),
        }
    }

    pub fn user(&self, key: &str) -> Option<&User> {
        self.users
            .iter()
            .find(|user| user.id == key || user.mail.eq_ignore_ascii_case(key))
    }

    /// A site by its id, or by `host:/path`; `root` is the first that is no user's.
    pub fn site(&self, key: &str) -> Option<&Site> {
        if key == "root" || key.eq_ignore_ascii_case(SITES_HOST) {
            return self.sites.iter().find(|site| !site.personal);
        }
        self.sites.iter().find(|site| {
            let address = site.web_url.trim_start_matches("https://").replacen('/', ":/", 1);
            site.id == key || address.eq_ignore_ascii_case(key.trim_end_matches('/'))
        })
    }

    fn add_user(&mut self, name: &str, domain: &str, now: DateTime<Utc>) -> String {
        let mut user = User::new(name, domain);
        let folder = user.mail.replace(['@', '.'], "_");
        let path = format!("/personal/{folder}");
        let mut site = Site::new(name, MY_HOST, &path, now);
        site.personal = true;
        let owner = Owner::User {
            id: user.id.clone(),
            name: name.to_owned(),
            mail: user.mail.clone(),
        };
        // One of them is called like the real one.
        for (name, last) in [
            ("PersonalCacheLibrary", "PersonalCacheLibrary"),
            ("OneDrive", "PreservationHoldLibrary"),
        ] {
            let hidden = Drive::new(name, owner.clone(), format!("{}/{last}", site.web_url), now);
            self.hidden.insert(hidden.id.clone(), hidden);
        }
        let drive = Drive::new("OneDrive", owner, format!("{}/Documents", site.web_url), now);
        let id = drive.id.clone();
        user.drive = Some(id.clone());
        site.drives.push(id.clone());
        self.drives.insert(id.clone(), drive);
        self.users.push(user);
        self.sites.push(site);
        id
    }

    /// The empty OneDrive of the personal account.
    fn add_consumer(&mut self, now: DateTime<Utc>) {
        let Some(person) = people::find(self, "personal") else {
            return;
        };
        let owner = Owner::Consumer {
            id: person.oid,
            name: person.name,
            mail: person.mail,
        };
        let drive = Drive::new("OneDrive", owner, "https://onedrive.example/pat".to_owned(), now);
        self.drives.insert(drive.id.clone(), drive);
    }

    fn add_site(&mut self, name: &str, libraries: &[&str], now: DateTime<Utc>) {
        let path = format!("/sites/{}", name.replace(' ', ""));
        let folder = |library: &&str| match *library {
            "Documents" => "Shared%20Documents".to_owned(),
            other => other.replace(' ', "%20"),
        };
        let folders: Vec<String> = libraries.iter().map(folder).collect();
        let libraries: Vec<(&str, &str)> = libraries
            .iter()
            .copied()
            .zip(folders.iter().map(String::as_str))
            .collect();
        self.add_site_at(&path, name, &libraries, now);
    }

    /// A site at a path of the host, with libraries by their names and the last names of their addresses, encoded. Returns
    /// the libraries' ids.
    pub fn add_site_at(
        &mut self,
        path: &str,
        name: &str,
        libraries: &[(&str, &str)],
        now: DateTime<Utc>,
    ) -> Vec<String> {
        let mut site = Site::new(name, SITES_HOST, path, now);
        for (library, folder) in libraries {
            let owner = Owner::Site {
                id: site.id.clone(),
                name: name.to_owned(),
            };
            let drive = Drive::new(library, owner, format!("{}/{folder}", site.web_url), now);
            site.drives.push(drive.id.clone());
            self.drives.insert(drive.id.clone(), drive);
        }
        let ids = site.drives.clone();
        self.sites.push(site);
        ids
    }
}

impl User {
    fn new(name: &str, domain: &str) -> Self {
        let local = name.to_lowercase().replace('é', "e").replace(' ', ".");
        Self {
            id: ids::guid(&format!("user {name}")),
            name: name.to_owned(),
            mail: format!("{local}@{domain}"),
            drive: None,
        }
    }
}

impl Site {
    fn new(name: &str, host: &str, path: &str, now: DateTime<Utc>) -> Self {
        let web_url = format!("https://{host}{path}");
        Self {
            id: format!(
                "{host},{},{}",
                ids::guid(&format!("collection {web_url}")),
                ids::guid(&format!("web {web_url}"))
            ),
            name: name.to_owned(),
            path: path.to_owned(),
            web_url,
            created: now,
            drives: vec![],
            personal: false,
        }
    }
}
