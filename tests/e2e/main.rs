//! Stories of the real component in the real host against the simulated Microsoft, over real sockets.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod associating;
mod browsing;
mod connecting;
mod crashes;
mod faults;
mod importing;
mod mornings;
mod refusals;
mod sandbox;
mod secrecy;
mod sheets_of_others;
mod syncing;
mod troubled;
mod workbooks;
