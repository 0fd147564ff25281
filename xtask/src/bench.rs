//! `cargo xtask bench`.

use std::process::Command;

use anyhow::Result;

use crate::{component, peers, run, sources};

/// Builds everything as it would be shipped (which takes a while at first), and measures.
///
/// # Errors
/// If something does not compile, or a measurement breaks off.
pub fn run(what: &[String]) -> Result<()> {
    component::build()?;
    let mut build = run::cargo();
    build.args(["build", "--workspace", "--locked", "--release"]);
    // Compiled to run as fast as they can, which takes long: so no program that nothing is measured with.
    for program in ["clientpoint-host", "graph-sim", "bench"] {
        build.args(["--bin", program]);
    }
    run::run(&mut build)?;
    let mut bench = Command::new(sources::target_dir(&run::root()).join("release/bench"));
    if what.first().is_some_and(|first| first == "peers") {
        peers::offer("rclone", &mut bench)?;
    }
    run::run(bench.args(what))
}
