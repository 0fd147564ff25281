//! The forms in which an Administrator connects: what to fill in, and where to find it.

use crate::contract::{Credentials, FormField, FormFieldKind, FormFieldTraits, Mode, ModeForm};

/// The keys of the settings.
pub const TENANT: &str = "tenant";
/// The application's id.
pub const CLIENT_ID: &str = "client-id";
/// The application's secret, which stays with the host.
pub const CLIENT_SECRET: &str = "client-secret";
/// The application's certificate and its key, which stay with the host.
pub const CERTIFICATE: &str = "certificate";
/// One of the clouds' names.
pub const CLOUD: &str = "cloud";
/// The address of the one site, library or drive that the application was granted.
pub const URL: &str = "url";
/// How far a person's sign-in reaches: [`OWN`] or [`SITES`].
pub const REACH: &str = "reach";

/// The person's own OneDrive.
pub const OWN: &str = "own";
/// All that the person can open, the libraries of sites included.
pub const SITES: &str = "sites";

/// The authority of all tenants of companies, and none of personal accounts (rule 21).
pub const ANY_TENANT: &str = "organizations";

/// What is filled in.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    Secret,
    Certificate,
}

/// One field of a form.
#[derive(Clone, Copy)]
struct Field {
    key: &'static str,
    label: &'static str,
    help: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    traits: FormFieldTraits,
}

/// The registered application is this one for everybody.
const APPLICATION: FormFieldTraits = FormFieldTraits::APPLICATION;
/// The same account may have another value here.
const NEITHER: FormFieldTraits = FormFieldTraits::empty();

const CLOUD_NAMES: &[&str] = &["global", "us-gov", "us-dod", "china"];

const CLIENT_ID_FIELD: Field = Field {
    key: CLIENT_ID,
    label: "Client ID",
    help: "In the Microsoft Entra admin center, under App registrations, on the application's Overview: Application \
        (client) ID",
    kind: Kind::Text,
    default: None,
    traits: APPLICATION,
};

const SECRET_FIELD: Field = Field {
    key: CLIENT_SECRET,
    label: "Client Secret",
    help: "On the application's page, under Certificates & secrets: the Value of a client secret, shown only once when \
        it is made. Not the Secret ID",
    kind: Kind::Secret,
    default: None,
    traits: APPLICATION,
};

const CERTIFICATE_FIELD: Field = Field {
    key: CERTIFICATE,
    label: "Certificate",
    help: "One that you made, with its private key (RSA, 2048 bits or more), as a PEM file. Upload the certificate \
        without the key on the application's page, under Certificates & secrets",
    kind: Kind::Certificate,
    default: None,
    traits: APPLICATION,
};

const CLOUD_FIELD: Field = Field {
    key: CLOUD,
    label: "Microsoft cloud",
    help: "global for most, US GCC included; us-gov for GCC High, us-dod for DoD, china for 21Vianet",
    kind: Kind::Choice(CLOUD_NAMES),
    default: Some("global"),
    traits: FormFieldTraits::ACCOUNT.union(FormFieldTraits::APPLICATION),
};

/// Rule 16: what the company's credentials consist of, and where to find them.
const ORGANIZATION_FIELDS: [Field; 6] = [
    Field {
        key: TENANT,
        label: "Tenant ID",
        help: "In the Microsoft Entra admin center (entra.microsoft.com), under Overview; a domain of the tenant \
            (contoso.onmicrosoft.com) does as well",
        kind: Kind::Text,
        default: None,
        traits: FormFieldTraits::ACCOUNT.union(FormFieldTraits::APPLICATION),
    },
    CLIENT_ID_FIELD,
    SECRET_FIELD,
    CERTIFICATE_FIELD,
    CLOUD_FIELD,
    Field {
        key: URL,
        label: "Site, library or drive",
        help: "For an application that was granted single sites only (Sites.Selected): the address of one of them, copied \
            from the browser. For others it takes Sites.Read.All: Files.Read.All alone opens no site by its address",
        kind: Kind::Text,
        default: Some(""),
        traits: NEITHER,
    },
];

/// Rule 7: what a person's own sign-in needs before the person is asked.
const USER_FIELDS: [Field; 6] = [
    Field {
        key: TENANT,
        label: "Tenant ID",
        help: "Only to sign in to one company, as a guest must (with the reach sites, as guests have no OneDrive there), or \
            for an application that is for one tenant: in the Microsoft Entra admin center, under Overview; a domain does as \
            well. Otherwise organizations",
        kind: Kind::Text,
        default: Some(ANY_TENANT),
        traits: APPLICATION,
    },
    CLIENT_ID_FIELD,
    SECRET_FIELD,
    CERTIFICATE_FIELD,
    CLOUD_FIELD,
    Field {
        key: REACH,
        label: "Reach",
        help: "own asks for Files.Read: the person's own OneDrive, which people can approve themselves in most companies. \
            sites asks for Files.Read.All and Sites.Read.All: the libraries of sites that the person can open as well; by \
            Microsoft's default since 2025 an administrator must approve these first",
        kind: Kind::Choice(&[OWN, SITES]),
        default: Some(OWN),
        traits: NEITHER,
    },
];

/// The ways to connect.
pub(super) fn forms() -> Vec<ModeForm> {
    vec![
        ModeForm {
            mode: Mode::User,
            label: "Your own Microsoft sign-in".to_owned(),
            help: "You see what you may see.".to_owned(),
            fields: USER_FIELDS.map(FormField::from).to_vec(),
            credentials: Credentials::AtMostOne,
        },
        ModeForm {
            mode: Mode::Organization,
            label: "The company's credentials".to_owned(),
            help: "All Administrators see the same drives.".to_owned(),
            fields: ORGANIZATION_FIELDS.map(FormField::from).to_vec(),
            credentials: Credentials::One,
        },
    ]
}

impl From<Field> for FormField {
    fn from(field: Field) -> Self {
        Self {
            key: field.key.to_owned(),
            label: field.label.to_owned(),
            help: field.help.to_owned(),
            kind: match field.kind {
                Kind::Text => FormFieldKind::Text,
                Kind::Choice(words) => FormFieldKind::Choice(words.iter().map(|word| (*word).to_owned()).collect()),
                Kind::Secret => FormFieldKind::Secret,
                Kind::Certificate => FormFieldKind::Certificate,
            },
            default: field.default.map(str::to_owned),
            traits: field.traits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::CLOUDS;

    #[test]
    fn r16_the_credentials_are_the_only_fields_that_stay_with_the_host() {
        for fields in [ORGANIZATION_FIELDS, USER_FIELDS] {
            let kept: Vec<_> = fields
                .iter()
                .filter(|field| matches!(field.kind, Kind::Secret | Kind::Certificate))
                .map(|field| field.key)
                .collect();
            assert_eq!(kept, [CLIENT_SECRET, CERTIFICATE]);
        }
    }

    #[test]
    fn r16_every_field_says_where_to_find_its_value() {
        for field in ORGANIZATION_FIELDS.iter().chain(&USER_FIELDS) {
            assert!(field.help.len() > 40 && !field.label.is_empty(), "{}", field.key);
        }
    }

    #[test]
    fn the_clouds_to_choose_from_are_those_that_are_known() {
        assert!(CLOUDS.iter().map(|cloud| cloud.name).eq(CLOUD_NAMES.iter().copied()));
    }
}
