//! Connections: signing in, filling in the plugin's form, choosing a drive, and giving one up.

pub(super) mod accepted;
mod application;
pub(super) mod chosen_drive;
pub(super) mod connect;
pub(super) mod disconnect;
pub(super) mod drives;
pub(super) mod form;
pub(super) mod in_use;
mod known;
pub(super) mod loopback;
mod of_plugin;
pub(super) mod overview;
pub(super) mod sign_in;
mod troubles;
