//! Who takes part, and how each is asked for the same.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::simulator::Simulator;

/// A program that brings files from OneDrive to a disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Contestant {
    /// The least that can be done: bytes to a file.
    Curl,
    /// What people take for this today.
    Rclone,
    /// The host with the plugin in it.
    Ours,
}

impl Contestant {
    pub fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Rclone => "rclone",
            Self::Ours => "clientpoint-host",
        }
    }
}

/// rclone of today, where `cargo xtask bench peers` has installed it.
pub fn rclone_program() -> Option<PathBuf> {
    let program = PathBuf::from(std::env::var_os("PEER_RCLONE")?).join("venv/bin/rclone");
    program.is_file().then_some(program)
}

/// The commands of all three, against one simulator, on one folder.
pub struct Commands<'a> {
    pub simulator: &'a Simulator,
    pub component: &'a Path,
    pub rclone: Option<&'a Path>,
    pub folder: &'a Path,
}

impl Commands<'_> {
    /// The data folder of the host.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Where curl or rclone puts files.
    pub fn target(&self, who: Contestant) -> PathBuf {
        let target = self.folder.join(who.name());
        fs::create_dir_all(&target).unwrap();
        target
    }

    /// The host's program, with a command of its own.
    pub fn ours(&self, arguments: &[&str]) -> Command {
        let program = std::env::current_exe().unwrap().with_file_name("clientpoint-host");
        let mut command = Command::new(program);
        command
            .arg("--data")
            .arg(self.data())
            .arg("--plugin")
            .arg(self.component)
            .args(["--insecure-endpoints", "--graph-url", &self.simulator.graph])
            .args(["--login-url", &self.simulator.login, "--json"])
            .args(arguments);
        command
    }

    /// rclone, with the main drive called `od:` and its own five transfers at once.
    pub fn rclone(&self, program: &Path, arguments: &[&str]) -> Command {
        let config = self.folder.join("rclone.conf");
        if !config.exists() {
            fs::write(&config, self.simulator.rclone_config()).unwrap();
        }
        let mut command = Command::new(program);
        command
            .arg("--config")
            .arg(config)
            .args(["--retries", "1", "--transfers", "5", "--quiet"])
            .args(arguments);
        command
    }

    /// curl, five at once, each from the address of its content, as any program has to begin.
    pub fn curl(&self, token: &str, items: &[(String, String)]) -> Command {
        let list = self.folder.join("curl.conf");
        let target = self.target(Contestant::Curl);
        let lines = items.iter().map(|(id, name)| {
            let address = self.simulator.content(id);
            format!("url = \"{address}\"\noutput = \"{}\"\n", target.join(name).display())
        });
        fs::write(&list, lines.collect::<String>()).unwrap();
        let mut command = Command::new("curl");
        command
            .args([
                "-sSfL",
                "--no-progress-meter",
                "--parallel",
                "--parallel-max",
                "5",
                "-H",
            ])
            .arg(format!("Authorization: Bearer {token}"))
            .arg("--config")
            .arg(list);
        command
    }
}
