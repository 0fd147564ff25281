//! The host: one data folder, one plugin, and everything between them.

mod accounts;
mod arrivals;
mod builder;
mod company_cache;
mod elsewhere;
mod filled;
mod folder;
mod grant_keeper;
mod housekeeping;
mod keys;
mod limits;
mod making;
mod moving;
mod opening;
mod pinned_endpoints;
mod places;
mod programs;
mod questions;
mod rights;
mod roles;
mod rotation;
mod settled;
mod sign_ins;
mod test_folder;
mod token_sets;
mod waiting;
mod watched;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use clientpoint_engine::{
    Engine, capability::progress::Progress, clock::Clock, counts::Counts, oauth::Tokens, plugin::Plugin,
    policy::PolicyChanges, secrets::SecretKey,
};

use crate::{
    Error, Result,
    disk::{self, Room},
    meters::Meters,
    rights::{Held, Rights},
    service::{association::checks::Checks, operations::live::Operations},
    settings::Layers,
    store::{Store, objects::Objects, reference::Uploads},
    way_out::{Notice, WayOut},
};

pub use crate::store::seal::Wiped;
pub use builder::{BuildError, HostBuilder};
pub use limits::Limits;
pub use moving::{Move, MovedLibrary, move_library};
pub use roles::Roles;
pub use rotation::{forget_secrets, forget_secrets_of_hosts};

pub(crate) use arrivals::{Aim, Arrivals};
pub(crate) use filled::Filled;
pub(crate) use places::{Place, Places};
pub(crate) use sign_ins::{Claimed, End, SignIns, Stage, UnderWay, given_up, late};
pub(crate) use watched::Watched;

/// A host that is ready to serve people.
pub struct Host {
    data: PathBuf,
    /// The data folder of the process, where this is the host of another account in it.
    process: Option<PathBuf>,
    /// Held for as long as the host lives.
    folder: Arc<tokio::sync::Mutex<folder::Folder>>,
    pub(crate) store: Store,
    pub(crate) objects: Objects,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    keys: Arc<keys::Keys>,
    engine: Option<Engine>,
    making: making::Making,
    /// What was set before the folder was opened, and what the embedder has decided about the policy.
    layers: Layers,
    changes: PolicyChanges,
    pub(crate) watcher: Arc<dyn Progress>,
    rights: Arc<dyn Rights>,
    /// As long as it is held, other hosts see that this one is there.
    shown: Arc<Mutex<Option<Held>>>,
    pub(crate) uploads: Arc<Uploads>,
    pub(crate) places: Places,
    /// By connection, and by when it was connected.
    tokens: Mutex<BTreeMap<(String, String), Tokens>>,
    counts: Counts,
    /// The sign-ins at the source that are under way in this library.
    pub(crate) sign_ins: Arc<SignIns>,
    /// The sign-in service of the host's own people, and who is on the way to it.
    pub(crate) arrivals: Arrivals,
    /// The UTC day on which the folder's counter was looked at last.
    day: Mutex<Option<chrono::NaiveDate>>,
    notices: Mutex<Vec<Notice>>,
    pub(crate) operations: Operations,
    /// Sheets that were checked in this process.
    pub(crate) checks: Checks,
    /// What this process has done.
    pub(crate) meters: Arc<Meters>,
    /// What was told last to those who watch.
    pub(crate) watched: Watched,
    /// What this process does by itself.
    pub(crate) roles: Roles,
    /// The hosts of other accounts in this process, the one that was asked for last at the end.
    at_hand: tokio::sync::Mutex<Vec<(String, Arc<Self>)>>,
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
        Ok(self.engine()?.plugin())
    }

    /// How much room the disk under the data folder has; none where the system does not say.
    pub(crate) fn room(&self) -> Option<Room> {
        disk::room(&self.data).ok()
    }

    /// Where the data folder is.
    pub(crate) fn folder_path(&self) -> PathBuf {
        self.data.clone()
    }

    /// What runs the plugin.
    pub(crate) fn engine(&self) -> Result<&Engine> {
        self.engine
            .as_ref()
            .ok_or_else(|| Error::Settings("this host was started without a plugin".into()).with([WayOut::GivePlugin]))
    }

    /// The error with the name of this host's data folder in it, where it is about that.
    pub(crate) fn about(&self, error: Error) -> Error {
        error.about(&self.data)
    }

    /// The most linear memory that an instance has used since the host was made, in bytes.
    pub fn peak_guest_memory(&self) -> usize {
        self.counts.peak_memory()
    }

    /// How many instances were made of the plugin, and for which calls.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// The data folder of the process, with the key and compiled plugins.
    pub(crate) fn folder_of_process(&self) -> &Path {
        self.process.as_deref().unwrap_or(&self.data)
    }

    /// The key in force as far as this process knows.
    pub(crate) fn key(&self) -> Arc<SecretKey> {
        self.keys.present()
    }

    /// The key in force, and those that were or will be.
    pub(crate) fn keys_at_hand(&self) -> Vec<Arc<SecretKey>> {
        self.keys.at_hand()
    }
}
