//! What a component was built from, as one hash; so that nobody tests yesterday's component.
//!
//! This file stands alone: the end-to-end tests include it by path and refuse a component that is older than its
//! sources.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// A component that is built here.
pub struct Component {
    /// Its file, inside of `component_dir`.
    pub file: &'static str,
    /// The hash of the sources that it was built from, beside it.
    pub stamp: &'static str,
    /// The folder of its own sources.
    folder: &'static str,
}

/// The plugin.
pub const PLUGIN: Component = Component {
    file: "onedrive.wasm",
    stamp: "onedrive.sources",
    folder: "plugin",
};

/// The plugin that means harm, for tests.
pub const HOSTILE: Component = Component {
    file: "hostile/hostile.wasm",
    stamp: "hostile/hostile.sources",
    folder: "tests/hostile",
};

/// The plugin for another source, for tests.
pub const SECOND: Component = Component {
    file: "second/second.wasm",
    stamp: "second/second.sources",
    folder: "tests/second",
};

/// What decides, besides its own sources, how a component turns out: the contract, the versions of what it depends on,
/// the profile, and how it is built.
const INPUTS: [&str; 6] = [
    "Cargo.lock",
    "Cargo.toml",
    "wit",
    "xtask/src/component.rs",
    "xtask/src/debian.rs",
    "xtask/src/toolchain.rs",
];

/// Where the component of the workspace at `root` lies: in the folder that Cargo builds into.
pub fn component_dir(root: &Path) -> PathBuf {
    target_dir(root).join("component")
}

/// The folder that Cargo builds into: `CARGO_TARGET_DIR`, or else `target` in the workspace.
pub fn target_dir(root: &Path) -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if !dir.is_empty() => root.join(dir),
        _ => root.join("target"),
    }
}

impl Component {
    /// Whether `dir` holds it, built from the sources as they are now.
    ///
    /// # Errors
    /// If the sources can't be read.
    pub fn is_current(&self, root: &Path, dir: &Path) -> io::Result<bool> {
        let built_from = fs::read_to_string(dir.join(self.stamp)).unwrap_or_default();
        Ok(dir.join(self.file).is_file() && built_from.trim() == self.fingerprint(root)?)
    }

    /// SHA-256 over names and contents of the sources, 64 hexadecimal digits in lower case. A source that is missing
    /// counts as well: it makes another hash than an empty one.
    ///
    /// # Errors
    /// If a source is there and can't be read.
    pub fn fingerprint(&self, root: &Path) -> io::Result<String> {
        let mut files = Vec::new();
        for input in INPUTS.into_iter().chain([self.folder]) {
            collect(root, Path::new(input), &mut files)?;
        }
        files.sort();

        let mut hash = Sha256::new();
        for file in files {
            let content = fs::read(root.join(&file))?;
            let name = file.to_string_lossy().replace('\\', "/");
            for part in [name.as_bytes(), &content] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        Ok(format!("{:x}", hash.finalize()))
    }
}

/// Adds `path` or, of a folder, everything in it, but for hidden files (editors leave such behind) and build output.
fn collect(root: &Path, path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let full = root.join(path);
    if full.is_file() {
        files.push(path.to_path_buf());
    }
    if !full.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(full)? {
        let name = entry?.file_name();
        if !name.to_string_lossy().starts_with('.') && name != "target" {
            collect(root, &path.join(name), files)?;
        }
    }
    Ok(())
}
