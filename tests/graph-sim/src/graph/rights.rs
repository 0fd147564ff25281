//! What an access token lets its bearer ask for, address by address.
//!
//! A token has *scopes*, where somebody signed in, or the application's *roles*; they are named alike. What each address
//! takes is written at its page below <https://learn.microsoft.com/graph/api/>; the words of a site's refusal are those that
//! people have reported (pnp/pnpassessment, issue 108). Rights that allow writing count as those to read, and nobody needs
//! them here. `Sites.Selected` opens the sites that the application was granted one by one.

use axum::http::{StatusCode, header};

use super::address::{Address, DriveKey};
use crate::{
    company::Company,
    config::TENANT_ID,
    drive::Drive,
    reply::GraphError,
    sign_in::{ledger::Bearer, people::Account, scope::Scopes, tenant::Tenant},
};

const ALL_FILES: &[&str] = &["Files.Read.All", "Files.ReadWrite.All"];
const ALL_SITES: &[&str] = &["Sites.Read.All", "Sites.ReadWrite.All", "Sites.FullControl.All"];
const ALL_PEOPLE: &[&str] = &["User.Read.All", "User.ReadBasic.All", "Directory.Read.All"];
const ALL_GROUPS: &[&str] = &["GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"];
const OWN_FILES: &[&str] = &["Files.Read", "Files.ReadWrite"];

/// Whether whoever bears a token may ask for this.
///
/// # Errors
///
/// What Graph answers if not.
pub(super) fn check(company: &Company, tenant: &Tenant, bearer: &Bearer, address: &Address) -> Result<(), GraphError> {
    let rights = &bearer.rights;
    if rights.grant_nothing() && *address != Address::Unknown {
        return Err(GraphError::invalid_token(
            "Either scp or roles claim need to be present in the token.",
        ));
    }
    if let Some(account) = &bearer.account
        && !may_see(company, account, address)
    {
        return Err(denied("Access denied."));
    }
    let has = |wanted: &[&str]| wanted.iter().any(|right| rights.has(right));
    match address {
        Address::Me | Address::Batch | Address::Unknown => Ok(()),
        Address::Users | Address::User(_) if has(ALL_PEOPLE) => Ok(()),
        Address::Groups if has(ALL_GROUPS) => Ok(()),
        Address::SitePermissions(_) if has(&["Sites.FullControl.All"]) => Ok(()),
        Address::SitePermissions(_) => Err(denied("Access denied")),
        Address::Users | Address::User(_) | Address::Groups => Err(GraphError::new(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )),
        Address::Sites | Address::AllSites if has(ALL_SITES) => Ok(()),
        Address::Sites | Address::AllSites => Err(no_site_rights(bearer)),
        Address::Site(key) => site(company, tenant, bearer, key),
        Address::SiteDrives(key) if key.contains(":/") => site(company, tenant, bearer, key),
        Address::SiteDrives(key) => {
            let is_granted = is_granted(company, tenant, rights, key);
            (has(ALL_FILES) || has(ALL_SITES) || is_granted)
                .then_some(())
                .ok_or_else(no_file_rights)
        }
        Address::MyDrives | Address::UserDrives(_) => (has(OWN_FILES) || has(ALL_FILES) || has(ALL_SITES))
            .then_some(())
            .ok_or_else(no_file_rights),
        Address::Drive(_) | Address::Item { .. } | Address::Shared(_) => in_drive(company, tenant, bearer, address),
    }
}

/// A site by its key: an id, `root`, or `host:/path`.
fn site(company: &Company, tenant: &Tenant, bearer: &Bearer, key: &str) -> Result<(), GraphError> {
    let all = ALL_SITES.iter().any(|right| bearer.rights.has(right));
    match all || is_granted(company, tenant, &bearer.rights, key) {
        true => Ok(()),
        false if bearer.rights.has("Sites.Selected") => Err(denied("Access denied")),
        false => Err(no_site_rights(bearer)),
    }
}

fn is_granted(company: &Company, tenant: &Tenant, rights: &Scopes, key: &str) -> bool {
    let site = company.site(key);
    rights.has("Sites.Selected") && site.is_some_and(|site| tenant.granted_sites.contains(&site.id))
}

fn in_drive(company: &Company, tenant: &Tenant, bearer: &Bearer, address: &Address) -> Result<(), GraphError> {
    let has = |wanted: &[&str]| wanted.iter().any(|right| bearer.rights.has(right));
    // By its address, a site is looked up, and that takes a right to sites whatever comes after it.
    if let Some(DriveKey::OfSite(key)) = address.drive_key()
        && key.contains(":/")
    {
        site(company, tenant, bearer, key)?;
    }
    // What is not there may be asked for: the answer says so.
    let Some(drive) = address.drive(company) else {
        return Ok(());
    };
    let is_own = bearer
        .account
        .as_ref()
        .is_some_and(|account| drive.owner.id() == account.person.oid);
    let selected = || has(&["Sites.Selected"]) && tenant.granted_sites.contains(drive.owner.id());
    let may = has(ALL_FILES) || has(ALL_SITES) || is_own && has(OWN_FILES) || selected();
    if !may {
        return Err(no_file_rights());
    }
    in_context(tenant, drive)
}

/// A policy may want more of whoever opens one site than a token says (an authentication context). No renewal brings that.
fn in_context(tenant: &Tenant, drive: &Drive) -> Result<(), GraphError> {
    let Some(status) = tenant.contexts.get(&drive.id) else {
        return Ok(());
    };
    let message = "Continuous access evaluation or a policy of the site needs more claims.";
    if *status == StatusCode::UNAUTHORIZED {
        let challenge = "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"";
        let error = GraphError::new(*status, "InvalidAuthenticationToken", message);
        return Err(error.with(header::WWW_AUTHENTICATE, challenge));
    }
    Err(GraphError::new(*status, "accessDenied", message).inner("insufficient_claims"))
}

/// What a person may see, whatever the token says: in their own tenant or as a guest, all but the OneDrives of others;
/// elsewhere, nothing but their own drive. Only an application may list all sites.
fn may_see(company: &Company, account: &Account, address: &Address) -> bool {
    let is_of_company = account.tenant == TENANT_ID;
    match address {
        Address::Me | Address::MyDrives | Address::Batch | Address::Unknown => true,
        Address::AllSites => false,
        // What is not there may be asked for: the answer says so.
        Address::Drive(_) | Address::Item { .. } | Address::Shared(_) => address
            .drive(company)
            .is_none_or(|drive| drive.owner.id() == account.person.oid || is_of_company && drive.is_shared()),
        _ => is_of_company,
    }
}

fn no_site_rights(bearer: &Bearer) -> GraphError {
    let who = match &bearer.account {
        Some(_) => "the user",
        None => "the application",
    };
    denied(&format!(
        "Access to Site in Graph API requires the following permissions: Sites.Read.All or Sites.ReadWrite.All. However, {who} \
         only has the following permissions granted: {}",
        bearer.rights.of_graph()
    ))
}

fn no_file_rights() -> GraphError {
    denied("Access denied")
}

fn denied(message: &str) -> GraphError {
    GraphError::new(StatusCode::FORBIDDEN, "accessDenied", message)
}
