//! The tools that pack, each of one version, in `target/tools`.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use crate::{run, say, sources};

/// Compiling one, on a slow machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// A program from crates.io.
pub struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Makes Debian packages.
pub const CARGO_DEB: Tool = Tool {
    name: "cargo-deb",
    version: "3.8.0",
};

/// Writes lists of ingredients.
pub const CARGO_SBOM: Tool = Tool {
    name: "cargo-sbom",
    version: "0.10.0",
};

impl Tool {
    /// Where it is; it is fetched and compiled if it is missing, or of another version.
    ///
    /// # Errors
    /// If it can't be had.
    pub fn installed(&self, root: &Path) -> Result<PathBuf> {
        let folder = sources::target_dir(root).join("tools");
        let program = folder.join("bin").join(self.name);
        if self.is_here(&program) {
            return Ok(program);
        }
        let words = ["install", self.name, "--version", self.version, "--locked", "--root"];
        say::command(&format!("cargo {} {}", words.join(" "), folder.display()));
        let mut install = run::cargo();
        install
            .args(words)
            .arg(&folder)
            .env("CARGO_TARGET_DIR", folder.join("build"));
        let status = run::run_within(&mut install, LIMIT)?;
        let status = status.with_context(|| format!("compiling {} took longer than {LIMIT:?}", self.name))?;
        ensure!(status.success(), "{} can't be installed ({status})", self.name);
        Ok(program)
    }

    fn is_here(&self, program: &Path) -> bool {
        program.is_file()
            && run::output(Command::new(program).arg("--version"))
                .is_ok_and(|said| said.split_whitespace().any(|word| word == self.version))
    }
}
