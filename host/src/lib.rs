//! The reference host for content-source plugins of ClientPoint: it gives a WebAssembly component HTTP, a library,
//! storage and time, and takes its word for nothing else.
//!
//! A tour, in reading order:
//!
//! - [`host`]: [`Host`] puts a data folder and a plugin together; everything configurable is in its builder.
//! - [`service`]: what people can do, as methods of a session; roles are checked here.
//! - [`state`]: what an instance of the plugin holds. Read top to bottom, it is the list of the plugin's powers.
//! - [`capability`]: these powers, one file an interface of `wit/imports.wit`.
//! - [`library`]: the Content Library that they reach, as three traits.
//! - [`egress`]: the one way out. Allow-list, token, resolved address, limits.
//! - [`oauth`], [`secrets`]: tokens and secrets, which no plugin ever sees. [`key_files`]: where their key is.
//! - [`plugin`]: loading a component. [`instance`]: one instance, for one call, and its deadline. [`calls`]: what can be
//!   asked, call by call, and what each is lent. [`powers`]: giving it less. [`counts`]: how many instances there were.
//! - [`store`]: SQLite for what has structure, a folder of immutable objects for bytes.
//! - [`way_out`]: what people can do about trouble, as data: no command is named outside of the command line.
//! - [`schedule`]: when it runs by itself, once a day. [`clock`]: time, which a test can move. [`text`]: what people may see.
//!
//! What the host does not know: OneDrive. Endpoints, limits and the meaning of answers come from the plugin, and a
//! plugin for another source needs no change here.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod contract;
pub mod host;
pub mod service;

pub mod calls;
pub mod counts;
pub mod instance;
pub mod state;

pub mod capability;
pub mod egress;
pub mod library;

pub mod key_files;
pub mod oauth;
pub mod secrets;

pub mod plugin;
pub mod powers;

pub mod store;

pub mod clock;
mod origin;
pub mod place;
pub mod schedule;
pub mod text;
pub mod way_out;

mod compiled;
mod disk;
mod error;
mod private;
mod words;

pub use error::{Error, Result};
pub use host::{Host, HostBuilder};
pub use service::Session;
