//! Who this plugin is, how to sign in, and what the sign-in service's answers mean. Pure.

mod claims;
mod clouds;
mod explain;
mod form;

use crate::{
    contract::{
        AuthorizationPlan, Description, Egress, Labels, Mode, Policy, Role, Schedule, Setting, SettingsError,
        SignInPage, Subfolders,
    },
    rules::formats,
};

pub use claims::{CLAIMS, PERSONAL_TENANT, Person, judge, personal_account};
pub use clouds::{CLOUDS, Cloud, cloud};
pub use explain::{Refusal, explain};
pub use form::{ANY_TENANT, CERTIFICATE, CLIENT_ID, CLIENT_SECRET, CLOUD, OWN, REACH, SITES, TENANT, URL};

/// Stable and short.
const ID: &str = "onedrive";
/// For people.
const TITLE: &str = "Microsoft OneDrive";
/// The plugin's own version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The one path that is posted to: many GETs in one request.
const BATCH_PATH: &str = "/v1.0/$batch";

/// Who the plugin is and what it needs.
#[must_use]
pub fn description() -> Description {
    Description {
        id: ID.to_owned(),
        title: TITLE.to_owned(),
        labels: labels(),
        version: VERSION.to_owned(),
        required_role: Role::Administrator,
        default_policy: default_policy(),
        modes: form::forms(),
        // Rule 25.
        schedules: vec![Schedule {
            id: "daily-sync".to_owned(),
            hour: 5,
            minute: 30,
        }],
    }
}

/// The words of the product's help page.
fn labels() -> Labels {
    Labels {
        name: "OneDrive".to_owned(),
        add: "Add from OneDrive".to_owned(),
        associate: "Associate OneDrive Files".to_owned(),
        path_column: "Sharepoint File Path".to_owned(),
        path_help: [
            "In SharePoint or OneDrive, open the drive and note the folders down to the file: Clients/Northwind/Offer.docx. \
             Or select the file, choose Details > More details > Path, and copy that; or open the file and copy the address \
             of the page.",
            "Upper and lower case make no difference. The file must be in the drive that is chosen for the connection, and \
             have the same format as the library's file (docx to docx).",
        ]
        .map(str::to_owned)
        .to_vec(),
        path_example: "Clients/Northwind/Offer.docx".to_owned(),
        withdrawal: "Enterprise applications in the Microsoft Entra admin center, or myapps.microsoft.com for one's own"
            .to_owned(),
    }
}

/// What may enter the library unless the host decides otherwise: the limits of rules 20, 23, 24 and 31.
#[must_use]
pub fn default_policy() -> Policy {
    Policy {
        // 500 MB, as file managers count.
        max_file_bytes: 500 * 1024 * 1024,
        max_files_per_import: 5,
        file_types: formats::DEFAULT_TYPES.map(str::to_owned).to_vec(),
        subfolders: Subfolders::Associate,
        max_sheet_bytes: 32 * 1024 * 1024,
        max_sheet_rows: 200_000,
    }
}

/// How to get tokens. `setting` looks a value up; blank ones count as not filled in.
///
/// # Errors
/// When a setting can't be right.
pub fn authorization<'a>(
    mode: Mode,
    setting: impl Fn(&str) -> Option<&'a str>,
) -> Result<AuthorizationPlan, SettingsError> {
    let filled = |key| setting(key).map(str::trim).filter(|value| !value.is_empty());

    let tenant = filled(TENANT).unwrap_or_default().to_ascii_lowercase();
    let tenant = match mode {
        Mode::User if tenant.is_empty() => ANY_TENANT.to_owned(),
        _ => tenant,
    };
    check_tenant(mode, &tenant).map_err(|message| wrong(TENANT, message))?;
    // In lower case, as Microsoft writes it into the tokens that it makes for the application, whatever case it was asked in.
    let client_id = filled(CLIENT_ID).unwrap_or_default().to_ascii_lowercase();
    if !is_guid(&client_id) {
        return Err(wrong(
            CLIENT_ID,
            "the client id must be a GUID such as 11111111-2222-3333-4444-555555555555: copy the Application (client) \
             ID from the application's Overview",
        ));
    }
    let cloud = cloud(filled(CLOUD).unwrap_or("global"))
        .ok_or_else(|| wrong(CLOUD, "the cloud must be global, us-gov, us-dod or china"))?;
    let (scopes, sign_in) = match mode {
        Mode::Organization => (vec![format!("{}/.default", cloud.graph)], None),
        Mode::User => {
            let files = files_scopes(filled(REACH).unwrap_or(OWN))?;
            // The address in front keeps a token to one cloud: it is for this Graph and no other.
            let files = files.iter().map(|scope| format!("{}/{scope}", cloud.graph));
            let about_sign_in = ["openid", "profile", "offline_access"].map(str::to_owned);
            (files.chain(about_sign_in).collect(), Some(page(cloud, &tenant)))
        }
    };
    Ok(AuthorizationPlan {
        token_url: format!("{}/{tenant}/oauth2/v2.0/token", cloud.login),
        client_id,
        scopes,
        egress: Egress {
            api_origin: cloud.graph.to_owned(),
            post_paths: vec![BATCH_PATH.to_owned()],
            redirects: true,
        },
        sign_in,
    })
}

/// Where an administrator approves the application once for everybody of the tenant (admin consent).
/// <https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent>
#[must_use]
pub fn approval_url<'a>(setting: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let filled = |key| setting(key).map(str::trim).filter(|value| !value.is_empty());
    let tenant = filled(TENANT).unwrap_or(ANY_TENANT).to_ascii_lowercase();
    let client_id = filled(CLIENT_ID)?.to_ascii_lowercase();
    let cloud = cloud(filled(CLOUD).unwrap_or("global"))?;
    let sound = is_guid(&client_id) && check_tenant(Mode::User, &tenant).is_ok();
    sound.then(|| format!("{}/{tenant}/adminconsent?client_id={client_id}", cloud.login))
}

/// Rule 11: people pick an account, also where one is signed in already.
fn page(cloud: Cloud, tenant: &str) -> SignInPage {
    SignInPage {
        url: format!("{}/{tenant}/oauth2/v2.0/authorize", cloud.login),
        parameters: [("prompt", "select_account"), ("response_mode", "query")]
            .map(parameter)
            .to_vec(),
        issuer: format!("{}/{{tid}}/v2.0", cloud.login),
        claims: CLAIMS.map(str::to_owned).to_vec(),
    }
}

fn parameter((key, value): (&str, &str)) -> Setting {
    Setting {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

/// The scopes of Graph: for reading, and no more of that than is wanted.
fn files_scopes(reach: &str) -> Result<&'static [&'static str], SettingsError> {
    match reach {
        OWN => Ok(&["Files.Read"]),
        SITES => Ok(&["Files.Read.All", "Sites.Read.All"]),
        _ => Err(wrong(REACH, "the reach must be own or sites")),
    }
}

/// Rule 16: a GUID or a domain. Of the authorities that stand for many tenants, only the one of all companies makes sense,
/// and only for people: it has no drives to list, and the others let personal accounts in (rule 21).
fn check_tenant(mode: Mode, tenant: &str) -> Result<(), &'static str> {
    if mode == Mode::User && tenant == ANY_TENANT {
        return Ok(());
    }
    if matches!(tenant, "common" | ANY_TENANT | "consumers" | PERSONAL_TENANT) {
        return Err("the tenant must be that of one company, by its GUID or one of its domains");
    }
    let labels: Vec<&str> = tenant.split('.').collect();
    let is_label =
        |label: &&str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_guid(tenant) || (labels.len() > 1 && labels.iter().all(is_label)) {
        return Ok(());
    }
    Err(
        "the tenant must be a GUID or a domain such as contoso.onmicrosoft.com: copy the Tenant ID from the Overview \
         of the Microsoft Entra admin center",
    )
}

fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn wrong(key: &str, message: &str) -> SettingsError {
    SettingsError {
        key: key.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
