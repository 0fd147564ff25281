//! The package on trial, in a clean root: it is installed, the command of its unit runs as its user before a simulated
//! Microsoft, a file comes in, the same build with a higher number takes its place, and it is removed. What people have in
//! the data folder stays as it is through all of it.

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{clean_root::CleanRoot, package, places::Dist, tree};
use crate::{
    demo::{
        http::Request,
        json::{list, text},
        sim::Sim,
    },
    programs, run, say,
};

/// The user that the package makes.
const USER: &str = "clientpoint:clientpoint";

/// The folder that people's files are in.
const DATA: &str = "/var/lib/clientpoint-host";

/// The most that systemd may find exposed of a unit, in tenths: it counts to 100.
const EXPOSED_AT_MOST: &str = "--threshold=25";

/// How long the host may take to be ready, or to end.
const LIMIT: Duration = Duration::from_secs(60);

/// What comes in.
const FILE: &str = "Logo.png";

/// Tries it.
///
/// # Errors
/// `NotRun` where the machine can't make a clean root; what does not go as it should.
pub fn run(dist: &Dist) -> Result<()> {
    let root = run::root();
    say::header("dist: the package in a clean root");
    let clean = CleanRoot::make(&root)?;
    let programs = programs::build()?;
    let second = dist.folder.join("later.deb");
    package(&root, dist, &format!("{}+later", dist.version), &second)?;

    dpkg(&clean, &["--install"], Some(&dist.package))?;
    say::ok("installed");
    units(&clean)?;

    let sim_folder = tempfile::tempdir()?;
    let sim = Sim::start(&programs, sim_folder.path())?;
    let host = Host { clean: &clean };
    host.run(
        &[
            "--insecure-endpoints",
            "--graph-url",
            &sim.graph_url,
            "--login-url",
            &sim.login_url,
            "settings",
            "list",
        ],
        "",
    )?;
    let company = [
        "connect",
        "organization",
        "--tenant",
        &sim.tenant,
        "--client-id",
        &sim.client_id,
        "--client-secret-stdin",
    ];
    host.run(&company, &sim.client_secret)?;
    host.run(&["drives", "select", &sim.drive], "")?;
    host.run(&["onedrive", "import", FILE], "")?;
    let before = host.files()?;
    ensure!(
        before.iter().any(|file| text(file, "/name") == FILE),
        "{FILE} has not come in: {before:?}"
    );
    say::ok("a file came in, by the package's user");
    serves(&clean)?;
    host.run(&["serve", "--once"], "")?;

    let as_it_was = listed(&clean.path(DATA))?;
    dpkg(&clean, &["--install"], Some(&second))?;
    ensure!(
        listed(&clean.path(DATA))? == as_it_was,
        "the upgrade has touched the data folder"
    );
    ensure!(host.files()? == before, "the upgrade has lost files");
    host.run(&["library", "verify"], "")?;
    say::ok("upgraded: the data folder is as it was, and every byte is as it was stored");

    fs::remove_file(&second)?;

    let as_it_was = listed(&clean.path(DATA))?;
    for (word, program_stays, settings_stay) in [("--remove", false, true), ("--purge", false, false)] {
        dpkg(&clean, &[word, "clientpoint-host"], None)?;
        ensure!(
            listed(&clean.path(DATA))? == as_it_was,
            "{word} has touched the data folder"
        );
        let there = |inside: &str| clean.path(inside).exists();
        ensure!(
            there("/usr/bin/clientpoint-host") == program_stays,
            "{word} has left the program"
        );
        let settings = there("/etc/clientpoint-host/host.toml");
        ensure!(settings == settings_stay, "{word}: host.toml there: {settings}");
        say::ok(&format!("dpkg {word}: the data folder is as it was"));
    }
    Ok(())
}

/// `dpkg` inside, with a file that lies outside.
fn dpkg(clean: &CleanRoot, words: &[&str], package: Option<&Path>) -> Result<()> {
    let mut all = vec!["dpkg"];
    all.extend(words);
    if let Some(package) = package {
        fs::copy(package, clean.path("/tmp/package.deb"))?;
        all.push("/tmp/package.deb");
    }
    // What it says is only of interest where it fails.
    run::output(&mut clean.command("0:0", &all)).map(|_| ())
}

/// What systemd says of the units, and which of them begin by themselves.
fn units(clean: &CleanRoot) -> Result<()> {
    let folder = clean.path("/usr/lib/systemd/system");
    if run::on_path("systemd-analyze").is_none() {
        say::note("the units: NOT CHECKED, since systemd-analyze is not here");
        return Ok(());
    }
    for unit in ["clientpoint-host.service", "clientpoint-host-once.service"] {
        let mut analyze = Command::new("systemd-analyze");
        analyze
            .args(["security", "--offline=true", "--no-pager", EXPOSED_AT_MOST])
            .arg(folder.join(unit));
        run::output(&mut analyze).with_context(|| format!("{unit} leaves too much open"))?;
    }
    let begins = |wants: &str| clean.path(&format!("/etc/systemd/system/{wants}")).is_symlink();
    ensure!(
        begins("multi-user.target.wants/clientpoint-host.service"),
        "the service would not begin by itself"
    );
    ensure!(
        !begins("timers.target.wants/clientpoint-host-once.timer"),
        "the timer would begin by itself"
    );
    say::ok("systemd finds little exposed, the service begins by itself, and the timer does not");
    Ok(())
}

/// The host's commands as people type them, by the package's user.
struct Host<'a> {
    clean: &'a CleanRoot,
}

impl Host<'_> {
    fn run(&self, words: &[&str], input: &str) -> Result<String> {
        let mut all = vec![
            "/usr/bin/clientpoint-host",
            "--config",
            "/etc/clientpoint-host/host.toml",
        ];
        all.extend(words);
        let mut command = self.clean.command(USER, &all);
        if !input.is_empty() {
            let mut file = tempfile::tempfile()?;
            std::io::Write::write_all(&mut file, input.as_bytes())?;
            std::io::Seek::rewind(&mut file)?;
            command.stdin(file);
        }
        say::command(&format!("clientpoint-host {}", words.join(" ")));
        run::output(&mut command)
    }

    fn files(&self) -> Result<Vec<Value>> {
        let files: Value = serde_json::from_str(&self.run(&["library", "list", "--json"], "")?)?;
        Ok(list(&files, "files"))
    }
}

/// Starts the very command of the unit as the unit's user, waits until it says that it can work, and ends it as systemd would.
fn serves(clean: &CleanRoot) -> Result<()> {
    let unit = fs::read_to_string(clean.path("/usr/lib/systemd/system/clientpoint-host.service"))?;
    let of = |key: &str| unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    let words: Vec<&str> = of("ExecStart")
        .context("the unit starts nothing")?
        .split_whitespace()
        .collect();
    let user = format!("{}:{}", of("User").unwrap_or_default(), of("Group").unwrap_or_default());
    ensure!(user == USER, "the unit runs as {user}");
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = clean.command(&user, &words);
    command
        .env("CLIENTPOINT_CONSOLE_LISTEN", format!("127.0.0.1:{port}"))
        .stderr(Stdio::null());
    let mut serving = Serving(command.spawn()?);
    let begin = Instant::now();
    while Request::get(&format!("http://127.0.0.1:{port}/readyz")).send().is_err() {
        ensure!(begin.elapsed() < LIMIT, "it is not ready within {LIMIT:?}");
        if let Some(status) = serving.0.try_wait()? {
            bail!("it has ended before it was ready ({status})");
        }
        thread::sleep(Duration::from_millis(100));
    }
    run::run(Command::new("kill").args(["-TERM", &serving.0.id().to_string()]))?;
    let status = serving.ended()?;
    ensure!(status == Some(0), "ended by SIGTERM it says {status:?}");
    say::ok("the unit's command serves as the unit's user, is ready, and ends in order");
    Ok(())
}

struct Serving(Child);

impl Serving {
    fn ended(&mut self) -> Result<Option<i32>> {
        let begin = Instant::now();
        while begin.elapsed() < LIMIT {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status.code());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("it does not end within {LIMIT:?}")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Names, sizes, times, owners and rights of all files: what an upgrade may not touch.
fn listed(folder: &Path) -> Result<BTreeMap<String, (u64, i64, u32, u32)>> {
    let mut listed = BTreeMap::new();
    for file in tree::files(folder) {
        let about = file.symlink_metadata()?;
        let name = file.strip_prefix(folder)?.display().to_string();
        listed.insert(name, (about.len(), about.mtime(), about.uid(), about.mode()));
    }
    ensure!(!listed.is_empty(), "there is nothing in {}", folder.display());
    Ok(listed)
}
