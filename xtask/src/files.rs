//! The files of the project that people write.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Folders that are made, or brought in.
const NOT_OURS: [&str; 3] = ["target", "node_modules", ".git"];

/// All files below a folder whose names end so, but for what is made or brought in.
///
/// # Errors
/// If a folder can't be read.
pub fn ours(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if path.is_dir() {
            if !NOT_OURS.contains(&name) {
                files.extend(ours(&path, endings)?);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
