//! Stories of a client and the simulator, over real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop where it stands"
)]

mod authorize;
mod batch;
mod browse;
mod certificate;
mod client;
mod control;
mod delta;
mod download;
mod elsewhere;
mod faults;
mod people;
mod quirks;
mod shares;
mod sign_in;
mod tenant;
mod units;
