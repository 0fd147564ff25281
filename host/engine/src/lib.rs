//! Runs content-source plugins of ClientPoint on a Content Library of your own: a WebAssembly component gets HTTP, a
//! library, storage and time, each within bounds, and nothing else.
//!
//! A tour, in reading order:
//!
//! - [`engine`]: [`Engine`] puts a plugin and a library together; everything configurable is in its builder. [`planned`]:
//!   how a connection signs in, judged; [`signed_in`]: what is done with one that has; [`trust`]: how much of what a plugin
//!   answers is believed.
//! - [`library`]: the Content Library that plugins work on, as three traits. This is what an embedder brings.
//! - [`state`]: what an instance of a plugin holds. Read top to bottom, it is the list of the plugin's powers.
//! - [`capability`]: these powers, one file an interface of `wit/imports.wit`. [`stage`]: what each is made of.
//! - [`egress`]: the one way out. Allow-list, token, resolved address, limits.
//! - [`oauth`], [`secrets`]: tokens and secrets, which no plugin ever sees.
//! - [`plugin`]: loading a component. [`instance`]: one instance, for one call, and its deadline. [`calls`]: what can be
//!   asked, call by call, and what each is lent. [`powers`]: giving it less. [`counts`]: how many instances there were.
//! - [`contract`]: what `wit/` says, as Rust's types. [`words`]: the words of its enums.
//! - [`clock`]: time, which a test can move. [`text`]: what people may see. [`origin`]: whose an address is.
//!
//! What the engine does not know: users and their rights, where anything is stored, and what a plugin's source is called.
//! It writes nothing but compiled forms of plugins, into the folder that it is given for them.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod connection;
pub mod engine;
pub mod library;
pub mod planned;
pub mod policy;
pub mod signed_in;
pub mod test_endpoints;
pub mod trust;

pub mod calls;
pub mod counts;
pub mod instance;
pub mod plugin;
pub mod powers;

pub mod capability;
pub mod egress;
pub mod stage;
pub mod state;

pub mod oauth;
pub mod secrets;

pub mod contract;
pub mod words;

pub mod clock;
pub mod origin;
pub mod text;

mod compiled;
mod error;
mod in_contract;
mod judge;

pub use connection::Connection;
pub use engine::{Engine, Limits};
pub use error::{Error, Result, Unfit};
pub use plugin::Plugin;
pub use signed_in::SignedIn;
