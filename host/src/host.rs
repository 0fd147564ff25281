//! The host: one data folder, one plugin, and everything between them.

use crate::store::Store;

mod builder;
mod folder;
mod grant_keeper;
mod housekeeping;
mod in_contract;
mod judge;
mod locks;
mod opening;
mod pinned_endpoints;
mod programs;
mod rights;
mod rotation;
mod stage;
mod test_endpoints;
mod turn;
mod waiting;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use judge::PluginJudge;
use stage::{PURE_WITHIN, Stage};

use crate::{
    Error, Result,
    capability::progress::Progress,
    clock::Clock,
    contract::{
        clientpoint::content_source::{
            connection::Info,
            types::{Policy, Subfolders},
        },
        exports::clientpoint::content_source::source::{
            self as contract, AuthorizationPlan, Description, SettingsError, SignInError,
        },
    },
    egress::rules::Rules,
    oauth::{Certificate, Credential, Endpoint, Grant, Plan, Tokens},
    plugin::{Instance, Plugin},
    powers::Power,
    secrets::{Secret, SecretKey},
    state::State,
    store::{
        connections::{self, Connection, CredentialKind, Mode},
        objects::Objects,
    },
};

pub use builder::{BuildError, HostBuilder};
pub use rotation::forget_secrets;
pub use test_endpoints::InsecureEndpoints;

pub(crate) use in_contract::{in_contract, refusal_in_contract};
pub(crate) use pinned_endpoints::Planned;
pub(crate) use turn::Turn;

/// The largest file that a plugin may propose, in bytes. Who runs the host may allow more.
const FILE_AT_MOST: u64 = 4 << 30;

/// Limits on a plugin, and on waiting. The defaults are for production.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Linear memory of one instance, in bytes.
    pub memory: usize,
    /// Linear memory of an instance that reads a sheet, in bytes.
    pub sheet_memory: usize,
    /// How long a call may take that moves no file.
    pub call: Duration,
    /// How long a call may take that moves files.
    pub transfer: Duration,
    /// How long a run of the sync may take in all. What is left then is first in the next one.
    pub run: Duration,
    /// Steps of one run of the sync: far more than the largest drive has pages.
    pub steps: u32,
    /// How long to wait for another process that holds the database.
    pub database: Duration,
    /// How fast the nightly look reads the objects, in bytes a second.
    pub look: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            sheet_memory: 256 << 20,
            call: Duration::from_secs(5 * 60),
            transfer: Duration::from_secs(6 * 60 * 60),
            run: Duration::from_secs(20 * 60 * 60),
            steps: 200_000,
            database: Duration::from_secs(10),
            look: 50_000_000,
        }
    }
}

/// What this host decides differently from the plugin's default policy.
#[derive(Clone, Debug, Default)]
pub struct PolicyChanges {
    /// The largest file, in bytes.
    pub max_file_bytes: Option<u64>,
    /// Files a call.
    pub max_files_per_import: Option<u32>,
    /// Endings without the dot.
    pub file_types: Option<Vec<String>>,
    /// What folders are good for.
    pub subfolders: Option<Subfolders>,
    /// The largest sheet for associating files, in bytes.
    pub max_sheet_bytes: Option<u64>,
    /// The most rows of such a sheet.
    pub max_sheet_rows: Option<u32>,
}

/// A host that is ready to serve people.
pub struct Host {
    data: PathBuf,
    /// Held for as long as the host lives.
    folder: tokio::sync::Mutex<folder::Folder>,
    pub(crate) store: Store,
    pub(crate) objects: Objects,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    key: Mutex<Arc<SecretKey>>,
    client: reqwest::Client,
    plugin: Option<Arc<Plugin>>,
    pub(crate) watcher: Arc<dyn Progress>,
    endpoints: Option<InsecureEndpoints>,
    changes: PolicyChanges,
    withheld: BTreeSet<Power>,
    /// By connection, and by when it was connected.
    tokens: Mutex<BTreeMap<(String, String), Tokens>>,
    peak_memory: Arc<AtomicUsize>,
    /// The UTC day on which the folder's counter was looked at last.
    day: Mutex<Option<chrono::NaiveDate>>,
    notices: Mutex<Vec<String>>,
}

impl Host {
    /// Begins with a data folder, which is made if it is missing.
    pub fn builder(data: impl Into<PathBuf>) -> HostBuilder {
        HostBuilder::new(data.into())
    }

    /// The plugin.
    ///
    /// # Errors
    ///
    /// `Error::Settings` where the host was built without one.
    pub fn plugin(&self) -> Result<&Plugin> {
        self.plugin.as_deref().ok_or_else(|| {
            Error::Settings("this host was started without a plugin: give one with `--plugin FILE`".into())
        })
    }

    /// The error with the name of this host's data folder in it, where it is about that.
    pub(crate) fn about(&self, error: Error) -> Error {
        error.about(&self.data)
    }

    /// The most linear memory that an instance has used since the host was made, in bytes.
    pub fn peak_guest_memory(&self) -> usize {
        self.peak_memory.load(Ordering::Relaxed)
    }

    /// What the plugin says of itself.
    ///
    /// # Errors
    ///
    /// Without a plugin, or if it is stopped.
    pub async fn describe(&self) -> Result<Description> {
        self.pure(async |world, accessor| world.clientpoint_content_source_source().call_describe(accessor).await)
            .await
    }

    /// The policy in force: the plugin's default with this host's changes.
    ///
    /// # Errors
    ///
    /// As [`Host::describe`].
    pub async fn policy(&self) -> Result<Policy> {
        let mut policy = self.describe().await?.default_policy;
        let changes = self.changes.clone();
        let proposed = policy.max_file_bytes.min(FILE_AT_MOST);
        policy.max_file_bytes = changes.max_file_bytes.unwrap_or(proposed);
        policy.max_files_per_import = changes.max_files_per_import.unwrap_or(policy.max_files_per_import);
        policy.file_types = changes.file_types.unwrap_or(policy.file_types);
        policy.subfolders = changes.subfolders.unwrap_or(policy.subfolders);
        policy.max_sheet_bytes = changes.max_sheet_bytes.unwrap_or(policy.max_sheet_bytes);
        policy.max_sheet_rows = changes.max_sheet_rows.unwrap_or(policy.max_sheet_rows);
        Ok(policy)
    }

    /// How tokens are obtained with these settings, and where they may go: by the plugin's word, as far as it may be
    /// taken.
    pub(crate) async fn authorization(
        &self,
        mode: Mode,
        settings: &BTreeMap<String, String>,
    ) -> Result<Result<Planned, SettingsError>> {
        let settings = in_contract(settings);
        let plan = self
            .pure(async |world, accessor| {
                world
                    .clientpoint_content_source_source()
                    .call_authorization(accessor, mode.into(), settings)
                    .await
            })
            .await?;
        match plan {
            Ok(plan) => Ok(Ok(Planned::new(plan, self.endpoints.as_ref())?)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// What a refusal of the sign-in service means.
    pub(crate) async fn explain(
        &self,
        mode: Mode,
        settings: &BTreeMap<String, String>,
        refusal: contract::Refusal,
    ) -> Result<SignInError> {
        let settings = in_contract(settings);
        self.pure(async |world, accessor| {
            world
                .clientpoint_content_source_source()
                .call_explain_refusal(accessor, mode.into(), settings, refusal)
                .await
        })
        .await
    }

    /// Where somebody with the rights approves the application. An address that is not the sign-in service's is none.
    pub(crate) async fn approval_url(
        &self,
        settings: &BTreeMap<String, String>,
        planned: &Planned,
    ) -> Result<Option<String>> {
        let settings = in_contract(settings);
        let named = self
            .pure(async |world, accessor| {
                let source = world.clientpoint_content_source_source();
                source.call_approval_url(accessor, settings).await
            })
            .await?;
        let url = named.filter(|url| planned.is_at_login(url));
        Ok(match &self.endpoints {
            Some(endpoints) => url.map(|url| endpoints.at_login(&url)),
            None => url,
        })
    }

    /// The tokens of a connection: one set in the process, whoever asks. Connecting anew makes another set.
    pub(crate) async fn tokens(&self, connection: &Connection, plan: &AuthorizationPlan) -> Result<Tokens> {
        let name = (connection.id.clone(), connection.connected_at.clone());
        let known = self.known_tokens().get(&name).cloned();
        if let Some(tokens) = known {
            return Ok(tokens);
        }
        let credential = self.credential(connection).await?;
        let endpoint = self.endpoint(plan, credential);
        let judge = self
            .plugin
            .clone()
            .map(|plugin| PluginJudge::new(plugin, self.stage(), connection));
        let tokens = match connection.mode {
            Mode::Organization => Tokens::of_application(endpoint, self.clock.clone()),
            Mode::User => Tokens::of_person(endpoint, Arc::new(self.keeper(&connection.id)), self.clock.clone()),
        };
        let tokens = match judge {
            Some(judge) => tokens.judged_by(Arc::new(judge)),
            None => tokens,
        };
        let mut known = self.known_tokens();
        // Those of this connection that somebody else has just put there stay: one set, whoever was first.
        known.retain(|(id, at), _| *id != connection.id || *at == connection.connected_at);
        Ok(known.entry(name).or_insert(tokens).clone())
    }

    /// A token endpoint, asked with a credential that need not be stored (yet).
    pub(crate) fn endpoint(&self, plan: &AuthorizationPlan, credential: Credential) -> Endpoint {
        let plan = Plan {
            token_url: plan.token_url.clone(),
            client_id: plan.client_id.clone(),
            scopes: plan.scopes.clone(),
        };
        Endpoint::new(plan, credential, self.client.clone(), self.clock.clone())
    }

    async fn credential(&self, connection: &Connection) -> Result<Credential> {
        let secret = connections::secret(&self.store, &self.key(), &connection.id).await?;
        Ok(match connection.credential {
            CredentialKind::None => Credential::None,
            CredentialKind::Secret => Credential::Secret(secret),
            CredentialKind::Certificate => {
                let certificate = Certificate::from_pem(&secret).map_err(Error::Settings)?;
                Credential::Certificate(certificate)
            }
        })
    }

    /// Stores a connection, and the endpoints of the plan that it was made by; its old tokens are forgotten. Nobody renews
    /// them meanwhile, in this process or another.
    pub(crate) async fn keep_connection(
        &self,
        connection: &Connection,
        planned: &Planned,
        credential: &Secret,
        grant: Option<&Grant>,
    ) -> Result<()> {
        let _alone = self.renewal_right(&connection.id).await?;
        let secrets = connections::Secrets { credential, grant };
        connections::put(&self.store, &self.key(), connection, secrets).await?;
        self.settle_endpoints(connection, planned).await?;
        self.forget_tokens(&connection.id);
        Ok(())
    }

    /// Forgets the tokens of a connection in this process.
    pub(crate) fn forget_tokens(&self, connection: &str) {
        self.known_tokens().retain(|(id, _), _| id != connection);
    }

    /// Tells whoever watches that nothing moves for so long, and why.
    pub(crate) fn waiting(&self, why: &str, time: Duration) {
        self.watcher.waiting(why, time);
    }

    /// The key that secrets are sealed with.
    pub(crate) fn key(&self) -> Arc<SecretKey> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// An instance that works for this connection.
    pub(crate) async fn instance(
        &self,
        connection: &Connection,
        plan: &AuthorizationPlan,
        tokens: Tokens,
    ) -> Result<Instance> {
        let policy = self.policy().await?;
        let rules = Rules::new(
            plan.egress.api_origin.clone(),
            plan.egress.post_paths.clone(),
            plan.egress.redirects,
            self.endpoints.is_some(),
        );
        let limit = policy.max_file_bytes;
        let info = Info {
            id: connection.id.clone(),
            mode: connection.mode.into(),
            api_origin: plan.egress.api_origin.clone(),
            drive: connection.drive.as_ref().map(|drive| drive.id.clone()),
            policy,
        };
        self.plugin()?.instantiate(self.state(info, rules, tokens, limit)).await
    }

    /// Calls a pure function of the plugin, in an instance that can reach nothing.
    async fn pure<R>(
        &self,
        call: impl AsyncFnOnce(
            &crate::contract::ContentSource,
            &wasmtime::component::Accessor<State>,
        ) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let state = self.stage().reaching_nothing();
        self.plugin()?.instantiate(state).await?.call(PURE_WITHIN, call).await
    }

    fn state(&self, info: Info, rules: Rules, tokens: Tokens, limit: u64) -> State {
        self.stage().state(info, rules, tokens, limit)
    }

    /// What instances of this host stand on.
    fn stage(&self) -> Stage {
        Stage {
            store: self.store.clone(),
            objects: self.objects.clone(),
            clock: self.clock.clone(),
            client: self.client.clone(),
            watcher: self.watcher.clone(),
            memory: self.limits.memory,
            peak_memory: self.peak_memory.clone(),
            withheld: self.withheld.clone(),
        }
    }

    fn known_tokens(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), Tokens>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
