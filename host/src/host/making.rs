//! What the engine of a host is made of, kept so that the hosts of other accounts in this process are made of the same.

use std::{collections::BTreeSet, sync::Arc};

use clientpoint_engine::{
    Engine, Limits as EngineLimits, capability::progress::Progress, clock::Clock, counts::Counts, plugin::Plugin,
    policy::PolicyChanges, powers::Power, test_endpoints::InsecureEndpoints,
};

use super::limits::Limits;
use crate::{Result, store::reference::Reference};

/// What is the same for all accounts of a process.
#[derive(Clone)]
pub(super) struct Making {
    pub(super) plugin: Option<Arc<Plugin>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) watcher: Arc<dyn Progress>,
    pub(super) withheld: BTreeSet<Power>,
    pub(super) changes: PolicyChanges,
    pub(super) limits: Limits,
    /// What the process was started with.
    pub(super) endpoints: Option<InsecureEndpoints>,
}

impl Making {
    /// What runs the plugin on a library, with the endpoints that belong to it; none without a plugin.
    ///
    /// # Errors
    ///
    /// If the plugin can't be linked.
    pub(super) fn engine(
        &self,
        library: Reference,
        endpoints: Option<&InsecureEndpoints>,
        counts: &Counts,
    ) -> Result<Option<Engine>> {
        let Some(plugin) = &self.plugin else { return Ok(None) };
        let limits = &self.limits;
        let mut builder = Engine::builder(plugin.clone(), Arc::new(library))
            .clock(self.clock.clone())
            .progress(self.watcher.clone())
            .counts(counts.clone())
            .withhold(self.withheld.iter().copied())
            .policy(self.changes.clone())
            .limits(EngineLimits {
                memory: limits.memory,
                sheet_memory: limits.sheet_memory,
                call: limits.call,
                transfer: limits.transfer,
            });
        if let Some(endpoints) = endpoints {
            builder = builder.insecure_endpoints(endpoints.clone());
        }
        Ok(Some(builder.build()?))
    }
}
