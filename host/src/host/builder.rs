//! Putting a host together: everything that can be configured, checked all at once.

mod standing;

use std::{
    collections::BTreeSet,
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use clientpoint_engine::{
    capability::progress::{Progress, Unwatched},
    clock::{Clock, SystemClock},
    counts::Counts,
    plugin::Plugin,
    policy::PolicyChanges,
    powers::Power,
    test_endpoints::InsecureEndpoints,
};

use super::{
    Arrivals, Host, Limits, Places, Roles, SignIns, Watched, elsewhere, keys::Keys, making::Making, opening, rights,
    test_folder,
};
use crate::{
    Error, Result,
    service::{association::checks::Checks, operations::live::Operations},
    settings::Layers,
    store::{
        objects::Remote,
        reference::{Reference, Uploads},
    },
};

/// Collects what a host is made of. [`HostBuilder::build`] checks all of it.
pub struct HostBuilder {
    data: PathBuf,
    name: Option<String>,
    database: Option<PathBuf>,
    objects: Option<Remote>,
    component: Option<PathBuf>,
    plugin: Option<Arc<Plugin>>,
    clock: Arc<dyn Clock>,
    watcher: Arc<dyn Progress>,
    endpoints: Option<InsecureEndpoints>,
    limits: Limits,
    changes: PolicyChanges,
    withheld: BTreeSet<Power>,
    adopt: bool,
    layers: Layers,
    only_for_tests: Option<Error>,
    roles: Roles,
}

/// Everything that is wrong with a configuration, at once.
#[derive(Debug)]
pub struct BuildError {
    /// At least one.
    pub problems: Vec<Error>,
}

impl HostBuilder {
    pub(super) fn new(data: PathBuf) -> Self {
        Self {
            data,
            name: None,
            database: None,
            objects: None,
            component: None,
            plugin: None,
            clock: Arc::new(SystemClock::default()),
            watcher: Arc::new(Unwatched),
            endpoints: None,
            limits: Limits::default(),
            changes: PolicyChanges::default(),
            withheld: BTreeSet::new(),
            adopt: false,
            layers: Layers::default(),
            only_for_tests: None,
            roles: Roles::default(),
        }
    }

    /// What others are told of this program when it is in their way, in backticks where it is put. By default it is the name
    /// that it was started by.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The file with the address of a PostgreSQL database, in the place of what the settings say (`database.url-file`).
    pub fn database(mut self, file: impl Into<PathBuf>) -> Self {
        self.database = Some(file.into());
        self
    }

    /// Where the bytes lie, in the place of what the settings say (`objects.url`).
    pub fn objects(mut self, store: Remote) -> Self {
        self.objects = Some(store);
        self
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

    /// Somebody who watches the transfers of all work that no session brings a watcher for.
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

    /// How many connections are at work at a time where runs go by themselves: [`Limits::at_once`].
    pub fn at_once(mut self, connections: usize) -> Self {
        self.limits.at_once = connections;
        self
    }

    /// What the process does by itself; all of it, unless something else is said.
    pub fn roles(mut self, roles: Roles) -> Self {
        self.roles = roles;
        self
    }

    /// Changes to the plugin's default policy.
    pub fn policy(mut self, changes: PolicyChanges) -> Self {
        self.changes = changes;
        self
    }

    /// What was set on the command line, by variables, and in the file of a deployment. What is kept in the folder comes
    /// after it; [`HostBuilder::policy`] before.
    pub fn settings(mut self, layers: Layers) -> Self {
        self.layers = layers;
        self
    }

    /// Gives this error where the folder is not one for tests: one with endpoints in the place of the real ones.
    pub fn only_for_tests(mut self, error: Error) -> Self {
        self.only_for_tests = Some(error);
        self
    }

    /// Gives the plugin less than the contract offers: every call of that interface is denied.
    pub fn withhold(mut self, power: Power) -> Self {
        self.withheld.insert(power);
        self
    }

    /// Takes the database for the one of this folder, though [`identity::look`](crate::store::identity::look) finds reason to
    /// doubt it: somebody has read what that means.
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
        self.endpoints = match self.endpoints.take().map(InsecureEndpoints::checked).transpose() {
            Ok(endpoints) => endpoints,
            Err(wrong) => {
                problems.extend(wrong.into_iter().map(Error::from));
                None
            }
        };
        // Before anything is made or opened: a folder whose database is doubtful stays as it is.
        let (server, remote) = match self.standing().await {
            Ok(standing) => standing,
            Err(error) => {
                problems.push(error.about(&self.data));
                return Err(BuildError { problems });
            }
        };
        let name = self.name.take().unwrap_or_else(program);
        let times = (self.limits.database, self.clock.utc());
        let opening = opening::open(&self.data, &name, (server.as_ref(), remote), times);
        let opened = noted(&mut problems, opening.await);
        let plugin = match (&opened, &self.component) {
            (Some(opened), Some(file)) => {
                let loaded = Plugin::load(file, &self.data.join("cache"), &opened.key);
                noted(&mut problems, loaded.map_err(Error::from)).map(Arc::new)
            }
            _ => None,
        };
        if let Some(opened) = opened.as_ref().filter(|opened| opened.is_writable) {
            noted(&mut problems, self.settled(&opened.store, &opened.objects).await);
        }
        let given = self.endpoints.clone();
        if let Some(opened) = &opened {
            // A host that is refused already writes nothing down.
            let may_write = opened.is_writable && problems.is_empty();
            let settled = elsewhere::settle(&opened.store, &opened.objects, &self.data, may_write).await;
            noted(&mut problems, settled);
            let given = self.endpoints.take();
            let settled = test_folder::settle(&opened.store, given, opened.is_writable, self.clock.utc());
            self.endpoints = noted(&mut problems, settled.await).flatten();
            problems.extend(self.only_for_tests.take().filter(|_| self.endpoints.is_none()));
        }
        let arrivals = Arrivals::new(&self.layers, self.endpoints.is_some(), self.clock.clone());
        let arrivals = noted(&mut problems, arrivals);
        let counts = Counts::default();
        let rights = rights::over(&self.data, opened.as_ref().map(|opened| &opened.store));
        let program = opened.as_ref().and_then(|opened| opened.folder.program());
        let shown = rights::shown(&rights, program, self.clock.utc()).await;
        let shown = Arc::new(Mutex::new(noted(&mut problems, shown).flatten()));
        let uploads = Arc::new(Uploads::new(rights.clone()));
        let making = Making {
            plugin: plugin.or(self.plugin.take()),
            clock: self.clock.clone(),
            watcher: self.watcher.clone(),
            withheld: self.withheld,
            changes: self.changes.clone(),
            limits: self.limits.clone(),
            endpoints: given,
        };
        let engine = opened.as_ref().and_then(|opened| {
            let library = Reference::new(opened.store.clone(), opened.objects.clone(), self.clock.clone());
            let library = library.with_uploads(uploads.clone());
            let engine = making.engine(library, self.endpoints.as_ref(), &counts);
            noted(&mut problems, engine).flatten()
        });
        match (opened, arrivals) {
            (Some(opened), Some(arrivals)) if problems.is_empty() => {
                let operations = Operations::new(opened.folder.program());
                let host = Host {
                    rights,
                    shown,
                    uploads,
                    places: Places::new(self.limits.at_once),
                    keys: Arc::new(Keys::new(&self.data, opened.key)),
                    data: self.data,
                    process: None,
                    folder: Arc::new(tokio::sync::Mutex::new(opened.folder)),
                    sign_ins: Arc::new(SignIns::new(opened.store.clone(), self.clock.clone())),
                    store: opened.store,
                    objects: opened.objects,
                    arrivals,
                    clock: self.clock,
                    limits: self.limits,
                    engine,
                    making,
                    layers: self.layers,
                    changes: self.changes,
                    watcher: self.watcher,
                    tokens: Mutex::default(),
                    counts,
                    day: Mutex::default(),
                    notices: Mutex::new(opened.notices),
                    operations,
                    checks: Checks::default(),
                    meters: Arc::default(),
                    watched: Watched::default(),
                    roles: self.roles,
                    at_hand: tokio::sync::Mutex::default(),
                };
                if opened.is_writable {
                    host.keep_house().await;
                    host.look_for_the_next_key().await;
                }
                Ok(host)
            }
            (opened, _) => {
                if let Some(opened) = opened {
                    super::housekeeping::close(&opened.store).await;
                }
                let about = |problem: Error| problem.about(&self.data);
                Err(BuildError {
                    problems: problems.into_iter().map(about).collect(),
                })
            }
        }
    }
}

/// The name of this program.
fn program() -> String {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.as_ref().and_then(|path| path.file_name());
    name.map_or("a program".into(), |name| name.to_string_lossy().into_owned())
}

fn noted<T>(problems: &mut Vec<Error>, result: Result<T>) -> Option<T> {
    result.map_err(|error| problems.push(error)).ok()
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.problems.iter().map(Error::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for BuildError {}
