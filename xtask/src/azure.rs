//! An emulator of Azure's blobs of the tests' own, from npm, and the stories that run on it.
//!
//! It lies below `target/`, keeps its blobs in a folder that vanishes with it, and listens on this machine alone.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::{browser::NotRun, component, run, say, sources};

/// What is installed, pinned.
const AZURITE: &str = "azurite@3.37.0";

/// The variable by which stories know where it is.
const VARIABLE: &str = "CLIENTPOINT_TEST_AZURE";

/// The stories that run on it.
const STORIES: &str = "azure::";

/// Downloading and unpacking, on a slow line.
const INSTALLED_WITHIN: Duration = Duration::from_secs(10 * 60);

/// Starting, on a slow machine.
const LISTENS_WITHIN: Duration = Duration::from_secs(60);

/// How often it is looked whether it listens.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// An emulator that runs.
struct Emulator {
    running: Child,
    url: String,
    _folder: TempDir,
}

/// Runs the stories of a library whose bytes lie on Azure.
///
/// # Errors
/// [`NotRun`] where the emulator can't be had; what does not compile; a story that fails.
pub fn test() -> Result<()> {
    component::build()?;
    component::build_for_tests()?;
    let emulator = Emulator::start().map_err(|error| NotRun::because(format!("{error:#}").replace('\n', " ")))?;
    let mut stories = run::cargo();
    stories.env(VARIABLE, &emulator.url);
    run::run(stories.args(["test", "--workspace", "--locked", "--test", "e2e", "--", STORIES]))
}

impl Emulator {
    fn start() -> Result<Self> {
        let home = sources::target_dir(&run::root()).join("azurite");
        fs::create_dir_all(&home)?;
        say::note(&format!("npm installs {AZURITE} into {}", home.display()));
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--silent",
            "--prefix",
        ]);
        match run::run_within(npm.arg(&home).arg(AZURITE).stdin(Stdio::null()), INSTALLED_WITHIN).context("npm")? {
            Some(status) if status.success() => {}
            Some(status) => bail!("npm could not install {AZURITE} ({status})"),
            None => bail!("npm took longer than {INSTALLED_WITHIN:?}"),
        }
        let folder = tempfile::Builder::new().prefix("clientpoint-azurite-").tempdir()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = home.join("log");
        let file = File::create(&log)?;
        let running = Command::new(home.join("node_modules/.bin/azurite-blob"))
            .args(["--blobHost", "127.0.0.1", "--blobPort"])
            .arg(address.port().to_string())
            .arg("--location")
            .arg(folder.path())
            .args(["--silent", "--skipApiVersionCheck", "--disableTelemetry"])
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .context("the emulator does not start")?;
        let mut emulator = Self {
            running,
            url: format!("http://{address}"),
            _folder: folder,
        };
        emulator
            .wait(address)
            .with_context(|| fs::read_to_string(&log).unwrap_or_default())?;
        say::note(&format!(
            "an emulator of Azure of the tests' own listens on port {}",
            address.port()
        ));
        Ok(emulator)
    }

    /// Waits until it listens.
    fn wait(&mut self, address: SocketAddr) -> Result<()> {
        let begin = Instant::now();
        while TcpStream::connect_timeout(&address, LOOK_AGAIN).is_err() {
            if let Some(status) = self.running.try_wait()? {
                bail!("the emulator has ended ({status})");
            }
            if LISTENS_WITHIN < begin.elapsed() {
                bail!("the emulator did not listen within {LISTENS_WITHIN:?}");
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It goes with the machine otherwise.
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}
