//! `cargo xtask console`: the console with files in it, for whoever wants to see it: a simulated Microsoft, a host that is
//! connected to it, and the link to open. Ctrl-C ends all of it.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{component, demo::sim::Sim, programs, run, say};

/// What is imported to begin with, of the drive that the simulator makes up.
const FILES: [&str; 4] = [
    "Proposal 2026.docx",
    "Logo.png",
    "Prices #1.xlsx",
    "Terms + Conditions.pdf",
];

/// Builds all of it, and serves until somebody ends it.
///
/// # Errors
/// If something does not build or start.
pub fn run() -> Result<()> {
    let component = component::build()?;
    let programs = programs::build()?;
    let folder = tempfile::tempdir()?;
    let sim = Sim::start(&programs, folder.path())?;
    let host = |words: &[&str]| {
        let mut host = Command::new(programs.join("clientpoint-host"));
        host.arg("--data")
            .arg(folder.path().join("data"))
            .arg("--plugin")
            .arg(&component)
            .args(words);
        host
    };
    say::header("a simulated Microsoft, and a host that is connected to it");
    connect(&sim, &host, folder.path())?;
    say::header("the console; Ctrl-C ends it");
    // The signal of Ctrl-C goes to all of this terminal's programs: the host ends by it, in order.
    let status = host(&["serve", "--listen", "localhost:0"])
        .status()
        .context("the host can't be started")?;
    // Ended by that signal is ended as it was meant.
    ensure!(
        status.code().is_none_or(|code| matches!(code, 0 | 130)),
        "the host has ended ({status})"
    );
    Ok(())
}

fn connect(sim: &Sim, host: &impl Fn(&[&str]) -> Command, folder: &Path) -> Result<()> {
    let endpoints = [
        "--insecure-endpoints",
        "--graph-url",
        &sim.graph_url,
        "--login-url",
        &sim.login_url,
    ];
    let credentials = [
        "--tenant",
        &sim.tenant,
        "--client-id",
        &sim.client_id,
        "--client-secret-stdin",
    ];
    let mut connecting = host(&[&endpoints[..], &["connect", "organization"], &credentials].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("the host can't be started")?;
    if let Some(mut stdin) = connecting.stdin.take() {
        stdin.write_all(sim.client_secret.as_bytes())?;
    }
    ensure!(connecting.wait()?.success(), "the host can't be connected");
    run::run(
        host(&["drives", "select", &sim.drive])
            .current_dir(folder)
            .stdout(Stdio::null()),
    )?;
    let there = run::output(&mut host(&["--json", "onedrive", "list"]))?;
    let wanted: Vec<&str> = FILES.into_iter().filter(|name| there.contains(*name)).collect();
    run::run(host(&["onedrive", "import"]).args(wanted).stdout(Stdio::null()))?;
    run::run(host(&["sync"]).stdout(Stdio::null()))
}
