//! Authorities: the first segment of a sign-in address, which says who may sign in there.

use crate::{
    config::{TENANT_DOMAIN, TENANT_ID},
    sign_in::people::{Account, CONSUMER_TENANT, PARTNER_TENANT, Person},
};

/// Who may sign in at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
    /// Everybody.
    Common,
    /// Every work account.
    Organizations,
    /// Personal accounts only.
    Consumers,
    /// The accounts and guests of the tenant with this id.
    Tenant(&'static str),
}

impl Authority {
    /// Reads the first segment of a path; `None` is a tenant that doesn't exist.
    pub fn parse(segment: &str) -> Option<Self> {
        let is = |name: &str| segment.eq_ignore_ascii_case(name);
        match segment {
            _ if is("common") => Some(Self::Common),
            _ if is("organizations") => Some(Self::Organizations),
            _ if is("consumers") || is(CONSUMER_TENANT) => Some(Self::Consumers),
            _ if is(TENANT_ID) || is(TENANT_DOMAIN) => Some(Self::Tenant(TENANT_ID)),
            _ if is(PARTNER_TENANT) => Some(Self::Tenant(PARTNER_TENANT)),
            _ => None,
        }
    }

    /// The tenant in the issuer of its tokens, or a placeholder where that depends on who signs in.
    pub fn tenant(self) -> &'static str {
        match self {
            Self::Common | Self::Organizations => "{tenantid}",
            Self::Consumers => CONSUMER_TENANT,
            Self::Tenant(id) => id,
        }
    }

    /// Whether the application is known there.
    pub fn knows_the_application(self) -> bool {
        self != Self::Tenant(PARTNER_TENANT)
    }

    /// The account that a person signs in to here, or `None` where such a person can't.
    ///
    /// A personal account may come in everywhere, other than at the real service, so that a client's own refusal of
    /// it can be tried out.
    pub fn account(self, person: Person) -> Option<Account> {
        let tenant = match self {
            _ if person.home == CONSUMER_TENANT => CONSUMER_TENANT,
            Self::Consumers => return None,
            Self::Tenant(id) => id,
            Self::Common | Self::Organizations => person.home,
        };
        Some(Account { person, tenant })
    }
}
