//! The stage: the program as it is built, a simulated Microsoft, and ends of pipes of all kinds.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, ChildStderr, Command, Output, Stdio},
};

use graph_sim::{CLIENT_ID, CLIENT_SECRET, Config, Seed, Sim, TENANT_ID};
use serde_json::Value;
use tempfile::TempDir;

/// A name with everything in it that must not reach a terminal.
pub const HOSTILE: &str =
    "a\nerror: forged\r\u{1b}[2J\u{1b}]0;title\u{7}\u{85}\u{9b}\u{202e}\u{2066}\u{200b}\u{2028}\u{61c}\u{e0041}.pdf";

/// Whether any character of it does something to a terminal, or can't be seen.
pub fn commands(said: &[u8]) -> bool {
    let said = std::str::from_utf8(said).unwrap();
    said.replace('\n', "").chars().any(clientpoint_engine::text::is_unseen)
}

/// A pipe that nobody reads any more.
pub fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A disk that is full.
pub fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

/// The simulator, and the data folder of a program that is connected to it.
pub struct Stage {
    pub sim: Sim,
    pub folder: TempDir,
}

impl Stage {
    /// None, after the reason was printed, where the component is not built.
    pub async fn set() -> Option<Self> {
        let config = Config {
            seed: Seed::Empty,
            ..Config::default()
        };
        let stage = Self {
            sim: Sim::start(config).await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        };
        if !stage.run(&["inspect"]).status.success() {
            println!("skipped: the component is not built; `cargo xtask build` does it");
            return None;
        }
        Some(stage)
    }

    /// As [`Stage::set`], connected, with the main drive selected.
    pub async fn connected() -> Option<Self> {
        let stage = Self::set().await?;
        let connected = stage.connect(&["--tenant", TENANT_ID, "--client-id", CLIENT_ID, "--client-secret-stdin"]);
        assert!(connected.status.success(), "{connected:?}");
        let selected = stage.run(&["drives", "select", &stage.sim.drive_id()]);
        assert!(selected.status.success(), "{selected:?}");
        Some(stage)
    }

    /// Connects the company, with the secret on standard input.
    pub fn connect(&self, words: &[&str]) -> Output {
        let secret = self.folder.path().join("secret");
        std::fs::write(&secret, CLIENT_SECRET).unwrap();
        let words = [["connect", "organization"].as_slice(), words].concat();
        let mut command = self.command(&words);
        command.stdin(File::open(secret).unwrap()).output().unwrap()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clientpoint-host"));
        command
            .arg("--insecure-endpoints")
            .args(["--graph-url", &self.sim.graph_url()])
            .args(["--login-url", &self.sim.login_url()])
            .arg("--data")
            .arg(self.data())
            .args(words)
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs a command that says something for programs.
    pub fn json(&self, words: &[&str]) -> Value {
        let output = self.run(&[&["--json"], words].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    /// Begins a command whose output is read.
    pub fn start(&self, words: &[&str]) -> (Child, BufReader<ChildStderr>) {
        let mut command = self.command(words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let messages = BufReader::new(child.stderr.take().unwrap());
        (child, messages)
    }
}

/// Reads until a line that has this in it.
pub fn line_with(reader: &mut impl BufRead, what: &str) -> String {
    let mut line = String::new();
    while !line.contains(what) {
        line.clear();
        assert_ne!(reader.read_line(&mut line).unwrap(), 0, "nobody says {what}");
    }
    line
}

/// Sends a signal.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}
