//! What people and programs see of every command, kept as documents in `snapshots/`: what is printed, what is said beside
//! it, and the status. Each command is carried out twice, on two stages that are alike: in words, and with `--json`.
//!
//! Whoever changes what is seen runs `INSTA_UPDATE=always cargo test --workspace --test seen`, and reads the diff.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops at the first surprise"
)]

mod associating;
mod backing_up;
mod connecting;
mod every;
mod importing;
mod library;
mod migrating;
mod operations;
mod people;
mod redact;
mod settings;
mod story;
mod syncing;
mod tables;
