//! How the story is told: commands as a person would type them, what they answer, and whether that is right.

use std::{
    fs,
    io::{self, Seek, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    json::{list, text},
    sim::Sim,
};
use crate::{run, say};

/// The longest that a command of the demo may take.
const LIMIT: Duration = Duration::from_secs(120);

/// The teller: knows the host, remembers what happened so far, and counts the checks.
pub struct Story {
    host: PathBuf,
    base: Vec<String>,
    data: PathBuf,
    folder: PathBuf,
    checks: u32,
    morning: Option<String>,
    /// The rows of "Add from OneDrive", once they were listed.
    pub rows: Vec<Value>,
    /// What was imported so far: outcomes.
    pub imported: Vec<Value>,
}

/// What a command came to.
pub struct Answer {
    /// The exit status.
    pub status: i32,
    /// The one JSON document; null if there was none.
    pub json: Value,
}

impl Story {
    /// A story that begins with an empty data folder.
    pub fn new(programs: &Path, component: &Path, sim: &Sim, folder: &Path) -> Self {
        let data = folder.join("data");
        let base = [
            "--data",
            &data.to_string_lossy(),
            "--plugin",
            &component.to_string_lossy(),
            "--insecure-endpoints",
            "--graph-url",
            &sim.graph_url,
            "--login-url",
            &sim.login_url,
        ];
        Self {
            host: programs.join("clientpoint-host"),
            base: base.map(str::to_owned).to_vec(),
            data,
            folder: folder.to_path_buf(),
            checks: 0,
            morning: None,
            rows: Vec::new(),
            imported: Vec::new(),
        }
    }

    /// How many checks have passed.
    pub fn checks(&self) -> u32 {
        self.checks
    }

    /// Where the host keeps what it knows.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A folder for what a chapter needs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A command that is about to run, shown as a person would type it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        say::command(&typed(arguments));
        let mut command = Command::new(&self.host);
        command.args(&self.base).args(arguments);
        command
    }

    /// Runs a command that changes something: once, for its JSON, with its progress in view.
    pub fn run(&self, arguments: &[&str]) -> Result<Answer> {
        say::command(&typed(arguments));
        self.ask(arguments, None, Stdio::inherit())
    }

    /// Runs a command with a line on its standard input, which is not shown.
    pub fn run_with_secret(&self, arguments: &[&str], secret: &str) -> Result<Answer> {
        say::command(&format!("printf %s \"$SECRET\" | {}", typed(arguments)));
        self.ask(arguments, Some(secret), Stdio::inherit())
    }

    /// Runs a command that only reads: first as people see it, then for its JSON.
    pub fn show(&self, arguments: &[&str]) -> Result<Answer> {
        say::command(&typed(arguments));
        let mut command = Command::new(&self.host);
        command.args(&self.base).args(arguments).stdin(Stdio::null());
        run::run_within(&mut command, LIMIT)?.context("the host took too long")?;
        self.ask(arguments, None, Stdio::null())
    }

    /// Starts a command and does not wait for its end.
    pub fn begin(&self, arguments: &[&str]) -> Result<Child> {
        say::command(&typed(arguments));
        let mut command = Command::new(&self.host);
        command.args(&self.base).args(arguments).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().context("the host can't be started")
    }

    /// When the next daily sync is due, after the last one that this story has come to.
    pub fn next_morning(&mut self) -> Result<String> {
        let mut arguments = vec!["status"];
        if let Some(last) = &self.morning {
            arguments = vec!["--at", last, "status"];
        }
        let answer = self.ask(&arguments, None, Stdio::null())?;
        let unfinished = text(&answer.json, "/sync/0/unfinished/due");
        let next = text(&answer.json, "/sync/0/next").to_owned();
        ensure!(
            !next.is_empty() && unfinished.is_empty(),
            "no sync is to come: {:#}",
            answer.json
        );
        self.morning = Some(next.clone());
        Ok(next)
    }

    /// The morning that the story has come to; empty before the first.
    pub fn today(&self) -> &str {
        self.morning.as_deref().unwrap_or_default()
    }

    fn ask(&self, arguments: &[&str], input: Option<&str>, messages: Stdio) -> Result<Answer> {
        let mut command = Command::new(&self.host);
        command.args(&self.base).arg("--json").args(arguments).stderr(messages);
        match input {
            Some(text) => command.stdin(self.file_with(text)?),
            None => command.stdin(Stdio::null()),
        };
        let (status, output) = run::output_within(&mut command, LIMIT)?;
        let json = match output.trim_ascii() {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes)
                .with_context(|| format!("with --json came something else: {}", String::from_utf8_lossy(bytes)))?,
        };
        Ok(Answer {
            status: status.code().unwrap_or(-1),
            json,
        })
    }

    /// An unnamed file to read from: unlike with a pipe, nobody has to feed it.
    pub fn file_with(&self, text: &str) -> Result<fs::File> {
        let mut file = tempfile::tempfile_in(&self.folder)?;
        file.write_all(text.as_bytes())?;
        file.rewind()?;
        Ok(file)
    }

    /// Checks one thing. `found` is what one would want to see if it does not hold.
    pub fn check(&mut self, expected: &str, holds: bool, found: &Value) -> Result<()> {
        ensure!(holds, "expected: {expected}\nfound: {found:#}");
        say::ok(expected);
        self.checks += 1;
        Ok(())
    }

    /// SHA-256 of a library file's bytes, as `library read` writes them.
    pub fn library_sha256(&self, file: &str) -> Result<String> {
        let copy = self.folder.join("copy");
        let answer = self.ask(
            &["library", "read", file, "-o", &copy.to_string_lossy()],
            None,
            Stdio::inherit(),
        )?;
        ensure!(answer.status == 0, "library read {file} ended with {}", answer.status);
        let mut hash = Sha256::new();
        io::copy(&mut fs::File::open(&copy)?, &mut hash)?;
        fs::remove_file(copy)?;
        Ok(format!("{:x}", hash.finalize()))
    }
}

impl Answer {
    /// The list under a key; empty if there is none.
    pub fn list(&self, key: &str) -> Vec<Value> {
        list(&self.json, key)
    }

    /// The word for why a command as a whole was not carried out; empty if it was.
    pub fn refusal(&self) -> &str {
        text(&self.json, "/error/code")
    }
}

/// A command as a person would type it; the options that are the same each time are left out.
fn typed(arguments: &[&str]) -> String {
    let mut words = vec!["clientpoint-host".to_owned()];
    for argument in arguments {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=!@,".contains(c);
        if !argument.is_empty() && argument.chars().all(plain) {
            words.push((*argument).to_owned());
        } else {
            words.push(format!("'{}'", argument.replace('\'', r"'\''")));
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed() {
        assert_eq!(
            typed(&["place", "F-1", "--clientpoint", "Acme's room"]),
            r"clientpoint-host place F-1 --clientpoint 'Acme'\''s room'"
        );
    }
}
