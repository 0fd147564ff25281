//! The host: one data folder, one plugin, and everything between them.

mod builder;

pub use builder::{BuildError, HostBuilder};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::SqlitePool;

use crate::bindings::clientpoint::content_source::connection::Info;
use crate::bindings::clientpoint::content_source::types::{Policy, Subfolders};
use crate::bindings::exports::clientpoint::content_source::source as contract;
use crate::bindings::exports::clientpoint::content_source::source::{
    AuthorizationPlan, Description, SettingsError, SignInError,
};
use crate::capability::clocks::ClocksCtx;
use crate::capability::connection::ConnectionCtx;
use crate::capability::library::LibraryCtx;
use crate::capability::logging::LoggingCtx;
use crate::capability::progress::{Progress, ProgressCtx};
use crate::capability::state_store::StateStoreCtx;
use crate::clock::Clock;
use crate::egress::Egress;
use crate::egress::rules::Rules;
use crate::oauth::{Plan, Tokens};
use crate::plugin::{Instance, Plugin};
use crate::secrets::{Secret, SecretKey};
use crate::state::{Own, State};
use crate::store::connections;
use crate::store::connections::{Connection, Mode};
use crate::store::objects::Objects;
use crate::{Error, Result};

/// How long the pure functions of a plugin may take.
const PURE_WITHIN: Duration = Duration::from_secs(5);

/// What is added to the largest file for the largest download, so that the plugin can see that a file is too large.
const DOWNLOAD_MARGIN: u64 = 1 << 20;

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
    /// How long to wait for another process that holds the database.
    pub database: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 64 << 20,
            sheet_memory: 256 << 20,
            call: Duration::from_secs(5 * 60),
            transfer: Duration::from_secs(6 * 60 * 60),
            database: Duration::from_secs(10),
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

/// Endpoints in the place of the plugin's own, for tests and demonstrations: plain http and loopback are allowed then.
#[derive(Clone, Debug)]
pub struct InsecureEndpoints {
    /// The origin in the place of the API's.
    pub api: String,
    /// The origin in the place of the sign-in service's.
    pub login: String,
}

/// A host that is ready to serve people.
pub struct Host {
    data: PathBuf,
    pub(crate) pool: SqlitePool,
    pub(crate) objects: Objects,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    key: SecretKey,
    client: reqwest::Client,
    plugin: Option<Arc<Plugin>>,
    watcher: Arc<dyn Progress>,
    endpoints: Option<InsecureEndpoints>,
    changes: PolicyChanges,
    tokens: Mutex<BTreeMap<String, Arc<Tokens>>>,
    peak_memory: Arc<AtomicUsize>,
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
        policy.max_file_bytes = changes.max_file_bytes.unwrap_or(policy.max_file_bytes);
        policy.max_files_per_import = changes.max_files_per_import.unwrap_or(policy.max_files_per_import);
        policy.file_types = changes.file_types.unwrap_or(policy.file_types);
        policy.subfolders = changes.subfolders.unwrap_or(policy.subfolders);
        policy.max_sheet_bytes = changes.max_sheet_bytes.unwrap_or(policy.max_sheet_bytes);
        policy.max_sheet_rows = changes.max_sheet_rows.unwrap_or(policy.max_sheet_rows);
        Ok(policy)
    }

    /// How the plugin wants tokens to be obtained with these settings, and where they may go.
    pub(crate) async fn authorization(
        &self,
        mode: Mode,
        settings: &BTreeMap<String, String>,
    ) -> Result<Result<AuthorizationPlan, SettingsError>> {
        let settings: Vec<contract::Setting> = settings
            .iter()
            .map(|(key, value)| contract::Setting {
                key: key.clone(),
                value: value.clone(),
            })
            .collect();
        let plan = self
            .pure(async |world, accessor| {
                world
                    .clientpoint_content_source_source()
                    .call_authorization(accessor, mode.into(), settings)
                    .await
            })
            .await?;
        Ok(plan.map(|plan| self.with_endpoints(plan)))
    }

    /// What a refused token request means.
    pub(crate) async fn explain(&self, error: contract::OauthError) -> Result<SignInError> {
        self.pure(async |world, accessor| {
            world
                .clientpoint_content_source_source()
                .call_explain(accessor, error)
                .await
        })
        .await
    }

    /// The tokens of a connection: one set in the process, whoever asks.
    pub(crate) async fn tokens(&self, connection: &Connection, plan: &AuthorizationPlan) -> Result<Arc<Tokens>> {
        let known = self.known_tokens().get(&connection.id).cloned();
        if let Some(tokens) = known {
            return Ok(tokens);
        }
        let secret = connections::secret(&self.pool, &self.key, &connection.id).await?;
        let tokens = Arc::new(self.new_tokens(plan, secret));
        self.known_tokens().insert(connection.id.clone(), tokens.clone());
        Ok(tokens)
    }

    /// Tokens with a secret that is not stored (yet).
    pub(crate) fn new_tokens(&self, plan: &AuthorizationPlan, secret: Secret) -> Tokens {
        let plan = Plan {
            token_url: plan.token_url.clone(),
            client_id: plan.client_id.clone(),
            scopes: plan.scopes.clone(),
        };
        Tokens::new(plan, secret, self.client.clone(), self.clock.clone())
    }

    /// Waits until no other call moves files through this connection, in this process or another: five files are in
    /// flight at a time, not five a call (rule 23). The turn ends when the lock is dropped.
    pub(crate) async fn turn(&self, connection: &str) -> Result<std::fs::File> {
        let path = self.data.join(format!("{connection}.lock"));
        let locked = tokio::task::spawn_blocking(move || {
            let file = std::fs::File::options().create(true).append(true).open(path)?;
            file.lock()?;
            Ok(file)
        });
        let waited = tokio::time::timeout(self.limits.transfer, locked).await;
        match waited {
            Ok(Ok(locked)) => locked.map_err(|error: std::io::Error| error.into()),
            Ok(Err(_)) => Err(Error::Storage("the disk's thread has stopped".into())),
            Err(_) => Err(Error::Storage(
                "another import does not come to an end: end that program, and try again".into(),
            )),
        }
    }

    /// Stores a connection; its old tokens are forgotten.
    pub(crate) async fn keep_connection(&self, connection: &Connection, secret: &Secret) -> Result<()> {
        connections::put(&self.pool, &self.key, connection, secret).await?;
        self.known_tokens().remove(&connection.id);
        Ok(())
    }

    /// An instance that works for this connection.
    pub(crate) async fn instance(
        &self,
        connection: &Connection,
        plan: &AuthorizationPlan,
        tokens: Arc<Tokens>,
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
            mode: match connection.mode {
                Mode::Organization => crate::bindings::clientpoint::content_source::connection::Mode::Organization,
            },
            api_origin: plan.egress.api_origin.clone(),
            drive: connection.drive.as_ref().map(|drive| drive.id.clone()),
            policy,
        };
        self.plugin()?.instantiate(self.state(info, rules, tokens, limit)).await
    }

    /// Takes the right to run this connection's sync, in this process or another; none if somebody has it. It ends when
    /// the lock is dropped.
    pub(crate) async fn sync_right(&self, connection: &str) -> Result<Option<std::fs::File>> {
        let path = self.data.join(format!("{connection}.sync.lock"));
        let file = std::fs::File::options().create(true).append(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Calls a pure function of the plugin, in an instance that can reach nothing.
    async fn pure<R>(
        &self,
        call: impl AsyncFnOnce(
            &crate::bindings::ContentSource,
            &wasmtime::component::Accessor<State>,
        ) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let info = Info {
            id: String::new(),
            mode: crate::bindings::clientpoint::content_source::connection::Mode::Organization,
            api_origin: String::new(),
            drive: None,
            policy: Policy {
                max_file_bytes: 0,
                max_files_per_import: 0,
                file_types: Vec::new(),
                subfolders: Subfolders::None,
                max_sheet_bytes: 0,
                max_sheet_rows: 0,
            },
        };
        let rules = Rules::new(String::new(), Vec::new(), false, false);
        let plan = Plan {
            token_url: String::new(),
            client_id: String::new(),
            scopes: Vec::new(),
        };
        let tokens = Tokens::new(
            plan,
            Secret::new(String::new()),
            self.client.clone(),
            self.clock.clone(),
        );
        let state = self.state(info, rules, Arc::new(tokens), 0);
        self.plugin()?.instantiate(state).await?.call(PURE_WITHIN, call).await
    }

    fn state(&self, info: Info, rules: Rules, tokens: Arc<Tokens>, limit: u64) -> State {
        let connection: Arc<str> = info.id.as_str().into();
        State {
            connection: ConnectionCtx { info },
            library: LibraryCtx {
                pool: self.pool.clone(),
                objects: self.objects.clone(),
                connection: connection.clone(),
                clock: self.clock.clone(),
                limit,
                run: None,
                upload: None,
            },
            state_store: StateStoreCtx {
                pool: self.pool.clone(),
                connection,
            },
            egress: Egress::new(
                self.client.clone(),
                rules,
                tokens,
                limit.saturating_add(DOWNLOAD_MARGIN),
            ),
            clocks: ClocksCtx {
                clock: self.clock.clone(),
            },
            progress: ProgressCtx {
                watcher: self.watcher.clone(),
            },
            logging: LoggingCtx::default(),
            own: Own::new(self.limits.memory, self.peak_memory.clone()),
        }
    }

    /// Puts the endpoints of tests and demonstrations in the place of the plugin's.
    fn with_endpoints(&self, mut plan: AuthorizationPlan) -> AuthorizationPlan {
        if let Some(endpoints) = &self.endpoints {
            if let Ok(url) = url::Url::parse(&plan.token_url) {
                plan.token_url = format!("{}{}", endpoints.login, url.path());
            }
            plan.egress.api_origin.clone_from(&endpoints.api);
        }
        plan
    }

    fn known_tokens(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Tokens>>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Mode> for contract::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Organization => contract::Mode::Organization,
        }
    }
}
