//! The stage for end-to-end stories: a simulated Microsoft, a host on a folder of its own, the real component between.
//!
//! ```no_run
//! # async fn story() {
//! let world = end_to_end::World::connected().await;
//! let plan = world.sim.put("/Plan.docx", b"a plan".to_vec().into());
//! let outcomes = world.admin().await.import(&[plan]).await;
//! # }
//! ```
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::{
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use clientpoint_engine::{
    clock::{Clock, ManualClock},
    plugin::Plugin,
    secrets::Secret,
    test_endpoints::InsecureEndpoints,
};
use clientpoint_host::{
    Host, HostBuilder, Session, key_files,
    service::{Given, ItemOutcome, Ledger, Stop, SyncOptions},
};
use graph_sim::{Config, Logged, RequestKind, Seed, Sim};
use tempfile::TempDir;

use by_path::ByPath;
use whole::Whole;

pub mod browser;
pub mod by_path;
pub mod certificate;
pub mod chance;
pub mod database;
pub mod files;
pub mod folders;
pub mod many;
pub mod memory;
pub mod object_store;
pub mod peers;
pub mod proxy;
pub mod sheets;
pub mod whole;

#[path = "../../xtask/src/sources.rs"]
pub mod sources;

/// When every story begins.
pub const MORNING: &str = "2026-03-02T05:00:00Z";

/// Everything a story needs.
pub struct World {
    /// The simulated Microsoft.
    pub sim: Sim,
    /// The host's time. It stands still unless the story moves it.
    pub clock: ManualClock,
    /// The host.
    pub host: Host,
    /// The host's data folder.
    pub data: TempDir,
}

impl World {
    /// An empty drive, and a host that is not connected.
    pub async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    /// As [`World::new`], with a host that was built otherwise.
    pub async fn with(change: impl FnOnce(HostBuilder) -> HostBuilder) -> Self {
        let sim = Sim::start(Config {
            seed: Seed::Empty,
            clock: Some(MORNING.parse().unwrap()),
            ..Config::default()
        })
        .await
        .unwrap();
        let clock = ManualClock::new(MORNING.parse().unwrap());
        let data = tempfile::tempdir().unwrap();
        let host = change(builder(&sim, &clock, data.path())).build().await.unwrap();
        Self { sim, clock, host, data }
    }

    /// As [`World::connected`], with the library in the data folder wherever other stories have theirs.
    pub async fn connected_in_its_folder() -> Self {
        let sim = Sim::start(Config {
            seed: Seed::Empty,
            clock: Some(MORNING.parse().unwrap()),
            ..Config::default()
        })
        .await
        .unwrap();
        let clock = ManualClock::new(MORNING.parse().unwrap());
        let data = tempfile::tempdir().unwrap();
        let host = in_its_folder(&sim, &clock, data.path()).build().await.unwrap();
        let world = Self { sim, clock, host, data };
        world.connect().await;
        world
    }

    /// A host that is connected to the main drive, which is empty.
    pub async fn connected() -> Self {
        let world = Self::new().await;
        world.connect().await;
        world
    }

    /// As [`World::connected`], with a host that was built otherwise.
    pub async fn connected_with(change: impl FnOnce(HostBuilder) -> HostBuilder) -> Self {
        let world = Self::with(change).await;
        world.connect().await;
        world
    }

    /// Connects with the company's credentials, and selects the main drive.
    pub async fn connect(&self) {
        let admin = self.admin().await;
        admin.connect_organization(credentials(&self.sim)).await.unwrap();
        admin.select_drive(&self.sim.drive_id(), false).await.unwrap();
        self.sim.clear_requests();
    }

    /// The Administrator at work.
    pub async fn admin(&self) -> Session<'_> {
        self.host.session("admin").await.unwrap()
    }

    /// Imports one file.
    pub async fn import(&self, item: &str) -> ItemOutcome {
        let outcomes = self.admin().await.import(&[item.to_string()]).await;
        outcomes.unwrap().remove(0)
    }

    /// Imports one file, and lets the time pass that the plugin wants to wait.
    pub async fn import_patiently(&self, item: &str) -> ItemOutcome {
        let waiting = async {
            loop {
                // The watch for silence looks every five seconds: it must not be what moves the time.
                self.clock.pass(|asked| asked != WATCH).await;
            }
        };
        tokio::select! {
            outcome = self.import(item) => outcome,
            () = waiting => unreachable!("waiting has no end"),
        }
    }

    /// The bytes of a library file.
    pub async fn bytes(&self, id: &str) -> Vec<u8> {
        self.admin().await.bytes_of(id).await.unwrap()
    }

    /// The library, file by file, as it would be shown.
    pub async fn library(&self) -> Vec<clientpoint_host::service::FileRow> {
        self.admin().await.library().await.unwrap()
    }

    /// How many drafts lie about: none, once everything has ended.
    pub fn drafts(&self) -> usize {
        std::fs::read_dir(self.data.path().join("drafts")).unwrap().count()
    }

    /// The requests of a kind, so far.
    pub fn requests(&self, kind: RequestKind) -> Vec<Logged> {
        let requests = self.sim.requests().into_iter();
        requests.filter(|request| request.kind == kind).collect()
    }
}

/// Does some work while a sync goes on beside it, which is not to come to its end before: bytes of its do not come.
pub async fn beside<S, T>(sync: Pin<&mut impl Future<Output = S>>, work: impl Future<Output = T>) -> T {
    tokio::select! {
        biased;
        done = work => done,
        _ = sync => panic!("the sync was over before what was to be done beside it"),
    }
}

/// How often the plugin looks whether data still comes.
pub const WATCH: Duration = Duration::from_secs(5);

/// A host's builder for this simulator, clock and folder.
pub fn builder(sim: &Sim, clock: &ManualClock, data: &Path) -> HostBuilder {
    on_its_database(in_its_folder(sim, clock, data), data)
}

/// With the library of that folder where all stories have theirs just now: in the folder, or on a server.
pub fn on_its_database(builder: HostBuilder, data: &Path) -> HostBuilder {
    match database::of_folder(data) {
        Some(file) => builder.database(file),
        None => builder,
    }
}

/// As [`builder`], with the library in the folder wherever other stories have theirs.
pub fn in_its_folder(sim: &Sim, clock: &ManualClock, data: &Path) -> HostBuilder {
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    Host::builder(data)
        .plugin(plugin())
        .clock(clock)
        .insecure_endpoints(InsecureEndpoints {
            api: sim.graph_url(),
            login: sim.login_url(),
        })
}

/// What an Administrator fills in for the company.
pub fn credentials(sim: &Sim) -> Given {
    given([
        ("tenant", sim.tenant()),
        ("client-id", sim.client_id()),
        ("client-secret", sim.client_secret()),
    ])
}

/// Fields that are filled in.
pub fn given<const N: usize>(fields: [(&str, &str); N]) -> Given {
    Given {
        fields: fields
            .map(|(key, value)| (key.to_string(), Secret::new(value.to_string())))
            .into(),
        secret_expires: None,
    }
}

/// The component, compiled once for all stories.
pub fn plugin() -> Arc<Plugin> {
    static PLUGIN: OnceLock<Arc<Plugin>> = OnceLock::new();
    PLUGIN.get_or_init(|| Arc::new(load(&component()).unwrap())).clone()
}

/// Loads a component that some host is to have.
///
/// # Errors
///
/// If the host does not take it.
pub fn load(component: &Path) -> clientpoint_host::Result<Plugin> {
    let folder = tempfile::tempdir().unwrap();
    let key = key_files::load(folder.path()).unwrap();
    Ok(Plugin::load(component, folder.path(), &key)?)
}

/// The component, which must be as new as its sources.
///
/// # Panics
///
/// If it is missing or stale, with what to run.
pub fn component() -> PathBuf {
    built(&sources::PLUGIN)
}

/// As [`component`], for any of those that are built here.
///
/// # Panics
///
/// If it is missing or stale, with what to run.
pub fn built(which: &sources::Component) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = sources::component_dir(root);
    let component = folder.join(which.file);
    assert!(
        component.exists() && which.is_current(root, &folder).unwrap(),
        "`{}` is missing or older than its sources: run `cargo xtask build`",
        component.display()
    );
    component
}

/// Writes a secret that a deployment hands over, for its owner alone.
pub fn write_secret(path: &Path, text: &str) {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};

    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// The bytes of a file that begins as a PDF does.
pub fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7 {text}").into_bytes()
}

/// Runs the sync of the Administrator.
pub async fn sync(world: &World) -> Ledger {
    world
        .admin()
        .await
        .sync(&SyncOptions::default(), &Stop::default())
        .await
        .unwrap()
}
