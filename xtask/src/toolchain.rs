//! A tool chain for `wasm32-unknown-unknown`, on any machine: a ladder of four rungs.

use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Result, bail};

use crate::{debian, run, say};

/// What the component is compiled for. Its standard library imports nothing by itself.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Fetching the target takes some seconds, or fails at once without a network.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

/// The beginning of a `cargo rustc` command that can compile for the target. Says which rung of the ladder carried, and
/// may install what is missing.
///
/// # Errors
/// If no rung carries; the text has the one command to run.
pub fn cargo_rustc() -> Result<Command> {
    if let Some(version) = active_toolchain() {
        say::note(&format!("wasm tool chain: {version} has {TARGET}"));
        return Ok(native());
    }
    say::note(&format!(
        "wasm tool chain: the active one has no {TARGET}; asking rustup for it"
    ));
    if rustup_adds_target() && active_toolchain().is_some() {
        say::note("wasm tool chain: rustup has added the target");
        return Ok(native());
    }
    say::note("wasm tool chain: rustup can't fetch it; trying Debian's Rust, which brings its own sources");
    match debian::cargo_rustc() {
        Ok(command) => {
            say::note("wasm tool chain: Debian's Rust, with a standard library built from its sources");
            Ok(command)
        }
        Err(why) => bail!(
            "there is no Rust tool chain here that compiles for {TARGET}\n\
             Debian's can't be used: {why:#}\n\
             Run this, then the same command again:\n    {}",
            way_out()
        ),
    }
}

fn native() -> Command {
    let mut command = run::cargo();
    command.arg("rustc");
    command
}

/// The version of the active compiler, if it has the target.
fn active_toolchain() -> Option<String> {
    let sysroot = run::output(Command::new("rustc").args(["--print", "sysroot"])).ok()?;
    if !has_std(Path::new(&sysroot)) {
        return None;
    }
    let version = run::output(Command::new("rustc").arg("--version")).ok()?;
    Some(version)
}

/// Whether a compiler's folder holds the target's standard library: the folder alone may be left over.
fn has_std(sysroot: &Path) -> bool {
    run::children(&sysroot.join("lib/rustlib").join(TARGET).join("lib"))
        .iter()
        .filter_map(|path| path.file_name().and_then(OsStr::to_str))
        .any(|name| name.starts_with("libstd-") && name.ends_with(".rlib"))
}

fn rustup_adds_target() -> bool {
    let mut command = Command::new("rustup");
    command
        .args(["target", "add", TARGET])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    matches!(run::run_within(&mut command, RUSTUP_LIMIT), Ok(Some(status)) if status.success())
}

fn way_out() -> String {
    if run::output(Command::new("rustup").arg("--version")).is_ok() {
        format!("rustup target add {TARGET}")
    } else if Path::new("/usr/bin/apt-get").exists() {
        debian::install_command()
    } else {
        format!("curl https://sh.rustup.rs -sSf | sh -s -- --target {TARGET}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use std::fs;

    use super::*;

    #[test]
    fn a_tool_chain_needs_the_standard_library_and_not_only_its_folder() {
        let sysroot = tempfile::tempdir().unwrap();
        let lib = sysroot.path().join("lib/rustlib").join(TARGET).join("lib");
        fs::create_dir_all(&lib).unwrap();
        fs::write(lib.join("libcore-1.rlib"), "").unwrap();
        assert!(!has_std(sysroot.path()));

        fs::write(lib.join("libstd-1.rlib"), "").unwrap();
        assert!(has_std(sysroot.path()));
    }
}
