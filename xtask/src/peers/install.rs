//! Installing what a peer needs: by npm and pip into its folder, by apt-get into the system.

use std::{
    ffi::OsStr,
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use super::peer::{LISTS, Peer};
use crate::{debian, run, say};

/// Downloading and unpacking, on a slow line.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// Sees to it that a peer is installed, as its lists are now.
///
/// # Errors
/// If it can't be, with the reason: no such program, no network, not root.
pub fn install(peer: &Peer) -> Result<()> {
    copy(&peer.source, &peer.home)?;
    if let Ok(packages) = fs::read_to_string(peer.source.join("debian.txt")) {
        debian_packages(packages.split_whitespace())?;
    }
    let stamp = peer.home.join(".installed");
    let wanted = fingerprint(&peer.source);
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if peer.source.join("requirements.txt").is_file() {
        pip(&peer.home)?;
    }
    if peer.source.join("package.json").is_file() {
        npm(&peer.home)?;
    }
    fs::write(stamp, wanted)?;
    Ok(())
}

/// Copies the folder's files, but for those in Rust. What is installed already stays.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            if path.file_name() != Some(OsStr::new("node_modules")) {
                copy(&path, &target)?;
            }
        } else if path.extension() != Some(OsStr::new("rs")) {
            fs::copy(&path, &target).with_context(|| format!("can't copy {}", path.display()))?;
        }
    }
    Ok(())
}

fn fingerprint(folder: &Path) -> String {
    let lists = LISTS.map(|list| fs::read(folder.join(list)).unwrap_or_default());
    let digest = Sha256::digest(lists.join(b"\0".as_slice()));
    format!("{digest:x}")
}

/// Elsewhere than on Debian, programs of the packages' names have to be there.
fn debian_packages<'a>(packages: impl Iterator<Item = &'a str>) -> Result<()> {
    let is_debian = Path::new("/usr/bin/apt-get").exists();
    let is_there = |package: &str| {
        if is_debian {
            is_installed(package)
        } else {
            run::on_path(package).is_some()
        }
    };
    let missing: Vec<&str> = packages.filter(|package| !is_there(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    ensure!(is_debian, "{} is missing, and this is not Debian", missing.join(", "));
    debian::install_packages(&missing).with_context(|| format!("can't install {}", missing.join(", ")))
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    let query = query.args(["-W", "-f=${db:Status-Status}", package]);
    run::output(query).is_ok_and(|status| status == "installed")
}

fn pip(home: &Path) -> Result<()> {
    let venv = home.join("venv");
    let python = |arguments: &[&str]| quietly(Command::new("python3").args(arguments).arg(&venv), home);
    if python(&["-m", "venv", "--clear"]).is_err() {
        debian_packages(["python3-venv"].into_iter()).context("Python can't make a virtual environment")?;
        python(&["-m", "venv", "--clear"])?;
    }
    let list = home.join("requirements.txt");
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(list);
    quietly(&mut pip, home)
}

fn npm(home: &Path) -> Result<()> {
    if run::output(Command::new("npm").arg("--version")).is_err() {
        debian_packages(["npm"].into_iter()).context("npm is missing")?;
    }
    let mut npm = Command::new("npm");
    npm.current_dir(home)
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    quietly(&mut npm, home)
}

/// Runs a command and shows what it wrote only if it fails: the last line, that is; the rest is in a file.
fn quietly(command: &mut Command, home: &Path) -> Result<()> {
    let log = home.join("install.log");
    let file = File::create(&log)?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    say::note(&format!("{name} installs into {}", home.display()));
    match run::run_within(command, LIMIT)? {
        Some(status) if status.success() => Ok(()),
        None => bail!("{name} took longer than {LIMIT:?}"),
        Some(status) => {
            let text = fs::read_to_string(&log).unwrap_or_default();
            let last = text.lines().rfind(|line| !line.trim().is_empty());
            bail!("{name} failed ({status}): {}", last.unwrap_or("it said nothing").trim())
        }
    }
}
