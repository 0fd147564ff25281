//! Stories of the real component in the real host against the simulated Microsoft, over real sockets.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod anew;
mod approving;
mod associating;
mod azure;
mod backups;
mod bin;
mod browsing;
mod cases;
mod certificates;
mod changing_keys;
mod connecting;
mod console;
mod crashed_uploads;
mod crashes;
mod customers;
mod damaged;
mod database_trouble;
mod denial;
mod disks;
mod elsewhere;
mod ended;
mod examined;
mod faults;
mod folders;
mod hostile;
mod hosts;
mod importing;
mod leaving;
mod lost_catalogue;
mod lost_hosts;
mod lost_rights;
mod migrating;
mod mornings;
mod naming;
mod operations;
mod own_library;
mod pointing;
mod refusals;
mod registering;
mod reported;
mod retention;
mod revisions;
mod rotations;
mod sandbox;
mod second;
mod secrecy;
mod service;
mod side_by_side;
mod signing_in;
mod slow;
mod syncing;
mod taken_back;
mod telling;
mod tokens;
mod troubled;
mod uploads;
mod workbooks;
