//! Clients and oracles that nobody here wrote judge the simulator, and what the plugin makes of it.
//!
//! `cargo xtask test --peers` installs them and runs these stories; without it each prints why it is left out.
//!
//! **To add a peer** called NAME:
//! 1. `tests/peers/NAME/` with the lists of what it needs, pinned: `package.json` and `package-lock.json` (npm),
//!    `requirements.txt` (pip), `debian.txt` (names of Debian packages, one a line); any of them, or several. Scripts
//!    (`.mjs`, `.py`) lie beside them. The command copies the folder to `target/peers/NAME` and installs into it:
//!    there are `node_modules`, and Python in `venv/bin/python`.
//! 2. `tests/peers/NAME.rs` (`-` becomes `_`), a module of this file. Each test begins with
//!    `let Some(peer) = peers::ask("NAME") else { return };` and ends with the peer dropped, which reports it as passed;
//!    `peer.skip("reason")` where the machine does not let it run; `peer.set_version("1.2.3")` for the summary.
//!    `peer.home()` is `target/peers/NAME`; `peer.node("script.mjs")` is a command of Node 26 with such a script.
//!
//! Nothing else needs to be told: `xtask/src/peers.rs` finds the folders, and counts passed and skipped peers.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod front;
mod graph_client;
mod jco;
mod matrix;
mod node;
mod oidc;
mod onedrive;
mod rclone;
mod sheets;
