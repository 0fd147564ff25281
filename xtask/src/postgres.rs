//! A PostgreSQL of the tests' own, from Debian's packages, and the tests that run on it.
//!
//! It lies in a folder that vanishes with it, listens on this machine alone, and writes nothing durably.

use std::{
    ffi::OsStr,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{component, debian, programs, run, say};

/// Where Debian has the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// How many connections all tests have at once, at most.
const CONNECTIONS: u32 = 400;

/// The variable by which tests know that they run on a server.
const VARIABLE: &str = "CLIENTPOINT_TEST_DATABASE";

/// The parts of the host whose own tests run on it: what speaks SQL, what takes rights, and what is kept under them.
const PARTS: [&str; 3] = ["store::", "rights::", "grant_keeper::"];

/// What is about SQLite and its file alone.
const OF_SQLITE: [&str; 13] = [
    "reference::together::tests::five_files_that_come",
    "reference::together::tests::of_several_the_one_that_is_refused",
    "store::backups::",
    "store::copied::",
    "store::copies::",
    "store::identity::tests",
    "store::library_list::tests::no_page_sorts",
    "store::link_counts::tests::cost",
    "store::migrations::",
    "store::opening::",
    "store::query_plans",
    "store::run_list::tests::no_page_of_runs_or_lines_is_sorted",
    "rights::lock_files",
];

/// Twelve stories, those of many hosts and customers, of a server in trouble, and of a library that is moved there.
const STORIES: [&str; 17] = [
    "changing_keys::",
    "customers::",
    "database_trouble::",
    "hosts::",
    "migrating::",
    "associating::an_upload_is_taken_back_with",
    "associating::r42_r45",
    "bin::an_import_of_its_item",
    "importing::r1_a_file",
    "importing::r35_a_file_lands",
    "importing::two_imports_of_one_item",
    "leaving::s06_disconnecting",
    "revisions::any_content",
    "signing_in::r08_each_administrator",
    "syncing::a_plan_is_carried_out",
    "syncing::an_update_can_be_taken_back",
    "syncing::r25_r37",
];

/// The stories that are about the folder: what is in its files, its key and its backups; whose program was killed a moment
/// ago, which a server knows a minute later; what goes on in a copy of it; and those whose clock is moved by whatever waits, as a host does for a server.
const OF_A_FOLDER: [&str; 32] = [
    "azure::",
    "backups::",
    "connecting::a_run_of_the_drive_before",
    "connecting::whoever_dies",
    "console::associating::killed::",
    "crashed_uploads::",
    "crashes::",
    "damaged::nights::a_night_that_was_broken_off",
    "disks::",
    "examined::a_clock_that_is_an_hour_wrong",
    "examined::a_folder_without_its_key",
    "faults::stalled_it_waits",
    "faults::throttled_with_every_form",
    "folders::",
    "hostile::runs::a_run_that_has_no_end",
    "leaving::another_key",
    "lost_catalogue::",
    "operations::a_host_that_is_killed",
    "registering::a_folder_of_before",
    "registering::the_registered_secret_is_sealed_anew",
    "retention::a_letting_go_that_is_cut_off",
    "retention::a_program_that_is_killed",
    "retention::what_a_backup_has",
    "rotations::",
    "service::",
    "side_by_side::all_are_done",
    "side_by_side::one_that_is_stalled",
    "telling::secrecy::",
    "tokens::company::with_another_key",
    "troubled::",
    "uploads::no_upload_takes",
    "uploads::s12_an_upload_that_is_cut_off",
];

/// A server that runs.
struct Server {
    programs: PathBuf,
    folder: PathBuf,
    url: String,
}

/// Runs the host's own tests of its database, and twelve stories, on PostgreSQL.
///
/// # Errors
/// If there is no server to be had, something does not compile, or a test fails.
pub fn test() -> Result<()> {
    component::build()?;
    component::build_for_tests()?;
    let server = Server::start()?;
    let mut own = server.tests("--lib");
    run::run(left_out(own.args(["--"]).args(PARTS), &OF_SQLITE))?;
    run::run(server.tests("--test=e2e").arg("--").args(STORIES))
}

/// Runs all stories on PostgreSQL, but for those that are about the data folder.
///
/// # Errors
/// As [`test()`].
pub fn test_all() -> Result<()> {
    component::build()?;
    component::build_for_tests()?;
    let server = Server::start()?;
    run::run(left_out(server.tests("--test=e2e").arg("--"), &OF_A_FOLDER))
}

fn left_out<'a>(tests: &'a mut Command, skipped: &[&str]) -> &'a mut Command {
    skipped.iter().fold(tests, |tests, name| tests.args(["--skip", name]))
}

/// Many hosts, whole: the law as well, and trouble.
pub const SCALE: [&str; 2] = ["--law", "--trouble"];

/// A tenth of that.
pub const TENTH_OF_SCALE: [&str; 7] = ["--connections", "1000", "--accounts", "50", "--links", "5", "--trouble"];

/// Three hosts and very many connections: see `tests/scale`.
///
/// # Errors
/// If there is no server to be had, something does not compile, or a night has not ended as it must.
pub fn scale(arguments: &[impl AsRef<OsStr>]) -> Result<()> {
    component::build()?;
    let programs = programs::build()?;
    let server = Server::start()?;
    let control = server.program("pg_ctl")?;
    let words = std::iter::once(control.get_program()).chain(control.get_args());
    let mut words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    words.extend(["-D".into(), server.data().display().to_string()]);
    words.extend(["-l".into(), server.folder.join("log").display().to_string()]);
    let mut scale = Command::new(programs.join("scale"));
    scale.env(VARIABLE, &server.url);
    scale.env(format!("{VARIABLE}_FOLDER"), server.data());
    scale.env(format!("{VARIABLE}_CONTROL"), words.join(" "));
    run::run(scale.args(arguments))
}

impl Server {
    fn start() -> Result<Self> {
        let programs = installed()?;
        let folder = tempfile::Builder::new()
            .prefix("clientpoint-postgres-")
            .tempdir()?
            .keep();
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self {
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            programs,
            folder,
        };
        if is_root()? {
            run::run(Command::new("chown").arg("postgres").arg(&server.folder))?;
        }
        let data = server.data();
        run::output(
            server
                .program("initdb")?
                .args(["-A", "trust", "-U", "postgres", "--no-sync", "-D"])
                .arg(&data),
        )?;
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections={CONNECTIONS}",
            server.folder.display()
        );
        let log = server.folder.join("log");
        run::output(
            server
                .program("pg_ctl")?
                .args(["start", "--wait", "--silent", "-D"])
                .arg(&data)
                .arg("-l")
                .arg(&log)
                .args(["-o", &options]),
        )
        .with_context(|| fs::read_to_string(&log).unwrap_or_default())?;
        say::note(&format!("a PostgreSQL of the tests' own listens on port {port}"));
        Ok(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// These tests of all packages, to be run on it.
    fn tests(&self, which: &str) -> Command {
        let mut tests = run::cargo();
        tests.env(VARIABLE, &self.url);
        tests.args(["test", "--workspace", "--locked", which]);
        tests
    }

    /// One of its programs; it refuses to run as root.
    fn program(&self, name: &str) -> Result<Command> {
        let program = self.programs.join(name);
        if !is_root()? {
            return Ok(Command::new(program));
        }
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"])
            .arg(program);
        command.current_dir(&self.folder);
        Ok(command)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(mut stop) = self.program("pg_ctl") {
            // It goes with the machine otherwise, and so does its folder.
            let _ = run::output(
                stop.args(["stop", "--mode", "immediate", "--silent", "-D"])
                    .arg(self.data()),
            );
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> Result<bool> {
    Ok(run::output(Command::new("id").arg("-u"))? == "0")
}

/// The folder with the programs of the newest version; Debian's package is installed where there is none and that may be.
fn installed() -> Result<PathBuf> {
    if let Some(found) = newest() {
        return Ok(found);
    }
    say::note("PostgreSQL is not here: installing Debian's");
    debian::install_packages(&["postgresql"])?;
    match newest() {
        Some(found) => Ok(found),
        None => bail!("Debian's package `postgresql` was installed, and has no programs below {VERSIONS}"),
    }
}

fn newest() -> Option<PathBuf> {
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    run::children(Path::new(VERSIONS))
        .into_iter()
        .filter(|folder| folder.join("bin/initdb").is_file())
        .max_by_key(version)
        .map(|folder| folder.join("bin"))
}
