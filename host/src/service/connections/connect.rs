//! Connecting the company, and how things stand.

use clientpoint_engine::oauth::Tokens;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Error, Result,
    service::{
        Session, api,
        connections::{
            accepted::{Expiry, connect_again},
            form::Given,
            of_plugin,
        },
    },
    store::{
        connections::{self, ChosenDrive, Connection, Mode},
        detach, link_counts,
        words::Reason,
    },
    way_out::WayOut,
};

/// How the connection stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Status {
    /// The source's title.
    pub source: String,
    /// Whether there is a connection.
    pub connected: bool,
    /// The connection, without its secret.
    pub connection: Option<api::Connection>,
    /// When its client secret or certificate ends, where that is known.
    pub expires: Option<Expiry>,
    /// The other connections of this host: the company's, and those of other Administrators.
    pub others: Vec<api::Connection>,
    /// The application that Administrators' own sign-ins are made with, and what can be done about it.
    pub registration: api::Registration,
    /// How many library files follow something through it.
    pub managed_files: u64,
    /// How many library files do not follow their source any more, because their connection has another drive now or was
    /// given up.
    pub detached_files: u64,
    /// The origins that stand in the place of the source's and of its sign-in service's: this data folder is for tests, and no
    /// real file is behind it. None of them where it works with the real ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub test_endpoints: Vec<String>,
    /// What to do next, where something is missing.
    pub next: Option<String>,
    /// The ways to do that.
    pub ways_out: Vec<WayOut>,
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
    /// Paths of that origin where it may post batches, each of reads only; everything else is GET.
    pub batches: Vec<String>,
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
    /// Connects with the company's credentials, for which only that need be given which is new: checks the settings, gets a token with them, tries it on something, and
    /// only then stores them.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for what is missing or can't be right; `Error::SignIn` for what the
    /// sign-in service refused, or what is good for nothing. Nothing is stored then.
    pub async fn connect_organization(&self, given: Given) -> Result<api::Connection> {
        self.user.require_administrator("connect")?;
        let description = self.host.describe().await?;
        let mode = Mode::Organization;
        let Some(form) = description.modes.iter().find(|form| form.mode == mode.into()) else {
            return Err(Error::Settings(format!(
                "{} can't be connected with company credentials",
                description.title
            )));
        };
        let before = connections::find(&self.host.store, &self.host.company_connection()).await?;
        if let Some(before) = &before {
            self.host.require_of_this_plugin(before).await?;
        }
        let (filled, planned) = self.filled(form, given, before.as_ref(), mode).await?;
        let is_same_account = before
            .as_ref()
            .is_some_and(|before| filled.is_same_account(&before.settings));
        let endpoint = self.host.engine()?.endpoint(&planned.plan, filled.credential);
        let tokens = Tokens::of_application(endpoint, self.host.clock.clone());
        if let Err(refused) = tokens.bearer().await {
            return Err(self.host.explained(mode, &filled.settings, refused).await?);
        }
        let mut connection = Connection {
            id: self.host.company_connection(),
            plugin: description.id,
            mode,
            owner: None,
            account: None,
            drive: None,
            settings: filled.settings,
            credential: filled.kind,
            expires_at: filled.expires_at,
            registered: false,
            connected_at: self.now(),
            connected_by: self.user.name.clone(),
            checked_at: Some(self.now()),
            needs_reconnect: None,
        };
        let account = self.verified(&connection, &planned.plan, tokens, Vec::new()).await?;
        let kept = before
            .as_ref()
            .filter(|_| is_same_account)
            .and_then(|before| before.drive.clone());
        let named = account.drive.map(|drive| ChosenDrive {
            id: drive.id,
            name: drive.name,
        });
        let earlier = before.and_then(|before| before.drive);
        // The same account keeps its drive all along, so that a sync that runs goes on; another one is never with the drive of
        // the one before, also if this ends in between.
        connection.drive = kept.clone();
        let stays = kept.is_some();
        let drive = kept.or(named);
        if earlier.is_some() && earlier != drive {
            drop(self.no_sync(&connection.id, "a new connection").await?);
        }
        self.host
            .keep_connection(&connection, &planned, &filled.secret, None, None)
            .await?;
        match drive {
            Some(_) if stays => {}
            Some(drive) => {
                connection.drive = earlier;
                self.change_drive(&connection, &drive).await?;
                connection.drive = Some(drive);
            }
            // Another account: nothing of it is known yet, and nothing of the old one is followed.
            None => self.leave_drive(&connection).await?,
        }
        Ok(connection.into())
    }

    /// Ends what a connection's drive was used for.
    pub(in crate::service) async fn leave_drive(&self, connection: &Connection) -> Result<()> {
        self.end_unfinished(connection, Reason::DriveSwitched).await?;
        detach::leave_drive(&self.host.store, &connection.id).await?;
        Ok(())
    }

    /// How things stand, without a request.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn status(&self) -> Result<Status> {
        self.user.require_administrator("see the connection's status")?;
        let description = self.host.describe().await?;
        let connection = self.present_connection().await?;
        let managed_files = match &connection {
            Some(connection) => link_counts::following(&self.host.store, &connection.id).await?,
            None => 0,
        };
        let mut others = connections::list(&self.host.store).await?;
        others.retain(|other| connection.as_ref().is_none_or(|connection| connection.id != other.id));
        let next = match &connection {
            None => Some(("connect".to_string(), vec![WayOut::Connect])),
            Some(connection) => match of_plugin::other(connection, &description.id) {
                Some(other) => Some((other.fact(), other.ways_out())),
                None => next_step(connection).map(|(step, way_out)| (step, vec![way_out])),
            },
        };
        let (next, ways_out) = next.unzip();
        Ok(Status {
            registration: self.registration(&description.id).await?,
            source: description.title,
            connected: connection.is_some(),
            expires: connection
                .as_ref()
                .and_then(|connection| connection.expiry(self.host.clock.utc())),
            connection: connection.map(api::Connection::from),
            others: others.into_iter().map(api::Connection::from).collect(),
            managed_files,
            detached_files: link_counts::detached(&self.host.store).await?,
            test_endpoints: self.test_endpoints().await?,
            next,
            ways_out: ways_out.unwrap_or_default(),
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
        // The settings of another plugin's connection are none of this one's business.
        let connection = self.present_connection().await?;
        let egress = match connection.filter(|connection| of_plugin::other(connection, &description.id).is_none()) {
            Some(connection) => Some(self.plan(connection.mode, &connection.settings).await?.plan.egress),
            None => None,
        };
        let (api_origin, batches) = egress.map(|egress| (egress.api_origin, egress.post_paths)).unzip();
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
            batches: batches.unwrap_or_default(),
            memory_limit: self.host.limits.memory,
            max_file_bytes: policy.max_file_bytes,
            max_files_per_import: policy.max_files_per_import,
            file_types: policy.file_types,
        })
    }
}

fn next_step(connection: &Connection) -> Option<(String, WayOut)> {
    if let Some(broken) = &connection.needs_reconnect {
        let again = "connect again".to_string();
        let next = if broken.wants_reconnecting() {
            again
        } else {
            format!("have mended what is said above, and it works again by itself; or {again}")
        };
        return Some((next, connect_again(connection.mode)));
    }
    let none = connection.drive.is_none();
    none.then(|| ("choose a drive".to_string(), WayOut::ChooseDrive))
}

/// What an import lets a plugin do.
fn meaning(import: &str) -> &'static str {
    match import.split('@').next().unwrap_or(import) {
        "clientpoint:content-source/connection" => "learns which drive and limits it works for",
        "clientpoint:content-source/content-library" => {
            "adds files to the library, finds those that follow an item, and, for an uploaded sheet, looks files up and lets them follow items"
        }
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
