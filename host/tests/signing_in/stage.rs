//! The stage: the program as it is built, and a simulated Microsoft.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use graph_sim::{CLIENT_SECRET, Config, Seed, Sim};
use tempfile::TempDir;

/// A run of the program: everything that could be seen of it.
#[derive(Default)]
pub struct Seen(pub Vec<u8>);

impl Seen {
    pub fn arguments_of(&mut self, child: &Child) {
        // Where there is no such file, there is nothing to look at.
        let arguments = std::fs::read(format!("/proc/{}/cmdline", child.id()));
        self.0.extend(arguments.unwrap_or_default());
    }

    /// Both streams at once: a pipe that nobody reads holds the program up.
    pub fn rest_of(&mut self, mut child: Child) -> bool {
        let messages = child.stderr.take().map(|mut stream| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                stream.read_to_end(&mut bytes).unwrap();
                bytes
            })
        });
        child.stdout.take().unwrap().read_to_end(&mut self.0).unwrap();
        if let Some(messages) = messages {
            self.0.extend(messages.join().unwrap());
        }
        child.wait().unwrap().success()
    }
}

/// The simulator, and a data folder.
pub struct Stage {
    pub sim: Sim,
    pub data: PathBuf,
    _folder: TempDir,
}

impl Stage {
    /// None, after the reason was printed, where the component is not built.
    pub async fn set() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            seed: Seed::Empty,
            ..Config::default()
        };
        let stage = Self {
            sim: Sim::start(config).await.unwrap(),
            data: folder.path().join("data"),
            _folder: folder,
        };
        if stage.run(&mut Seen::default(), &["inspect"]) {
            return Some(stage);
        }
        println!("skipped: the component is not built; `cargo xtask build` does it");
        None
    }

    pub fn start(&self, words: &[&str]) -> Child {
        let mut child = Command::new(env!("CARGO_BIN_EXE_clientpoint-host"))
            .args(["--json", "--insecure-endpoints"])
            .args([
                "--graph-url",
                &self.sim.graph_url(),
                "--login-url",
                &self.sim.login_url(),
            ])
            .arg("--data")
            .arg(&self.data)
            .args(words)
            .env("CLIENTPOINT_LOG", "trace")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Who reads nothing closes it.
        let _ = stdin.write_all(CLIENT_SECRET.as_bytes());
        child
    }

    pub fn run(&self, seen: &mut Seen, words: &[&str]) -> bool {
        let child = self.start(words);
        seen.arguments_of(&child);
        seen.rest_of(child)
    }

    /// Follows the address that the program shows, as a person would.
    pub fn sign_in(&self, seen: &mut Seen, words: &[&str]) -> bool {
        let mut child = self.start(words);
        seen.arguments_of(&child);
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.trim_start().starts_with(&self.sim.login_url()) {
            seen.0.extend(line.as_bytes());
            line.clear();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it shows no address");
        }
        let address = format!("{}&_sim_user=member", line.trim());
        let browser = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let client = clientpoint_engine::egress::client(true).unwrap();
                let back = client.get(address).send().await.unwrap();
                let back = back.headers()["location"].to_str().unwrap().to_string();
                client.get(back).send().await.unwrap().text().await.unwrap()
            })
        });
        lines.read_to_end(&mut seen.0).unwrap();
        assert!(browser.join().unwrap().contains("You can close this window"));
        seen.rest_of(child)
    }
}
