//! Running the tests, and the programs that are tests of their own.

use std::{env, ffi::OsStr, process::Command};

use anyhow::Result;

use crate::{component, programs, run};

/// Builds the components and runs all tests of the workspace. Always the whole workspace: with fewer packages, Cargo
/// would choose other features for what they share, and compile it again.
///
/// # Errors
/// If something does not compile, or a test fails.
pub fn test(arguments: &[String]) -> Result<()> {
    component::build()?;
    test_with(run::cargo(), arguments)
}

/// Runs all tests of the workspace by this Cargo.
///
/// # Errors
/// If something does not compile, or a test fails.
pub fn test_with(mut cargo: Command, arguments: &[String]) -> Result<()> {
    component::build_for_tests()?;
    // Documents of what is seen are compared, and written only if somebody asks for it.
    if env::var_os("INSTA_UPDATE").is_none() {
        cargo.env("INSTA_UPDATE", "no");
    }
    run::run(cargo.args(["test", "--workspace", "--locked"]).args(arguments))
}

/// A tenth of the ordeal.
pub const TENTH: [&str; 6] = ["--kills", "50", "--full", "6", "--rotations", "10"];

/// Kills, full disks and changes of the key: see `tests/ordeal`.
///
/// # Errors
/// If something does not compile, or anything was lost.
pub fn ordeal(arguments: &[impl AsRef<OsStr>]) -> Result<()> {
    component::build()?;
    run::run(Command::new(programs::build()?.join("ordeal")).args(arguments))
}

/// A tenth of the year: the same one each time, so that nobody's change is stopped by what another one has not met.
pub const TENTH_OF_A_YEAR: [&str; 8] = ["--nights", "36", "--files", "100", "--changed", "5", "--seed", "4"];

/// A year of nights by a clock that is moved: see `tests/year`.
///
/// # Errors
/// If something does not compile, or the library is not what it must be.
pub fn year(arguments: &[impl AsRef<OsStr>]) -> Result<()> {
    component::build()?;
    run::run(Command::new(programs::build()?.join("year")).args(arguments))
}

/// Makes a data folder by today's program, and keeps it for the tests of the programs to come.
///
/// # Errors
/// If something does not compile, or there is a folder of today's schema already.
pub fn folder() -> Result<()> {
    component::build()?;
    run::run(&mut Command::new(programs::build()?.join("folder")))
}
