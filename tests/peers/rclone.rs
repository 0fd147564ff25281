//! rclone: of today, which can be pointed at the simulator, and Debian's, which takes it for Microsoft's own.

mod library;
mod listing;

use std::{
    path::PathBuf,
    process::{Command, Output},
    time::Duration,
};

use end_to_end::peers::{self, Peer};
use graph_sim::{Config, Seed, Sim};
use tempfile::TempDir;

use crate::front::Front;

/// Long enough for all that rclone tries again.
const LIMIT: Duration = Duration::from_secs(60);

/// The two kinds of rclone.
pub const KINDS: [&str; 2] = ["rclone", "rclone-debian"];

/// An rclone with a configuration of its own, in which the main drive is called `od:`.
pub struct Rclone {
    program: PathBuf,
    folder: TempDir,
    front: Option<Front>,
}

/// What a simulator has to be for this kind.
pub fn config(kind: &str) -> Config {
    Config {
        seed: Seed::Empty,
        // Debian's sends its token along wherever it is redirected to, which the service may or may not mind.
        reject_authorization: kind != "rclone-debian",
        https_links: kind == "rclone-debian",
        ..Config::default()
    }
}

impl Rclone {
    /// Sets it up, and tells the summary which version it is.
    pub async fn new(peer: &Peer, sim: &Sim) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let common = format!(
            "[od]\ntype = onedrive\ndrive_id = {}\ndrive_type = business\n",
            sim.drive_id()
        );
        let (program, front, more) = if peer.name() == "rclone" {
            let more = format!(
                "client_id = {}\nclient_secret = {}\ntenant = {tenant}\nclient_credentials = true\n\
                 tenant_url = {}/_api\ntoken_url = {}/{tenant}/oauth2/v2.0/token\n",
                sim.client_id(),
                sim.client_secret(),
                sim.graph_url(),
                sim.login_url(),
                tenant = sim.tenant(),
            );
            (peer.home().join("venv/bin/rclone"), None, more)
        } else {
            let token = sim.sign_in_as("member");
            let more = format!(
                "token = {{\"access_token\":\"{token}\",\"token_type\":\"Bearer\",\"expiry\":\"2199-01-01T00:00:00Z\"}}\n"
            );
            ("/usr/bin/rclone".into(), Some(Front::start(sim).await), more)
        };
        std::fs::write(folder.path().join("rclone.conf"), common + &more).unwrap();
        let rclone = Self { program, folder, front };
        let version = peers::well(&rclone.run(&["version"]).await);
        peer.set_version(version.split_whitespace().nth(1).unwrap().trim_start_matches('v'));
        rclone
    }

    /// A folder for its files.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// A command that tries once, without those tries that it makes of a single request.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--config")
            .arg(self.folder.path().join("rclone.conf"))
            .args(["--retries", "1", "--use-json-log=false"])
            .args(arguments)
            .current_dir(self.folder.path());
        if let Some(front) = &self.front {
            command
                .env("HTTPS_PROXY", &front.proxy)
                .arg("--ca-cert")
                .arg(front.authority());
        }
        command
    }

    /// Runs it.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        peers::run(&mut self.command(arguments), LIMIT).await
    }

    /// The lines that it writes, in order.
    pub async fn lines(&self, arguments: &[&str]) -> Vec<String> {
        let mut lines: Vec<String> = peers::well(&self.run(arguments).await)
            .lines()
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    }
}

/// For each kind that is here: a simulator with these options, and an rclone that looks at it.
macro_rules! for_each_rclone {
    (|$peer:ident, $sim:ident, $rclone:ident| $body:block) => {
        for kind in $crate::rclone::KINDS {
            let Some($peer) = end_to_end::peers::ask(kind) else {
                continue;
            };
            let $sim = graph_sim::Sim::start($crate::rclone::config(kind)).await.unwrap();
            let $rclone = $crate::rclone::Rclone::new(&$peer, &$sim).await;
            $body
        }
    };
}
use for_each_rclone;
