//! Putting an engine together.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use super::{Engine, Limits, Parts};
use crate::{
    Error, Result,
    capability::progress::{Progress, Unwatched},
    clock::{Clock, SystemClock},
    counts::Counts,
    egress,
    library::{Library, Managed, StateStore},
    plugin::Plugin,
    policy::PolicyChanges,
    powers::Power,
    stage::Stage,
    test_endpoints::InsecureEndpoints,
};

/// Collects what an engine is made of.
pub struct Builder {
    plugin: Arc<Plugin>,
    library: Arc<dyn Library>,
    managed: Arc<dyn Managed>,
    state_store: Arc<dyn StateStore>,
    clock: Arc<dyn Clock>,
    watcher: Arc<dyn Progress>,
    counts: Counts,
    withheld: BTreeSet<Power>,
    endpoints: Option<InsecureEndpoints>,
    changes: PolicyChanges,
    limits: Limits,
}

impl Builder {
    pub(super) fn new<L>(plugin: Arc<Plugin>, library: Arc<L>) -> Self
    where
        L: Library + Managed + StateStore + 'static,
    {
        Self {
            plugin,
            library: library.clone(),
            managed: library.clone(),
            state_store: library,
            clock: Arc::new(SystemClock::default()),
            watcher: Arc::new(Unwatched),
            counts: Counts::default(),
            withheld: BTreeSet::new(),
            endpoints: None,
            changes: PolicyChanges::default(),
            limits: Limits::default(),
        }
    }

    /// Another clock than the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Somebody who watches the transfers of all calls that bring no watcher of their own
    /// ([`SignedIn::watched_by`](crate::SignedIn::watched_by)).
    #[must_use]
    pub fn progress(mut self, watcher: Arc<dyn Progress>) -> Self {
        self.watcher = watcher;
        self
    }

    /// Where instances are counted, if others count there, too.
    #[must_use]
    pub fn counts(mut self, counts: Counts) -> Self {
        self.counts = counts;
        self
    }

    /// Gives the plugin less than the contract offers: every call of these interfaces is denied.
    #[must_use]
    pub fn withhold(mut self, powers: impl IntoIterator<Item = Power>) -> Self {
        self.withheld.extend(powers);
        self
    }

    /// Other endpoints, which may be plain http and inside the network. Never for production.
    #[must_use]
    pub fn insecure_endpoints(mut self, endpoints: InsecureEndpoints) -> Self {
        self.endpoints = Some(endpoints);
        self
    }

    /// Changes to the plugin's default policy.
    #[must_use]
    pub fn policy(mut self, changes: PolicyChanges) -> Self {
        self.changes = changes;
        self
    }

    /// Other limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Makes the engine.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for other endpoints that are none, or an HTTP client that can't be made.
    pub fn build(self) -> Result<Engine> {
        let endpoints = match self.endpoints.map(InsecureEndpoints::checked).transpose() {
            Ok(endpoints) => endpoints,
            Err(problems) => {
                let told: Vec<String> = problems.iter().map(Error::to_string).collect();
                return Err(Error::Settings(told.join("; ")));
            }
        };
        let client = egress::client(endpoints.is_some())
            .map_err(|error| Error::Settings(format!("the HTTP client can't be made: {error}")))?;
        let stage = Stage {
            library: self.library,
            managed: self.managed,
            state_store: self.state_store,
            clock: self.clock,
            client,
            watcher: self.watcher,
            memory: self.limits.memory,
            counts: self.counts,
            withheld: self.withheld,
        };
        Ok(Engine(Arc::new(Parts {
            plugin: self.plugin,
            stage,
            endpoints,
            changes: Mutex::new(self.changes),
            limits: self.limits,
        })))
    }
}
