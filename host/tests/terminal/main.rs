//! The program as people and other programs meet it: real pipes, full disks, terminals and signals.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod counted;
mod faces;
mod lists;
mod nights;
mod output;
mod prompts;
mod signals;
mod stage;
