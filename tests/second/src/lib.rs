//! A plugin for a made-up source, the shelf (`source/`): a list of documents with SHA-256, behind bearer tokens. It has no
//! folders and no feed of changes, and a form to connect of its own. It shows what a plugin needs, and that the host knows
//! nothing of any source.
//!
//! Read it in this order: `describe` below, what people see of it; `shelf`, asking the source; `entering`, browsing and
//! importing; `following`, the sync; `sheet`, tying files to documents by a sheet; `examining`, what
//! people ask when it does not work.
#![cfg(target_family = "wasm")]

mod entering;
mod examining;
mod following;
mod sheet;
mod shelf;

/// The contract, as generated from `wit/`.
mod bindings {
    #![allow(
        missing_docs,
        unsafe_code,
        unused_qualifications,
        clippy::all,
        clippy::pedantic,
        clippy::allow_attributes_without_reason,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used,
        reason = "generated code"
    )]

    wit_bindgen::generate!({ path: "../../wit", world: "content-source", generate_all });
    export!(Plugin with_types_in self);
    use super::Plugin;
}

use bindings::{
    clientpoint::content_source::{
        connection,
        types::{Actor, Policy, Role, Subfolders},
    },
    exports::clientpoint::content_source::{
        content_import::{Drive, DriveKind, Error},
        source::{
            Account, AuthorizationPlan, Claim, Credentials, Description, Egress, Field, FieldKind, FieldTraits, Guest,
            Labels, Mode, ModeForm, Refusal, Schedule, Setting, SettingsError, SignInError, SignInProblem,
        },
    },
};

/// What the component's exports hang on to.
struct Plugin;

/// The shelf's one drive.
const DRIVE: &str = "shelf";

impl Guest for Plugin {
    fn describe() -> Description {
        let field = |key: &str, label: &str, help: &str, kind, traits| Field {
            key: key.to_owned(),
            label: label.to_owned(),
            help: help.to_owned(),
            kind,
            default: None,
            traits,
        };
        Description {
            id: "shelf".to_owned(),
            title: "The Shelf".to_owned(),
            labels: Labels {
                name: "the shelf".to_owned(),
                add: "Take from the shelf".to_owned(),
                associate: "Tie to the shelf".to_owned(),
                path_column: "Document".to_owned(),
                path_help: vec!["The name of the document, as the shelf shows it.".to_owned()],
                path_example: "Offer.pdf".to_owned(),
                withdrawal: String::new(),
            },
            version: env!("CARGO_PKG_VERSION").to_owned(),
            required_role: Role::Administrator,
            default_policy: Policy {
                max_file_bytes: 50 << 20,
                max_files_per_import: 20,
                file_types: ["pdf", "txt"].map(str::to_owned).to_vec(),
                subfolders: Subfolders::None,
                max_sheet_bytes: 1 << 20,
                max_sheet_rows: 1_000,
            },
            modes: vec![ModeForm {
                mode: Mode::Organization,
                label: "A member's key".to_owned(),
                help: "All Administrators see the same shelf.".to_owned(),
                fields: vec![
                    field(
                        "address",
                        "Address of the shelf",
                        "As in `https://shelf.example`.",
                        FieldKind::Text,
                        FieldTraits::ACCOUNT,
                    ),
                    field(
                        "member",
                        "Member",
                        "Who you are to the shelf.",
                        FieldKind::Text,
                        FieldTraits::empty(),
                    ),
                    field(
                        "key",
                        "Key",
                        "The shelf's keeper gives it to members.",
                        FieldKind::Secret,
                        FieldTraits::empty(),
                    ),
                ],
                credentials: Credentials::One,
            }],
            schedules: [("morning", 5, 30), ("afternoon", 17, 0)]
                .map(|(id, hour, minute)| Schedule {
                    id: id.to_owned(),
                    hour,
                    minute,
                })
                .to_vec(),
        }
    }

    fn authorization(_mode: Mode, settings: Vec<Setting>) -> Result<AuthorizationPlan, SettingsError> {
        let address = value(&settings, "address").trim_end_matches('/').to_owned();
        if address.split('/').count() != 3 || !address.starts_with("https://") {
            return Err(SettingsError {
                key: "address".to_owned(),
                message: format!("`{address}` is no address of a shelf: it looks like `https://shelf.example`"),
            });
        }
        Ok(AuthorizationPlan {
            token_url: format!("{address}/token"),
            client_id: value(&settings, "member"),
            scopes: Vec::new(),
            egress: Egress {
                api_origin: address,
                post_paths: Vec::new(),
                redirects: false,
            },
            sign_in: None,
        })
    }

    fn explain(_mode: Mode, _settings: Vec<Setting>, Refusal { error, .. }: Refusal) -> SignInError {
        let known = error.error == "invalid_client";
        SignInError {
            problem: match error.status {
                _ if known => SignInProblem::WrongSettings,
                500.. => SignInProblem::Unavailable,
                _ => SignInProblem::Other,
            },
            key: known.then(|| "key".to_owned()),
            message: match known {
                true => "the shelf knows no such member with that key: ask its keeper for a new key".to_owned(),
                false => format!("the shelf refused the sign-in (status {})", error.status),
            },
        }
    }

    fn approval_url(_settings: Vec<Setting>) -> Option<String> {
        None
    }

    async fn verify(settings: Vec<Setting>, _claims: Vec<Claim>) -> Result<Account, SignInError> {
        shelf::list().await.map_err(|trouble| SignInError {
            problem: match trouble {
                shelf::Trouble::SignInNeeded => SignInProblem::WrongSettings,
                _ => SignInProblem::Unavailable,
            },
            key: None,
            message: trouble.words(),
        })?;
        let address = value(&settings, "address");
        Ok(Account {
            name: format!("{} at {address}", value(&settings, "member")),
            id: address,
            drive: Some(drive()),
        })
    }
}

fn value(settings: &[Setting], key: &str) -> String {
    let found = settings.iter().find(|setting| setting.key == key);
    found.map(|setting| setting.value.clone()).unwrap_or_default()
}

/// The shelf as people see it.
fn drive() -> Drive {
    Drive {
        id: DRIVE.to_owned(),
        name: "The Shelf".to_owned(),
        kind: DriveKind::SiteLibrary,
        web_url: None,
    }
}

/// Who may call, and that a drive was chosen: what every call begins with.
fn admit(actor: &Actor) -> Result<Policy, Error> {
    if actor.role != Role::Administrator {
        return Err(Error::Forbidden);
    }
    let connection = connection::current();
    connection.drive.ok_or(Error::NoDrive)?;
    Ok(connection.policy)
}
