//! The people who can sign in: one for each way that a sign-in can end.

use crate::{
    company::Company,
    config::{TENANT_DOMAIN, TENANT_ID},
    ids,
};

/// The tenant of all personal accounts.
pub(crate) const CONSUMER_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The tenant that the guest comes from.
pub(crate) const PARTNER_TENANT: &str = "3c9be1f0-0000-4000-8000-0000fab21ca0";

/// Somebody who can sign in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// What `_sim_user` calls them.
    pub key: &'static str,
    pub name: String,
    pub mail: String,
    /// Their id in the tenant they sign in to.
    pub oid: String,
    /// The id of their own tenant.
    pub home: &'static str,
    /// What the page says of them.
    pub about: &'static str,
    /// How their sign-in ends.
    pub fate: Fate,
}

/// How a sign-in ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    SignsIn,
    /// They don't agree to what the application asks for.
    Declines,
    /// The same, in another of the words that the service has for it.
    DeclinesConsent,
    /// They go back from the page.
    GoesBack,
    /// Their tenant lets only an administrator agree.
    NeedsAdministrator,
}

/// A person, signed in to a tenant.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub person: Person,
    pub tenant: &'static str,
}

/// All people, in the order of the page.
pub(crate) fn all(company: &Company) -> Vec<Person> {
    let mut members = company
        .users
        .iter()
        .map(|user| (user.id.as_str(), user.name.as_str(), user.mail.as_str()));
    let mut member = |key, about, fate| {
        let (id, name, mail) = members.next().unwrap_or_default();
        Person {
            key,
            name: name.to_owned(),
            mail: mail.to_owned(),
            oid: id.to_owned(),
            home: TENANT_ID,
            about,
            fate,
        }
    };
    vec![
        member("member", "has a OneDrive", Fate::SignsIn),
        member("second", "has a OneDrive too", Fate::SignsIn),
        Person {
            key: "guest",
            name: "Gina Rossi".to_owned(),
            mail: "gina@fabrikam.example".to_owned(),
            oid: ids::guid("user Gina Rossi"),
            home: PARTNER_TENANT,
            about: "a guest from another organization, without a OneDrive",
            fate: Fate::SignsIn,
        },
        Person {
            key: "personal",
            name: "Pat Private".to_owned(),
            mail: "pat@outlook.example".to_owned(),
            oid: "00000000-0000-0000-5afe-0000000c0de5".to_owned(),
            home: CONSUMER_TENANT,
            about: "a personal account",
            fate: Fate::SignsIn,
        },
        member("declines", "declines what is asked for", Fate::Declines),
        member_of(
            "declines-consent",
            "Olga Nein",
            "declines, in other words",
            Fate::DeclinesConsent,
        ),
        member_of("goes-back", "Rio Back", "goes back from the page", Fate::GoesBack),
        member_of(
            "needs-admin",
            "Noa Strict",
            "needs an administrator's approval",
            Fate::NeedsAdministrator,
        ),
    ]
}

/// Somebody of the company who has no OneDrive.
fn member_of(key: &'static str, name: &str, about: &'static str, fate: Fate) -> Person {
    Person {
        key,
        name: name.to_owned(),
        mail: format!("{}@{TENANT_DOMAIN}", name.to_lowercase().replace(' ', ".")),
        oid: ids::guid(&format!("user {name}")),
        home: TENANT_ID,
        about,
        fate,
    }
}

/// A person by key or mail address.
pub(crate) fn find(company: &Company, name: &str) -> Option<Person> {
    all(company)
        .into_iter()
        .find(|person| person.key == name || person.mail.eq_ignore_ascii_case(name))
}

impl Account {
    /// Whether the tenant they signed in to is not their own.
    pub fn is_guest(&self) -> bool {
        self.tenant != self.person.home
    }

    /// The name they sign in with, as their tenant writes it.
    pub fn principal_name(&self) -> String {
        match self.is_guest() {
            true => format!("{}#EXT#@{TENANT_DOMAIN}", self.person.mail.replace('@', "_")),
            false => self.person.mail.clone(),
        }
    }
}
