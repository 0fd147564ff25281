//! Taking powers away: a host may give a plugin less than the contract offers, and the plugin has to say so in words.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use crate::{
    capability::progress::Unwatched,
    clock::{Clock, Sleep},
    egress::rules::Rules,
    state::State,
};

/// One interface that a plugin imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// `connection`: withheld, no drive is chosen.
    Connection,
    /// `content-library`: withheld, everything is answered with `forbidden`.
    ContentLibrary,
    /// `managed-files`: withheld, everything is answered with `forbidden`, also during a run.
    ManagedFiles,
    /// `state-store`: withheld, everything is answered with `other`.
    StateStore,
    /// `progress`: withheld, nobody watches.
    Progress,
    /// `logging`: withheld, nothing is written.
    Logging,
    /// `wasi:http`: withheld, each request is answered with `HTTP-request-denied`.
    Http,
    /// `wasi:clocks`: withheld, time stands still and nobody waits.
    Clocks,
}

impl Power {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Connection,
        Self::ContentLibrary,
        Self::ManagedFiles,
        Self::StateStore,
        Self::Progress,
        Self::Logging,
        Self::Http,
        Self::Clocks,
    ];
}

impl State {
    /// Takes a power away. The interface stays, so that the plugin can be loaded; every call of it is denied.
    pub(crate) fn withhold(&mut self, power: Power) {
        match power {
            Power::Connection => self.connection.info.drive = None,
            Power::ContentLibrary => self.library.withheld.library = true,
            Power::ManagedFiles => self.library.withheld.managed = true,
            Power::StateStore => self.state_store.withheld = true,
            Power::Progress => self.progress.watcher = Arc::new(Unwatched),
            Power::Logging => self.logging.silence(),
            Power::Http => self
                .egress
                .allow_only(Rules::new(String::new(), Vec::new(), false, false)),
            Power::Clocks => self.clocks.clock = Arc::new(NoClock),
        }
    }
}

/// Time that does not pass.
struct NoClock;

impl Clock for NoClock {
    fn utc(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _duration: Duration) -> Sleep {
        Box::pin(std::future::ready(()))
    }
}
