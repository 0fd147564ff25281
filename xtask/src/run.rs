//! Starting other programs, and where they are.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// The most that is read of a program's answer.
const MAX_ANSWER: u64 = 16 * 1024 * 1024;

/// The root of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The Cargo that runs xtask, at the root of the workspace.
pub fn cargo() -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root());
    forget_cargo_run(&mut command);
    command
}

/// Takes away what `cargo run` tells xtask about itself. Build scripts of some crates watch these variables: they would
/// run again whenever a person calls Cargo by hand in between.
fn forget_cargo_run(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}

/// What is in a folder, sorted; nothing if it can't be read.
pub fn children(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths
}

/// Where a program is that can be started by its name.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Runs a command to its end, in full view.
///
/// # Errors
/// If it can't be started, or ends with another status than 0.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    check(command, status)
}

/// Runs a command to its end and returns what it wrote to its standard output.
///
/// # Errors
/// If it can't be started, ends with another status than 0, or writes something else than text.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| cannot_start(command))?;
    check(command, output.status).with_context(|| String::from_utf8_lossy(&output.stderr).trim().to_owned())?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Runs a command for at most `limit`. `None` if it was still going then; it is ended in that case.
///
/// # Errors
/// If it can't be started or waited for.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<Option<ExitStatus>> {
    let mut child = command.spawn().with_context(|| cannot_start(command))?;
    wait_within(&mut child, limit)
}

/// Like `run_within`, and returns also what the command wrote to its standard output.
///
/// # Errors
/// If it can't be started or waited for, or takes longer than `limit`.
pub fn output_within(command: &mut Command, limit: Duration) -> Result<(ExitStatus, Vec<u8>)> {
    command.stdout(Stdio::piped());
    let mut child = command.spawn().with_context(|| cannot_start(command))?;
    let stdout = child.stdout.take();
    let reader = thread::spawn(move || read_bounded(stdout));
    let Some(status) = wait_within(&mut child, limit)? else {
        bail!("{} took longer than {limit:?}", name(command));
    };
    let answer = reader
        .join()
        .map_err(|_| anyhow::anyhow!("the answer of {} was lost", name(command)))??;
    Ok((status, answer))
}

fn read_bounded(stdout: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    if let Some(stdout) = stdout {
        stdout.take(MAX_ANSWER).read_to_end(&mut answer)?;
    }
    Ok(answer)
}

/// There is no wait with a time limit in the standard library, hence the looking again and again.
fn wait_within(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        let args: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
        bail!("`{} {}` failed ({status})", name(command), args.join(" "));
    }
    Ok(())
}

fn cannot_start(command: &Command) -> String {
    let name = name(command);
    match name.as_str() {
        "cargo" | "rustc" => {
            format!("{name} not found: install Rust 1.95 or later, https://rustup.rs, and see that it is on PATH")
        }
        _ => format!("{name} can't be started: is it there, and on PATH?"),
    }
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program
        .file_stem()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned()
}
