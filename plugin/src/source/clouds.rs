//! Microsoft's clouds. Tokens, applications and tenants belong to one of them, and so does everything that a plan names.

/// One of Microsoft's clouds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cloud {
    /// What people fill in.
    pub name: &'static str,
    /// The origin of the sign-in service.
    pub login: &'static str,
    /// The origin of Microsoft Graph.
    pub graph: &'static str,
    /// Where applications are registered, for people.
    pub portal: &'static str,
}

/// The clouds that are known (<https://learn.microsoft.com/graph/deployments>). The first one is the default.
pub const CLOUDS: [Cloud; 4] = [
    Cloud {
        name: "global",
        login: "https://login.microsoftonline.com",
        graph: "https://graph.microsoft.com",
        portal: "entra.microsoft.com",
    },
    Cloud {
        name: "us-gov",
        login: "https://login.microsoftonline.us",
        graph: "https://graph.microsoft.us",
        portal: "portal.azure.us",
    },
    Cloud {
        name: "us-dod",
        login: "https://login.microsoftonline.us",
        graph: "https://dod-graph.microsoft.us",
        portal: "portal.azure.us",
    },
    Cloud {
        name: "china",
        login: "https://login.partner.microsoftonline.cn",
        graph: "https://microsoftgraph.chinacloudapi.cn",
        portal: "portal.azure.cn",
    },
];

/// The cloud of that name, in any case.
#[must_use]
pub fn cloud(name: &str) -> Option<Cloud> {
    CLOUDS.into_iter().find(|cloud| cloud.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_clouds_share_a_graph() {
        for (index, cloud) in CLOUDS.iter().enumerate() {
            assert!(CLOUDS.iter().skip(index + 1).all(|other| other.graph != cloud.graph));
        }
        assert_eq!(cloud("US-Gov"), Some(CLOUDS[1]));
        assert_eq!(cloud("mars"), None);
    }
}
