//! The program itself, signing in: what can be seen of it, and two of it at once.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops at the first surprise"
)]

mod secrecy;
mod stage;
mod together;
