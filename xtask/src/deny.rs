//! What may be among the dependencies: licences, versions, sources, and known weaknesses. `deny.toml` has the rules.

use std::{process::Stdio, time::Duration};

use anyhow::{Result, bail};

use crate::{run, say};

/// How long the database of weaknesses may take to arrive.
const DATABASE_LIMIT: Duration = Duration::from_secs(120);

const INSTALL: &str = "cargo install cargo-deny --locked";

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
    run::run(run::cargo().args(["deny", "--locked", "check", "--disable-fetch", "advisories"]))?;
    say::ok("no known weaknesses");
    Ok(())
}

/// As [`run`], without known weaknesses; skipped where cargo-deny is missing.
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
    run::run(run::cargo().args(["deny", "--locked", "check", "licenses", "bans", "sources"]))?;
    say::ok("licences, versions and sources of all dependencies are as deny.toml wants them");
    Ok(())
}

fn is_here() -> bool {
    run::output(run::cargo().args(["deny", "--version"])).is_ok()
}
