//! What may be among the dependencies: licences, versions, sources, and known weaknesses. `deny.toml` has the rules.

use std::{process::Stdio, time::Duration};

use anyhow::{Result, bail};

use crate::{run, say};

/// How long the database of weaknesses may take to arrive.
const DATABASE_LIMIT: Duration = Duration::from_secs(120);

const INSTALL: &str = "cargo install cargo-deny --locked";

/// The workspaces, each with the rules that may find nothing to say in it: both are held to the same `deny.toml`.
const WORKSPACES: [(&str, &[&str]); 2] = [
    ("Cargo.toml", &["license-exception-not-encountered"]),
    (
        "fuzz/Cargo.toml",
        &[
            "license-exception-not-encountered",
            "license-not-encountered",
            "unnecessary-skip",
            "unmatched-skip",
        ],
    ),
];

/// Checks everything. The database of weaknesses is on the network: without it, that part is left out, and said to be.
///
/// # Errors
/// If cargo-deny is missing, or something is among the dependencies that may not be there.
pub fn run() -> Result<()> {
    if !is_here() {
        bail!("cargo-deny is not here. Run this, then the same command again:\n    {INSTALL}");
    }
    rules()?;
    let mut fetch = run::cargo();
    fetch
        .args(["deny", "fetch", "db"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let arrived = matches!(run::run_within(&mut fetch, DATABASE_LIMIT)?, Some(status) if status.success());
    if !arrived {
        say::note(
            "known weaknesses: NOT CHECKED, since the database (github.com/RustSec/advisory-db) can't be had here",
        );
        return Ok(());
    }
    check(&["--disable-fetch", "advisories"])?;
    say::ok("no known weaknesses");
    Ok(())
}

/// As [`run()`], without known weaknesses; skipped where cargo-deny is missing.
///
/// # Errors
/// If something is among the dependencies that may not be there.
pub fn in_ci() -> Result<()> {
    if !is_here() {
        say::note(&format!("skipped: cargo-deny is not here (`{INSTALL}`)"));
        return Ok(());
    }
    rules()
}

fn rules() -> Result<()> {
    check(&["licenses", "bans", "sources"])?;
    say::ok("licences, versions and sources of all dependencies are as deny.toml wants them");
    Ok(())
}

fn check(what: &[&str]) -> Result<()> {
    for (manifest, silent) in WORKSPACES {
        let mut deny = run::cargo();
        deny.args([
            "deny",
            "--locked",
            "--config",
            "deny.toml",
            "--manifest-path",
            manifest,
            "check",
        ]);
        deny.args(silent.iter().flat_map(|lint| ["--allow", lint]));
        run::run(deny.args(what))?;
    }
    Ok(())
}

fn is_here() -> bool {
    run::output(run::cargo().args(["deny", "--version"])).is_ok()
}
