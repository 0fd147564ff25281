//! What a whole run of the sync may take. Each step has an instance of its own with limits of its own, so that without
//! this a plugin could have as much again as often as it takes a step.

use std::{sync::Arc, time::Duration};

use clientpoint_engine::{capability::logging::Lines, clock::Clock};

use crate::host::Host;

/// What is left to one run.
pub(in crate::service) struct Allowance {
    clock: Arc<dyn Clock>,
    /// On the clock that never goes back.
    end: Duration,
    /// Lines of the log.
    pub(in crate::service) lines: Lines,
}

impl Allowance {
    /// For a run that begins now, or goes on.
    pub(in crate::service) fn new(host: &Host) -> Self {
        Self {
            clock: host.clock.clone(),
            end: host.clock.elapsed().saturating_add(host.limits.run),
            lines: Lines::default(),
        }
    }

    /// How much time there is for a call that may take `at_most`; none once the run is over its time.
    pub(in crate::service) fn time(&self, at_most: Duration) -> Option<Duration> {
        let left = self.end.saturating_sub(self.clock.elapsed());
        (!left.is_zero()).then_some(left.min(at_most))
    }
}
