//! Brings files from OneDrive and SharePoint into ClientPoint's Content Library.
//!
//! The crate is one WebAssembly component that implements the contract in `wit/`. It decides; the host acts: the plugin
//! holds no token, opens no file and no socket, and reaches nothing but what the contract imports. It only ever reads
//! from Microsoft's cloud.
//!
//! A tour, in reading order:
//!
//! - [`contract`]: the contract's words, generated from `wit/`; [`item`], [`failure`], [`reason`] and [`displaced`]
//!   are our own.
//! - Decisions, pure, where time and dice are arguments: [`source`] (who we are, how to sign in), [`graph`] (requests
//!   to Microsoft Graph, and what the answers mean), [`retry`] (whether to try again, and when), [`rules`] (what
//!   may enter, and with [`quick_xor`] and [`protection`] whether the bytes are the right ones), [`sheet`] and [`paths`]
//!   (what an Administrator's sheet says), [`wording`] (what people read).
//! - [`ports`]: the outside world as one small trait.
//! - Flows over that trait: [`ask`] (asking with patience), [`download`] (one file's transfer), [`import`],
//!   [`browse`], [`find`] (which item people mean), [`drives`], [`account`] (whose a sign-in is), [`library`] (what
//!   they ask it alike), [`association`] (tying files to items by a sheet) with [`ask_many`] (questions in bulk),
//!   [`sync`] (keeping files in step) with its [`delta_link`].
//! - `component`: the glue between the trait and the component's imports and exports. It is the only module that calls
//!   what the contract imports, and it is left out of native builds, which can't link component exports.

/// A crate of its own, since it is compiled to be fast, and the rest to be small.
pub use onedrive_sheet as sheet;

pub mod contract;
pub mod displaced;
pub mod failure;
pub mod item;
pub mod reason;

pub mod graph;
pub mod paths;
pub mod protection;
pub mod quick_xor;
pub mod retry;
pub mod rules;
pub mod source;
pub mod wording;

pub mod ports;

pub mod account;
pub mod ask;
pub mod ask_many;
pub mod association;
pub mod browse;
pub mod delta_link;
pub mod download;
pub mod drives;
pub mod examination;
pub mod find;
pub mod import;
pub mod library;
pub mod sync;

#[cfg(any(target_family = "wasm", feature = "check-glue"))]
mod component;

#[cfg(test)]
mod fake;
