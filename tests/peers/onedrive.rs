//! Debian's `onedrive` (abraunegg's client): it reads by delta, and takes the simulator for Microsoft's own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use end_to_end::peers::{self, Peer};
use graph_sim::{Config, Content, Fault, RequestKind, Resync, Seed, Sim};
use tempfile::TempDir;

use crate::front::Front;

/// A run takes some seconds; one that waits for a stalled download would not end.
const LIMIT: Duration = Duration::from_secs(60);

/// The client with a home and a folder of its own.
pub struct OneDrive {
    front: Front,
    home: TempDir,
}

/// What a simulator has to be for it.
pub fn config() -> Config {
    Config {
        seed: Seed::Empty,
        https_links: true,
        public_client: true,
        ..Config::default()
    }
}

impl OneDrive {
    /// Sets it up, or says why that can't be here.
    pub async fn new(peer: &Peer, sim: &Sim) -> Result<Self, &'static str> {
        // It trusts the system's certificates only. A mount namespace of its own shows it others.
        let mut unshare = Command::new("unshare");
        let allowed = peers::run(unshare.args(["-m", "mount", "--bind", "/dev/null", "/dev/full"]), LIMIT).await;
        if !allowed.status.success() {
            return Err("it takes root, and mounts in a namespace of one's own, to show it other certificates");
        }
        let version = peers::well(&peers::run(Command::new("onedrive").arg("--version"), LIMIT).await);
        peer.set_version(version.trim().trim_start_matches("onedrive v"));

        let home = tempfile::tempdir().unwrap();
        let settings = home.path().join(".config/onedrive");
        std::fs::create_dir_all(&settings).unwrap();
        let config = format!(
            "application_id = \"{}\"\nazure_tenant_id = \"{}\"\nsync_dir = \"{}\"\nwebhook_enabled = \"false\"\n",
            sim.client_id(),
            sim.tenant(),
            home.path().join("drive").display()
        );
        std::fs::write(settings.join("config"), config).unwrap();
        std::fs::write(settings.join("refresh_token"), sim.refresh_token_of("member")).unwrap();
        let front = Front::start(sim).await;
        Ok(Self { front, home })
    }

    /// Where its files are.
    pub fn folder(&self) -> PathBuf {
        self.home.path().join("drive")
    }

    /// A run that only fetches.
    pub fn command(&self) -> Command {
        let shown = "mount --bind \"$1\" /etc/ssl/certs/ca-certificates.crt && shift && exec onedrive \"$@\"";
        let mut command = Command::new("unshare");
        command
            .args(["-m", "sh", "-c", shown, "onedrive"])
            .arg(self.front.authority())
            .args(["--synchronize", "--download-only", "--verbose"])
            .env("HOME", self.home.path())
            .env("https_proxy", &self.front.proxy)
            .env_remove("XDG_CONFIG_HOME");
        command
    }

    /// Runs it.
    pub async fn run(&self) -> Output {
        peers::run(&mut self.command(), LIMIT).await
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            names.extend(self::names(&path).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

#[tokio::test]
async fn it_follows_the_drive_through_its_changes() {
    let Some(peer) = peers::ask("onedrive") else { return };
    let sim = Sim::start(config()).await.unwrap();
    let client = match OneDrive::new(&peer, &sim).await {
        Ok(client) => client,
        Err(reason) => return peer.skip(reason),
    };
    for name in [
        "Plan.docx",
        "50% #1.pdf",
        "100%25.pdf",
        "Terms + Conditions.pdf",
        "Übersicht.pdf",
        "sub dir/#1/x.pdf",
    ] {
        sim.put(&format!("/{name}"), name.into());
    }
    let film = Content::Generated { size: 300_000, seed: 5 };
    sim.put("/sub dir/Film.mp4", film);

    peers::well(&client.run().await);
    let there = names(&client.folder());
    assert_eq!(there.len(), 7, "{there:?}");
    for name in &there {
        let bytes = std::fs::read(client.folder().join(name)).unwrap();
        assert_eq!(bytes, sim.bytes(&format!("/{name}")).unwrap(), "{name}");
    }
    assert!(sim.requests().iter().any(|request| request.kind == RequestKind::Delta));
    let downloads = sim
        .requests()
        .into_iter()
        .filter(|request| request.kind == RequestKind::Download);
    assert!(downloads.clone().count() >= 7 && downloads.clone().all(|request| !request.was_authorized()));

    // New content, a new file, a new name, another folder, and gone. Later, since it goes by whole seconds.
    let later = || sim.set_clock(sim.now() + chrono::TimeDelta::minutes(1));
    later();
    sim.put("/Plan.docx", "another plan".into());
    sim.put("/New.pdf", "new".into());
    sim.rename("/100%25.pdf", "Renamed.pdf");
    sim.move_to("/Terms + Conditions.pdf", "/sub dir");
    sim.delete("/sub dir/#1");
    sim.clear_requests();
    peers::well(&client.run().await);
    let expected = [
        "50% #1.pdf",
        "New.pdf",
        "Plan.docx",
        "Renamed.pdf",
        "sub dir/Film.mp4",
        "sub dir/Terms + Conditions.pdf",
        "Übersicht.pdf",
    ];
    assert_eq!(names(&client.folder()), expected);
    assert_eq!(
        std::fs::read_to_string(client.folder().join("Plan.docx")).unwrap(),
        "another plan"
    );
    let fetched = sim
        .requests()
        .into_iter()
        .filter(|request| request.kind == RequestKind::Download);
    assert_eq!(fetched.count(), 2, "what changed, and no more");

    later();
    // The token of its delta link is of no use any more: it starts again, and loses nothing.
    sim.expire_delta_tokens(Resync::ApplyDifferences);
    sim.put("/Plan.docx", "a third plan".into());
    peers::well(&client.run().await);
    assert_eq!(names(&client.folder()), expected);
    assert_eq!(
        std::fs::read_to_string(client.folder().join("Plan.docx")).unwrap(),
        "a third plan"
    );
}

#[tokio::test]
async fn it_waits_when_it_is_told_to() {
    let Some(peer) = peers::ask("onedrive") else { return };
    let sim = Sim::start(config()).await.unwrap();
    let client = match OneDrive::new(&peer, &sim).await {
        Ok(client) => client,
        Err(reason) => return peer.skip(reason),
    };
    sim.put("/Plan.docx", "a plan".into());
    sim.fault("throttle*1=2@graph".parse::<Fault>().unwrap());
    let started = sim.now();
    peers::well(&client.run().await);
    assert_eq!(names(&client.folder()), ["Plan.docx"]);
    assert!(
        (sim.now() - started).num_milliseconds() >= 2_000,
        "it asked again before its time"
    );
}
