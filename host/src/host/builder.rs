//! Putting a host together: everything that can be configured, checked all at once.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::{Host, InsecureEndpoints, Limits, PolicyChanges};
use crate::capability::progress::{Progress, Unwatched};
use crate::clock::{Clock, SystemClock};
use crate::egress;
use crate::egress::rules::origin;
use crate::plugin::Plugin;
use crate::powers::Power;
use crate::secrets::SecretKey;
use crate::store::objects::Objects;
use crate::store::{self, identity, trash};
use crate::{Error, Result, private};

/// Collects what a host is made of. [`HostBuilder::build`] checks all of it.
pub struct HostBuilder {
    data: PathBuf,
    component: Option<PathBuf>,
    plugin: Option<Arc<Plugin>>,
    clock: Arc<dyn Clock>,
    watcher: Arc<dyn Progress>,
    endpoints: Option<InsecureEndpoints>,
    limits: Limits,
    changes: PolicyChanges,
    withheld: BTreeSet<Power>,
    adopt: bool,
}

/// Everything that is wrong with a configuration, at once.
#[derive(Debug)]
pub struct BuildError {
    /// At least one.
    pub problems: Vec<Error>,
}

impl HostBuilder {
    pub(super) fn new(data: PathBuf) -> Self {
        HostBuilder {
            data,
            component: None,
            plugin: None,
            clock: Arc::new(SystemClock::default()),
            watcher: Arc::new(Unwatched),
            endpoints: None,
            limits: Limits::default(),
            changes: PolicyChanges::default(),
            withheld: BTreeSet::new(),
            adopt: false,
        }
    }

    /// The plugin's file. Without it, only what needs no plugin works.
    pub fn component(mut self, file: impl Into<PathBuf>) -> Self {
        self.component = Some(file.into());
        self
    }

    /// A plugin that is loaded already, for many hosts in one process.
    pub fn plugin(mut self, plugin: Arc<Plugin>) -> Self {
        self.plugin = Some(plugin);
        self
    }

    /// Another clock than the machine's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Somebody who watches transfers.
    pub fn progress(mut self, watcher: Arc<dyn Progress>) -> Self {
        self.watcher = watcher;
        self
    }

    /// Other endpoints, which may be plain http and inside the network. Never for production.
    pub fn insecure_endpoints(mut self, endpoints: InsecureEndpoints) -> Self {
        self.endpoints = Some(endpoints);
        self
    }

    /// Other limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Changes to the plugin's default policy.
    pub fn policy(mut self, changes: PolicyChanges) -> Self {
        self.changes = changes;
        self
    }

    /// Gives the plugin less than the contract offers: every call of that interface is denied.
    pub fn withhold(mut self, power: Power) -> Self {
        self.withheld.insert(power);
        self
    }

    /// Takes the database for the one of this folder, though [`identity::look`] finds reason to doubt it: somebody has read
    /// what that means.
    pub fn adopt(mut self) -> Self {
        self.adopt = true;
        self
    }

    /// Makes the host, or says everything that is wrong at once.
    ///
    /// # Errors
    ///
    /// See [`BuildError`].
    pub async fn build(mut self) -> Result<Host, BuildError> {
        let mut problems = Vec::new();
        if let Some(endpoints) = &mut self.endpoints {
            for (flag, endpoint) in [
                ("--graph-url", &mut endpoints.api),
                ("--login-url", &mut endpoints.login),
            ] {
                match checked_origin(endpoint) {
                    Some(origin) => *endpoint = origin,
                    None => problems.push(Error::Settings(format!(
                        "`{flag} {endpoint}` is no origin: write `http://127.0.0.1:PORT`, without a path"
                    ))),
                }
            }
        }
        let client = noted(
            &mut problems,
            egress::client(self.endpoints.is_some())
                .map_err(|error| Error::Settings(format!("the HTTP client can't be made: {error}"))),
        );
        // Before anything is made or opened: a folder whose database is doubtful stays as it is.
        if let Err(error) = self.standing().await {
            problems.push(error);
            return Err(BuildError { problems });
        }
        let folder = noted(&mut problems, open_folder(&self.data));
        let (key, pool) = match &folder {
            Some(_) => (
                noted(&mut problems, SecretKey::load(&self.data)),
                noted(&mut problems, store::open(&self.data, self.limits.database).await),
            ),
            None => (None, None),
        };
        let key = match (key, &pool) {
            (Some(key), Some(pool)) => noted(&mut problems, in_force(key, pool, &self.data).await),
            (key, _) => key,
        };
        let plugin = match (&key, &self.component) {
            (Some(key), Some(file)) => {
                noted(&mut problems, Plugin::load(file, &self.data.join("cache"), key)).map(Arc::new)
            }
            _ => None,
        };
        if let (Some(objects), Some(pool)) = (&folder, &pool) {
            noted(&mut problems, self.settled(pool, objects).await);
        }
        match (client, folder, key, pool) {
            (Some(client), Some(objects), Some(key), Some(pool)) if problems.is_empty() => {
                let host = Host {
                    data: self.data,
                    pool,
                    objects,
                    clock: self.clock,
                    limits: self.limits,
                    key: Mutex::new(Arc::new(key)),
                    client,
                    plugin: plugin.or(self.plugin),
                    watcher: self.watcher,
                    endpoints: self.endpoints,
                    changes: self.changes,
                    withheld: self.withheld,
                    tokens: Mutex::default(),
                    peak_memory: Arc::default(),
                    day: Mutex::default(),
                    notices: Mutex::default(),
                };
                host.keep_house().await;
                Ok(host)
            }
            (_, _, _, pool) => {
                if let Some(pool) = pool {
                    super::housekeeping::close(&pool).await;
                }
                Err(BuildError { problems })
            }
        }
    }

    /// Refuses a database that is not the one of its folder, unless it is to be adopted.
    async fn standing(&self) -> Result<()> {
        make_folder(&self.data)?;
        if self.adopt {
            return Ok(());
        }
        identity::look(&self.data).await?.settled()
    }

    /// Writes down that database and folder belong together.
    async fn settled(&self, pool: &sqlx::SqlitePool, objects: &Objects) -> Result<()> {
        if !self.adopt {
            return identity::settle(pool, &self.data).await;
        }
        identity::adopt(pool, &self.data, self.clock.utc().date_naive()).await?;
        trash::reclaim(pool, objects).await?;
        Ok(())
    }
}

/// The key that the database is sealed with, where a change of it was broken off.
async fn in_force(key: SecretKey, pool: &sqlx::SqlitePool, data: &Path) -> Result<SecretKey> {
    let sealed_with = store::grants::sealed_with(pool, &key).await?;
    key.finish(data, &sealed_with)
}

fn noted<T>(problems: &mut Vec<Error>, result: Result<T>) -> Option<T> {
    result.map_err(|error| problems.push(error)).ok()
}

fn open_folder(data: &Path) -> Result<Objects> {
    private::data_folder(data).map_err(|error| unusable(data, &error))?;
    Objects::open(data)
}

/// Makes the data folder, if it is missing.
fn make_folder(data: &Path) -> Result<()> {
    if data.is_dir() {
        return Ok(());
    }
    private::folder(data).map_err(|error| unusable(data, &error))
}

fn unusable(data: &Path, error: &std::io::Error) -> Error {
    Error::Settings(format!(
        "the data folder `{}` can't be used ({error}): give another one with `--data DIR`",
        data.display()
    ))
}

fn checked_origin(endpoint: &str) -> Option<String> {
    let uri: http::Uri = endpoint.parse().ok()?;
    let bare = uri.path() == "/" && uri.query().is_none();
    origin(&uri).filter(|_| bare)
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.problems.iter().map(Error::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for BuildError {}
