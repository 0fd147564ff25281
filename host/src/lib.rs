//! The reference host for content-source plugins of ClientPoint: users, a library and a data folder around the engine,
//! which runs the plugin.
//!
//! A tour, in reading order:
//!
//! - [`host`]: [`Host`] puts a data folder and a plugin together; everything configurable is in its builder.
//! - [`service`]: what people can do, as methods of a session; roles are checked here.
//! - [`store`]: SQLite for what has structure, a folder of immutable objects for bytes. [`store::reference`]: the Content
//!   Library that plugins work on, by the engine's three traits.
//! - [`key_files`]: where the key of the secrets is. [`listener`]: where a sign-in comes back.
//! - [`backup`]: the folder of a backup, looking at it, and restoring from it.
//! - [`way_out`]: what people can do about trouble, as data: no command is named outside of the command line.
//! - [`web`]: the console, pages over the service.
//! - [`meters`]: what a process has done, as numbers for those who watch it.
//! - [`settings`]: what can be set, and which of several places has the word.
//! - [`rights`]: what one at a time may do, in whichever process. [`fences`]: who has lost a right writes nothing more.
//!   [`schedule`]: when it runs by itself, once a day.
//!   [`place`]: where a file stands in the library.
//!   [`rows`]: lists that are too long to be held.
//!
//! Below it is [`clientpoint_engine`]: the plugin's powers, the one way out, tokens and secrets, calls and their limits.
//!
//! What the host does not know: any source. Endpoints, limits and the meaning of answers come from the plugin, and a
//! plugin for another source needs no change here.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod backup;
pub mod host;
pub mod service;

pub mod key_files;
pub mod listener;
pub mod meters;

pub mod store;

pub mod fences;
pub mod place;
pub mod rights;
pub mod rows;
pub mod schedule;
pub mod secret_files;
pub mod settings;
pub mod way_out;
pub mod web;

mod disk;
mod error;
mod locks;
mod private;

pub use error::{Error, Result};
pub use host::{Host, HostBuilder};
pub use service::Session;
