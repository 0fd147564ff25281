//! Where what is packed lies.

use std::path::PathBuf;

/// What is packed, and where.
pub struct Dist {
    /// `target/dist`.
    pub folder: PathBuf,
    /// The tree, inside of that.
    pub tree: PathBuf,
    /// That of the workspace.
    pub version: String,
    /// The Debian package.
    pub package: PathBuf,
    /// Whether it is to be packed sooner rather than smaller.
    pub soon: bool,
    /// Seconds since 1970 that all files have as their time: of the commit.
    pub time: u64,
}
