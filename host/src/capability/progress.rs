//! `progress`: how far transfers are, for whoever watches.

use std::sync::Arc;

use wasmtime::component::{HasData, Linker};

use crate::bindings::clientpoint::content_source::progress::{self, Host};
use crate::bindings::clientpoint::content_source::types::ItemRef;

/// Somebody who watches transfers. Called often and from any thread: it must not wait.
pub trait Progress: Send + Sync {
    /// `done` of `total` bytes of the item are there. `done` can go back when a transfer starts again.
    fn report(&self, item: &str, name: &str, done: u64, total: Option<u64>);
}

/// Nobody watches.
pub struct Unwatched;

impl Progress for Unwatched {
    fn report(&self, _item: &str, _name: &str, _done: u64, _total: Option<u64>) {}
}

/// Who watches this instance.
pub struct ProgressCtx {
    /// Gets every report.
    pub watcher: Arc<dyn Progress>,
}

/// Lends the context.
pub trait ProgressProvider {
    /// The context of this instance.
    fn progress(&mut self) -> &mut ProgressCtx;
}

/// Marks the view for the linker.
pub struct HasProgress;

impl HasData for HasProgress {
    type Data<'a> = &'a mut ProgressCtx;
}

/// Gives the plugin this interface.
///
/// # Errors
///
/// If the linker has it already.
pub fn add_to_linker<T: ProgressProvider + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    progress::add_to_linker::<T, HasProgress>(linker, T::progress)
}

impl Host for ProgressCtx {
    fn report(&mut self, item: ItemRef, name: String, done: u64, total: Option<u64>) -> wasmtime::Result<()> {
        self.watcher.report(&item.item, &name, done, total);
        Ok(())
    }
}
