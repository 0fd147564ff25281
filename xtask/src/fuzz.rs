//! Fuzzing: every target in `fuzz/`, one after the other. It takes a nightly compiler and `cargo-fuzz`, which are
//! fetched where they are missing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{run, say, sources};

/// How long fetching a tool may take.
const FETCH_LIMIT: Duration = Duration::from_secs(15 * 60);

/// The longest input. What is read is longer at times, but no other for it.
const INPUT_AT_MOST: u32 = 4096;

/// An input that takes longer than this many seconds is a find.
const INPUT_WITHIN: u32 = 10;

/// More memory than this, in MiB, is a find.
const MEMORY: u32 = 2048;

/// Runs these targets, or all if none is named, for so long in all, and stops at the first find.
///
/// # Errors
/// If there is no such target, the tools are missing and can't be fetched, or a target has found something.
pub fn run(only: &[String], in_all: Duration) -> Result<()> {
    let root = run::root();
    let mut targets = targets(&root)?;
    if let Some(unknown) = only.iter().find(|name| !targets.contains(name)) {
        bail!("there is no target `{unknown}`: there are {}", targets.join(", "));
    }
    targets.retain(|name| only.is_empty() || only.contains(name));
    tools()?;
    let each = in_all.as_secs() / targets.len().max(1) as u64;
    let target_dir = target_dir(&root);
    // All of them first: what does not compile is no find.
    let mut build = nightly();
    build.args(["fuzz", "build", "--target-dir"]).arg(&target_dir);
    run::run(&mut build).context("the targets in fuzz/ do not compile")?;
    for target in &targets {
        say::header(&format!("fuzz: {target}, {each} s"));
        let grown = target_dir.join("corpus").join(target);
        fs::create_dir_all(&grown)?;
        let mut fuzz = nightly();
        fuzz.args(["fuzz", "run", target])
            .arg("--target-dir")
            .arg(&target_dir)
            // What is new goes into the first of them.
            .args([&grown, &root.join("fuzz/corpus").join(target)])
            .arg("--")
            .arg(format!("-max_total_time={each}"))
            .arg(format!("-max_len={INPUT_AT_MOST}"))
            .arg(format!("-timeout={INPUT_WITHIN}"))
            .arg(format!("-rss_limit_mb={MEMORY}"))
            .args(["-verbosity=0", "-print_final_stats=1"]);
        run::run(&mut fuzz).with_context(|| {
            format!("{target} has found something: the input is in fuzz/artifacts/{target}, and the reason above")
        })?;
        say::ok(&format!("{target}: nothing found"));
    }
    Ok(())
}

/// Whether all targets compile, by the active compiler. Nothing is linked for that, so libFuzzer is not needed: it is said
/// to be at a place where nobody looks.
///
/// # Errors
/// If they do not.
pub fn check() -> Result<()> {
    let mut cargo = run::cargo();
    cargo
        .args([
            "check",
            "--manifest-path",
            "fuzz/Cargo.toml",
            "--bins",
            "--locked",
            "--target-dir",
        ])
        .arg(target_dir(&run::root()))
        .env("CUSTOM_LIBFUZZER_PATH", "/nowhere/libFuzzer.a");
    run::run(&mut cargo)
}

fn target_dir(root: &Path) -> PathBuf {
    sources::target_dir(root).join("fuzz")
}

/// The names of all targets.
fn targets(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("fuzz/fuzz_targets")).context("fuzz/fuzz_targets is missing")? {
        let path = entry?.path();
        if let Some(name) = path
            .file_stem()
            .filter(|_| path.extension().is_some_and(|end| end == "rs"))
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    ensure!(!names.is_empty(), "there are no targets in fuzz/fuzz_targets");
    Ok(names)
}

fn tools() -> Result<()> {
    if run::output(nightly().arg("--version")).is_err() {
        let mut install = Command::new("rustup");
        fetch(install.args(["toolchain", "install", "nightly", "--profile", "minimal"]))?;
    }
    if run::output(nightly().args(["fuzz", "--version"])).is_err() {
        fetch(nightly().args(["install", "cargo-fuzz", "--locked"]))?;
    }
    Ok(())
}

fn fetch(command: &mut Command) -> Result<()> {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    let words = words.join(" ");
    say::command(&words);
    let status = run::run_within(command, FETCH_LIMIT)?;
    ensure!(
        status.is_some_and(|status| status.success()),
        "fuzzing needs a nightly compiler and cargo-fuzz; this can't be done here: {words}"
    );
    Ok(())
}

/// Cargo of the nightly tool chain, whatever the active one is.
fn nightly() -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]).current_dir(run::root());
    for name in [
        "CARGO",
        "RUSTC",
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_TARGET_DIR",
        "RUSTUP_TOOLCHAIN",
    ] {
        command.env_remove(name);
    }
    command
}
