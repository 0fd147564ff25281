//! The tree: everything as it is installed below `/usr` or `/usr/local`, and the sums of all of it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::{licences, places::Dist, sbom};
use crate::{contract, run};

/// Papers that whoever runs the host reads without a network; the others stay in the source.
const PAPERS: [&str; 5] = [
    "README.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
];

/// Lays it out.
///
/// # Errors
/// If something is missing, can't be written, or has no licence that is known.
pub fn lay_out(root: &Path, dist: &Dist, program: &Path, component: &Path) -> Result<()> {
    let tree = &dist.tree;
    let below = |folder: &str| -> Result<PathBuf> {
        let folder = tree.join(folder);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    };
    fs::copy(program, below("bin")?.join("clientpoint-host"))?;
    let lib = below("lib/clientpoint-host")?;
    fs::copy(component, lib.join("onedrive.wasm"))?;
    let bytes = fs::read(component)?;
    fs::write(lib.join("onedrive.wit"), contract::World::of(&bytes)?.complete(root)?)?;
    words_of_the_program(program, tree)?;
    copy(&root.join("dist/units"), &tree.join("systemd"))?;
    fs::copy(root.join("dist/host.toml"), below("etc")?.join("host.toml"))?;

    let papers = below("share/doc/clientpoint-host")?;
    for paper in PAPERS {
        fs::copy(root.join(paper), papers.join(paper)).with_context(|| format!("{paper} is missing"))?;
    }
    let docs = below("share/doc/clientpoint-host/docs")?;
    for paper in run::children(&root.join("docs")) {
        if let Some(name) = paper.file_name() {
            fs::copy(&paper, docs.join(name))?;
        }
    }
    fs::write(papers.join("THIRD-PARTY"), licences::all(root)?)?;
    for package in ["clientpoint-host", "onedrive-plugin"] {
        let list = sbom::of(root, package, dist.time)?;
        fs::write(papers.join(format!("{package}.cdx.json")), list)?;
    }
    fs::copy(root.join("dist/INSTALL.md"), tree.join("INSTALL.md"))?;
    sums(tree)
}

/// Completions and manual pages, which the program itself knows.
fn words_of_the_program(program: &Path, tree: &Path) -> Result<()> {
    let made = tempfile::tempdir()?;
    run::output(Command::new(program).arg("generate").arg(made.path()))?;
    copy(&made.path().join("man"), &tree.join("share/man/man1"))?;
    for (name, folder, installed) in [
        (
            "clientpoint-host.bash",
            "share/bash-completion/completions",
            "clientpoint-host",
        ),
        ("_clientpoint-host", "share/zsh/vendor-completions", "_clientpoint-host"),
        (
            "clientpoint-host.fish",
            "share/fish/vendor_completions.d",
            "clientpoint-host.fish",
        ),
    ] {
        let folder = tree.join(folder);
        fs::create_dir_all(&folder)?;
        fs::copy(made.path().join(name), folder.join(installed))?;
    }
    Ok(())
}

/// `SHA256SUMS` of all that is in the tree.
fn sums(tree: &Path) -> Result<()> {
    let mut lines = String::new();
    for file in files(tree) {
        let name = file.strip_prefix(tree).unwrap_or(&file);
        lines.push_str(&format!("{:x}  {}\n", Sha256::digest(fs::read(&file)?), name.display()));
    }
    fs::write(tree.join("SHA256SUMS"), lines)?;
    Ok(())
}

/// All files below a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in run::children(folder) {
        match path.is_dir() && !path.is_symlink() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

/// Copies a folder with all that is in it.
///
/// # Errors
/// If something can't be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from)?);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(&file, &target).with_context(|| format!("can't copy {}", file.display()))?;
    }
    Ok(())
}
