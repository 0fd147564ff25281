//! Looking for what should not be there: in files, and in bytes.
//!
//! This file stands alone: the tests of the host's program include it by path.

use std::path::{Path, PathBuf};

/// Every file below a folder.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] })
        .collect()
}

/// Whether bytes hold these others.
pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    let Some(first) = part.first() else {
        return true;
    };
    // By the first byte: memories are long, and mostly zero.
    let mut rest = bytes;
    while let Some(start) = rest.iter().position(|byte| byte == first) {
        rest = &rest[start..];
        if rest.starts_with(part) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}
