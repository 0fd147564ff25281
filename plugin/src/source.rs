//! Who this plugin is, how to sign in, and what the sign-in service's refusals mean. Pure.

mod explain;

use crate::{
    kinds,
    model::{Policy, Subfolders},
};

pub use explain::{Problem, SignInError, explain};

/// Stable and short.
pub const ID: &str = "onedrive";
/// For people.
pub const TITLE: &str = "Microsoft OneDrive";
/// The plugin's own version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Rule 25: the name of the schedule, its hour and its minute, UTC.
pub const DAILY_SYNC: (&str, u8, u8) = ("daily-sync", 5, 30);
/// The one path that is posted to: many GETs in one request.
pub const BATCH_PATH: &str = "/v1.0/$batch";

/// The keys of the settings.
pub const TENANT: &str = "tenant";
/// The application's id.
pub const CLIENT_ID: &str = "client-id";
/// The application's secret, which stays with the host.
pub const CLIENT_SECRET: &str = "client-secret";
/// One of [`CLOUDS`].
pub const CLOUD: &str = "cloud";

/// One of Microsoft's clouds. Tokens and applications belong to one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cloud {
    /// What people fill in.
    pub name: &'static str,
    /// The origin of the sign-in service.
    pub login: &'static str,
    /// The origin of Microsoft Graph.
    pub graph: &'static str,
}

/// The clouds that are known. The first one is the default.
pub const CLOUDS: [Cloud; 4] = [
    Cloud {
        name: "global",
        login: "https://login.microsoftonline.com",
        graph: "https://graph.microsoft.com",
    },
    Cloud {
        name: "us-gov",
        login: "https://login.microsoftonline.us",
        graph: "https://graph.microsoft.us",
    },
    Cloud {
        name: "us-dod",
        login: "https://login.microsoftonline.us",
        graph: "https://dod-graph.microsoft.us",
    },
    Cloud {
        name: "china",
        login: "https://login.partner.microsoftonline.cn",
        graph: "https://microsoftgraph.chinacloudapi.cn",
    },
];

/// One field of the form in which an Administrator connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The key of the setting.
    pub key: &'static str,
    /// For people.
    pub label: &'static str,
    /// Where to find the value.
    pub help: &'static str,
    /// Whether the host keeps it to itself.
    pub secret: bool,
    /// What counts where nothing is filled in.
    pub default: Option<&'static str>,
}

/// Rule 16: what the company's credentials consist of, and where to find them.
pub const ORGANIZATION_FIELDS: [Field; 4] = [
    Field {
        key: TENANT,
        label: "Tenant ID",
        help: "In the Microsoft Entra admin center (entra.microsoft.com), under Overview; a domain of the tenant \
            (contoso.onmicrosoft.com) does as well",
        secret: false,
        default: None,
    },
    Field {
        key: CLIENT_ID,
        label: "Client ID",
        help: "In the Microsoft Entra admin center, under App registrations, on the application's Overview: \
            Application (client) ID",
        secret: false,
        default: None,
    },
    Field {
        key: CLIENT_SECRET,
        label: "Client Secret",
        help: "In the same place, under Certificates & secrets: the Value of a client secret, shown only once when it \
            is made. Not the Secret ID",
        secret: true,
        default: None,
    },
    Field {
        key: CLOUD,
        label: "Microsoft cloud",
        help: "global for most, US GCC included; us-gov for GCC High, us-dod for DoD, china for 21Vianet",
        secret: false,
        default: Some("global"),
    },
];

/// How the host obtains tokens, and where they may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The token endpoint.
    pub token_url: String,
    /// The application that asks.
    pub client_id: String,
    /// The one scope of the company's credentials: everything that was granted to the application.
    pub scope: String,
    /// The origin of Microsoft Graph.
    pub api_origin: String,
}

/// A setting that can't be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// Which one.
    pub key: &'static str,
    /// What is wrong with it and what to do.
    pub message: String,
}

/// What may enter the library unless the host decides otherwise: the limits of rules 20, 23, 24 and 31.
#[must_use]
pub fn default_policy() -> Policy {
    Policy {
        // 500 MB, as file managers count.
        max_file_bytes: 500 * 1024 * 1024,
        max_files_per_import: 5,
        file_types: kinds::DEFAULT_TYPES.map(str::to_owned).to_vec(),
        subfolders: Subfolders::Associate,
        max_sheet_bytes: 32 * 1024 * 1024,
        max_sheet_rows: 200_000,
    }
}

/// How to get tokens with the company's credentials. `setting` looks a value up; blank ones count as not filled in.
///
/// # Errors
/// When a setting can't be right.
pub fn authorization<'a>(setting: impl Fn(&str) -> Option<&'a str>) -> Result<Plan, SettingsError> {
    let filled = |key| setting(key).map(str::trim).filter(|value| !value.is_empty());

    let tenant = filled(TENANT).unwrap_or_default().to_ascii_lowercase();
    check_tenant(&tenant).map_err(|message| wrong(TENANT, message))?;
    let client_id = filled(CLIENT_ID).unwrap_or_default();
    if !is_guid(client_id) {
        return Err(wrong(
            CLIENT_ID,
            "the client id must be a GUID such as 11111111-2222-3333-4444-555555555555: copy the Application (client) \
             ID from the application's Overview",
        ));
    }
    let name = filled(CLOUD).unwrap_or("global");
    let cloud = CLOUDS
        .iter()
        .find(|cloud| cloud.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| wrong(CLOUD, "the cloud must be global, us-gov, us-dod or china"))?;
    Ok(Plan {
        token_url: format!("{}/{tenant}/oauth2/v2.0/token", cloud.login),
        client_id: client_id.to_owned(),
        scope: format!("{}/.default", cloud.graph),
        api_origin: cloud.graph.to_owned(),
    })
}

/// Rule 16: a GUID or a domain. The authorities that stand for many tenants have none to list drives of, and one of
/// them stands for personal accounts (rule 21).
fn check_tenant(tenant: &str) -> Result<(), &'static str> {
    if matches!(tenant, "common" | "organizations" | "consumers" | PERSONAL_TENANT) {
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

/// The tenant of all personal accounts.
const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn wrong(key: &'static str, message: &str) -> SettingsError {
    SettingsError {
        key,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const GUID: &str = "11111111-2222-3333-4444-555555555555";

    fn plan(tenant: &str, client: &str, cloud: Option<&str>) -> Result<Plan, SettingsError> {
        authorization(|key| match key {
            TENANT => Some(tenant),
            CLIENT_ID => Some(client),
            CLOUD => cloud,
            _ => None,
        })
    }

    #[test]
    fn r16_the_tenant_is_a_guid_or_a_domain() {
        for tenant in [GUID, " contoso.onmicrosoft.com ", "Contoso.com"] {
            let plan = plan(tenant, GUID, None).unwrap();
            let tenant = tenant.trim().to_lowercase();
            assert_eq!(
                plan.token_url,
                format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token")
            );
        }
        for tenant in [
            "",
            "contoso",
            "a b.com",
            "contoso.com/x",
            "..",
            "a..b",
            "contoso.com?x",
            "1111",
        ] {
            assert_eq!(plan(tenant, GUID, None).unwrap_err().key, TENANT, "{tenant:?}");
        }
    }

    #[test]
    fn r21_authorities_of_many_tenants_or_of_personal_accounts_are_refused() {
        for tenant in ["common", "organizations", "Consumers", PERSONAL_TENANT] {
            assert_eq!(plan(tenant, GUID, None).unwrap_err().key, TENANT, "{tenant}");
        }
    }

    #[test]
    fn r16_the_client_id_is_a_guid() {
        for client in [
            "",
            "my-app",
            "11111111-2222-3333-4444-55555555555",
            "g1111111-2222-3333-4444-555555555555",
        ] {
            assert_eq!(
                plan("contoso.com", client, None).unwrap_err().key,
                CLIENT_ID,
                "{client:?}"
            );
        }
    }

    #[test]
    fn r14_each_cloud_has_its_own_sign_in_and_graph() {
        for cloud in CLOUDS {
            let plan = plan(GUID, GUID, Some(cloud.name)).unwrap();
            assert!(plan.token_url.starts_with(cloud.login));
            assert_eq!(plan.scope, format!("{}/.default", cloud.graph));
            assert_eq!(plan.api_origin, cloud.graph);
        }
        assert_eq!(plan(GUID, GUID, Some("mars")).unwrap_err().key, CLOUD);
        assert_eq!(plan(GUID, GUID, Some(" ")).unwrap().api_origin, CLOUDS[0].graph);
    }

    #[test]
    fn the_secret_is_the_only_secret_field() {
        let secret: Vec<_> = ORGANIZATION_FIELDS
            .iter()
            .filter(|field| field.secret)
            .map(|field| field.key)
            .collect();
        assert_eq!(secret, [CLIENT_SECRET]);
    }
}
