//! `cargo xtask dist`: what goes to those who run the host. A tree is laid out as it is installed (program, component, its
//! contract, manual pages, completions, units, papers, licences, lists of ingredients); from it a tarball is made, which is
//! the same byte for byte whenever it is made from the same commit, and a Debian package, by cargo-deb.

mod clean_root;
mod licences;
mod places;
mod sbom;
mod tools;
mod tree;
mod trial;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use places::Dist;

use crate::{component, run, say, sources};

/// What is to be done beside packing.
#[derive(clap::Args)]
pub struct Wanted {
    /// Install the package in a clean root, work with it, upgrade it and remove it.
    #[arg(long)]
    test: bool,
    /// The program as tests have it, not as it is shipped: minutes sooner, for whoever works on the packages.
    #[arg(long)]
    debug: bool,
}

/// Packs, and tries the package where that is wanted.
///
/// # Errors
/// If something does not build, or a tool can't be had; what [`trial::run`] finds.
pub fn run(wanted: &Wanted) -> Result<()> {
    let dist = pack(wanted.debug)?;
    if wanted.test {
        trial::run(&dist)?;
    }
    Ok(())
}

/// The stage of `ci --all`.
///
/// # Errors
/// As [`run()`]; `NotRun` where the machine can't make a clean root.
pub fn in_ci() -> Result<()> {
    clean_root::possible()?;
    run(&Wanted {
        test: true,
        debug: false,
    })
}

fn pack(debug: bool) -> Result<Dist> {
    let root = run::root();
    let component = component::build()?;
    let program = program(&root, debug)?;
    let folder = sources::target_dir(&root).join("dist");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("can't make {} anew", folder.display()))?;
    }
    let version = version()?;
    let name = format!("clientpoint-host-{version}-{}-linux", std::env::consts::ARCH);
    let dist = Dist {
        tree: folder.join(&name),
        package: folder.join(format!("clientpoint-host_{version}_{}.deb", architecture()?)),
        soon: debug,
        folder,
        time: time(),
        version,
    };
    say::header(&format!("dist: {name}"));
    tree::lay_out(&root, &dist, &program, &component)?;
    say::ok("the tree is laid out, with licences and lists of ingredients");
    let tarball = tarball(&dist, &name)?;
    package(&root, &dist, &dist.version, &dist.package)?;
    let sums = [&tarball, &dist.package].map(|file| sum(file));
    let sums: Vec<String> = sums.into_iter().collect::<Result<_>>()?;
    fs::write(dist.folder.join("SHA256SUMS"), sums.concat())?;
    for file in [&tarball, &dist.package] {
        let size = fs::metadata(file)?.len();
        say::ok(&format!("{} ({} KiB)", file.display(), size >> 10));
    }
    Ok(dist)
}

/// The program, as it is shipped: of the same build that is measured.
fn program(root: &Path, debug: bool) -> Result<PathBuf> {
    let mut cargo = run::cargo();
    cargo.args(["build", "--workspace", "--locked", "--bin", "clientpoint-host"]);
    let profile = match debug {
        true => "debug",
        false => {
            cargo.arg("--release");
            "release"
        }
    };
    run::run(&mut cargo)?;
    Ok(sources::target_dir(root).join(profile).join("clientpoint-host"))
}

fn version() -> Result<String> {
    let mut cargo = run::cargo();
    cargo.args(["metadata", "--locked", "--format-version", "1", "--no-deps"]);
    let metadata: serde_json::Value = serde_json::from_str(&run::output(&mut cargo)?)?;
    let packages = metadata.get("packages").and_then(serde_json::Value::as_array);
    let host = packages
        .into_iter()
        .flatten()
        .find(|package| package.get("name").and_then(serde_json::Value::as_str) == Some("clientpoint-host"));
    let version = host.and_then(|host| host.get("version")?.as_str());
    version
        .map(str::to_owned)
        .context("the workspace has no clientpoint-host")
}

/// `SOURCE_DATE_EPOCH`, or the time of the commit; 1 where there is neither.
fn time() -> u64 {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let commit = || {
        run::output(
            Command::new("git")
                .current_dir(run::root())
                .args(["log", "-1", "--format=%ct"]),
        )
        .ok()
    };
    given
        .or_else(commit)
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(1)
}

/// Names sorted, one time, one owner, rights that no umask has changed, and no name or time of its own in what compresses it.
fn tarball(dist: &Dist, name: &str) -> Result<PathBuf> {
    let file = dist.folder.join(format!("{name}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.current_dir(&dist.folder)
        .env("LC_ALL", "C")
        .args([
            "--create",
            "--sort=name",
            "--format=gnu",
            "--owner=0",
            "--group=0",
            "--numeric-owner",
        ])
        .args(["--mode=u=rwX,go=rX", "--use-compress-program=gzip -9n"])
        .arg(format!("--mtime=@{}", dist.time))
        .arg("--file")
        .arg(&file)
        .arg(name);
    run::run(&mut tar)?;
    Ok(file)
}

/// The Debian package of this version, from the tree.
///
/// # Errors
/// If cargo-deb can't be had, or refuses.
pub fn package(root: &Path, dist: &Dist, version: &str, file: &Path) -> Result<()> {
    let cargo_deb = tools::CARGO_DEB.installed(root)?;
    let stage = dist.folder.join("deb");
    if stage.exists() {
        fs::remove_dir_all(&stage)?;
    }
    tree::copy(&dist.tree, &stage)?;
    tree::copy(&root.join("dist/maintainer"), &stage.join("maintainer"))?;
    // cargo-deb reads a package of Cargo's; this one has nothing to build.
    fs::copy(root.join("dist/package.toml"), stage.join("Cargo.toml"))?;
    fs::create_dir_all(stage.join("src"))?;
    fs::write(stage.join("src/lib.rs"), "")?;
    let mut command = Command::new(cargo_deb);
    command
        .current_dir(&stage)
        .env_remove("CARGO_TARGET_DIR")
        .env("SOURCE_DATE_EPOCH", dist.time.to_string())
        .args([
            "--no-build",
            "--no-strip",
            "--quiet",
            "--deb-version",
            version,
            "--output",
        ])
        .arg(file)
        .args(dist.soon.then_some("--fast"));
    run::run(&mut command)?;
    ensure!(file.is_file(), "cargo-deb has left no {}", file.display());
    fs::remove_dir_all(&stage)?;
    Ok(())
}

fn architecture() -> Result<String> {
    run::output(Command::new("dpkg").arg("--print-architecture"))
}

/// A line of `SHA256SUMS`, under the file's name alone.
fn sum(file: &Path) -> Result<String> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok(format!("{:x}  {name}\n", Sha256::digest(fs::read(file)?)))
}
