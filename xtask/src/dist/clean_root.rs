//! A clean root: a small Debian of the kind that this machine is, made by debootstrap, kept in `target/dist-root`, and copied
//! for each trial.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{browser::NotRun, debian, run, say, sources};

/// Fetching some eighty megabytes and unpacking them, on a slow line.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// Beside the smallest there is: what the package depends on.
const WITH: &str = "--include=adduser,ca-certificates";

/// Whoever is the shell's `$1` runs the rest below `$0`.
const INSIDE: &str =
    "mount -t proc proc \"$0/proc\" && umask 0077 && user=\"$1\" && shift && exec chroot \"$user\" \"$0\" \"$@\"";

/// A root that is there until this is dropped.
pub struct CleanRoot {
    folder: PathBuf,
}

/// Whether a clean root can be made here; debootstrap is installed where that may be.
///
/// # Errors
/// [`NotRun`], with the reason.
pub fn possible() -> Result<()> {
    let not = |why: String| NotRun::because(why);
    if !run::output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0") {
        bail!(not("a clean root wants root's rights".into()));
    }
    if run::on_path("dpkg").is_none() {
        bail!(not("this is no Debian".into()));
    }
    if debootstrap().is_none() {
        let installed = debian::install_packages(&["debootstrap"]);
        installed.map_err(|error| not(format!("debootstrap is not here, and can't be had: {error:#}")))?;
    }
    Ok(())
}

fn debootstrap() -> Option<PathBuf> {
    let system = PathBuf::from("/usr/sbin/debootstrap");
    run::on_path("debootstrap").or_else(|| system.is_file().then_some(system))
}

impl CleanRoot {
    /// A fresh one.
    ///
    /// # Errors
    /// [`NotRun`] where none can be made.
    pub fn make(root: &Path) -> Result<Self> {
        possible()?;
        let target = sources::target_dir(root);
        let base = base(&target)?;
        let folder = target.join("dist-root/trial");
        remove(&folder)?;
        run::run(Command::new("cp").arg("-a").arg(&base).arg(&folder))?;
        Ok(Self { folder })
    }

    /// Where something in it lies, seen from outside.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.join(inside.trim_start_matches('/'))
    }

    /// A command inside of it, as this user, with a /proc of its own and nothing of this machine's surroundings. What it has
    /// mounted is gone when it has ended.
    pub fn command(&self, user: &str, words: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--", "sh", "-c", INSIDE])
            .arg(&self.folder)
            .arg(format!("--userspec={user}"))
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null());
        command
    }
}

impl Drop for CleanRoot {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.folder) {
            say::note(&format!("{} was left: {error:#}", self.folder.display()));
        }
    }
}

/// The one that is copied, made once.
fn base(target: &Path) -> Result<PathBuf> {
    let folder = target.join("dist-root");
    let base = folder.join("base");
    if base.is_dir() {
        return Ok(base);
    }
    let suite = suite()?;
    fs::create_dir_all(&folder)?;
    let new = folder.join("base.new");
    remove(&new)?;
    let program = debootstrap().context("debootstrap is not here")?;
    say::command(&format!(
        "debootstrap --variant=minbase {WITH} {suite} {}",
        new.display()
    ));
    let mut command = Command::new(program);
    command
        .args(["--variant=minbase", WITH, &suite])
        .arg(&new)
        .stdout(Stdio::null());
    let status = run::run_within(&mut command, LIMIT)?;
    if !status.is_some_and(|status| status.success()) {
        bail!(NotRun::because("debootstrap can't fetch a Debian here".into()));
    }
    fs::rename(&new, &base)?;
    Ok(base)
}

/// The generation of Debian that this machine is, for which the program was built.
fn suite() -> Result<String> {
    let about = fs::read_to_string("/etc/os-release").context("what system this is")?;
    let suite = about.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    Ok(suite.context("this Debian has no name")?.to_owned())
}

/// By a program, which goes into no folder of another file system.
fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        let removed = run::run(Command::new("rm").args(["-rf", "--one-file-system"]).arg(folder));
        removed.with_context(|| format!("{} can't be removed", folder.display()))?;
    }
    ensure!(!folder.exists(), "{} is still there", folder.display());
    Ok(())
}
