//! What a plugin may do besides HTTP, one file an interface of `wit/imports.wit`.
//!
//! Each has the same five parts: a context that is owned by the instance's state (`…Ctx`), a view that borrows it for
//! one call (`…View`), a trait that the state implements to lend it (`…Provider`), a marker that names the view for the
//! linker (`Has…`), and `add_to_linker`.

mod bounds;
pub mod calls;
pub mod clocks;
pub mod connection;
pub mod content_library;
pub mod draft;
mod draft_writer;
mod drafts;
mod held;
pub mod lent;
pub mod logging;
pub mod managed_files;
pub mod progress;
pub mod state_store;
