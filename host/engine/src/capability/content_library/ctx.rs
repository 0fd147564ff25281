//! The library as an instance is lent it.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::{HasData, ResourceTable};

use crate::{
    capability::{
        calls::Calls,
        draft::Places,
        lent::{Gate, Lent},
    },
    contract::clientpoint::content_source::content_library::Error,
    counts::Counts,
    library::{Library, Managed},
};

/// The library as one connection may touch it.
#[derive(Clone)]
pub struct LibraryCtx {
    /// Its files.
    pub library: Arc<dyn Library>,
    /// Those of them that follow something.
    pub managed: Arc<dyn Managed>,
    /// The connection's id: it is written into every link.
    pub connection: Arc<str>,
    /// The largest file, in bytes.
    pub limit: u64,
    /// What it is lent for its call.
    pub lent: Lent,
    /// What it brings in or binds goes through here.
    pub gate: Gate,
    /// What this host does not lend, whatever the call is.
    pub withheld: Withheld,
    /// Places for drafts.
    pub(in crate::capability) places: Places,
    /// Places for calls.
    pub calls: Calls,
    /// Where what passes is counted.
    pub(in crate::capability) counts: Counts,
}

/// The interfaces of the library that a host withholds: everything there is answered with `forbidden`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Withheld {
    /// `content-library`.
    pub library: bool,
    /// `managed-files`, also during a run.
    pub managed: bool,
}

impl LibraryCtx {
    /// With everything that the connection is given, and nothing lent yet.
    pub fn new(library: Arc<dyn Library>, managed: Arc<dyn Managed>, connection: Arc<str>, limit: u64) -> Self {
        Self {
            library,
            managed,
            connection,
            limit,
            lent: Lent::Nothing,
            gate: Gate::default(),
            withheld: Withheld::default(),
            places: Places::default(),
            calls: Calls::default(),
            counts: Counts::default(),
        }
    }

    /// The same, counting together with others.
    pub(crate) fn counted(self, counts: Counts) -> Self {
        Self { counts, ..self }
    }

    /// Refuses everything where the library is withheld.
    pub(in crate::capability) fn refuse_withheld(&self) -> Result<(), Error> {
        if self.withheld.library {
            return Err(Error::Forbidden);
        }
        Ok(())
    }

    /// The run of the sync that managed files are lent for.
    pub(in crate::capability) fn run(&self) -> Result<i64, Error> {
        let run = self.lent.run().filter(|_| !self.withheld.managed);
        run.ok_or(Error::Forbidden)
    }

    /// The right to one more call, for as long as it takes.
    pub(in crate::capability) fn one_more_call(&self) -> Result<OwnedSemaphorePermit, Error> {
        self.calls.one_more().map_err(Error::Other)
    }
}

/// Borrows what one call needs.
pub struct LibraryView<'a> {
    pub(in crate::capability) ctx: &'a mut LibraryCtx,
    pub(in crate::capability) table: &'a mut ResourceTable,
}

/// Lends the context.
pub trait LibraryProvider: Send {
    /// The context of this instance, and its table of handles.
    fn library(&mut self) -> (&mut LibraryCtx, &mut ResourceTable);
}

/// Marks the view for the linker.
pub struct HasLibrary;

impl HasData for HasLibrary {
    type Data<'a> = LibraryView<'a>;
}
