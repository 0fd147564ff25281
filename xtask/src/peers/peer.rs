//! What a peer is.

use std::path::PathBuf;

/// The files that make a folder a peer's.
pub const LISTS: [&str; 4] = ["package.json", "package-lock.json", "requirements.txt", "debian.txt"];

/// A peer as its folder describes it.
pub struct Peer {
    /// The folder's name.
    pub name: String,
    /// Where it is described.
    pub source: PathBuf,
    /// Where it is installed.
    pub home: PathBuf,
}
