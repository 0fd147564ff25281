//! The PostgreSQL of the night, which whoever starts this has started.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use end_to_end::database;

use super::cost;

/// A server that runs.
pub struct Server {
    url: String,
    folder: PathBuf,
    control: Vec<String>,
}

impl Server {
    /// `CLIENTPOINT_TEST_DATABASE` has its address, `CLIENTPOINT_TEST_DATABASE_FOLDER` its folder, and
    /// `CLIENTPOINT_TEST_DATABASE_CONTROL` the words that `restart --mode immediate` follows.
    pub fn of_the_environment() -> Self {
        let variable =
            |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: use `cargo xtask scale`"));
        let control = variable("CLIENTPOINT_TEST_DATABASE_CONTROL");
        Self {
            url: variable("CLIENTPOINT_TEST_DATABASE"),
            folder: variable("CLIENTPOINT_TEST_DATABASE_FOLDER").into(),
            control: control.split(' ').map(str::to_owned).collect(),
        }
    }

    /// Makes a database, and gives its address.
    pub fn database(&self) -> String {
        let number = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_nanos();
        database::made(&self.url, &format!("scale_{number}"))
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        let (_, rest) = self.url.rsplit_once('@').unwrap();
        rest.split('/').next().unwrap().to_owned()
    }

    /// What it has needed of the processor since it was started.
    pub fn cpu(&self) -> Duration {
        let text = fs::read_to_string(self.folder.join("postmaster.pid")).unwrap();
        let process = text.lines().next().unwrap().parse().unwrap();
        let children = cost::children(process).into_iter().map(cost::of);
        cost::of(process) + children.sum::<Duration>()
    }

    /// Lets it crash, and starts it again.
    pub fn crash(&self) {
        let (program, words) = self.control.split_first().unwrap();
        let status = Command::new(program)
            .args(words)
            .args(["restart", "--mode", "immediate", "--wait", "--silent"])
            .current_dir("/")
            .status()
            .unwrap();
        assert!(status.success());
    }
}
