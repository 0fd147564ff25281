//! Stories of a plugin that means harm. Each ends in a typed refusal, with the library as it was, and with a host on
//! whose data folder, in the same process, the real plugin goes on working.

mod bytes;
mod greed;
mod lies;
pub mod log;
mod network;
mod runs;
mod start;

use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use clientpoint_engine::{
    clock::{Clock, SystemClock},
    plugin::Plugin,
    policy::PolicyChanges,
    test_endpoints::InsecureEndpoints,
};
use clientpoint_host::{Error, Host, HostBuilder, Session, host::Limits, service::FileRow, store::files::ShowingKind};
use end_to_end::{World, built, load, on_its_database, sources};

/// A connected world with a file in the library, and what it looked like before the attack.
struct Stage {
    world: World,
    before: Vec<FileRow>,
    objects: usize,
}

impl Stage {
    async fn new() -> Self {
        let world = World::connected().await;
        let item = world.sim.put("/Plan.pdf", b"%PDF-plan".to_vec().into());
        let file = world.import(&item).await.file.unwrap();
        let admin = world.admin().await;
        admin
            .place_file(&file.id, ShowingKind::ClientPoint, "Fabrikam")
            .await
            .unwrap();
        world.sim.clear_requests();
        let before = world.library().await;
        let objects = objects(&world);
        Self { world, before, objects }
    }

    /// A host with the hostile plugin, on the same data folder.
    async fn attacked(&self, behaviour: &str) -> Attack {
        self.attacked_with(behaviour, |builder| builder).await
    }

    /// As [`Stage::attacked`], where what is under test is the deadline.
    async fn hurried(&self, behaviour: &str) -> Attack {
        let limits = Limits {
            call: Duration::from_secs(1),
            transfer: Duration::from_secs(1),
            ..Limits::default()
        };
        self.attacked_with(behaviour, |builder| builder.limits(limits)).await
    }

    async fn attacked_with(&self, behaviour: &str, change: impl FnOnce(HostBuilder) -> HostBuilder) -> Attack {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let data = self.world.data.path();
        let builder = on_its_database(Host::builder(data), data)
            .plugin(hostile())
            .clock(clock)
            .insecure_endpoints(InsecureEndpoints {
                api: self.world.sim.graph_url(),
                login: self.world.sim.login_url(),
            })
            .policy(PolicyChanges {
                file_types: Some(vec![behaviour.to_string()]),
                ..PolicyChanges::default()
            })
            .limits(Limits {
                steps: 20,
                ..Limits::default()
            });
        Attack {
            host: change(builder).build().await.unwrap(),
        }
    }

    /// Asserts that nothing has changed, and that the real plugin works on the same data.
    async fn is_as_before_and_healthy(&self) {
        assert_eq!(self.world.library().await, self.before);
        assert_eq!(objects(&self.world), self.objects, "no object more than before");
        // Each goes when the thread that wrote it has seen that nothing comes any more.
        let gone = async {
            while self.world.drafts() != 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
        self.is_healthy().await;
    }

    async fn is_healthy(&self) {
        let bytes = b"%PDF-after the attack".to_vec();
        let item = self.world.sim.put("/After.pdf", bytes.clone().into());
        let outcome = self.world.import(&item).await;
        assert_eq!(outcome.outcome, "imported", "{outcome:?}");
        assert_eq!(self.world.bytes(&outcome.file.unwrap().id).await, bytes);
        assert_eq!(self.world.drafts(), 0);
    }
}

/// A host in the hands of the hostile plugin.
struct Attack {
    host: Host,
}

impl Attack {
    async fn admin(&self) -> Session<'_> {
        self.host.session("admin").await.unwrap()
    }

    /// Asks for a folder of that name.
    async fn browse(&self, argument: &str) -> Error {
        let browsed = self.admin().await.browse(Some(argument.into())).await;
        browsed.unwrap_err()
    }

    async fn import(&self, items: &[&str]) -> Error {
        let items: Vec<String> = items.iter().map(ToString::to_string).collect();
        self.admin().await.import(&items).await.unwrap_err()
    }
}

/// What the plugin said of its attempt.
fn said(error: &Error) -> String {
    assert_eq!(error.code(), "other", "{error}");
    error.to_string()
}

fn stopped(error: &Error) -> String {
    assert_eq!(error.code(), "plugin-stopped", "{error}");
    error.to_string()
}

/// The hostile plugin, compiled once.
fn hostile() -> Arc<Plugin> {
    static PLUGIN: OnceLock<Arc<Plugin>> = OnceLock::new();
    PLUGIN
        .get_or_init(|| Arc::new(load(&built(&sources::HOSTILE)).unwrap()))
        .clone()
}

fn objects(world: &World) -> usize {
    let count = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
    let shards = std::fs::read_dir(world.data.path().join("objects")).unwrap();
    shards.map(|shard| count(&shard.unwrap().path())).sum()
}
