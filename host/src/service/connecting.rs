//! Connecting, choosing a drive, and how things stand.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ORGANIZATION, Session};
use crate::bindings::exports::clientpoint::content_source::content_import::{self as contract, DriveKind};
use crate::bindings::exports::clientpoint::content_source::source::ModeForm;
use crate::clock::stamp;
use crate::secrets::Secret;
use crate::store::connections::{self, ChosenDrive, Connection, Mode};
use crate::store::files;
use crate::{Error, Result};

/// The most pages of drives that are read.
const DRIVE_PAGES_AT_MOST: usize = 10_000;

/// All drives that a connection can see.
#[derive(Clone, Debug, Serialize)]
pub struct DriveList {
    /// In the source's order, each once.
    pub drives: Vec<DriveRow>,
    /// What had to be left out, and why.
    pub notes: Vec<String>,
}

/// A drive.
#[derive(Clone, Debug, Serialize)]
pub struct DriveRow {
    /// The source's id.
    pub id: String,
    /// For people.
    pub name: String,
    /// `personal-work` (a person's OneDrive) or `site-library`.
    pub kind: &'static str,
    /// Where a person can look at it.
    pub web_url: Option<String>,
    /// Whether it is the one that was chosen.
    pub selected: bool,
}

/// How the connection stands.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The source's title.
    pub source: String,
    /// Whether there is a connection.
    pub connected: bool,
    /// The connection, without its secret.
    pub connection: Option<Connection>,
    /// How many library files follow something through it.
    pub managed_files: u64,
    /// What to do next, where something is missing.
    pub next: Option<String>,
}

/// What a plugin is and may do.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The component's size in bytes.
    pub size: u64,
    /// Everything it can reach.
    pub powers: Vec<PowerRow>,
    /// What it offers.
    pub exports: Vec<String>,
    /// The one origin that its requests get a token for; none before there is a connection.
    pub api_origin: Option<String>,
    /// Linear memory of one instance, in bytes.
    pub memory_limit: usize,
    /// The largest file, in bytes.
    pub max_file_bytes: u64,
    /// Files a call.
    pub max_files_per_import: u32,
    /// Endings.
    pub file_types: Vec<String>,
}

/// One import.
#[derive(Clone, Debug, Serialize)]
pub struct PowerRow {
    /// The interface.
    pub import: String,
    /// What it lets the plugin do.
    pub meaning: &'static str,
}

impl Session<'_> {
    /// Connects with the company's credentials: checks the settings, gets a token with them, and only then stores
    /// them. `given` has the settings by the keys of the plugin's form, secrets included.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for what is missing or can't be right; `Error::SignIn` for what the
    /// sign-in service refused. Nothing is stored then.
    pub async fn connect_organization(&self, given: BTreeMap<String, Secret>) -> Result<Connection> {
        self.user.require_administrator("connect")?;
        let description = self.host.describe().await?;
        let mode = Mode::Organization;
        let Some(form) = description.modes.iter().find(|form| form.mode == mode.into()) else {
            return Err(Error::Settings(format!(
                "{} can't be connected with company credentials",
                description.title
            )));
        };
        let (settings, secret) = fill_in(form, given)?;
        let plan = self.plan(mode, &settings).await?;
        let tokens = self.host.new_tokens(&plan, secret.clone()).into();
        self.sign_in(&tokens).await?;

        let before = connections::find(&self.host.pool, ORGANIZATION).await?;
        let same_tenant = |before: &Connection| before.settings.get("tenant") == settings.get("tenant");
        let now = stamp(self.host.clock.utc());
        let connection = Connection {
            id: ORGANIZATION.into(),
            plugin: description.id,
            mode,
            drive: before.filter(same_tenant).and_then(|before| before.drive),
            settings,
            connected_at: now.clone(),
            connected_by: self.user.name.clone(),
            checked_at: Some(now),
        };
        self.host.keep_connection(&connection, &secret).await?;
        Ok(connection)
    }

    /// All drives that the connection can see.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::SignIn`, or what the plugin answers.
    pub async fn drives(&self) -> Result<DriveList> {
        self.user.require_administrator("list drives")?;
        let connection = self.connection().await?;
        let selected = connection.drive.as_ref().map(|drive| drive.id.clone());
        let actor = self.actor();
        let pages = self
            .with_plugin(&connection, self.host.limits.call, async |world, accessor| {
                let import = world.clientpoint_content_source_content_import();
                let mut pages = Vec::new();
                let mut next = None;
                for _ in 0..DRIVE_PAGES_AT_MOST {
                    let page = match import.call_drives(accessor, actor.clone(), next).await? {
                        Ok(page) => page,
                        Err(error) => return Ok(Err(error)),
                    };
                    next = page.next.clone();
                    pages.push(page);
                    if next.is_none() {
                        break;
                    }
                }
                Ok(Ok(pages))
            })
            .await??;
        connections::checked(&self.host.pool, &connection.id, &stamp(self.host.clock.utc())).await?;
        let mut list = DriveList {
            drives: Vec::new(),
            notes: Vec::new(),
        };
        let mut seen = std::collections::BTreeSet::new();
        for page in pages {
            list.notes.extend(page.notes);
            list.drives.extend(
                page.drives
                    .into_iter()
                    .filter(|drive| seen.insert(drive.id.clone()))
                    .map(|drive| DriveRow::new(drive, selected.as_deref())),
            );
        }
        Ok(list)
    }

    /// Chooses the one drive of the connection (rule 30). Another one than before takes `switch`: the files that came
    /// from the old one stay in the library.
    ///
    /// # Errors
    ///
    /// As [`Session::drives`]; `Error::NotFound` for a drive that the connection can't see; `Error::Settings` where a
    /// switch was not asked for.
    pub async fn select_drive(&self, id: &str, switch: bool) -> Result<DriveRow> {
        self.user.require_administrator("select a drive")?;
        let connection = self.connection().await?;
        if let Some(present) = connection.drive.as_ref().filter(|present| present.id != id && !switch) {
            return Err(Error::Settings(format!(
                "the drive `{}` is selected, and a connection has one drive: add `--switch` to change to another; files that came from it stay in the library",
                present.name
            )));
        }
        let found = self.drives().await?.drives.into_iter().find(|drive| drive.id == id);
        let Some(mut drive) = found else {
            return Err(Error::NotFound {
                what: "drive",
                name: id.into(),
                hint: "`clientpoint-host drives list` shows the drives that this connection can see",
            });
        };
        let chosen = ChosenDrive {
            id: drive.id.clone(),
            name: drive.name.clone(),
        };
        connections::choose_drive(&self.host.pool, &connection.id, &chosen).await?;
        drive.selected = true;
        Ok(drive)
    }

    /// How things stand, without a request.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn status(&self) -> Result<Status> {
        self.user.require_administrator("see the connection's status")?;
        let source = self.host.describe().await?.title;
        let connection = connections::find(&self.host.pool, ORGANIZATION).await?;
        let managed_files = match &connection {
            Some(connection) => files::count_managed(&self.host.pool, &connection.id).await?,
            None => 0,
        };
        let next = match &connection {
            None => Some("connect: `clientpoint-host connect organization --help` says how".to_string()),
            Some(connection) if connection.drive.is_none() => {
                Some("choose a drive: `clientpoint-host drives list`, then `drives select DRIVE-ID`".to_string())
            }
            Some(_) => None,
        };
        Ok(Status {
            source,
            connected: connection.is_some(),
            connection,
            managed_files,
            next,
        })
    }

    /// What the plugin is and may do.
    ///
    /// # Errors
    ///
    /// Without a plugin, or if it is stopped.
    pub async fn inspect(&self) -> Result<Inspection> {
        let description = self.host.describe().await?;
        let policy = self.host.policy().await?;
        let plugin = self.host.plugin()?;
        let api_origin = match connections::find(&self.host.pool, ORGANIZATION).await? {
            Some(connection) => {
                let plan = self.plan(connection.mode, &connection.settings).await?;
                Some(plan.egress.api_origin)
            }
            None => None,
        };
        Ok(Inspection {
            id: description.id,
            title: description.title,
            version: description.version,
            size: plugin.size(),
            powers: plugin
                .imports()
                .iter()
                .map(|import| PowerRow {
                    import: import.clone(),
                    meaning: meaning(import),
                })
                .collect(),
            exports: plugin.exports().to_vec(),
            api_origin,
            memory_limit: self.host.limits.memory,
            max_file_bytes: policy.max_file_bytes,
            max_files_per_import: policy.max_files_per_import,
            file_types: policy.file_types,
        })
    }
}

impl DriveRow {
    fn new(drive: contract::Drive, selected: Option<&str>) -> Self {
        DriveRow {
            selected: selected == Some(drive.id.as_str()),
            id: drive.id,
            name: drive.name,
            kind: match drive.kind {
                DriveKind::PersonalWork => "personal-work",
                DriveKind::SiteLibrary => "site-library",
            },
            web_url: drive.web_url,
        }
    }
}

/// Checks what was given against the plugin's form, and parts the secret from the rest.
fn fill_in(form: &ModeForm, mut given: BTreeMap<String, Secret>) -> Result<(BTreeMap<String, String>, Secret)> {
    let mut settings = BTreeMap::new();
    let mut secret = None;
    for field in &form.fields {
        let value = given
            .remove(&field.key)
            .filter(|value| !value.expose().trim().is_empty());
        match (value, &field.default) {
            (Some(value), _) if field.secret => secret = Some(value),
            (Some(value), _) => {
                settings.insert(field.key.clone(), value.expose().trim().to_string());
            }
            (None, Some(default)) => {
                settings.insert(field.key.clone(), default.clone());
            }
            (None, None) => {
                return Err(Error::Settings(format!("{} is missing. {}", field.label, field.help)));
            }
        }
    }
    if let Some(unknown) = given.keys().next() {
        return Err(Error::Settings(format!("there is no setting `{unknown}`")));
    }
    let secret =
        secret.ok_or_else(|| Error::Settings("the plugin's form has no secret, so it can't sign in".into()))?;
    Ok((settings, secret))
}

/// What an import lets a plugin do.
fn meaning(import: &str) -> &'static str {
    match import.split('@').next().unwrap_or(import) {
        "clientpoint:content-source/connection" => "learns which drive and limits it works for",
        "clientpoint:content-source/content-library" => {
            "adds files to the library, looks files up, and, for an uploaded sheet, lets files follow items"
        },
        "clientpoint:content-source/managed-files" => "during a sync: gives files that follow the source new content",
        "clientpoint:content-source/state-store" => "keeps small values of its own connection",
        "clientpoint:content-source/progress" => "reports how far a transfer is",
        "clientpoint:content-source/logging" => "writes lines to the host's log",
        "clientpoint:content-source/types" => "words only, no power",
        "wasi:http/client" => "sends requests, which the host judges, one by one",
        "wasi:http/types" => "puts requests together, and reads answers",
        "wasi:clocks/monotonic-clock" => "measures time, and waits",
        "wasi:clocks/system-clock" => "knows the time of day",
        "wasi:clocks/types" => "words only, no power",
        _ => "unknown",
    }
}
