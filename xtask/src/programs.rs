//! The programs of the workspace, as tests and the demo start them.

use std::path::PathBuf;

use anyhow::Result;

use crate::{run, sources};

/// Builds all programs, and says where they are.
///
/// # Errors
/// If something does not compile.
pub fn build() -> Result<PathBuf> {
    // The whole workspace, for the same choice of features as the tests have.
    run::run(run::cargo().args(["build", "--workspace", "--bins", "--locked"]))?;
    Ok(sources::target_dir(&run::root()).join("debug"))
}
