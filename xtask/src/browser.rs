//! `cargo xtask test --browser`: the console in a real browser, from outside: Debian's Chromium, driven by
//! `playwright-core`, before host and simulator as programs. What a page looks like at each step is left in
//! `target/browser/`, for people to look at.
//!
//! The stories are in `tests/browser/`. Where Node or Chromium can't be had they have not run, and that is said.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{component, peers, programs, run, say, sources};

/// Where the stories are, and what they need.
const FOLDER: &str = "tests/browser";

/// The oldest Node that will do.
const NODE: u32 = 22;

/// All stories, on a slow machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Something could not be looked at, for this reason. It counts as not run, never as passed.
#[derive(Debug)]
pub struct NotRun(String);

impl NotRun {
    /// For this reason.
    pub fn because(why: String) -> Self {
        Self(why)
    }
}

impl fmt::Display for NotRun {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NOT RUN: {}", self.0)
    }
}

impl std::error::Error for NotRun {}

/// Builds all of it and tells the stories, or those whose names have these words in them.
///
/// # Errors
/// [`NotRun`] where the machine has no Node or no Chromium and they can't be installed; a story that fails; what does not
/// compile.
pub fn test(words: &[String]) -> Result<()> {
    let root = run::root();
    let (mut command, home) = ready(&root)?;
    say::header("the console in a real browser");
    command
        .env("PICTURES", sources::target_dir(&root).join("browser"))
        .args(["--test", "--test-concurrency=2", "--test-reporter=spec"]);
    for word in words {
        command.arg(format!("--test-name-pattern={word}"));
    }
    let stories = run::children(&home);
    command.args(
        stories
            .iter()
            .filter(|path| path.to_string_lossy().ends_with(".test.mjs")),
    );
    match run::run_within(&mut command, LIMIT)? {
        Some(status) => ensure!(status.success(), "the browser has found something ({status})"),
        None => bail!("the stories took longer than {LIMIT:?}"),
    }
    Ok(())
}

/// Takes the pictures of the main pages that README.md shows, into `docs/`.
///
/// # Errors
/// As [`test()`].
pub fn take_pictures() -> Result<()> {
    let root = run::root();
    let (mut command, _) = ready(&root)?;
    say::header("pictures of the console");
    run::run(command.env("PICTURES", root.join("docs")).arg("pictures.mjs"))
}

/// Node in the folder of the stories, with all that they are told of, and that folder.
fn ready(root: &Path) -> Result<(Command, PathBuf)> {
    let (node, chromium, home) = needs(root).map_err(|error| NotRun(format!("{error:#}").replace('\n', " ")))?;
    let component = component::build()?;
    let programs = programs::build()?;
    let mut command = Command::new(&node);
    command
        .current_dir(&home)
        .env("PROGRAMS", programs)
        .env("COMPONENT", component)
        .env("CHROMIUM", chromium);
    Ok((command, home))
}

/// Node, Chromium, and the folder with the stories and what is installed for them.
fn needs(root: &Path) -> Result<(PathBuf, PathBuf, PathBuf)> {
    let node = match own_node() {
        Some(version) if NODE <= version => "node".into(),
        _ => peers::node(root)?,
    };
    let home = peers::installed(root, &root.join(FOLDER))?;
    let chromium = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(run::on_path)
        .context("no Chromium is on PATH")?;
    Ok((node, chromium, home))
}

/// The generation of the machine's own Node.
fn own_node() -> Option<u32> {
    let version = run::output(Command::new("node").arg("--version")).ok()?;
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}
